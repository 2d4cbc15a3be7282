namespace Cenote.Gpu.Benchmarks.Measure;

/// <summary>One side of a job, bound to memory and warm.</summary>
internal interface IContestant : IDisposable
{
    /// <summary>Queues some calls and waits for the last.</summary>
    /// <returns>Seconds of a call.</returns>
    double Round();
}
