using Spectre.Console;

namespace Cenote.Cli;

/// <summary>The rows as they are measured: a table that grows on a terminal, aligned text in a pipe.</summary>
internal static class BenchTable
{
    private static readonly string[] Titles = ["row", "layout", "ms", "GB/s", "× floor"];

    /// <summary>Names to the left, numbers to the right.</summary>
    private const int Names = 2;

    /// <summary>The widest that a number gets before it moves its column.</summary>
    private const int NumberWidth = 7;

    /// <summary>Measures one after the other and shows each as it comes.</summary>
    public static List<BenchResult> Show(IReadOnlyList<BenchRow> rows, IEnumerable<BenchResult> results) => Console.IsOutputRedirected ? AsText(rows, results) : AsTable(results);

    /// <summary>Lines that are as wide as the terminal; elsewhere one line.</summary>
    public static void ShowVerdict(string verdict)
    {
        if (Console.IsOutputRedirected) Console.Out.WriteLine(verdict);
        else AnsiConsole.WriteLine(verdict);
    }

    private static List<BenchResult> AsText(IReadOnlyList<BenchRow> rows, IEnumerable<BenchResult> results)
    {
        var all = new List<BenchResult>();
        int widest = rows.Max(row => row.ToString().Length);
        Print(Titles);
        foreach (BenchResult result in results)
        {
            all.Add(result);
            Print(result.Cells());
        }

        return all;

        void Print(string[] cells) => Console.Out.WriteLine(
            string.Join("  ", cells.Select((cell, column) => column == 0 ? cell.PadRight(widest) : column < Names ? cell.PadRight(Titles[column].Length) : cell.PadLeft(NumberWidth))));
    }

    private static List<BenchResult> AsTable(IEnumerable<BenchResult> results)
    {
        var all = new List<BenchResult>();
        var table = new Table().Border(TableBorder.Simple);
        for (int column = 0; column < Titles.Length; column++)
            table.AddColumn(new TableColumn(Titles[column]) { Alignment = column < Names ? Justify.Left : Justify.Right, NoWrap = column > 0, Padding = new Spectre.Console.Padding(0, 0, 1, 0) });
        AnsiConsole.Live(table).Start(live =>
        {
            live.Refresh();
            foreach (BenchResult result in results)
            {
                all.Add(result);
                string[] cells = result.Cells();
                table.AddRow([.. cells[..^1].Select(cell => new Text(cell)), new Text(cells[^1], new Style(result.IsNear ? Color.Green : null))]);
                live.Refresh();
            }
        });
        return all;
    }
}
