using System.Collections.Concurrent;
using ShapeNet.Data;
using ShapeNet.Training;

namespace ShapeNet.Experiment;

/// <summary>What one network reached.</summary>
/// <param name="Variant">Which network.</param>
/// <param name="Seed">What its pictures, its first weights and the order of its batches come from.</param>
/// <param name="Train">Its accuracy on the pictures that it was trained on.</param>
/// <param name="Test">Its accuracy on new pictures of the same kind.</param>
/// <param name="Disturbed">Its accuracy for each series and each of its steps.</param>
internal sealed record Run(Variant Variant, int Seed, double Train, double Test, double[][] Disturbed);

internal static class Runs
{
    public const int TrainingPictures = 1000, Epochs = 12;

    /// <summary>Trains and tests every variant with every seed, as many at a time as there are cores; in the order of the variants.</summary>
    public static Run[] All(int seeds, IReadOnlyList<Series> series, Action<Run> done)
    {
        DataSet test = Series.TestSet(Disturbance.None);
        DataSet[][] disturbed = [.. series.Select(each => each.Sets())];
        // The costly ones are first in the list and so start first: no core is left waiting for a long run at the end.
        (Variant Variant, int Seed)[] jobs = [.. from variant in Variant.All from seed in Enumerable.Range(1, seeds) select (variant, seed)];
        var runs = new Run[jobs.Length];
        Partitioner<int> oneByOne = Partitioner.Create(Enumerable.Range(0, jobs.Length), EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(oneByOne, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, index =>
        {
            runs[index] = One(jobs[index].Variant, jobs[index].Seed, test, disturbed);
            lock (runs) done(runs[index]);
        });
        return runs;
    }

    private static Run One(Variant variant, int seed, DataSet test, DataSet[][] disturbed)
    {
        // Apart from each other, and from the seed of the weights and of the test pictures.
        DataSet train = DataSet.Draw(TrainingPictures, 1000 + seed, Disturbance.None);
        Network network = variant.Build(seed);
        Trainer.Train(network, train, Epochs, new Random(2000 + seed));
        double Accuracy(DataSet data) => Trainer.Accuracy(network, data);
        return new(variant, seed, Accuracy(train), Accuracy(test), [.. disturbed.Select(sets => sets.Select(Accuracy).ToArray())]);
    }
}
