using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;
using ShapeNet.Experiment;

namespace ShapeNet.Report;

/// <summary>What the variants cost, by arithmetic and by time: bars that the stages add up to.</summary>
internal static class CostPlot
{
    public static void Save(IReadOnlyList<VariantCost> costs, string path)
    {
        var multiplot = new Multiplot();
        multiplot.AddPlots(2);
        multiplot.Layout = new ScottPlot.MultiplotLayouts.Columns();
        Draw(multiplot.GetPlot(0), costs, "Multiply-adds per picture, millions", stage => stage.MultiplyAdds / 1e6);
        Draw(multiplot.GetPlot(1), costs, "Time per picture, forward, µs", stage => stage.Forward * 1e6);
        multiplot.GetPlot(0).ShowLegend(Alignment.LowerRight);
        multiplot.GetPlot(1).HideLegend();
        multiplot.SavePng(path, 1200, 450);
    }

    private static void Draw(Plot plot, IReadOnlyList<VariantCost> costs, string title, Func<StageCost, double> cost)
    {
        var bars = new List<Bar>();
        double most = costs.Max(each => each.Sum(cost));
        foreach (var (row, (_, stages)) in costs.Index())
        {
            double sum = 0;
            foreach (var (index, stage) in stages.Index())
                bars.Add(new() { Position = -row, ValueBase = sum, Value = sum += cost(stage), FillColor = Style.Palette[index], LineWidth = 0, Size = 0.7 });
            var text = plot.Add.Text(Total(sum, most), sum + most / 60, -row);
            (text.LabelFontSize, text.LabelAlignment) = (13, Alignment.MiddleLeft);
        }

        plot.Add.Bars(bars).Horizontal = true;
        foreach (var (index, stage) in costs[0].Stages.Index()) plot.Legend.ManualItems.Add(new() { LabelText = stage.Stage, FillColor = Style.Palette[index] });
        plot.Axes.Left.TickGenerator = new NumericManual([.. costs.Select((_, row) => -(double)row)], [.. costs.Select(each => each.Variant.Name)]);
        plot.Axes.SetLimits(0, most * 1.3, -costs.Count + 0.4, 0.6);
        plot.HideGrid();
        plot.Title(title, 16);
    }

    /// <summary>A bar's number, and what part of the longest bar it is.</summary>
    private static string Total(double sum, double most) =>
        sum.ToString(most < 10 ? "0.00" : "0", CultureInfo.InvariantCulture) + (sum < most ? $" (1/{(most / sum).ToString("0.#", CultureInfo.InvariantCulture)})" : "");
}
