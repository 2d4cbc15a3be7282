namespace ShapeNet.Experiment;

/// <summary>The mean over seeds, and how far the seeds lie apart: their standard deviation.</summary>
internal readonly record struct Statistic(double Mean, double Deviation)
{
    public static Statistic Of(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.Average();
        return new(mean, all.Length < 2 ? 0 : Math.Sqrt(all.Sum(value => (value - mean) * (value - mean)) / (all.Length - 1)));
    }

    /// <summary>In percent: <c>93.1 ± 0.8</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{100 * Mean:0.0} ± {100 * Deviation:0.0}");
}
