using System.Reflection;
using Cenote.Benchmarks.Rows;
using Cenote.Conformance.Tests.Torch;

namespace Cenote.Benchmarks.Peers;

/// <summary>libtorch by its C functions. It allocates its outputs itself, and its maxima always come with indices.</summary>
internal sealed class TorchPeer : IPeer
{
    public string Name => "libtorch";

    // The package's folder is …/VERSION/runtimes/linux-x64/native.
    public string? Version => !TorchNative.IsAvailable ? null
        : PackageFolder is { } folder ? Path.GetFileName(Path.GetFullPath(Path.Combine(folder, "../../.."))) : "of unknown version";

    private static string? PackageFolder => typeof(TorchPeer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(data => data.Key == "TorchFolder")?.Value;

    public PeerCall? Bind(Job job)
    {
        if (!TorchNative.IsAvailable || ElementType(job.Element) is not { } type) return null;
        using var quiet = new QuietErrors();
        var call = new TorchCall(job, type);
        if (call.TryOnce()) return call;
        call.Dispose();
        return null;
    }

    // Numbers of libtorch's ScalarType.
    private static int? ElementType(Element element) => element.Name switch
    {
        "uint8" => 0,
        "int8" => 1,
        "int16" => 2,
        "int32" => 3,
        "int64" => 4,
        "float16" => 5,
        "float32" => 6,
        "float64" => 7,
        "bfloat16" => 15,
        _ => null,
    };
}

internal sealed unsafe class TorchCall : PeerCall
{
    private readonly Row _row;
    private readonly int _rank;
    private readonly long[] _kernel, _stride, _padding, _dilation;
    private readonly bool _oneRow;
    private readonly nint _self;
    private nint _result;

    public TorchCall(Job job, int elementType)
    {
        TorchNative.SetThreads(job.Threads);
        _row = job.Row;
        // libtorch's 1-D pooling is its 2-D pooling of one row.
        _oneRow = _row.SpatialRank == 1;
        _rank = _oneRow ? 2 : _row.SpatialRank;
        (_kernel, _stride, _padding, _dilation) = (Axes(_row.Kernels, 1), Axes(_row.Strides, 1), Axes(_row.Paddings, 0), Axes(_row.Dilations, 1));
        long[] shape = [.. _row.Shape[..2], .. Axes(_row.Shape[2..], 1)];
        long[] strides = job.Layout.Strides(shape);
        fixed (long* sizes = shape, steps = strides)
            Require(TorchNative.CreateTensor(job.Input, shape.Length, sizes, steps, 0, elementType, device: 0, deviceIndex: -1, out _self));
    }

    public override void* Output
    {
        get
        {
            Require(TorchNative.GetData(_result, out void* data));
            return data;
        }
    }

    public override ReadOnlySpan<long> OutputStrides
    {
        get
        {
            Require(TorchNative.GetStrides(_result, out long* strides));
            var all = new ReadOnlySpan<long>(strides, _rank + 2);
            return _oneRow ? (long[])[all[0], all[1], all[3]] : all;
        }
    }

    /// <summary>Whether libtorch accepts the job.</summary>
    public bool TryOnce() => Pool() == 0;

    public override void Run(long times)
    {
        for (long time = 0; time < times; time++) Require(Pool());
    }

    public override void Dispose()
    {
        Forget();
        Require(TorchNative.Delete(_self));
    }

    private int Pool()
    {
        Forget();
        fixed (long* k = _kernel, s = _stride, p = _padding, d = _dilation)
        {
            long* one = stackalloc long[] { 1, 1, 1 };
            nint indices = 0;
            int error = (_row.Operator, _rank) switch
            {
                (Operator.Max, 2) => TorchNative.MaxPool2d(_self, k, _rank, s, _rank, p, _rank, d, _rank, 0, out _result, out indices),
                (Operator.Max, _) => TorchNative.MaxPool3d(_self, k, _rank, s, _rank, p, _rank, d, _rank, 0, out _result, out indices),
                (Operator.Average, 2) => TorchNative.AvgPool2d(_self, k, _rank, s, _rank, p, _rank, 0, 1, null, out _result),
                (Operator.Average, _) => TorchNative.AvgPool3d(_self, k, _rank, s, _rank, p, _rank, 0, 1, null, out _result),
                (Operator.GlobalMax, 2) => TorchGlobalNative.MaxPool2d(_self, one, _rank, out _result, out indices),
                (Operator.GlobalMax, _) => TorchGlobalNative.MaxPool3d(_self, one, _rank, out _result, out indices),
                (_, 2) => TorchGlobalNative.AveragePool2d(_self, one, _rank, out _result),
                _ => TorchGlobalNative.AveragePool3d(_self, one, _rank, out _result),
            };
            if (error == 0 && indices != 0) Require(TorchNative.Delete(indices));
            return error;
        }
    }

    private void Forget()
    {
        if (_result != 0) Require(TorchNative.Delete(_result));
        _result = 0;
    }

    private long[] Axes(long[] values, long row) => _oneRow ? [row, values[0]] : values;

    private static void Require(int error)
    {
        if (error != 0) throw new InvalidOperationException($"libtorch failed with {error}.");
    }
}
