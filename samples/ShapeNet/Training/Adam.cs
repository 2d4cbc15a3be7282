using ShapeNet.Layers;

namespace ShapeNet.Training;

/// <summary>The optimiser Adam (Kingma and Ba 2015), with the authors' constants.</summary>
internal sealed class Adam(Parameter[] parameters)
{
    private const float Decay1 = 0.9f, Decay2 = 0.999f, Epsilon = 1e-8f;

    private readonly float[][] _means = [.. parameters.Select(parameter => new float[parameter.Values.Length])];
    private readonly float[][] _squares = [.. parameters.Select(parameter => new float[parameter.Values.Length])];
    private int _steps;

    /// <summary>One step down the gradients, which are 0 again after it.</summary>
    public void Step(float learningRate)
    {
        _steps++;
        float rate = learningRate * MathF.Sqrt(1 - MathF.Pow(Decay2, _steps)) / (1 - MathF.Pow(Decay1, _steps));
        for (int index = 0; index < parameters.Length; index++)
        {
            Update(parameters[index].Values, parameters[index].Gradient, _means[index], _squares[index], rate);
            Array.Clear(parameters[index].Gradient);
        }
    }

    private static void Update(float[] values, float[] gradient, float[] means, float[] squares, float rate)
    {
        for (int index = 0; index < values.Length; index++)
        {
            means[index] = Decay1 * means[index] + (1 - Decay1) * gradient[index];
            squares[index] = Decay2 * squares[index] + (1 - Decay2) * gradient[index] * gradient[index];
            values[index] -= rate * means[index] / (MathF.Sqrt(squares[index]) + Epsilon);
        }
    }
}
