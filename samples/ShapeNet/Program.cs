using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Cenote.Benchmarks;
using Cenote.Benchmarks.Report;
using ShapeNet.Experiment;
using ShapeNet.Report;
using ShapeNet.Training;

// Trains small networks with Cenote's layers and writes what pooling does to their cost and to their accuracy.
// Exit codes: 0 fine, 2 bad usage (one line on standard error).
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var output = new Option<string?>("--output") { Description = "The folder for results.md and its pictures. [default: docs/training of the checkout]", HelpName = "FOLDER" };
var seeds = new Option<int>("--seeds") { Description = "How many times each network is trained.", HelpName = "N", DefaultValueFactory = _ => 5 };
var force = new Option<bool>("--force") { Description = "Write over the results that --output already holds." };
var root = new RootCommand("Trains small networks on drawn shapes: max pooling, average pooling, strided convolution, none.") { output, seeds, force };
root.SetAction(parse => Run(parse.GetValue(output) is { } folder ? Fresh(folder, parse.GetValue(force)) : Checkout(), parse.GetValue(seeds)));
try
{
    ParseResult parse = root.Parse(args);
    if (parse.Errors.Count > 0) throw new UserError(parse.Errors[0].Message.ReplaceLineEndings(" "));
    return parse.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception error) when (error is UserError or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}

static void Run(string folder, int seeds)
{
    if (seeds < 1) throw new UserError($"--seeds is {seeds}; it must be at least 1.");
    var total = Stopwatch.StartNew();
    PlotFont.Require();
    Directory.CreateDirectory(folder);
    GradientCheck.Run();
    Console.WriteLine("The gradients of all layers agree with differences.");
    Run[] runs = Runs.All(seeds, Series.All, run => Console.WriteLine($"{total.Elapsed.TotalSeconds,4:0} s  seed {run.Seed}  {run.Variant.Name,-24} training {run.Train:P1}, test {run.Test:P1}"));
    // After the training: nothing else runs, and everything is compiled.
    VariantCost[] costs = [.. Variant.All.Select(Cost.Of)];
    using var page = new StringWriter { NewLine = "\n" };
    new ResultsPage(folder, page).Write(runs, costs, total);
    File.WriteAllText(Path.Combine(folder, "results.md"), page.ToString());
    Console.WriteLine($"\n{page}\nWritten to {Path.GetFullPath(folder)}.");
}

static string Fresh(string folder, bool force)
{
    if (!force && File.Exists(Path.Combine(folder, "results.md"))) throw new UserError($"{folder} already holds results: name another folder, or add --force.");
    return folder;
}

// The checkout that the program was built in, wherever it is started from.
static string Checkout()
{
    for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        if (File.Exists(Path.Combine(folder.FullName, "Cenote.slnx"))) return Path.Combine(folder.FullName, "docs", "training");
    throw new UserError("the program lies outside of its checkout: name a folder with --output.");
}
