using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ShapeNet.Experiment;
using ShapeNet.Training;

namespace ShapeNet.Report;

/// <summary>Everything that was measured, as a page with tables and plots.</summary>
internal sealed class ResultsPage(string folder, TextWriter writer)
{
    /// <summary>Writes the page to the writer, and its pictures to the folder.</summary>
    public void Write(IReadOnlyList<Run> runs, IReadOnlyList<VariantCost> costs, Stopwatch total)
    {
        Header(runs.Max(run => run.Seed), total);
        Picture("shapes", "The eight shapes, as in training, shifted, noisy and turned", ShapesPlot.Save);
        Costs(costs);
        foreach (var (index, series) in Series.All.Index())
        {
            writer.WriteLine($"\n## Accuracy over {series.Name}\n\nIn percent: the mean over the seeds ± the standard deviation between them. Steps: {series.Axis}.\n");
            Tables.Accuracy(writer, series, index, runs);
            writer.WriteLine();
            Picture(series.Name, $"Accuracy over {series.Name}", path => CurvePlot.Save(series, index, runs, path));
        }

        writer.WriteLine("\n## The head: seen and new pictures\n\nAccuracy in percent, mean ± standard deviation over the seeds; the gap is training minus test. GAP is global average pooling.\n");
        Tables.Heads(writer, runs, costs);
        writer.WriteLine();
        Picture("heads", "Accuracy on training and test pictures, for each variant", path => HeadPlot.Save(runs, path));
    }

    private void Header(int seeds, Stopwatch total)
    {
        int lanes = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
        writer.WriteLine("# ShapeNet: results\n\nWritten by `dotnet run -c Release --project samples/ShapeNet`; [training.md](../training.md) says what it means.\n");
        writer.WriteLine($"- {seeds} seeds, {Runs.TrainingPictures} training pictures, {Runs.Epochs} epochs, batches of {Trainer.BatchSize}, Adam with a learning rate of at most {Tables.Step(Trainer.LearningRate)}; {Series.TestPictures} test pictures");
        writer.WriteLine($"- {RuntimeInformation.OSArchitecture}, {Environment.ProcessorCount} cores, vectors of {lanes} bits, {RuntimeInformation.FrameworkDescription}; {total.Elapsed.TotalSeconds:0} s in all\n");
    }

    private void Costs(IReadOnlyList<VariantCost> costs)
    {
        // One kind of head is enough to see what the maps cost.
        VariantCost[] shrinking = [.. costs.Where(each => each.Variant.Head == Head.FullyConnected)];
        writer.WriteLine("\n## Cost\n\nMaps that each stage leaves, channels × height × width:\n");
        Tables.Maps(writer, shrinking);
        Table("Parameters", "#,0", stage => stage.Parameters);
        Table("Multiply-adds per picture, forward (for pools: taps)", "#,0", stage => stage.MultiplyAdds);
        Table("Time per picture in µs, forward, one thread, medians", "0.0", stage => stage.Forward * 1e6);
        Table("Time per picture in µs, forward and backward, one thread, medians", "0.0", stage => (stage.Forward + stage.Backward) * 1e6);
        writer.WriteLine();
        Picture("cost", "Multiply-adds and time of the variants, by stage", path => CostPlot.Save(shrinking, path));

        void Table(string title, string format, Func<StageCost, double> cost)
        {
            writer.WriteLine($"\n{title}:\n");
            Tables.Cost(writer, shrinking, format, cost);
        }
    }

    private void Picture(string name, string meaning, Action<string> save)
    {
        save(Path.Combine(folder, name + ".png"));
        writer.WriteLine($"![{meaning}]({name}.png)");
    }
}
