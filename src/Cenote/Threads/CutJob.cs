namespace Cenote;

/// <summary>A job and its cut: runs of units, as even as they can be.</summary>
internal readonly struct CutJob(PoolKernel kernel, in PoolJob job, long units, long runs)
{
    private readonly PoolJob _job = job;

    public long Runs => runs;

    public CancellationToken Cancellation => _job.Cancellation;

    public void Run(long run) => kernel.Run(_job, First(run), First(run + 1));

    /// <summary>One run after the other, on this thread.</summary>
    /// <exception cref="OperationCanceledException">The job's token was cancelled.</exception>
    public void RunAll(IProgress<double>? progress)
    {
        for (long run = 0; run < runs; run++)
        {
            Cancellation.ThrowIfCancellationRequested();
            Run(run);
            progress?.Report((double)(run + 1) / runs);
        }
    }

    private long First(long run) => (long)((Int128)units * run / runs);
}
