using System.CommandLine;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Commands;

/// <summary>Cenote beside its peers, by the rows of the table or by random odd shapes.</summary>
internal static class VersusCommand
{
    public static Command Create()
    {
        Option<string?> rows = Options.RowNames();
        Option<int> threads = Options.Threads(), passes = Options.Passes();
        Option<string> layout = Options.Layout(), type = Options.Type();
        Option<int?> sample = Options.Sample("Measure so many random odd shapes instead, and tell where Cenote is the slower one.");
        Option<int> seed = Options.Seed(), rank = Options.Rank();
        var worst = new Option<int>("--worst") { Description = "How many of these shapes to tell of.", HelpName = "N", DefaultValueFactory = _ => 10 };
        var command = new Command("versus", "Cenote beside libtorch, ONNX Runtime, oneDNN and OpenCV: outputs compared, then timed in turn.") { rows, threads, passes, layout, type, sample, seed, rank, worst };
        command.SetAction(parse =>
        {
            Layout[] layouts = Options.Layouts(parse.GetValue(layout)!);
            Element element = Options.Element(parse.GetValue(type)!);
            bool same = parse.GetValue(sample) is { } count
                ? OddShapeReport.Write(Console.Out, count, parse.GetValue(seed), parse.GetValue(rank), parse.GetValue(worst), layouts, element, parse.GetValue(threads))
                : VersusReport.Write(Console.Out, Options.Chosen(parse.GetValue(rows)), layouts, element, parse.GetValue(threads), parse.GetValue(passes));
            return same ? 0 : 1;
        });
        return command;
    }
}
