using System.Numerics.Tensors;
using System.Reflection;
using Cenote.Benchmarks.Measure;

namespace Cenote.Benchmarks.Peers;

/// <summary>The layers of this project, in the form that takes a destination.</summary>
internal sealed class CenotePeer : IPeer
{
    public string Name => "Cenote";

    public string? Version => typeof(PoolLayer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;

    public PeerCall Bind(Job job) => job.Element.BindCenote(job);
}

/// <summary>A call with spans that are made once.</summary>
internal sealed unsafe class CenoteCall<T>(Job job) : OwnOutputCall(job), IRepeatable
    where T : unmanaged
{
    private readonly PoolLayer _layer = job.Row.Layer(job.Threads);

    public bool IsManaged => true;

    public override void Run(long times)
    {
        var input = new ReadOnlyTensorSpan<T>((T*)Job.Input, (nint)(Job.InputBytes / sizeof(T)), Lengths(Job.Row.Shape), Strides(Job.Row.Shape, Job.InputStrides));
        var output = new TensorSpan<T>((T*)Output, (nint)(Job.OutputBytes / sizeof(T)), Lengths(Job.OutputShape), Strides(Job.OutputShape, Job.OutputStrides));
        for (long time = 0; time < times; time++) _layer.Forward(input, output);
    }

    private static nint[] Lengths(long[] shape) => [.. shape.Select(length => (nint)length)];

    // A tensor wants stride 0 on axes of a single element.
    private static nint[] Strides(long[] shape, long[] strides) => [.. shape.Zip(strides, (length, stride) => length == 1 ? 0 : (nint)stride)];
}
