using System.CommandLine;
using System.Diagnostics;

namespace Cenote.Cli;

/// <summary>A verb as a command: reads every input, pools or unpools it, writes it, reports.</summary>
internal sealed class PoolCommand(Verb verb)
{
    private readonly Argument<string[]> _inputs = new("INPUT") { Description = $"A NumPy .npy array, or a picture (PNG, JPEG, WebP, BMP); - is an array from standard input.{(verb.TakesIntegers ? "" : " Integers are pooled as float32, of 32 and 64 bits as float64")}{(verb.TakesIntegers ? "" : verb.MakesPictures ? ", and where bytes make a picture again, outputs are rounded to the nearest (halves to even) and clamped." : ".")}", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _output = new("-o", "--output") { Description = verb.MakesPictures ? "The file to write: .npy, .png, .jpg or .webp; - is standard output. [default: photo.VERB.png or array.VERB.npy beside the input]" : "The .npy file to write, of a picture too; - is standard output. [default: photo.VERB.npy beside the input]", HelpName = "OUTPUT" };
    private readonly Option<string?> _folder = new("--out-dir") { Description = "The folder to write to; needed for several inputs. [default: the folder of the input]", HelpName = "DIR" };
    private readonly Option<string?> _onnx = new("--onnx") { Description = "Also write the layer as an ONNX model, for any N x C and the input's spatial lengths and type. For one input. [default: none]", HelpName = "MODEL" };
    private readonly Option<string?> _layout = new("--layout") { Description = "Where an array has its channels: nchw (before the spatial axes) or nhwc (last). [default: nchw]", HelpName = "nchw|nhwc" };
    private readonly Option<string?> _dims = new("--dims") { Description = "How many axes of an array are spatial: 1, 2 or 3. [default: as many as K has numbers, or 2]", HelpName = "1|2|3" };
    private readonly ThreadsOption _threads = new();
    private readonly DeviceOption _device = new();
    private readonly Option<bool> _force = new("--force") { Description = "Overwrite existing files. [default: refuse]" };
    private readonly Option<bool> _quiet = new("--quiet") { Description = "Print no report. [default: one line per input]" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the report as one JSON object per input. [default: as a line]" };

    public Command Command
    {
        get
        {
            var command = new Command(verb.Name, verb.Description) { _inputs };
            foreach (Option option in verb.Options.Concat(verb.FileOptions).Concat(verb.HasOneOutput ? [_output] : []).Concat([_folder, .. verb is PoolVerb ? (Option[])[_onnx] : [], _layout, _dims, _threads.Option, .. verb.TakesDevice ? (Option[])[_device.Option] : [], _force, _quiet, _json])) command.Add(option);
            command.SetAction(Run);
            return command;
        }
    }

    private int Run(ParseResult parse)
    {
        string[] inputs = parse.GetValue(_inputs)!;
        string? output = parse.GetValue(_output), folder = parse.GetValue(_folder);
        // The parser takes an option that it does not know for one more input.
        if (inputs.FirstOrDefault(input => input.Length > 1 && input[0] == '-' && !File.Exists(input)) is { } unknown)
            throw new UserError(!verb.HasOneOutput && unknown is "-o" or "--output" ? $"{unknown} names one file, and {verb.Name} writes several; --out-dir names their folder."
                : $"'{unknown}' is neither an option nor a file; see cenote {verb.Name} --help.");
        if (output is not null && folder is not null) throw new UserError("-o and --out-dir are both given; an output has one place.");
        if (inputs.Length > 1 && folder is null) throw new UserError($"{inputs.Length} inputs are given; several inputs need --out-dir.");
        if (inputs.Length > 1 && parse.GetValue(_onnx) is { } model) throw new UserError($"--onnx is '{model}', one file, and {inputs.Length} inputs are given; it takes one input.");
        Settings settings = Read(parse, inputs);
        if (folder is not null && !Directory.Exists(folder))
            throw new UserError($"--out-dir is '{folder}'; it must be a folder that exists.");
        using PoolingDevice? device = verb.TakesDevice ? _device.Open(parse) : null;
        settings = settings with { Device = device };

        CancellationToken cancellation = Interruption.Listen();
        var written = new HashSet<string>(StringComparer.Ordinal);
        bool failed = false;
        foreach (string input in inputs)
        {
            IReadOnlyList<Report> reports = [];
            try
            {
                reports = PoolOne(parse, settings, input, output, folder, written, cancellation);
            }
            catch (Exception error) when (Errors.Line(error, input) is { } line)
            {
                failed = true;
                StandardError.WriteLine($"cenote: {line}");
                if (settings.Json) Print(Report.FailureToJson(input, line), output == "-" || verb.IndicesOutput(parse) == "-");
            }

            // Outside the try: reports that cannot be printed are no fault of the input.
            if (settings.Quiet) continue;
            foreach (Report report in reports) Print(settings.Json ? report.ToJson() : report.ToString(), report.TakesStandardOutput);
        }

        return failed ? 2 : 0;
    }

    /// <summary>Reports leave standard output to the array that goes there.</summary>
    private static void Print(string report, bool outputIsTaken)
    {
        if (outputIsTaken) StandardError.WriteLine(report);
        else Console.Out.WriteLine(report);
    }

    private IReadOnlyList<Report> PoolOne(ParseResult parse, Settings settings, string input, string? output, string? folder, HashSet<string> written, CancellationToken cancellation)
    {
        // What can be refused without reading the input is refused first.
        Target? early = output is null ? null : Target.Check("-o", output, settings.Force);
        if (early is { IsPicture: true } && !verb.MakesPictures) throw new UserError($"-o is '{output}'; what {verb.Name} makes is no picture, it must be a .npy.");
        Target? indices = verb.IndicesOutput(parse) is { } path ? Target.CheckIndices(path, settings.Force) : null;
        Target? model = parse.GetValue(_onnx) is { } onnx ? Target.CheckModel(onnx, settings.Force) : null;
        if (model is not null && input != "-" && model.FullPath == Path.GetFullPath(input)) throw new UserError($"--onnx is '{model.Path}', which is the input; the model needs a file of its own.");
        InputFile file = InputFile.Read(input, cancellation);
        using ArrayData read = file.Array;
        if (file.IsPicture) settings.RefuseForPictures(input);
        file = file.For(verb);
        using ArrayData array = file.Array;
        using ArrayCall call = verb.Bind(parse, settings, input, file, cancellation);
        Target[] targets = early is not null ? [early] : [.. verb.Suffixes(parse).Select(suffix => Default(input, folder, suffix, file.IsPicture, file.IsStream && verb.HasOneOutput, settings.Force))];
        if (targets.FirstOrDefault(target => !target.IsStandardOutput && !written.Add(target.FullPath)) is { } twice)
            throw new UserError($"--out-dir: '{twice.Path}' would be written for two inputs; rename one of them.");
        if (indices is not null && indices.FullPath == targets[0].FullPath)
            throw new UserError($"--indices: '{indices.Path}' is the output too; values and indices need a place each.");

        foreach (var (target, made) in targets.Zip(call.Outputs)) target.RequireHolds(made, file.IsPicture);
        byte[]? bytes = model is null ? null : ((ArrayPooling)call).ToOnnx();
        var watch = Stopwatch.StartNew();
        ProgressBar.Run(call.Reads, !settings.Quiet, input, progress => call.Run(progress, cancellation));
        double milliseconds = watch.Elapsed.TotalMilliseconds;
        if (model is null) Write();
        else AtomicFile.Write(model.Path, settings.Force, stream => stream.Write(bytes), Write);
        return [.. targets.Zip(call.Outputs, (target, made) => new Report(input, target.Path, indices?.Path, model?.Path, call.Device, read.Format.Code, file.Shape, (file with { Array = made }).Shape, verb.Name, call.Options, milliseconds))];

        void Write()
        {
            if (indices is null) Target.WriteAll([.. targets.Zip(call.Outputs)], file.IsPicture, cancellation);
            else Target.WriteBoth((targets[0], call.Output), (indices, call.Indices!), file.IsPicture, cancellation);
        }
    }

    private static Target Default(string input, string? folder, string suffix, bool isPicture, bool isStream, bool force)
    {
        if (isStream && folder is null) return new("-", force);
        string name = $"{(input == "-" ? "stdin" : Path.GetFileNameWithoutExtension(input))}.{suffix}.{(isPicture ? "png" : "npy")}";
        return Target.Check(folder is null ? input : "--out-dir", Path.Combine(folder ?? Path.GetDirectoryName(input) ?? "", name), force);
    }

    private Settings Read(ParseResult parse, string[] inputs)
    {
        string? layout = parse.GetValue(_layout);
        if (layout is not (null or "nchw" or "nhwc")) throw new UserError($"--layout is '{layout}'; it must be nchw or nhwc.");
        int? dims = parse.GetValue(_dims) is { } text ? (int)Numbers.Integer("--dims", text, "1, 2 or 3", n => n is >= 1 and <= 3) : null;
        int? implied = verb.Dims(parse);
        if (dims is { } asked && implied is { } given && asked != given) throw new UserError($"--dims is {asked}, and {verb.DimsOption} has {given} numbers; they must agree.");
        int threads = _threads.Read(parse);
        var settings = new Settings(dims ?? implied ?? 2, dims is null ? verb.DimsOption : "--dims", layout, threads, parse.GetValue(_force), parse.GetValue(_quiet), parse.GetValue(_json));
        verb.Check(parse, settings, inputs);
        return settings;
    }
}
