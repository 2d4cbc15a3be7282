using System.Numerics.Tensors;

namespace ShapeNet.Layers;

/// <summary>A 3×3 convolution with one pixel of padding: patches as columns of a matrix (im2col), then a product of matrices.</summary>
internal sealed class Convolution(int inputChannels, int outputChannels, int stride, Random random) : ILayer
{
    private const int Kernel = 3;

    private readonly Parameter _weights = Parameter.Weights(outputChannels * inputChannels * Kernel * Kernel, inputChannels * Kernel * Kernel, random);
    private readonly Parameter _bias = new(outputChannels);
    private Patches? _patches;
    private Tensor<float>? _input;

    public IReadOnlyList<Parameter> Parameters => [_weights, _bias];

    public long MultiplyAdds(ReadOnlySpan<nint> inputShape)
    {
        Patches patches = PatchesOf(inputShape);
        return inputShape[0] * patches.Rows * patches.Columns * outputChannels;
    }

    public Tensor<float> Forward(Tensor<float> input)
    {
        _input = input;
        _patches = _patches?.InputSide == input.Lengths[2] ? _patches : PatchesOf(input.Lengths);
        Tensor<float> output = Tensor.CreateFromShapeUninitialized<float>([input.Lengths[0], outputChannels, _patches.OutputSide, _patches.OutputSide]);
        for (int picture = 0; picture < input.Lengths[0]; picture++)
        {
            _patches.Gather(input.Flat(picture));
            Span<float> maps = output.Flat(picture);
            for (int channel = 0; channel < outputChannels; channel++) maps.Slice(channel * _patches.Columns, _patches.Columns).Fill(_bias.Values[channel]);
            MatrixProduct.Add(_weights.Values, _patches.Matrix, maps, _patches.Rows);
        }

        return output;
    }

    public Tensor<float> Backward(Tensor<float> gradient)
    {
        Patches patches = _patches!;
        Tensor<float> inputGradient = Tensor.CreateFromShape<float>(_input!.Lengths);
        for (int picture = 0; picture < gradient.Lengths[0]; picture++)
        {
            ReadOnlySpan<float> maps = gradient.Flat(picture);
            for (int channel = 0; channel < outputChannels; channel++) _bias.Gradient[channel] += TensorPrimitives.Sum(maps.Slice(channel * patches.Columns, patches.Columns));
            // Gathered again rather than kept: the patches of a batch would be nine times its size.
            patches.Gather(_input.Flat(picture));
            MatrixProduct.AddTransposedB(maps, patches.Matrix, _weights.Gradient, patches.Columns);
            patches.Matrix.Clear();
            MatrixProduct.AddTransposedA(_weights.Values, maps, patches.Matrix, outputChannels);
            patches.Scatter(inputGradient.Flat(picture));
        }

        return inputGradient;
    }

    private Patches PatchesOf(ReadOnlySpan<nint> inputShape) => new(inputChannels, (int)inputShape[2], Kernel, stride);
}
