using System.Diagnostics;
using System.Numerics.Tensors;
using ShapeNet.Data;
using ShapeNet.Layers;
using ShapeNet.Training;

namespace ShapeNet.Experiment;

/// <summary>What a stage of a network costs, for one picture.</summary>
/// <param name="Stage">Its name.</param>
/// <param name="Maps">The shape that it leaves, as text.</param>
/// <param name="Parameters">The numbers that it learns.</param>
/// <param name="MultiplyAdds">By arithmetic.</param>
/// <param name="Forward">Measured, in seconds.</param>
/// <param name="Backward">Measured, in seconds.</param>
internal sealed record StageCost(string Stage, string Maps, int Parameters, long MultiplyAdds, double Forward, double Backward);

/// <summary>The stages of a variant.</summary>
internal sealed record VariantCost(Variant Variant, StageCost[] Stages)
{
    public double Sum(Func<StageCost, double> cost) => Stages.Sum(cost);
}

internal static class Cost
{
    private const int Repeats = 25;

    /// <summary>Counts and times a variant's stages, on one thread: the medians of many batches.</summary>
    public static VariantCost Of(Variant variant)
    {
        Network network = variant.Build(seed: 1);
        DataSet batch = DataSet.Draw(Trainer.BatchSize, seed: 1, Disturbance.None);
        int stages = network.Stages.Count;
        var forward = new double[stages, Repeats];
        var backward = new double[stages, Repeats];
        for (int repeat = -3; repeat < Repeats; repeat++) Measure(network, batch, (stage, isForward, seconds) =>
        {
            if (repeat >= 0) (isForward ? forward : backward)[stage, repeat] = seconds / Trainer.BatchSize;
        });
        return new(variant, [.. Count(network).Select((count, stage) => count with { Forward = Median(forward, stage), Backward = Median(backward, stage) })]);
    }

    /// <summary>One forward and one backward pass, a stopwatch around every stage.</summary>
    private static void Measure(Network network, DataSet batch, Action<int, bool, double> report)
    {
        Tensor<float> maps = batch.Pictures;
        for (int stage = 0; stage < network.Stages.Count; stage++)
        {
            long start = Stopwatch.GetTimestamp();
            maps = network.Stages[stage].Forward(maps);
            report(stage, true, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        Tensor<float> gradient = CrossEntropy.Of(maps, batch.Labels).Gradient;
        for (int stage = network.Stages.Count - 1; stage >= 0; stage--)
        {
            long start = Stopwatch.GetTimestamp();
            gradient = network.Stages[stage].Backward(gradient);
            report(stage, false, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }

    private static IEnumerable<StageCost> Count(Network network)
    {
        Tensor<float> maps = Tensor.CreateFromShape<float>([1, 1, DataSet.Side, DataSet.Side]);
        foreach (Stage stage in network.Stages)
        {
            long multiplyAdds = 0;
            foreach (ILayer layer in stage.Layers)
            {
                multiplyAdds += layer.MultiplyAdds(maps.Lengths);
                maps = layer.Forward(maps);
            }

            yield return new(stage.Name, string.Join('×', maps.Lengths[1..].ToArray()), stage.Parameters, multiplyAdds, 0, 0);
        }
    }

    private static double Median(double[,] values, int row)
    {
        double[] sorted = [.. Enumerable.Range(0, Repeats).Select(column => values[row, column]).Order()];
        return sorted[Repeats / 2];
    }
}
