using System.Numerics.Tensors;
using ShapeNet.Data;
using ShapeNet.Layers;

namespace ShapeNet.Training;

internal static class Trainer
{
    public const int BatchSize = 16;

    /// <summary>At the top: it rises to this over the first epoch, lest the first steps silence a network for good, then falls to 0 along a line.</summary>
    public const float LearningRate = 0.007f;

    /// <summary>Trains a network: each epoch goes once through the pictures, in batches of another order.</summary>
    public static void Train(Network network, DataSet data, int epochs, Random random)
    {
        var optimiser = new Adam(network.Parameters);
        int[] order = [.. Enumerable.Range(0, data.Labels.Length)];
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            random.Shuffle(order);
            int[][] batches = [.. order.Chunk(BatchSize)];
            foreach (var (index, batch) in batches.Index()) Step(network, optimiser, data.Choose(batch), Rate(epoch + (index + 0.5f) / batches.Length, epochs));
        }
    }

    private static void Step(Network network, Adam optimiser, DataSet batch, float learningRate)
    {
        network.Backward(CrossEntropy.Of(network.Forward(batch.Pictures), batch.Labels).Gradient);
        optimiser.Step(learningRate);
    }

    private static float Rate(float epoch, int epochs) => LearningRate * Math.Min(epoch, (epochs - epoch) / (epochs - 1));

    /// <summary>The share of the pictures that the network names right.</summary>
    public static double Accuracy(Network network, DataSet data)
    {
        int right = 0;
        foreach (int[] indices in Enumerable.Range(0, data.Labels.Length).Chunk(BatchSize))
        {
            DataSet batch = data.Choose(indices);
            Tensor<float> scores = network.Forward(batch.Pictures);
            for (int picture = 0; picture < indices.Length; picture++)
                if (TensorPrimitives.IndexOfMax<float>(scores.Flat(picture)) == batch.Labels[picture]) right++;
        }

        return (double)right / data.Labels.Length;
    }
}
