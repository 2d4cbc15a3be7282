using System.CommandLine;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Commands;

/// <summary>Indices and gradients beside libtorch's.</summary>
internal static class TrainingCommand
{
    public static Command Create()
    {
        Option<string?> rows = Options.RowNames();
        Option<int> threads = Options.Threads(), passes = Options.Passes();
        Option<string> layout = Options.Layout();
        Option<int?> sample = Options.Sample("Measure so many random odd shapes instead.");
        Option<int> seed = Options.Seed(), rank = Options.Rank();
        var plot = new Option<string?>("--plot") { Description = "A PNG file for the ratios of the gradients. [default: none]", HelpName = "FILE" };
        var command = new Command("training", "Forward with indices, and backward, beside libtorch: results compared, then timed in turn.") { rows, threads, passes, layout, sample, seed, rank, plot };
        command.SetAction(parse =>
        {
            IReadOnlyList<Row> chosen = parse.GetValue(sample) is { } count ? new OddShapes(parse.GetValue(seed), parse.GetValue(rank)).Take(count) : Options.Chosen(parse.GetValue(rows));
            return TrainingReport.Write(Console.Out, parse.GetValue(plot), chosen, Options.Layouts(parse.GetValue(layout)!), parse.GetValue(threads), parse.GetValue(passes)) ? 0 : 1;
        });
        return command;
    }
}
