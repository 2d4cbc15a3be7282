using ShapeNet.Data;

namespace ShapeNet.Experiment;

/// <summary>Test pictures that differ more and more from those of the training.</summary>
/// <param name="Name">What is changed.</param>
/// <param name="Axis">What the steps count, for a plot.</param>
/// <param name="Steps">How much is changed.</param>
/// <param name="Disturb">The disturbance of a step.</param>
internal sealed record Series(string Name, string Axis, float[] Steps, Func<float, Disturbance> Disturb)
{
    // Far from the seeds of the training.
    private const int TestSeed = 1_000_003;

    public const int TestPictures = 400;

    public static readonly IReadOnlyList<Series> All =
    [
        new("shift", "pixels beyond the places of the training", [0, 1, 2, 3, 4, 5, 6], pixels => new(Shift: pixels)),
        new("noise", "standard deviation of the noise (training: 0.4; the shape: 1 to 2)", [0, 0.2f, 0.4f, 0.6f, 0.8f, 1, 1.2f, 1.6f], deviation => new(Noise: deviation)),
        new("rotation", "degrees to either side (training: up to 10)", [0, 7.5f, 15, 22.5f, 30, 37.5f, 45], degrees => new(Degrees: degrees)),
    ];

    /// <summary>New pictures; always the same scenes.</summary>
    public static DataSet TestSet(Disturbance disturbance) => DataSet.Draw(TestPictures, TestSeed, disturbance);

    /// <summary>A set for each step.</summary>
    public DataSet[] Sets() => [.. Steps.Select(step => TestSet(Disturb(step)))];
}
