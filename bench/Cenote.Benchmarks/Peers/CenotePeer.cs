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
internal abstract unsafe class CenoteCall<T>(Job job) : OwnOutputCall(job), IRepeatable
    where T : unmanaged
{
    public bool IsManaged => true;

    public override void Run(long times)
    {
        var input = new ReadOnlyTensorSpan<T>((T*)Job.Input, (nint)(Job.InputBytes / sizeof(T)), Lengths(Job.Row.Shape), Strides(Job.Row.Shape, Job.InputStrides));
        var output = new TensorSpan<T>((T*)Output, (nint)(Job.OutputBytes / sizeof(T)), Lengths(Job.OutputShape), Strides(Job.OutputShape, Job.OutputStrides));
        for (long time = 0; time < times; time++) Pool(input, output);
    }

    protected abstract void Pool(in ReadOnlyTensorSpan<T> input, in TensorSpan<T> output);

    protected static nint[] Lengths(long[] shape) => [.. shape.Select(length => (nint)length)];

    // A tensor wants stride 0 on axes of a single element.
    private static nint[] Strides(long[] shape, long[] strides) => [.. shape.Zip(strides, (length, stride) => length == 1 ? 0 : (nint)stride)];
}

internal sealed class CenoteLayer<T>(Job job) : CenoteCall<T>(job)
    where T : unmanaged
{
    private readonly PoolLayer _layer = job.Row.Layer(job.Threads);

    protected override void Pool(in ReadOnlyTensorSpan<T> input, in TensorSpan<T> output) => _layer.Forward(input, output);
}

internal sealed class CenoteUnpool<T>(Job job) : CenoteCall<T>(job)
    where T : unmanaged
{
    private readonly MaxUnpool2d _layer = new(job.Row.Kernel) { MaxDegreeOfParallelism = job.Threads };
    private readonly PoolIndices _indices = PoolIndices.FromFlat(new MaxPool2d(job.Row.Kernel).Plan(Lengths(job.OutputShape)), Tensor.Create(job.Row.Places(Rows.Layout.Nchw), Lengths(job.Row.Shape)));

    protected override void Pool(in ReadOnlyTensorSpan<T> input, in TensorSpan<T> output) => _layer.Forward(input, _indices, output);
}

internal sealed class CenoteRoiAlign<T> : CenoteCall<T>
    where T : unmanaged
{
    private readonly RoiAlign _layer;
    private readonly Tensor<T> _boxes;

    public CenoteRoiAlign(Job job)
        : base(job)
    {
        _layer = new(job.Row.Kernel, samplingRatio: 2, aligned: true) { MaxDegreeOfParallelism = job.Threads };
        // All in the first image.
        T[] boxes = [.. job.Row.Boxes().Chunk(4).SelectMany(box => (float[])[0, .. box]).Select(From)];
        _boxes = Tensor.Create(boxes, [boxes.Length / 5, 5]);
    }

    protected override void Pool(in ReadOnlyTensorSpan<T> input, in TensorSpan<T> output) => _layer.Forward(input, _boxes.AsReadOnlyTensorSpan(), output);

    private static T From(float value) => value is T same ? same : (T)Convert.ChangeType(value, typeof(T), System.Globalization.CultureInfo.InvariantCulture);
}
