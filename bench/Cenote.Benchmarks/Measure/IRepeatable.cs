namespace Cenote.Benchmarks.Measure;

/// <summary>Something to time; the loop is its own, so that a call of nanoseconds pays for no wrapper.</summary>
internal interface IRepeatable
{
    /// <summary>Whether the just-in-time compiler improves it while it runs: it then needs a longer warm-up.</summary>
    bool IsManaged => false;

    void Run(long times);
}
