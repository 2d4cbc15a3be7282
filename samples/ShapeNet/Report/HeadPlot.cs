using ScottPlot;
using ScottPlot.TickGenerators;
using ShapeNet.Experiment;

namespace ShapeNet.Report;

/// <summary>The accuracy of each variant on the pictures that it has seen and on those that it has not.</summary>
internal static class HeadPlot
{
    public static void Save(IReadOnlyList<Run> runs, string path)
    {
        using var plot = new Plot();
        Add(plot, "training pictures", -0.1, runs, run => run.Train, Style.Palette[5], MarkerShape.OpenSquare);
        Add(plot, "test pictures", 0.1, runs, run => run.Test, Style.Palette[3], MarkerShape.FilledCircle);
        plot.Axes.Bottom.TickGenerator = new NumericManual([.. Variant.All.Index().Select(each => (double)each.Index)], [.. Variant.All.Select(variant => variant.Name.Replace(" ", "\n", StringComparison.Ordinal))]);
        plot.Axes.SetLimitsX(-0.5, Variant.All.Count - 0.5);
        plot.Title("Accuracy with each seed, and the mean");
        plot.YLabel("right answers, %");
        plot.ShowLegend(Edge.Right);
        plot.SavePng(path, 1000, 500);
    }

    private static void Add(Plot plot, string name, double offset, IReadOnlyList<Run> runs, Func<Run, double> accuracy, Color color, MarkerShape shape)
    {
        foreach (var (place, variant) in Variant.All.Index())
        {
            double[] y = [.. runs.Where(run => run.Variant == variant).Select(run => 100 * accuracy(run))];
            var points = plot.Add.ScatterPoints(Enumerable.Repeat(place + offset, y.Length).ToArray(), y, color);
            (points.MarkerShape, points.MarkerSize, points.MarkerLineWidth) = (shape, 8, 1.5f);
            if (place == 0) points.LegendText = name;
            var mean = plot.Add.Line(place + offset - 0.08, y.Average(), place + offset + 0.08, y.Average());
            (mean.LineColor, mean.LineWidth) = (color, 3);
        }
    }
}
