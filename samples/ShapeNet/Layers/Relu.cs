using System.Numerics;
using System.Numerics.Tensors;

namespace ShapeNet.Layers;

/// <summary>max(x, 0), element by element.</summary>
internal sealed class Relu : ILayer
{
    private Tensor<float>? _output;

    public IReadOnlyList<Parameter> Parameters => [];

    public long MultiplyAdds(ReadOnlySpan<nint> inputShape) => 0;

    public Tensor<float> Forward(Tensor<float> input)
    {
        _output = Tensor.CreateFromShapeUninitialized<float>(input.Lengths);
        TensorPrimitives.Max(input.Flat(), 0, _output.Flat());
        return _output;
    }

    public Tensor<float> Backward(Tensor<float> gradient)
    {
        Tensor<float> inputGradient = Tensor.CreateFromShapeUninitialized<float>(gradient.Lengths);
        ReadOnlySpan<float> output = _output!.Flat(), from = gradient.Flat();
        Span<float> to = inputGradient.Flat();
        int whole = to.Length - to.Length % Vector<float>.Count;
        // Without a branch: half of them would be guessed wrong.
        for (int index = 0; index < whole; index += Vector<float>.Count)
            Vector.ConditionalSelect(Vector.GreaterThan(new Vector<float>(output[index..]), Vector<float>.Zero), new Vector<float>(from[index..]), Vector<float>.Zero).CopyTo(to[index..]);
        for (int index = whole; index < to.Length; index++) to[index] = output[index] > 0 ? from[index] : 0;
        return inputGradient;
    }
}
