using System.Globalization;
using Cenote.Benchmarks.Measure;
using Cenote.Benchmarks.Rows;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Cenote.Benchmarks.Report;

/// <summary>A law as a picture: both axes logarithmic, so that a power is a straight line and what is free is a level one.</summary>
internal static class GrowthPlot
{
    private const int Width = 1000, Height = 600;

    private static readonly string[] Units = ["ns", "µs", "ms", "s"];

    public static void Save(GrowthLaw law, IReadOnlyList<Curve> curves, string path)
    {
        PlotFont.Require();
        using var plot = new Plot();
        foreach (Curve curve in curves)
        {
            (double X, double Y)[] points = [.. law.Points.Zip(curve.Seconds).Where(point => point.Second is not null).Select(point => (Math.Log10(point.First), Math.Log10(point.Second!.Value)))];
            var line = plot.Add.Scatter(points.Select(point => point.X).ToArray(), points.Select(point => point.Y).ToArray());
            line.LegendText = curve.Name;
            line.LineWidth = 2;
            if (curve.Name.StartsWith("copy", StringComparison.Ordinal)) line.LinePattern = LinePattern.Dashed;
        }

        plot.Title(law.Title);
        plot.XLabel(law.Axis);
        plot.YLabel("time of a call");
        plot.Axes.Bottom.TickGenerator = new NumericManual([.. law.Points.Select(point => Math.Log10(point))], [.. law.Points.Select((_, index) => Label(law.Points, index))]);
        int[] decades = [.. Enumerable.Range(-9, 12)];
        plot.Axes.Left.TickGenerator = new NumericManual([.. decades.Select(decade => (double)decade)], [.. decades.Select(Time)]);
        plot.ShowLegend(Edge.Right);
        plot.SavePng(path, Width, Height);
    }

    /// <summary>A point's number; nothing where it would stand in the number before.</summary>
    private static string Label(int[] points, int index) => index > 0 && points[index] < points[index - 1] * 1.1 ? "" : points[index].ToString(CultureInfo.InvariantCulture);

    /// <summary>A power of ten seconds: <c>10 µs</c> for −5.</summary>
    private static string Time(int decade)
    {
        int unit = Math.Min((decade + 9) / 3, Units.Length - 1);
        return $"{Math.Pow(10, decade + 9 - (3 * unit)).ToString(CultureInfo.InvariantCulture)} {Units[unit]}";
    }
}
