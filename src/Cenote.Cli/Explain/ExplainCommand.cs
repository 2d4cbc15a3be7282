using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Spectre.Console;

namespace Cenote.Cli;

/// <summary>What pooling does to a small array, window by window: as text, and as a figure.</summary>
internal static partial class ExplainCommand
{
    private const string Sizes = "a size such as 9 or 7x7, filled with digits that are the same every time";

    public static Command Command
    {
        get
        {
            var command = new Command("explain", "Shows what pooling does to a small array: the sizes worked out, every window and what becomes of it; as a figure too.");
            foreach (PoolVerb verb in Verb.All.OfType<PoolVerb>()) command.Add(new OfVerb(verb).Command);
            return command;
        }
    }

    public static string Example(string verb) => verb switch
    {
        "avg" => "cenote explain avg 5x5 -k 3 -s 2 -p 1 --at 0,1",
        "lp" => "cenote explain lp 4x4 -k 2 --norm 2",
        "global-lp" => "cenote explain global-lp 4x4 --norm 2",
        "adaptive-avg" or "adaptive-max" => $"cenote explain {verb} 7x7 --size 3",
        _ when verb.StartsWith("global-", StringComparison.Ordinal) => $"cenote explain {verb} 4x4",
        _ => $"cenote explain {verb} 9 -k 3 -s 2 --ceil",
    };

    /// <summary>The part of the command that explains one operator.</summary>
    private sealed class OfVerb(PoolVerb verb)
    {
        private readonly Argument<string?> _input = new("INPUT") { Description = $"{char.ToUpperInvariant(Sizes[0])}{Sizes[1..]}; or a small NumPy .npy array. Not beside --values.", Arity = ArgumentArity.ZeroOrOne };
        private readonly Option<string?> _values = new("--values") { Description = "The array typed in: numbers parted by blanks, rows by semicolons, such as \"1 3; 4 6\". [default: none, INPUT]", HelpName = "NUMBERS" };
        private readonly Option<string?> _at = new("--at") { Description = "Tell one output's story: its row and column such as 1,0, from 0. [default: all outputs]", HelpName = "ROW,COLUMN" };
        private readonly Option<string?> _output = new("-o", "--output") { Description = "Also draw it: an .svg, .png, .jpg or .webp file. [default: text only]", HelpName = "FIGURE" };
        private readonly Option<bool> _force = new("--force") { Description = "Overwrite an existing file. [default: refuse]" };
        private readonly Option<string> _colour = new("--color") { Description = "Whether the text has colours: auto (on a terminal), always or never.", HelpName = "auto|always|never", DefaultValueFactory = _ => "auto" };

        public Command Command
        {
            get
            {
                var command = new Command(verb.Name, verb.Description) { _input };
                foreach (Option option in verb.Options.Concat([_values, _at, _output, _force, _colour])) command.Add(option);
                command.SetAction(Run);
                return command;
            }
        }

        private int Run(ParseResult parse)
        {
            string? input = parse.GetValue(_input), values = parse.GetValue(_values);
            string name = values is null ? input ?? throw new UserError($"INPUT or --values is missing; see cenote explain {verb.Name} --help.") : "--values";
            if (values is not null && input is not null) throw new UserError($"INPUT '{input}' and --values are both given; the array comes from one of them.");
            IAnsiConsole console = Console(parse.GetValue(_colour)!);
            Target? target = parse.GetValue(_output) is { } path ? Target.CheckFigure("-o", path, parse.GetValue(_force)) : null;
            try
            {
                using ArrayData array = values is not null ? Typed(values) : Size().IsMatch(name) ? Digits(name) : Read(name);
                PoolLayer layer = verb.Layer(parse, Dims(parse, name, array), isPicture: false, threads: 1);
                Explanation explanation = Explanation.Of(verb.Name, name, array, layer);
                ExplainedWindow? at = parse.GetValue(_at) is { } text ? At(text, explanation) : null;
                // The figure first: what is refused leaves no half of an answer.
                if (target is not null) new ExplainFigure(explanation).Draw(at).Save(target, explanation.Title);
                var printed = new ExplainText(explanation, console);
                if (at is null) printed.Print();
                else printed.PrintStory(at);
            }
            catch (Exception error) when (error is ArgumentException or NotSupportedException && Errors.Line(error, name) is { } line)
            {
                throw new UserError(line);
            }

            return 0;
        }

