using Spectre.Console;

namespace Cenote.Cli;

/// <summary>An explanation as text: colours on a terminal, brackets everywhere.</summary>
internal sealed class ExplainText(Explanation explanation, IAnsiConsole console)
{
    /// <summary>Everything: the sizes, the input, every window, the output.</summary>
    public void Print()
    {
        PrintHead();
        Line("");
        Line("[bold]input[/]");
        PrintInput(window: null);
        PrintUnread();
        foreach (ExplainedWindow window in explanation.Windows)
        {
            Line("");
            Line($"[bold]output {Position(window)}[/]  {Reads(window)}");
            PrintTaps(window);
            Line($"  {Markup.Escape(window.Work)}");
        }

        Line("");
        Line("[bold]output[/]");
        for (int row = 0; row < explanation.Rows.Windows.Length; row++)
            Row(Enumerable.Range(0, explanation.Columns.Windows.Length).Select(column => (explanation.Output.Text(row, column), Mark.Read)), explanation.Output.Widest);
        PrintLegend(hasStory: false);
    }

    /// <summary>One output's story.</summary>
    public void PrintStory(ExplainedWindow window)
    {
        PrintHead();
        Line("");
        Line($"[bold]output {Position(window)}[/]  {Reads(window)}");
        PrintInput(window);
        Line($"  {Markup.Escape(window.Work)}");
        string[] axes = explanation.IsLine ? explanation.Plan.Describe(window.Column).Split('\n') : explanation.Plan.Describe(window.Row, window.Column).Split('\n');
        // The first line has the divisor, which only averages have.
        foreach (string axis in axes[1..]) Line(Markup.Escape(axis));
        if (explanation.HasWinners) Line($"winner: {(window.Winner is not { } winner ? "none, no tap of the input wins" : explanation.IsLine ? $"input ({winner.Column})" : $"input ({winner.Row}, {winner.Column})")}");
        PrintLegend(hasStory: true);
    }

    private void PrintHead()
    {
        Line($"[bold]{Markup.Escape(explanation.Title)}[/]");
        foreach (string formula in explanation.Formulas) Line(Markup.Escape(formula));
    }

    /// <summary>The whole input with its padding and the overhang, the taps of a window marked.</summary>
    private void PrintInput(ExplainedWindow? window)
    {
        for (long y = explanation.Rows.First; y <= explanation.Rows.Last; y++)
        {
            var row = new Tap(y, explanation.Rows.PlaceOf(y));
            Row(Positions(explanation.Columns).Select(column => (Text(row, column), MarkOf(row, column, window))), explanation.Input.Widest);
        }
    }

    private static IEnumerable<Tap> Positions(ExplainedAxis axis)
    {
        for (long x = axis.First; x <= axis.Last; x++) yield return new(x, axis.PlaceOf(x));
    }

    private void PrintTaps(ExplainedWindow window)
    {
        foreach (Tap row in window.Rows)
            Row(window.Columns.Select(column => (Text(row, column), window.IsWinner(row, column) ? Mark.Winner : ExplainedWindow.PlaceOf(row, column) == TapPlace.Input ? Mark.Read : Mark.Outside)), explanation.Input.Widest);
    }

    private Mark MarkOf(Tap row, Tap column, ExplainedWindow? window)
    {
        bool isInside = ExplainedWindow.PlaceOf(row, column) == TapPlace.Input;
        if (window is null) return !isInside ? Mark.Outside : explanation.Rows.IsRead(row.Position) && explanation.Columns.IsRead(column.Position) ? Mark.Read : Mark.Other;
        return window.IsWinner(row, column) ? Mark.Winner : window.Rows.Contains(row) && window.Columns.Contains(column) ? Mark.Tap : isInside ? Mark.Other : Mark.Outside;
    }

    private string Text(Tap row, Tap column) => explanation.TextOf(row, column) ?? (ExplainedWindow.PlaceOf(row, column) == TapPlace.Padding ? "·" : "×");

    private enum Mark
    {
        Read,
        Tap,
        Winner,
        Other,
        Outside,
    }

    /// <summary>A line of numbers to the right of cells so many characters wide, each with room for a bracket on either side.</summary>
    private void Row(IEnumerable<(string Text, Mark Mark)> cells, int width)
    {
        var line = new System.Text.StringBuilder();
        // A blank after a number without a bracket belongs to the next cell: no line ends in one.
        bool owesBlank = false;
        foreach (var (text, mark) in cells)
        {
            bool hasBracket = mark is Mark.Winner or Mark.Tap;
            string marked = mark switch { Mark.Winner => $"[{text}]", Mark.Tap => $"({text})", _ => text };
            string style = mark switch { Mark.Winner => "bold black on orange1", Mark.Tap or Mark.Read => "deepskyblue1", _ => "grey" };
            line.Append(' ', width - text.Length + (hasBracket ? 1 : 2) + (owesBlank ? 1 : 0)).Append($"[{style}]{Markup.Escape(marked)}[/]");
            owesBlank = !hasBracket;
        }

        Line(line.ToString());
    }

    private string Position(ExplainedWindow window) => explanation.IsLine ? $"({window.Column})" : $"({window.Row}, {window.Column})";

    private string Reads(ExplainedWindow window) => explanation.IsLine ? $"positions {Range(window.Columns)}" : $"rows {Range(window.Rows)}, columns {Range(window.Columns)}";

    private static string Range(Tap[] taps) => taps.Length == 1 ? $"{taps[0].Position}"
        : taps.Length > 2 && taps[1].Position - taps[0].Position > 1 ? string.Join(", ", taps.Select(tap => tap.Position))
        : taps[1].Position - taps[0].Position > 1 ? $"{taps[0].Position} and {taps[1].Position}" : $"{taps[0].Position} to {taps[^1].Position}";

    private void PrintUnread()
    {
        string[] unread = [.. Unread("row", explanation.Rows), .. Unread(explanation.IsLine ? "position" : "column", explanation.Columns)];
        if (unread.Length > 0) Line($"[grey]never read: {string.Join("; ", unread)}[/]");

        static IEnumerable<string> Unread(string name, ExplainedAxis axis) => axis.Unread.Any() ? [$"{name}{(axis.Unread.Count() > 1 ? "s" : "")} {string.Join(", ", axis.Unread)}"] : [];
    }

    private void PrintLegend(bool hasStory)
    {
        List<string> legend = [];
        if (hasStory) legend.Add("( ) a tap of the window");
        if (explanation.HasWinners) legend.Add("[ ] the winner");
        if (Reaches(TapPlace.Padding)) legend.Add(explanation.HasWinners ? "· padding, takes no part" : "· padding");
        if (Reaches(TapPlace.Overhang)) legend.Add("× overhang of ceil mode, takes no part");
        if (legend.Count > 0) Line($"\n[grey]{Markup.Escape(string.Join("   ", legend))}[/]");

        // Zeros of padding are printed as zeros.
        bool Reaches(TapPlace place) => Positions(explanation.Rows).Any(row => Positions(explanation.Columns).Any(column => ExplainedWindow.PlaceOf(row, column) == place && explanation.TextOf(row, column) is null));
    }

    private void Line(string markup) => console.MarkupLine(markup);
}
