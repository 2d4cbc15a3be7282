using System.Numerics.Tensors;

namespace ShapeNet.Layers;

/// <summary>A layer of a network. It remembers its last input for the way back, so a network belongs to one thread.</summary>
internal interface ILayer
{
    /// <summary>What the optimiser may change; nothing for pooling.</summary>
    IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Multiplications with an addition each that one forward pass takes; for pooling, the taps that it reads.</summary>
    long MultiplyAdds(ReadOnlySpan<nint> inputShape);

    Tensor<float> Forward(Tensor<float> input);

    /// <summary>The gradient of the loss with respect to the input, from that with respect to the output. Adds to the gradients of the parameters.</summary>
    Tensor<float> Backward(Tensor<float> gradient);
}
