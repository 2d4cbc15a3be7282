using System.Numerics.Tensors;

namespace ShapeNet.Layers;

/// <summary>A fully connected layer: each output is a weighted sum of all the inputs of its picture, whatever their shape.</summary>
internal sealed class Linear(int inputs, int outputs, Random random) : ILayer
{
    private readonly Parameter _weights = Parameter.Weights(outputs * inputs, inputs, random);
    private readonly Parameter _bias = new(outputs);
    private Tensor<float>? _input;

    public IReadOnlyList<Parameter> Parameters => [_weights, _bias];

    public long MultiplyAdds(ReadOnlySpan<nint> inputShape) => inputShape[0] * inputs * outputs;

    public Tensor<float> Forward(Tensor<float> input)
    {
        _input = input;
        Tensor<float> output = Tensor.CreateFromShapeUninitialized<float>([input.Lengths[0], outputs]);
        for (int picture = 0; picture < input.Lengths[0]; picture++) _bias.Values.CopyTo(output.Flat(picture));
        MatrixProduct.AddTransposedB(input.Flat(), _weights.Values, output.Flat(), inputs);
        return output;
    }

    public Tensor<float> Backward(Tensor<float> gradient)
    {
        int pictures = (int)gradient.Lengths[0];
        Tensor<float> inputGradient = Tensor.CreateFromShape<float>(_input!.Lengths);
        for (int picture = 0; picture < pictures; picture++) TensorPrimitives.Add(_bias.Gradient, gradient.Flat(picture), _bias.Gradient);
        MatrixProduct.AddTransposedA(gradient.Flat(), _input.Flat(), _weights.Gradient, pictures);
        MatrixProduct.Add(gradient.Flat(), _weights.Values, inputGradient.Flat(), outputs);
        return inputGradient;
    }
}
