using ScottPlot;
using ScottPlot.TickGenerators;
using ShapeNet.Data;
using ShapeNet.Experiment;
using ShapeNet.Layers;

namespace ShapeNet.Report;

/// <summary>Some of the pictures: a column for each class, a row for each kind.</summary>
internal static class ShapesPlot
{
    private static readonly (string Name, Disturbance Disturbance)[] Rows =
    [
        ("as in training", Disturbance.None),
        ("shifted by 3", new(Shift: 3)),
        ("noise 1.2", new(Noise: 1.2f)),
        ("turned by 30°", new(Degrees: 30)),
    ];

    public static void Save(string path)
    {
        const int Cell = DataSet.Side + 2;
        var mosaic = new double[Rows.Length * Cell, DataSet.Classes * Cell];
        for (int row = 0; row < mosaic.GetLength(0); row++)
            for (int column = 0; column < mosaic.GetLength(1); column++)
                mosaic[row, column] = double.NaN;
        foreach (var (row, (_, disturbance)) in Rows.Index())
        {
            DataSet pictures = Series.TestSet(disturbance);
            for (int shape = 0; shape < DataSet.Classes; shape++)
                for (int pixel = 0; pixel < DataSet.Side * DataSet.Side; pixel++)
                    mosaic[row * Cell + 1 + pixel / DataSet.Side, shape * Cell + 1 + pixel % DataSet.Side] = Math.Clamp(pictures.Pictures.Flat(shape)[pixel], -1.5, 2.5);
        }

        using var plot = new Plot();
        var heatmap = plot.Add.Heatmap(mosaic);
        heatmap.Colormap = new ScottPlot.Colormaps.Grayscale();
        heatmap.NaNCellColor = Colors.White;
        plot.Axes.Bottom.TickGenerator = new NumericManual([.. Enumerable.Range(0, DataSet.Classes).Select(shape => (shape + 0.5) * Cell)], [.. Enum.GetNames<Shape>().Select(name => name.ToLowerInvariant())]);
        plot.Axes.Left.TickGenerator = new NumericManual([.. Rows.Select((_, row) => (Rows.Length - row - 0.5) * Cell)], [.. Rows.Select(row => row.Name)]);
        plot.Axes.SetLimits(0, mosaic.GetLength(1), 0, mosaic.GetLength(0));
        plot.HideGrid();
        plot.SavePng(path, 1000, 480);
    }
}
