namespace Cenote.Cli;

/// <summary>How cells look: values in a scale of blue, the winner in orange, padding hatched, overhang dashed.</summary>
internal sealed class CellPainter
{
    private readonly Explanation _explanation;
    private readonly double _least, _most;

    public CellPainter(Explanation explanation)
    {
        _explanation = explanation;
        double[] finite = [.. explanation.Input.Values.Where(double.IsFinite)];
        (_least, _most) = finite.Length == 0 ? (0, 0) : (finite.Min(), finite.Max());
    }

    /// <summary>What the legend explains.</summary>
    public enum Sign
    {
        Tap,
        Winner,
        Gap,
        Padding,
        Overhang,
        Unread,
    }

    /// <summary>The whole input with its padding and overhang.</summary>
    /// <param name="drawing">The figure.</param>
    /// <param name="area">Where.</param>
    /// <param name="colours">Whether windows are outlined, each in its colour.</param>
    public void Input(Drawing drawing, GridArea area, bool colours)
    {
        foreach (var (row, column) in Positions(area))
        {
            TapPlace place = ExplainedWindow.PlaceOf(row, column);
            bool isRead = area.Rows.IsRead(row.Position) && area.Columns.IsRead(column.Position);
            if (place != TapPlace.Input) Outside(drawing, area, row, column, place, Palette.Line, "");
            else Cell(drawing, area, row, column, isRead ? "cell" : "cell unread", isRead ? Fill(_explanation.Input[row.Position, column.Position]) : Palette.Unread, Palette.Line, 1, isRead ? Palette.Ink : Palette.Faded, bold: false);
        }

        if (!colours) return;
        foreach (ExplainedWindow window in _explanation.Windows)
        {
            string colour = Palette.OfWindow(window.Row, window.Column);
            if (window.Winner is { } winner) Cell(drawing, area, new(winner.Row, TapPlace.Input), new(winner.Column, TapPlace.Input), "winner", Palette.Winner, Palette.Line, 1, Palette.Ink, bold: true);
            Outline(drawing, area, window, colour, inset: 2);
        }
    }

    /// <summary>The input, faded but for the taps of a window.</summary>
    public void Window(Drawing drawing, GridArea area, ExplainedWindow window, string colour)
    {
        foreach (var (row, column) in Positions(area))
        {
            TapPlace place = ExplainedWindow.PlaceOf(row, column);
            if (place == TapPlace.Input) Cell(drawing, area, row, column, "cell", Palette.Paper, Palette.Faint, 1, Palette.Pale, bold: false);
            else Box(drawing, area, row, column, "outside", null, Palette.Faint, isHatched: place == TapPlace.Padding, isDashed: place == TapPlace.Overhang);
        }

        Outline(drawing, area, window, colour, inset: -1.5);
        Taps(drawing, area, window, colour);
    }

    /// <summary>The taps of a window alone, in their places; along one axis a line leads through the gaps.</summary>
    public void Taps(Drawing drawing, GridArea area, ExplainedWindow window, string colour)
    {
        if (_explanation.IsLine && HasGaps(window.Columns))
            drawing.Add(new Segment(area.XOf(window.Columns[0].Position), area.Y + area.Cell / 2, area.XOf(window.Columns[^1].Position + 1), area.Y + area.Cell / 2, "gap", colour, 1.5));
        foreach (Tap row in window.Rows)
            foreach (Tap column in window.Columns)
            {
                TapPlace place = ExplainedWindow.PlaceOf(row, column);
                bool wins = window.IsWinner(row, column);
                if (place != TapPlace.Input) Outside(drawing, area, row, column, place, colour, " tap");
                else Cell(drawing, area, row, column, wins ? "tap winner" : "tap", wins ? Palette.Winner : Fill(_explanation.Input[row.Position, column.Position]), colour, 1.4, Palette.Ink, wins);
            }
    }

    /// <summary>The whole output.</summary>
    /// <param name="drawing">The figure.</param>
    /// <param name="x">The left side.</param>
    /// <param name="y">The upper side.</param>
    /// <param name="cell">The side of a cell.</param>
    /// <param name="only">The one output that is not faded; null for all.</param>
    public void Outputs(Drawing drawing, double x, double y, double cell, ExplainedWindow? only)
    {
        foreach (ExplainedWindow window in _explanation.Windows.Where(window => only is null || (window.Row, window.Column) != (only.Row, only.Column)))
        {
            double left = x + window.Column * cell, top = y + window.Row * cell;
            if (only is null) Output(drawing, left, top, cell, window, _explanation.IsApart ? Palette.OfWindow(window.Row, window.Column) : Palette.Line, inset: _explanation.IsApart ? 2 : 0);
            else
            {
                drawing.Add(new Box(left, top, cell, cell, "output", Palette.Paper, Palette.Faint));
                Number(drawing, left, top, cell, _explanation.Output.Text(window.Row, window.Column), Palette.Pale, bold: false);
            }
        }

        if (only is not null) Output(drawing, x + only.Column * cell, y + only.Row * cell, cell, only, Palette.Window);
    }

    public void Output(Drawing drawing, double x, double y, double cell, ExplainedWindow window, string colour, double inset = 0)
    {
        drawing.Add(new Box(x, y, cell, cell, "output", Fill(_explanation.Output[window.Row, window.Column]), inset > 0 ? Palette.Line : colour, inset > 0 ? 1 : 2));
        if (inset > 0) drawing.Add(new Box(x + inset, y + inset, cell - 2 * inset, cell - 2 * inset, "window", null, colour, 2.5));
        Number(drawing, x + inset, y + inset, cell - 2 * inset, _explanation.Output.Text(window.Row, window.Column), Palette.Ink, bold: true);
    }

