using System.Numerics.Tensors;
using Cenote;
using ShapeNet.Data;
using ShapeNet.Layers;

namespace ShapeNet.Training;

/// <summary>Compares the gradients of the layers with differences of their outputs. A wrong gradient still learns something, so only a check finds it.</summary>
internal static class GradientCheck
{
    private const float Change = 0.01f;
    private const double Tolerance = 1e-3;

    /// <exception cref="InvalidOperationException">A gradient is wrong.</exception>
    public static void Run()
    {
        var random = new Random(1);
        Check("convolution", new Convolution(2, 3, stride: 1, random), random);
        Check("convolution of stride 2", new Convolution(2, 3, stride: 2, random), random);
        Check("fully connected", new Linear(2 * 6 * 6, 5, random), random);
        Check("ReLU", new Relu(), random);
        Check("max pooling", new MaxPooling(new MaxPool2d(2)), random);
        Check("average pooling", new AveragePooling(new AvgPool2d(2)), random);
        Check("global average pooling", new AveragePooling(new GlobalAvgPool2d()), random);
        CheckLoss(random);
    }

    private static void Check(string name, ILayer layer, Random random)
    {
        Tensor<float> input = Distinct([2, 2, 6, 6], random);
        // The loss is a sum of the outputs with weights by chance, so that the weights are its gradient.
        Tensor<float> weights = Distinct(layer.Forward(input).Lengths, random);
        double Loss() => WeightedSum(layer.Forward(input), weights);
        Loss();
        Tensor<float> inputGradient = layer.Backward(weights);
        Compare(name, input.Flat(), inputGradient.Flat(), Loss);
        foreach (Parameter parameter in layer.Parameters) Compare(name, parameter.Values, parameter.Gradient, Loss);
    }

    private static void CheckLoss(Random random)
    {
        Tensor<float> scores = Distinct([4, 5], random);
        int[] labels = [3, 0, 4, 1];
        Compare("cross entropy", scores.Flat(), CrossEntropy.Of(scores, labels).Gradient.Flat(), () => CrossEntropy.Of(scores, labels).Loss);
    }

    /// <summary>Numbers around 0 in an order by chance, farther apart than what they are changed by: no maximum and no ReLU changes sides.</summary>
    private static Tensor<float> Distinct(ReadOnlySpan<nint> shape, Random random)
    {
        Tensor<float> tensor = Tensor.CreateFromShape<float>(shape);
        Span<float> values = tensor.Flat();
        for (int index = 0; index < values.Length; index++) values[index] = 4 * Change * (index - values.Length / 2 + 0.5f);
        random.Shuffle(values);
        return tensor;
    }

    private static double WeightedSum(Tensor<float> values, Tensor<float> weights)
    {
        double sum = 0;
        for (int index = 0; index < values.FlattenedLength; index++) sum += (double)values.Flat()[index] * weights.Flat()[index];
        return sum;
    }

    private static void Compare(string name, Span<float> values, ReadOnlySpan<float> gradient, Func<double> loss)
    {
        double scale = Math.Abs(TensorPrimitives.MaxMagnitude(gradient));
        for (int index = 0; index < values.Length; index++)
        {
            float value = values[index];
            values[index] = value + Change;
            double above = loss();
            values[index] = value - Change;
            double difference = (above - loss()) / (2 * Change);
            values[index] = value;
            if (Math.Abs(difference - gradient[index]) > Tolerance * scale)
                throw new InvalidOperationException($"the gradient of {name} is wrong: element {index} is {gradient[index]}, by differences {difference}.");
        }
    }
}
