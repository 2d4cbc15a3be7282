using System.Numerics.Tensors;
using ShapeNet.Layers;

namespace ShapeNet.Training;

/// <summary>The loss: minus the logarithm of the probability (softmax) that the network gives to the right class, the mean over a batch.</summary>
internal static class CrossEntropy
{
    /// <summary>The loss, and its gradient with respect to the scores.</summary>
    public static (double Loss, Tensor<float> Gradient) Of(Tensor<float> scores, ReadOnlySpan<int> labels)
    {
        Tensor<float> gradient = Tensor.CreateFromShapeUninitialized<float>(scores.Lengths);
        double loss = 0;
        for (int picture = 0; picture < labels.Length; picture++)
        {
            Span<float> row = gradient.Flat(picture);
            TensorPrimitives.SoftMax(scores.Flat(picture), row);
            loss -= Math.Log(Math.Max(row[labels[picture]], float.Epsilon));
            row[labels[picture]] -= 1;
            TensorPrimitives.Divide(row, labels.Length, row);
        }

        return (loss / labels.Length, gradient);
    }
}
