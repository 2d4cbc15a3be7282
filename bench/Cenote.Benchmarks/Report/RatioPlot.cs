using ScottPlot;
using ScottPlot.TickGenerators;

namespace Cenote.Benchmarks.Report;

/// <summary>Ratios of times as bars: short is good, and 1 is as long as the peer.</summary>
internal static class RatioPlot
{
    private const int Width = 1000, HeightOfBar = 18, Margins = 110;

    /// <summary>Longer bars are cut here.</summary>
    private const double Most = 2;

    public static void Save(string title, IReadOnlyList<(string Name, double? Ratio)> bars, string path)
    {
        PlotFont.Require();
        (string Name, double? Ratio)[] shown = [.. bars.Where(bar => bar.Ratio is not null)];
        using var plot = new Plot();
        // The first row at the top.
        plot.Add.Bars((Bar[])[.. shown.Select((bar, index) => new Bar
        {
            Orientation = Orientation.Horizontal,
            Position = -index,
            Value = Math.Min(Most, bar.Ratio!.Value),
            FillColor = Color.FromHex(bar.Ratio <= 0.5 ? "#0072B2" : bar.Ratio <= 1 ? "#56B4E9" : "#E69F00"),
            Label = Format.Ratio(bar.Ratio),
        })]).Horizontal = true;
        plot.Add.VerticalLine(0.5, pattern: LinePattern.Dotted);
        plot.Add.VerticalLine(1, pattern: LinePattern.Dashed);
        plot.Title(title);
        plot.XLabel("ratio; dotted: half, dashed: as long");
        plot.Axes.Left.TickGenerator = new NumericManual([.. shown.Select((_, index) => (double)-index)], [.. shown.Select(bar => bar.Name)]);
        plot.Axes.SetLimits(0, Most * 1.05, -shown.Length, 1);
        plot.HideGrid();
        plot.SavePng(path, Width, (shown.Length * HeightOfBar) + Margins);
    }
}
