using System.CommandLine;
using System.Globalization;

namespace Cenote.Cli;

/// <summary>What the poolings make of a picture, and how little or much a disturbance of it changes that.</summary>
internal sealed class CompareCommand
{
    private readonly Argument<string> _input = new("INPUT") { Description = "A picture (PNG, JPEG, WebP, BMP)." };
    private readonly SlidingWindowSettings _window = new();
    private readonly Option<string?> _output = new("-o", "--output") { Description = "The figure: an .svg, .png, .jpg or .webp file. [default: photo.compare.png beside the input; none with --json]", HelpName = "FIGURE" };
    private readonly Option<string> _noise = new("--noise") { Description = "The noise's standard deviation, in levels of 255.", HelpName = "SIGMA", DefaultValueFactory = _ => "10" };
    private readonly Option<string> _seed = new("--seed") { Description = "Which random numbers the noise is made of.", HelpName = "N", DefaultValueFactory = _ => "1" };
    private readonly Option<string> _angle = new("--angle") { Description = "How far the picture is turned, in degrees.", HelpName = "A", DefaultValueFactory = _ => "2" };
    private readonly Option<bool> _force = new("--force") { Description = "Overwrite an existing file. [default: refuse]" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the numbers as one JSON object. [default: as a table]" };

    public Command Command
    {
        get
        {
            var command = new Command("compare", "Sets side by side what max and average pooling make of a picture, and how much a shift by one pixel, noise and a small turn change it.") { _input };
            foreach (Option option in _window.Options.Concat([_output, _noise, _seed, _angle, _force, _json])) command.Add(option);
            command.SetAction(Run);
            return command;
        }
    }

    private int Run(ParseResult parse)
    {
        string input = parse.GetValue(_input)!;
        WindowOptions window = _window.Read(parse);
        double noise = Number(parse, _noise, 0, 255), angle = Number(parse, _angle, -180, 180);
        int seed = (int)Numbers.Integer("--seed", parse.GetValue(_seed)!, $"a whole number from 0 to {int.MaxValue}", n => n is >= 0 and <= int.MaxValue);
        bool isJson = parse.GetValue(_json);
        string? output = parse.GetValue(_output) ?? (isJson ? null : Path.Combine(Path.GetDirectoryName(input) ?? "", $"{Path.GetFileNameWithoutExtension(input)}.compare.png"));
        Target? target = output is null ? null : Target.CheckFigure("-o", output, parse.GetValue(_force));
        CancellationToken cancellation = Interruption.Listen();
        try
        {
            ArrayData picture = Read(input, cancellation);
            using Comparison comparison = Comparison.Of(input, picture, window, Disturbance.All(noise, seed, angle), cancellation);
            string options = Comparison.Operators[0].Layer(window).Plan(1, picture.Shape[0], picture.Shape[1]).OptionsText;
            if (target is not null) new CompareFigure(comparison, $"{Path.GetFileName(input)}, pooled by {options}").Draw().Save(target, $"{input} pooled by {options}, and what changes");
            if (isJson) Console.Out.WriteLine(Json(comparison, input, target?.Path, options, noise, seed, angle));
            else Print(comparison, input, target!.Path, options);
        }
        catch (Exception error) when (error is not UserError and not OperationCanceledException && Errors.Line(error, input) is { } line)
        {
            throw new UserError(line);
        }

        return 0;
    }

    private static ArrayData Read(string input, CancellationToken cancellation)
    {
        InputFile file = InputFile.Read(input, cancellation);
        if (file.IsPicture) return file.Array;
        file.Array.Dispose();
        throw new UserError($"{input}: an array; compare is for pictures (cenote explain is for small arrays).");
    }

    private static double Number(ParseResult parse, Option<string> option, double least, double most)
    {
        string text = parse.GetValue(option)!;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= least && number <= most ? number
            : throw new UserError($"{option.Name} is '{text}'; it must be a number from {least} to {most}.");
    }

    private static void Print(Comparison comparison, string input, string output, string options)
    {
        nint[] shape = comparison.Rows[0].Picture.Shape, pooled = comparison.Rows[1].Picture.Shape;
        Console.Out.WriteLine($"{input}  {shape[2]}×{shape[0]}×{shape[1]} → {pooled[2]}×{pooled[0]}×{pooled[1]}  {options}  {output}");
        Console.Out.WriteLine("mean absolute change in levels of 255, and as a part of the unpooled picture's");
        List<string[]> table = [["", .. comparison.Rows.Select(row => row.Name)]];
        for (int i = 0; i < comparison.Disturbances.Count; i++)
            table.Add([comparison.Disturbances[i].Title, .. comparison.Rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.Changes[i]:0.00}{(row == comparison.Rows[0] ? "" : $" = {100 * comparison.RelativeChange(row, i):0} %")}"))]);
        int[] widths = [.. Enumerable.Range(0, table[0].Length).Select(column => table.Max(row => row[column].Length))];
        foreach (string[] row in table) Console.Out.WriteLine(string.Join("  ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))));
    }

    private static string Json(Comparison comparison, string input, string? output, string options, double noise, int seed, double angle) => JsonLine.Of(json =>
    {
        json.WriteString("input", input);
        if (output is not null) json.WriteString("output", output);
        json.WriteString("options", options);
        json.WriteNumber("noise", noise);
        json.WriteNumber("seed", seed);
        json.WriteNumber("angle", angle);
        json.WriteStartArray("changes");
        foreach (PictureRow row in comparison.Rows)
            for (int i = 0; i < comparison.Disturbances.Count; i++)
            {
                json.WriteStartObject();
                json.WriteString("operator", row.Name);
                json.WriteString("disturbance", comparison.Disturbances[i].Name);
                json.WriteNumber("change", Math.Round(row.Changes[i], 4));
                json.WriteNumber("relative", Math.Round(comparison.RelativeChange(row, i), 4));
                json.WriteEndObject();
            }

        json.WriteEndArray();
    });
}
