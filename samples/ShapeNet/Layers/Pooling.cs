using System.Numerics.Tensors;
using Cenote;

namespace ShapeNet.Layers;

/// <summary>Cenote's max pooling in a network: the forward pass keeps which tap each window chose, and the gradient goes there.</summary>
internal sealed class MaxPooling(IndexedPool pool) : ILayer
{
    private PoolIndices? _indices;

    public IReadOnlyList<Parameter> Parameters => [];

    /// <summary>The windows of this sample tile their maps: each input is read once.</summary>
    public long MultiplyAdds(ReadOnlySpan<nint> inputShape) => (long)TensorPrimitives.Product(inputShape);

    public Tensor<float> Forward(Tensor<float> input)
    {
        (Tensor<float> output, _indices) = pool.ForwardWithIndices(input);
        return output;
    }

    public Tensor<float> Backward(Tensor<float> gradient) => pool.Backward(gradient, _indices!);
}

/// <summary>Cenote's average pooling, of windows or of whole maps: its gradient needs no more than the shape of the input.</summary>
internal sealed class AveragePooling(LinearPool pool) : ILayer
{
    private nint[] _inputShape = [];

    public IReadOnlyList<Parameter> Parameters => [];

    /// <summary>The windows of this sample tile their maps: each input is read once.</summary>
    public long MultiplyAdds(ReadOnlySpan<nint> inputShape) => (long)TensorPrimitives.Product(inputShape);

    public Tensor<float> Forward(Tensor<float> input)
    {
        _inputShape = [.. input.Lengths];
        return pool.Forward(input);
    }

    public Tensor<float> Backward(Tensor<float> gradient) => pool.Backward(gradient, _inputShape);
}
