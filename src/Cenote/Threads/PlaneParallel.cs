using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>Splits a job into runs of units over threads. Units are independent, so the bits do not depend on the split.</summary>
internal static class PlaneParallel
{
    /// <summary>A thread is worth waking for so many nanoseconds: a parked one takes 7 µs of the caller's time, and starts after 20.</summary>
    private const double WorthAThread = 25_000;

    /// <summary>The nanoseconds of the smallest run: what a kernel sets up for a run should not matter.</summary>
    private const double WorthARun = 10_000;

    /// <summary>A call is cut into at most this many runs per thread: for balance, cancellation and progress.</summary>
    private const int RunsPerThread = 32;

    /// <summary>The default of <see cref="Layer.MaxDegreeOfParallelism"/>: the environment variable CENOTE_NUM_THREADS, or −1.</summary>
    /// <exception cref="InvalidOperationException">The variable holds no such number.</exception>
    public static int DefaultDegree
    {
        get
        {
            string? text = Environment.GetEnvironmentVariable("CENOTE_NUM_THREADS");
            if (string.IsNullOrEmpty(text)) return -1;
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int degree) && IsDegree(degree) ? degree
                : throw new InvalidOperationException($"CENOTE_NUM_THREADS is '{text}'; it must be a whole number of threads from 1, or -1 for all cores.");
        }
    }

    public static bool IsDegree(int degree) => degree is -1 or >= 1;

    /// <exception cref="OperationCanceledException">The job's token was cancelled; the output is then partly written.</exception>
    public static unsafe void Run(PoolKernel kernel, in PoolJob job, int maxDegree, IProgress<double>? progress)
    {
        long partialBytes = kernel.PartialBytes(job);
        if (partialBytes > 0)
        {
            RunWithPartials(kernel, job, partialBytes, maxDegree, progress);
            return;
        }

        RunUnits(kernel, job, maxDegree, progress);
        kernel.Complete(job);
    }

    // Not inlined, as what cuts jobs: their jobs on the stack would be cleared by every call, a tenth of a small one.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe void RunWithPartials(PoolKernel kernel, in PoolJob job, long partialBytes, int maxDegree, IProgress<double>? progress)
    {
        void* partials = NativeMemory.Alloc((nuint)partialBytes);
        try
        {
            PoolJob withPartials = job with { Partials = partials };
            RunUnits(kernel, withPartials, maxDegree, progress);
            kernel.Complete(withPartials);
        }
        finally
        {
            NativeMemory.Free(partials);
        }
    }

    private static void RunUnits(PoolKernel kernel, in PoolJob job, int maxDegree, IProgress<double>? progress)
    {
        long units = kernel.Units(job);
        double cost = kernel.Cost(job);
        if (cost >= WorthARun)
        {
            Split(kernel, job, units, cost, maxDegree, progress);
            return;
        }

        job.Cancellation.ThrowIfCancellationRequested();
        RunAll(kernel, job, units);
        progress?.Report(1);
    }

    // Compiled without a profile, by which the kernel met most would be inlined, and every other's call would clear its stack.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void RunAll(PoolKernel kernel, in PoolJob job, long units) => kernel.Run(job, 0, units);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Split(PoolKernel kernel, in PoolJob job, long units, double cost, int maxDegree, IProgress<double>? progress)
    {
        int most = maxDegree == -1 ? Environment.ProcessorCount : Math.Min(maxDegree, Environment.ProcessorCount);
        int threads = (int)Math.Clamp(Math.Min(units, cost / WorthAThread), 1, most);
        long mostRuns = Math.Max(threads, Math.Min(units / kernel.LeastRun(job), (long)threads * RunsPerThread));
        long runs = (long)Math.Clamp(cost / WorthARun, 1, Math.Min(units, mostRuns));
        var cut = new CutJob(kernel, job, units, runs);
        if (threads == 1) cut.RunAll(progress);
        else Crew.Run(cut, threads, progress);
    }
}
