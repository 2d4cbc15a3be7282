namespace Cenote.Benchmarks.Measure;

/// <summary>Something to time; the loop is its own, so that a call of nanoseconds pays for no wrapper.</summary>
internal interface IRepeatable
{
    void Run(long times);
}
