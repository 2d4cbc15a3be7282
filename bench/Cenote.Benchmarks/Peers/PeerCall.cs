using Cenote.Benchmarks.Measure;

namespace Cenote.Benchmarks.Peers;

/// <summary>A peer bound to a job: all that can be done before the call has been done.</summary>
internal abstract unsafe class PeerCall : IRepeatable, IDisposable
{
    /// <summary>Where the last call left its output.</summary>
    public abstract void* Output { get; }

    /// <summary>The strides of <see cref="Output"/>, in elements.</summary>
    public abstract ReadOnlySpan<long> OutputStrides { get; }

    public abstract void Run(long times);

    public abstract void Dispose();
}
