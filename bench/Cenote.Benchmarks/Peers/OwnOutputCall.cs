using Cenote.Benchmarks.Measure;

namespace Cenote.Benchmarks.Peers;

/// <summary>A call that writes into memory of the caller, in the layout of the input.</summary>
internal abstract unsafe class OwnOutputCall(Job job) : PeerCall
{
    private readonly NativeBuffer _output = job.NewOutput();

    public override void* Output => _output.Pointer;

    public override ReadOnlySpan<long> OutputStrides => Job.OutputStrides;

    protected Job Job => job;

    public override void Dispose() => _output.Dispose();
}
