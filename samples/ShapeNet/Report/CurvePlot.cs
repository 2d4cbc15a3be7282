using ScottPlot;
using ShapeNet.Experiment;

namespace ShapeNet.Report;

/// <summary>Accuracy over the steps of a series: a line for each variant, and bars of one standard deviation to either side.</summary>
internal static class CurvePlot
{
    public static void Save(Series series, int index, IReadOnlyList<Run> runs, string path)
    {
        using var plot = new Plot();
        double offset = (series.Steps[^1] - series.Steps[0]) / 300.0;
        foreach (var (place, variant) in Variant.All.Index())
        {
            Statistic[] statistics = Tables.Disturbed(runs, variant, index, series.Steps.Length);
            // A little aside of each other, or the bars would hide one another.
            double[] x = [.. series.Steps.Select(step => step + (place - (Variant.All.Count - 1) / 2.0) * offset)];
            double[] y = [.. statistics.Select(statistic => 100 * statistic.Mean)];
            Style style = Style.Of(variant);
            var line = plot.Add.Scatter(x, y, style.Color);
            (line.LegendText, line.LineWidth, line.LinePattern) = (variant.Name, 2, style.Line);
            (line.MarkerShape, line.MarkerSize, line.MarkerLineWidth) = (style.Marker, 9, 2);
            var bars = plot.Add.ErrorBar(x, y, [.. statistics.Select(statistic => 100 * statistic.Deviation)]);
            (bars.Color, bars.LineWidth, bars.CapSize) = (style.Color, 1.5f, 3);
        }

        Chance(plot);
        plot.Title($"Accuracy over {series.Name}");
        plot.XLabel(series.Axis);
        plot.YLabel("right answers, %");
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. series.Steps.Select(step => (double)step)], [.. series.Steps.Select(Tables.Step)]);
        plot.Axes.SetLimitsY(0, 103);
        plot.ShowLegend(Edge.Right);
        plot.SavePng(path, 1000, 500);
    }

    private static void Chance(Plot plot)
    {
        var chance = plot.Add.HorizontalLine(100.0 / Data.DataSet.Classes, 1.5f, Colors.Gray, LinePattern.Dotted);
        chance.LegendText = "guessing";
    }
}
