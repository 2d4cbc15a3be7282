namespace Cenote.Cli;

/// <summary>An explanation as a figure: the whole, then every window with what becomes of it; or one window, large.</summary>
internal sealed class ExplainFigure(Explanation explanation)
{
    private const double Margin = 24, Gap = 28, ArrowLength = 46, LargeCell = 46, SmallCell = 13, FrameOutput = 34, WidestGrid = 640, WidestLine = 860, WidestRow = 1180;

    /// <summary>The most windows that a figure shows one by one.</summary>
    private const int MostFrames = 36;

    private readonly Drawing _drawing = new(Margin);
    private readonly CellPainter _painter = new(explanation);

    private ExplainedAxis Rows => explanation.Rows;

    private ExplainedAxis Columns => explanation.Columns;

    /// <param name="at">The output to show; null for all.</param>
    /// <exception cref="UserError">There are too many windows to be shown one by one.</exception>
    public Drawing Draw(ExplainedWindow? at)
    {
        int windows = Rows.Windows.Length * Columns.Windows.Length;
        if (at is null && windows > MostFrames) throw new UserError($"-o: {explanation.Title} has {windows} windows, and a figure shows at most {MostFrames}; --at shows one of them.");
        if (windows == 1) at = explanation.Window(0, 0);
        double y = Head();
        y = at is not null ? DrawOne(at, y) : explanation.IsLine ? DrawLine(y) : DrawPlane(y);
        Legend(y + 12, at is null);
        return _drawing;
    }

    private double Head()
    {
        _drawing.Text(Margin, Margin + 10, explanation.Title, 20, bold: true);
        double y = Margin + 42;
        foreach (string formula in explanation.Formulas)
        {
            _drawing.Text(Margin, y, formula, 13, Palette.Soft);
            y += 20;
        }

        return y + 12;
    }

    /// <summary>One window in the whole input, and its place in the whole output.</summary>
    private double DrawOne(ExplainedWindow window, double y)
    {
        double cell = Math.Min(LargeCell, WidestGrid / Columns.Positions), height = Rows.Windows.Length * cell;
        var input = new GridArea(Margin, y + 24, cell, Rows, Columns);
        var (fromX, fromY) = input.ExitOf(window);
        double x = input.Right + 2.2 * ArrowLength, top = input.Y + Math.Max(0, (input.Bottom - input.Y - height) / 2);
        // The arrow comes from above or below where other outputs are in its way.
        bool isFirst = window.Column > 0 && window.Row == 0, isLast = window.Column > 0 && !isFirst && window.Row == Rows.Windows.Length - 1 && fromY - ArrowLength - height > input.Y;
        if (isFirst) top = Math.Max(top, fromY + 0.7 * ArrowLength);
        if (isLast) top = Math.Min(top, fromY - 0.7 * ArrowLength - height);
        _drawing.Text(input.X, y + 8, "input", 14, Palette.Soft);
        _drawing.Text(x, isFirst ? top + height + 16 : top - 16, "output", 14, Palette.Soft);
        _painter.Window(_drawing, input, window, Palette.Window);
        _painter.Outputs(_drawing, x, top, cell, only: window);
        double middle = x + (window.Column + 0.5) * cell;
        var (toX, toY) = isFirst ? (middle, top - 3) : isLast ? (middle, top + height + 3) : (x + window.Column * cell - 3, top + (window.Row + 0.5) * cell);
        Arrow(fromX, fromY, toX, toY, 2.5);
        double bottom = Math.Max(input.Bottom, top + height + (isFirst ? 20 : 0)) + 26;
        _drawing.Text(Margin, bottom, window.Work, 16, bold: true);
        return bottom + 24;
    }

    /// <summary>One axis: the input, and under it a row for every window, its taps in their places.</summary>
    private double DrawLine(double y)
    {
        double cell = Math.Min(LargeCell, WidestLine / Columns.Positions), step = cell + 14;
        var input = new GridArea(Margin, y + 24, cell, Rows, Columns);
        _drawing.Text(Margin, y + 8, "input", 14, Palette.Soft);
        _painter.Input(_drawing, input, colours: false);
        y = input.Bottom + 22;
        _drawing.Text(input.Right + ArrowLength + 12, y - 16, "output", 14, Palette.Soft);
        foreach (ExplainedWindow window in explanation.Windows)
        {
            var area = new GridArea(Margin, y, cell, Rows, Columns);
            _painter.Taps(_drawing, area, window, Palette.Window);
            double x = area.Right + ArrowLength + 12;
            Arrow(area.ExitOf(window).X + 4, y + cell / 2, x - 4, y + cell / 2, 1.6);
            _painter.Output(_drawing, x, y, cell, window, Palette.Window);
            if (!explanation.HasWinners) _drawing.Text(x + cell + 14, y + cell / 2, window.Work, 13, Palette.Soft);
            y += step;
        }

        return y;
    }

