using System.CommandLine;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Commands;

/// <inheritdoc cref="TypesReport"/>
internal static class TypesCommand
{
    public static Command Create()
    {
        Option<string?> rows = Options.RowNames();
        Option<int> threads = Options.Threads();
        Option<string> layout = Options.Layout();
        var command = new Command("types", "Every element type beside float32, by the time per byte moved.") { rows, threads, layout };
        command.SetAction(parse => TypesReport.Write(Console.Out, Options.Chosen(parse.GetValue(rows)), Options.Layouts(parse.GetValue(layout)!), parse.GetValue(threads)));
        return command;
    }
}
