using System.CommandLine;

namespace Cenote.Benchmarks.Commands;

/// <summary>Indices and gradients beside libtorch's.</summary>
internal static class TrainingCommand
{
    public static Command Create()
    {
        Option<string?> rows = Options.RowNames();
        Option<int> threads = Options.Threads(), passes = Options.Passes();
        Option<string> layout = Options.Layout();
        var plot = new Option<string?>("--plot") { Description = "A PNG file for the ratios of the gradients. [default: none]", HelpName = "FILE" };
        var command = new Command("training", "Forward with indices, and backward, beside libtorch: results compared, then timed in turn.") { rows, threads, passes, layout, plot };
        command.SetAction(parse =>
            TrainingReport.Write(Console.Out, parse.GetValue(plot), Options.Chosen(parse.GetValue(rows)), Options.Layouts(parse.GetValue(layout)!), parse.GetValue(threads), parse.GetValue(passes)) ? 0 : 1);
        return command;
    }
}
