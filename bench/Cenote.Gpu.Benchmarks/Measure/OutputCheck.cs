using System.Runtime.InteropServices;
using Cenote.Gpu.Benchmarks.Rows;

namespace Cenote.Gpu.Benchmarks.Measure;

/// <summary>Whether Cenote and PyTorch make the same of a small case of a job: maxima and indices to the bit, sums within what their order may change.</summary>
internal static class OutputCheck
{
    /// <summary>The bytes of a small case's input and output.</summary>
    private const long SmallBytes = 1 << 18;

    /// <returns>The difference in words; null where there is none.</returns>
    /// <exception cref="TorchException">PyTorch refuses the job.</exception>
    public static string? Difference(Job job, CenoteSide cenote, TorchPeer torch)
    {
        Job small = job with { Row = JobTable.Fit(job.Row, job.ElementSize, Math.Min(SmallBytes, (job.InputElements + job.OutputElements) * job.ElementSize)) };
        var (values, indices) = cenote.Outputs(small);
        var (torchBytes, torchIndices) = torch.Outputs(small);
        return Difference(small, values, cenote.Read(torchBytes)) ?? (indices is null ? null : Difference(indices, MemoryMarshal.Cast<byte, long>(torchIndices).ToArray()));
    }

    public static string? Difference(Job job, double[] ours, double[] theirs)
    {
        if (ours.Length != theirs.Length) return $"{ours.Length} values, and PyTorch's {theirs.Length}";
        double tolerance = Tolerance(job);
        for (int i = 0; i < ours.Length; i++)
            if (!(Math.Abs(ours[i] - theirs[i]) <= tolerance)) return $"value {i} is {ours[i]}, and PyTorch's {theirs[i]}";
        return null;
    }

    public static string? Difference(long[] ours, long[] theirs)
    {
        if (ours.Length != theirs.Length) return $"{ours.Length} indices, and PyTorch's {theirs.Length}";
        for (int i = 0; i < ours.Length; i++)
            if (ours[i] != theirs[i]) return $"index {i} is {ours[i]}, and PyTorch's {theirs[i]}";
        return null;
    }

    /// <summary>All numbers are at most 1: of a mean both ends round once, and sums grow with the windows that meet in an input.</summary>
    private static double Tolerance(Job job)
    {
        if (job.Pass != Pass.Backward && job.Row.IsMax) return 0;
        double epsilon = job.Type == "float32" ? Math.Pow(2, -23) : Math.Pow(2, -10);
        // The windows that an input belongs to, or the taps that a mean adds up in float.
        double windows = job.Row.IsGlobal ? 1 : Math.Pow(Math.Ceiling((double)job.Row.Kernel / job.Row.Stride), job.Row.SpatialRank);
        return job.Pass == Pass.Backward ? epsilon * windows * (job.Row.IsMax ? windows : 1) : (2 * epsilon) + (job.Row.Taps * Math.Pow(2, -23));
    }
}
