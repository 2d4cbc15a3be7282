namespace ShapeNet.Data;

/// <summary>How pictures differ from those that the networks are trained on.</summary>
/// <param name="Shift">How many pixels farther from the middle the shape lies, along one axis.</param>
/// <param name="Noise">The standard deviation of the noise that is added to each pixel.</param>
/// <param name="Degrees">How far the shape is turned, to the left or to the right, in place of the small turns of the training.</param>
internal sealed record Disturbance(float Shift = 0, float Noise = Disturbance.TrainingNoise, float? Degrees = null)
{
    public const float TrainingNoise = 0.4f;

    /// <summary>None: pictures as in the training.</summary>
    public static Disturbance None { get; } = new();
}
