using BenchmarkDotNet.Attributes;
using Cenote.Benchmarks.Peers;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks;

/// <summary>Each kernel that takes a row, by itself and on one thread: what the order of the catalog is decided by.</summary>
public unsafe class KernelBenchmarks : IDisposable
{
    private Job? _job;
    private PeerCall? _output;
    private PoolKernel? _kernel;
    private PoolJob _call;

    public static IEnumerable<string> Kernels => All.Select(each => each.Name);

    private static IEnumerable<(string Name, Row Row, Layout Layout, PoolKernel Kernel)> All =>
        from row in RowTable.All
        from layout in (Layout[])[Layout.Nchw, Layout.Nhwc]
        let call = Call(row, layout, null, null)
        // The last one is the reference, which takes anything, and minutes.
        from kernel in call.Plan.Layer.Operator[ElementType.Single].Kernels.SkipLast(1)
        where kernel.Accepts(call)
        select ($"{row.Name} {layout.Text()}: {kernel.Name}", row, layout, kernel);

    [ParamsSource(nameof(Kernels))]
    public string Kernel { get; set; } = "";

    [GlobalSetup]
    public void Bind()
    {
        (_, Row row, Layout layout, _kernel) = All.First(each => each.Name == Kernel);
        _job = new Job(row, layout, Element.All[0], threads: 1);
        _output = AllPeers.Cenote.Bind(_job)!;
        _call = Call(row, layout, _job.Input, _output.Output);
    }

    [Benchmark]
    public void Run() => PlaneParallel.Run(_kernel!, _call, maxDegree: 1, progress: null);

    [GlobalCleanup]
    public void Dispose()
    {
        _output?.Dispose();
        _job?.Dispose();
        GC.SuppressFinalize(this);
    }

    private static PoolJob Call(Row row, Layout layout, void* input, void* output) => PoolJob.Of(
        row.Layer(threads: 1).Plan([.. row.Shape.Select(length => (nint)length)]),
        input,
        At(layout, row.Shape),
        output,
        At(layout, row.OutputShape),
        CancellationToken.None);

    private static TensorLayout At(Layout layout, long[] shape) => TensorLayout.Of([.. layout.Strides(shape).Select(stride => (nint)stride)], shape.Length - 2);
}