    /// <summary>The signs that occur, with their meaning.</summary>
    public IEnumerable<(Sign Sign, string Text)> Legend(bool showsAll)
    {
        ExplainedWindow[] windows = [.. _explanation.Windows];
        yield return (Sign.Tap, "read by the window");
        if (_explanation.HasWinners) yield return (Sign.Winner, "the winner");
        if (windows.Any(window => HasGaps(window.Rows) || HasGaps(window.Columns))) yield return (Sign.Gap, "between the taps: skipped");
        if (Reaches(TapPlace.Padding)) yield return (Sign.Padding, _explanation.HasWinners ? "padding: takes no part" : "padding: adds nothing");
        if (Reaches(TapPlace.Overhang)) yield return (Sign.Overhang, "overhang of ceil mode: takes no part");
        if (showsAll && (_explanation.Rows.Unread.Any() || _explanation.Columns.Unread.Any())) yield return (Sign.Unread, "never read");

        bool Reaches(TapPlace place) => windows.Any(window => window.Rows.Concat(window.Columns).Any(tap => tap.Place == place));
    }

    public void Swatch(Drawing drawing, double x, double y, double size, Sign sign)
    {
        if (sign == Sign.Gap && _explanation.IsLine)
        {
            drawing.Add(new Segment(x, y + size / 2, x + size, y + size / 2, "legend", Palette.Window, 1.5));
            return;
        }

        drawing.Add(sign switch
        {
            Sign.Tap => new Box(x, y, size, size, "legend", Palette.Scale(0.5), Palette.Window, 1.4),
            Sign.Winner => new Box(x, y, size, size, "legend", Palette.Winner, Palette.Window, 1.4),
            Sign.Gap => new Box(x, y, size, size, "legend", Palette.Paper, Palette.Faint),
            Sign.Padding => new Box(x, y, size, size, "legend", null, Palette.Line, IsHatched: true),
            Sign.Overhang => new Box(x, y, size, size, "legend", Palette.Paper, Palette.Overhang, 1.4, IsDashed: true),
            _ => new Box(x, y, size, size, "legend", Palette.Unread, Palette.Line),
        });
        if (sign == Sign.Overhang) Cross(drawing, x, y, size);
    }

    private static IEnumerable<(Tap Row, Tap Column)> Positions(GridArea area)
    {
        for (long row = area.Rows.First; row <= area.Rows.Last; row++)
            for (long column = area.Columns.First; column <= area.Columns.Last; column++) yield return (new(row, area.Rows.PlaceOf(row)), new(column, area.Columns.PlaceOf(column)));
    }

    private static bool HasGaps(Tap[] taps) => taps.Length > 1 && taps[1].Position - taps[0].Position > 1;

    private string Fill(double value) => double.IsNaN(value) ? Palette.Unread : Palette.Scale(_most > _least ? (value - _least) / (_most - _least) : 0.5);

    private void Cell(Drawing drawing, GridArea area, Tap row, Tap column, string kind, string fill, string stroke, double width, string ink, bool bold)
    {
        double x = area.XOf(column.Position), y = area.YOf(row.Position);
        drawing.Add(new Box(x, y, area.Cell, area.Cell, kind, fill, stroke, width));
        Number(drawing, x, y, area.Cell, _explanation.Input.Text(row.Position, column.Position), ink, bold);
    }

    private void Outside(Drawing drawing, GridArea area, Tap row, Tap column, TapPlace place, string stroke, string suffix)
    {
        double x = area.XOf(column.Position), y = area.YOf(row.Position);
        if (place == TapPlace.Padding) Box(drawing, area, row, column, $"padding{suffix}", null, stroke, isHatched: true);
        else Box(drawing, area, row, column, $"overhang{suffix}", Palette.Paper, Palette.Overhang, isDashed: true);
        if (place == TapPlace.Overhang) Cross(drawing, x, y, area.Cell);
        // Zeros that take part are shown.
        if (_explanation.TextOf(row, column) is { } zero) Number(drawing, x, y, area.Cell, zero, Palette.Ink, bold: true);
    }

    private static void Box(Drawing drawing, GridArea area, Tap row, Tap column, string kind, string? fill, string stroke, bool isHatched = false, bool isDashed = false) =>
        drawing.Add(new Box(area.XOf(column.Position), area.YOf(row.Position), area.Cell, area.Cell, kind, fill, stroke, 1, isHatched, isDashed));

    private static void Outline(Drawing drawing, GridArea area, ExplainedWindow window, string colour, double inset)
    {
        double x = area.XOf(window.Columns[0].Position) + inset, y = area.YOf(window.Rows[0].Position) + inset;
        double right = area.XOf(window.Columns[^1].Position + 1) - inset, bottom = area.YOf(window.Rows[^1].Position + 1) - inset;
        drawing.Add(new Box(x, y, right - x, bottom - y, "window", null, colour, 2.5));
    }

    private static void Cross(Drawing drawing, double x, double y, double size)
    {
        double inset = 0.3 * size;
        drawing.Add(new Segment(x + inset, y + inset, x + size - inset, y + size - inset, "cross", Palette.Overhang, 1.4));
        drawing.Add(new Segment(x + size - inset, y + inset, x + inset, y + size - inset, "cross", Palette.Overhang, 1.4));
    }

    private static void Number(Drawing drawing, double x, double y, double cell, string text, string ink, bool bold) =>
        drawing.Text(x + cell / 2, y + cell / 2, text, Math.Min(0.44 * cell, 0.8 * cell / Label.WidthOf(text, 1)), ink, Anchor.Middle, bold);
}
