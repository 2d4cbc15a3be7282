using ShapeNet.Data;

namespace ShapeNet.Layers;

/// <summary>Numbers that are learnt, and the gradient of the loss with respect to them.</summary>
internal sealed class Parameter(int length)
{
    public float[] Values { get; } = new float[length];

    public float[] Gradient { get; } = new float[length];

    /// <summary>Weights before a ReLU, after He et al. 2015: signals keep their size from layer to layer.</summary>
    public static Parameter Weights(int length, int inputsPerOutput, Random random)
    {
        var weights = new Parameter(length);
        float deviation = MathF.Sqrt(2f / inputsPerOutput);
        for (int index = 0; index < length; index++) weights.Values[index] = deviation * random.Gaussian();
        return weights;
    }
}