    /// <summary>Two axes: input and output, and then a frame for every window, placed as the outputs are.</summary>
    private double DrawPlane(double y)
    {
        double cell = Math.Min(LargeCell, WidestGrid / Columns.Positions), outputWidth = Columns.Windows.Length * cell, outputHeight = Rows.Windows.Length * cell;
        var input = new GridArea(Margin, y + 24, cell, Rows, Columns);
        double height = Math.Max(input.Bottom - input.Y, outputHeight), x = input.Right + 2.2 * ArrowLength, top = input.Y + (height - outputHeight) / 2;
        _drawing.Text(input.X, y + 8, "input", 14, Palette.Soft);
        _painter.Input(_drawing, input, colours: explanation.IsApart);
        _drawing.Add(new Segment(input.Right + 18, input.Y + height / 2, x - 18, input.Y + height / 2, "step", Palette.Ink, 3, HasHead: true));
        _drawing.Text(x, top - 16, "output", 14, Palette.Soft);
        _painter.Outputs(_drawing, x, top, cell, only: null);
        // Beside the whole where there is room, else below.
        double right = x + outputWidth + 2.5 * Gap, bottom = input.Y + height;
        return right + Columns.Windows.Length * FrameOf(30).Step <= WidestRow ? Math.Max(bottom + 20, Frames(right, y + 8, 30)) : Frames(Margin, bottom + 34, RoomyCell);
    }

    /// <summary>The cells of frames that fill a row.</summary>
    private double RoomyCell => Math.Clamp((WidestRow / Columns.Windows.Length - FrameOf(0).Step) / Columns.Positions, SmallCell, 30);

    private (double Width, double Step) FrameOf(double cell)
    {
        double width = Columns.Positions * cell + ArrowLength + FrameOutput;
        return (width, width + Gap);
    }

    private double Frames(double left, double y, double cell)
    {
        double width = FrameOf(cell).Width, height = Rows.Positions * cell, step = height + (explanation.HasWinners ? 40 : 60);
        _drawing.Text(left, y, "window by window", 14, Palette.Soft);
        y += 16;
        foreach (ExplainedWindow window in explanation.Windows)
        {
            double x = left + window.Column * (width + Gap), top = y + window.Row * step;
            string colour = explanation.IsApart ? Palette.OfWindow(window.Row, window.Column) : Palette.Window;
            var area = new GridArea(x, top + 18, cell, Rows, Columns);
            _drawing.Text(x, top + 7, $"({window.Row}, {window.Column})", 11, Palette.Faded);
            _painter.Window(_drawing, area, window, colour);
            double outputX = area.Right + ArrowLength, middle = area.Y + height / 2;
            var (fromX, fromY) = area.ExitOf(window);
            Arrow(fromX, fromY, outputX - 3, middle, 1.6);
            _painter.Output(_drawing, outputX, middle - FrameOutput / 2, FrameOutput, window, colour);
            if (!explanation.HasWinners) Caption(x, area.Bottom + 16, window.Work, width);
        }

        return y + Rows.Windows.Length * step;
    }

    /// <summary>From a window to its output.</summary>
    private void Arrow(double fromX, double fromY, double toX, double toY, double width) => _drawing.Add(new Segment(fromX, fromY, toX, toY, "arrow", Palette.Ink, width, HasHead: true));

    private void Caption(double x, double y, string work, double width)
    {
        const double Size = 12;
        if (Label.WidthOf(work, Size) > width + Gap && work.LastIndexOf(" / ", StringComparison.Ordinal) is > 0 and var slash) work = $"sum{work[slash..]}";
        _drawing.Text(x, y, work, Size, Palette.Soft);
    }

    private void Legend(double y, bool showsAll)
    {
        const double Swatch = 18, Size = 13;
        double x = Margin, widest = Math.Max(_drawing.Width, 560);
        foreach (var (kind, text) in _painter.Legend(showsAll))
        {
            double width = Swatch + 8 + Label.WidthOf(text, Size) + 22;
            if (x > Margin && x + width > widest) (x, y) = (Margin, y + 28);
            _painter.Swatch(_drawing, x, y, Swatch, kind);
            _drawing.Text(x + Swatch + 8, y + Swatch / 2, text, Size, Palette.Soft);
            x += width;
        }
    }
}

/// <summary>Where a grid of positions lies in a figure.</summary>
internal sealed record GridArea(double X, double Y, double Cell, ExplainedAxis Rows, ExplainedAxis Columns)
{
    public double Right => XOf(Columns.Last + 1);

    public double Bottom => YOf(Rows.Last + 1);

    public double XOf(long column) => X + (column - Columns.First) * Cell;

    public double YOf(long row) => Y + (row - Rows.First) * Cell;

    /// <summary>Where a window's arrow begins: at the middle of its right side.</summary>
    public (double X, double Y) ExitOf(ExplainedWindow window) => (XOf(window.Columns[^1].Position + 1) + 2, (YOf(window.Rows[0].Position) + YOf(window.Rows[^1].Position + 1)) / 2);
}
