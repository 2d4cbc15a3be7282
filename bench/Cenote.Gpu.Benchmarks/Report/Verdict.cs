using System.Globalization;
using Cenote.Gpu.Benchmarks.Measure;
using Cenote.Gpu.Benchmarks.Rows;

namespace Cenote.Gpu.Benchmarks.Report;

/// <summary>Whether a result reaches what was aimed at.</summary>
internal static class Verdict
{
    public const double ForwardOfCopy = 0.9, BackwardOfCopy = 0.8, NeverSlower = 1, WhereTorchIsSlow = 1.5, SlowTorch = 0.6, WithIndices = 1.3, WindowOfThree = 2, SmallOfTorch = 1.3;

    /// <param name="result">The result.</param>
    /// <param name="all">Those among which the 3×3 window of a large one is looked for.</param>
    /// <returns><c>meets</c>; what is missed: what was reached, and the aim in brackets; or that PyTorch's time is missing, which an aim is about.</returns>
    public static string Of(Result result, IEnumerable<Result> all)
    {
        if (result.Failed) return "failed";
        string[] missed = [.. Missed(result, all)];
        return missed.Length > 0 ? $"misses: {string.Join(", ", missed)}" : result.Torch is null && result.Job.Pass != Pass.Backward ? "no PyTorch" : "meets";
    }

    private static IEnumerable<string> Missed(Result result, IEnumerable<Result> all)
    {
        Job job = result.Job;
        if (result.Difference is not null) yield return "differs from PyTorch";
        if (result.IsRepeatable == false) yield return "other bits in another run";
        if (JobTable.IsSmall(job.Row))
        {
            if (1 / result.TimesTorch > SmallOfTorch) yield return Text($"{1 / result.TimesTorch:F2} of PyTorch's time ({SmallOfTorch})");
        }
        else if (job.Pass == Pass.Backward)
        {
            if (result.OfCopy < BackwardOfCopy) yield return Text($"{result.OfCopy:F2} of the copy ({BackwardOfCopy})");
        }
        else if (job.Pass == Pass.Indices)
        {
            if (result.TimesTorch < WithIndices) yield return Text($"{result.TimesTorch:F2} times PyTorch ({WithIndices})");
        }
        else
        {
            if (JobTable.IsWindow(job.Row))
            {
                if (OfThree(result, all) is > WindowOfThree and var ofThree) yield return Text($"{ofThree:F2} of 3×3 ({WindowOfThree})");
            }
            else if (result.OfCopy < ForwardOfCopy)
            {
                yield return Text($"{result.OfCopy:F2} of the copy ({ForwardOfCopy})");
            }

            double least = result.TorchOfCopy < SlowTorch ? WhereTorchIsSlow : NeverSlower;
            if (result.TimesTorch < least) yield return Text($"{result.TimesTorch:F2} times PyTorch ({least})");
        }
    }

    /// <summary>The time of a large window beside that of 3×3; null where that was not measured.</summary>
    private static double? OfThree(Result result, IEnumerable<Result> all)
    {
        string name = JobTable.ReferenceOf(result.Job.Row);
        return result.Cenote / all.FirstOrDefault(other => other.Job.Row.Name == name && other.Job.Type == result.Job.Type && other.Job.Pass == Pass.Forward && !other.Failed)?.Cenote;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
