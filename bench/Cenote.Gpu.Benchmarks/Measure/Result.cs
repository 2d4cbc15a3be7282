using Cenote.Gpu.Benchmarks.Rows;

namespace Cenote.Gpu.Benchmarks.Measure;

/// <summary>What was measured of a job: medians of a call, in seconds.</summary>
/// <param name="Job">The job.</param>
/// <param name="Cenote">NaN where the job failed.</param>
/// <param name="Copy">A copy of as many bytes.</param>
/// <param name="Torch">Null where there is no PyTorch, or it refuses.</param>
/// <param name="IsRepeatable">Whether two runs gave the same bits; null where nobody looked.</param>
/// <param name="Difference">Where Cenote's output is not PyTorch's; null where it is.</param>
/// <param name="Note">What went wrong; null for nothing.</param>
internal sealed record Result(Job Job, double Cenote, double Copy, double? Torch, bool? IsRepeatable, string? Difference, string? Note)
{
    public bool Failed => double.IsNaN(Cenote);

    public double GigabytesPerSecond => Job.Bytes / Cenote / 1e9;

    /// <summary>The share of the copy's bandwidth.</summary>
    public double OfCopy => Copy / Cenote;

    /// <summary>How many times as fast as PyTorch.</summary>
    public double? TimesTorch => Torch / Cenote;

    /// <summary>The share of the copy's bandwidth that PyTorch reaches.</summary>
    public double? TorchOfCopy => Copy / Torch;
}