        /// <summary>As many spatial axes as the array has, or as the options say.</summary>
        private int Dims(ParseResult parse, string name, ArrayData array)
        {
            int axes = array.Shape.Length, dims = verb.Dims(parse) ?? Math.Clamp(axes, 1, 2);
            if (dims > 2) throw new UserError($"-k or --size has {dims} numbers; explaining is for one or two axes.");
            // Batch and channels of one each are no axes to look at.
            if (axes < dims || array.Shape[..^dims].Any(length => length != 1))
                throw new UserError($"{name}: an array of {ArrayData.Text(array.Shape)}; explaining {dims} {(dims == 1 ? "axis" : "axes")} takes {(dims == 1 ? "L" : "H×W")}, at most with axes of length 1 before.");
            return array.Elements > 0 ? dims : throw new UserError($"{name}: an array of {ArrayData.Text(array.Shape)} is empty.");
        }
    }

    private static IAnsiConsole Console(string colour)
    {
        AnsiSupport ansi = colour switch
        {
            "auto" => AnsiSupport.Detect,
            "always" => AnsiSupport.Yes,
            "never" => AnsiSupport.No,
            _ => throw new UserError($"--color is '{colour}'; it must be auto, always or never."),
        };
        // A file or a pipe is no terminal, whatever the terminal's name in the environment.
        if (ansi == AnsiSupport.Detect && System.Console.IsOutputRedirected) ansi = AnsiSupport.No;
        IAnsiConsole console = AnsiConsole.Create(new()
        {
            Ansi = ansi,
            ColorSystem = ansi == AnsiSupport.Yes ? ColorSystemSupport.EightBit : ansi == AnsiSupport.No ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Out = new AnsiConsoleOutput(System.Console.Out),
        });
        // The terminal breaks long lines, where it must.
        console.Profile.Width = 10_000;
        return console;
    }

    private static ExplainedWindow At(string text, Explanation explanation)
    {
        string[] parts = text.Split(',');
        int rows = explanation.Rows.Windows.Length, columns = explanation.Columns.Windows.Length;
        int[] numbers = [.. parts.Select(part => int.TryParse(part, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int number) ? number : -1)];
        if (explanation.IsLine ? numbers is [var only] && only >= 0 && only < columns : numbers is [var row, var column] && row >= 0 && row < rows && column >= 0 && column < columns)
            return explanation.Window(explanation.IsLine ? 0 : numbers[0], numbers[^1]);
        throw new UserError($"--at is '{text}'; it must be {(explanation.IsLine ? $"an output from 0 to {columns - 1}" : $"a row from 0 to {rows - 1} and a column from 0 to {columns - 1}, such as {rows - 1},{columns - 1}")}.");
    }

    private static ArrayData Typed(string text)
    {
        double[][] rows = [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(row => row.Split([' ', ',', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(Number).ToArray())];
        if (rows.Length == 0 || rows.Any(row => row.Length == 0)) throw new UserError($"--values is '{text}'; it must be numbers such as \"1 3; 4 6\".");
        if (Array.Find(rows, row => row.Length != rows[0].Length) is { } odd) throw new UserError($"--values has a row of {rows[0].Length} numbers and one of {odd.Length}; rows must be equally long.");
        return Filled("--values", rows.Length == 1 ? [rows[0].Length] : [rows.Length, rows[0].Length], [.. rows.SelectMany(row => row)]);

        static double Number(string word) => double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : word switch
        {
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            "nan" => double.NaN,
            _ => throw new UserError($"--values has '{word}', which is no number."),
        };
    }

    private static ArrayData Digits(string size)
    {
        nint[] lengths = Numbers.Lengths("INPUT", size);
        if (lengths.Length > 2) throw new UserError($"INPUT is '{size}', {lengths.Length} axes; explaining is for one or two.");
        if (lengths.Any(length => length > Explanation.MostLength)) throw new UserError($"INPUT is '{size}', and explaining is for what can be looked at: at most {Explanation.MostSide}×{Explanation.MostSide}, or {Explanation.MostLength} along one axis.");
        var random = new Random(4);
        return Filled("INPUT", lengths, [.. Enumerable.Range(0, (int)lengths.Aggregate((product, length) => product * length)).Select(_ => (double)random.Next(10))]);
    }

    private static ArrayData Read(string path)
    {
        InputFile file;
        try
        {
            file = InputFile.Read(path, Interruption.Listen());
        }
        catch (Exception error) when (Errors.Line(error, path) is { } line && !File.Exists(path))
        {
            throw new UserError($"INPUT is '{path}'; it must be {Sizes}, or an .npy file.");
        }

        if (!file.IsPicture) return file.Array;
        file.Array.Dispose();
        throw new UserError($"{path}: a picture; explaining is for small arrays (cenote compare is for pictures).");
    }

    private static ArrayData Filled(string name, nint[] shape, double[] values)
    {
        var array = new ArrayData(name, ElementFormat.Float64, shape);
        values.CopyTo(MemoryMarshal.Cast<byte, double>(array.Slice(0, (int)array.Bytes)));
        return array;
    }

    [GeneratedRegex(@"^\d+([xX]\d+)*$")]
    private static partial Regex Size();
}
