using System.Globalization;
using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>Splits a job into runs of units over threads. Units are independent, so the bits do not depend on the split.</summary>
internal static class PlaneParallel
{
    /// <summary>A thread is worth its start from this many elements read and written.</summary>
    private const int WorthAThread = 1 << 15;

    /// <summary>A call is cut into at most this many runs per thread: for balance, cancellation and progress.</summary>
    private const int RunsPerThread = 32;

    /// <summary>The default of <see cref="PoolLayer.MaxDegreeOfParallelism"/>: the environment variable CENOTE_NUM_THREADS, or −1.</summary>
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
    public static unsafe void Run(PoolKernel kernel, PoolJob job, int maxDegree, IProgress<double>? progress)
    {
        long partialBytes = kernel.PartialBytes(job);
        if (partialBytes == 0)
        {
            RunUnits(kernel, job, maxDegree, progress);
            return;
        }

        void* partials = NativeMemory.Alloc((nuint)partialBytes);
        try
        {
            job = job with { Partials = partials };
            RunUnits(kernel, job, maxDegree, progress);
            kernel.Complete(job);
        }
        finally
        {
            NativeMemory.Free(partials);
        }
    }

    private static void RunUnits(PoolKernel kernel, PoolJob job, int maxDegree, IProgress<double>? progress)
    {
        long units = kernel.Units(job);
        long worthwhile = Math.Min(units, (long)(kernel.Cost(job) / WorthAThread));
        int threads = (int)Math.Clamp(worthwhile, 1, maxDegree == -1 ? Environment.ProcessorCount : maxDegree);
        long runs = Math.Min(worthwhile, (long)threads * RunsPerThread);
        if (runs <= 1)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            kernel.Run(job, 0, units);
            progress?.Report(1);
        }
        else
        {
            new Split(kernel, job, units, runs, progress).Run(threads);
        }
    }

    private sealed class Split(PoolKernel kernel, PoolJob job, long units, long runs, IProgress<double>? progress)
    {
        private readonly Lock _reporting = new();
        private long _done;

        public void Run(int threads)
        {
            if (threads == 1)
            {
                for (long run = 0; run < runs; run++) RunOne(run);
                return;
            }

            try
            {
                Parallel.For(0, runs, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = job.Cancellation }, RunOne);
            }
            catch (AggregateException failures) when (failures.InnerExceptions.All(failure => failure is OperationCanceledException))
            {
                throw new OperationCanceledException(job.Cancellation);
            }
        }

        private void RunOne(long run)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            kernel.Run(job, First(run), First(run + 1));
            if (progress is null) return;
            // Reported under the lock, so that the fractions arrive in rising order.
            lock (_reporting) progress.Report((double)++_done / runs);
        }

        private long First(long run) => (long)((Int128)units * run / runs);
    }
}
