using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Cenote.Cli;

/// <summary>The help of a command, and at its end one example that works.</summary>
internal sealed class HelpWithExample : SynchronousCommandLineAction
{
    private readonly HelpAction _help = new();

    public override bool Terminating => true;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int exit = _help.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output.WriteLine($"Example:\n  {Example(NameOf(parseResult.CommandResult).Replace("cenote ", "", StringComparison.Ordinal))}\n");
        return exit;
    }

    /// <summary>A command as it is typed: <c>cenote explain max</c>.</summary>
    public static string NameOf(CommandResult command) => command.Parent is CommandResult parent ? $"{NameOf(parent)} {command.Command.Name}" : command.Command.Name;

    private static string Example(string command) => command switch
    {
        "max" => "cenote max photo.png -k 4",
        "avg" => "cenote avg array.npy -k 3 -s 2 -p 1 --exclude-padding",
        "global-avg" => "cenote global-avg features.npy --layout nhwc",
        "global-max" => "cenote global-max volume.npy --dims 3",
        "adaptive-avg" => "cenote adaptive-avg photo.png --size 7x7",
        "adaptive-max" => "cenote adaptive-max array.npy --size keepx2",
        "sum" => "cenote sum array.npy -k 2",
        "global-sum" => "cenote global-sum features.npy --layout nhwc",
        "lp" => "cenote lp array.npy --norm 2 -k 3 -s 2",
        "global-lp" => "cenote global-lp features.npy --norm 2 --layout nhwc",
        "reduce" => "cenote reduce array.npy -k 2 --nodata 0 --min-count 2",
        "pyramid" => "cenote pyramid photo.png --levels 3        writes photo.1.png, photo.2.png and photo.3.png",
        "min" => "cenote min photo.png -k 3 -s 1 -p 1",
        "global-min" => "cenote global-min volume.npy --dims 3",
        "fractional-max" => "cenote fractional-max array.npy -k 2 --size 5x2 --seed 1",
        "median" => "cenote median photo.png -k 3 -s 1 -p 1",
        "mode" => "cenote mode labels.npy -k 2x2x2",
        "stochastic" => "cenote stochastic features.npy -k 2 --seed 1",
        "gem" => "cenote gem array.npy --norm 3 -k 3 -s 2",
        "global-gem" => "cenote global-gem features.npy --layout nhwc",
        "soft" => "cenote soft photo.png -k 2",
        "blur" => "cenote blur photo.png -k 3 -s 2",
        "spp" => "cenote spp array.npy --sizes 1,2,4",
        "sppf" => "cenote sppf features.npy -k 5",
        "roi-align" => "cenote roi-align features.npy --rois rois.npy --size 7x7 --scale 0.25 --aligned",
        "roi-max" => "cenote roi-max features.npy --rois rois.npy --size 7x7 --scale 0.25",
        "unpool" => "cenote unpool array.max.npy --indices indices.npy -k 2        after: cenote max array.npy -k 2 --indices indices.npy",
        "shape" => "cenote shape 112x112 -k 3 -s 2 -p 1",
        "onnx" => "cenote onnx model.onnx",
        "explain" => "cenote explain max 7x7 -k 3 -s 2 -p 1",
        _ when command.StartsWith("explain ", StringComparison.Ordinal) => ExplainCommand.Example(command["explain ".Length..]),
        "compare" => "cenote compare photo.png -k 4        writes photo.compare.png",
        "bench" => "cenote bench --threads 1        on one core",
        "devices" => "cenote devices        then: cenote max array.npy -k 2 --device 0",
        "serve" => "cenote serve        then open http://127.0.0.1:8642/",
        _ => "cenote max photo.png -k 4        writes photo.max.png, a quarter as wide and high",
    };
}
