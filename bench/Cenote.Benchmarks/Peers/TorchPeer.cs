using System.Reflection;
using Cenote.Benchmarks.Measure;
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
        // Its norm is a formula in Python over several functions; regions are torchvision's.
        if (!TorchNative.IsAvailable || job.Row.Operator is Operator.Norm or Operator.GlobalNorm or Operator.Min or Operator.Median or Operator.Mode or Operator.Regions || ElementType(job.Element) is not { } type) return null;
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
    // Numbers of libtorch's ScalarType.
    private const int LongType = 4, FloatType = 6;

    private readonly Row _row;
    private readonly TorchWindow _window;
    private readonly nint _self, _second;
    private readonly NativeBuffer? _memory;
    private nint _result;

    public TorchCall(Job job, int elementType)
    {
        TorchNative.SetThreads(job.Threads);
        (_row, _window) = (job.Row, new(job.Row));
        _self = _window.Tensor(job.Input, job.Row.Shape, job.Layout, elementType);
        if (job.Row.Operator == Operator.Unpool)
        {
            _memory = Copy<long>(job.Row.Places(job.Layout));
            _second = _window.Tensor(_memory.Pointer, job.Row.Shape, job.Layout, LongType);
        }
        else if (job.Row.Operator == Operator.Fractional && elementType == FloatType)
        {
            _memory = Copy<float>([.. job.Row.Samples.Select(sample => (float)sample)]);
            _second = _window.Tensor(_memory.Pointer, [.. job.Row.Shape[..2], job.Row.SpatialRank], Layout.Nchw, FloatType);
        }
    }

    public override void* Output
    {
        get
        {
            TorchWindow.Require(TorchNative.GetData(_result, out void* data));
            return data;
        }
    }

    public override ReadOnlySpan<long> OutputStrides
    {
        get
        {
            return _window.StridesOf(_result);
        }
    }

    /// <summary>The indices of the last call of a maximum; else 0.</summary>
    public nint Indices { get; private set; }

    public nint Self => _self;

    /// <summary>Whether libtorch accepts the job.</summary>
    public bool TryOnce() => Pool() == 0;

    public override void Run(long times)
    {
        for (long time = 0; time < times; time++) TorchWindow.Require(Pool());
    }

    public override void Dispose()
    {
        Forget();
        if (Indices != 0) TorchWindow.Require(TorchNative.Delete(Indices));
        TorchWindow.Require(TorchNative.Delete(_self));
        if (_second != 0) TorchWindow.Require(TorchNative.Delete(_second));
        _memory?.Dispose();
    }

    private static NativeBuffer Copy<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var buffer = new NativeBuffer((long)values.Length * sizeof(T));
        values.CopyTo(new Span<T>(buffer.Pointer, values.Length));
        return buffer;
    }

    private int Pool()
    {
        Forget();
        int rank = _window.Rank;
        fixed (long* k = _window.Kernel, s = _window.Stride, p = _window.Padding, d = _window.Dilation)
        {
            if (_row.Operator == Operator.Fractional && _second == 0) return -1;
            long* size = stackalloc long[3];
            long[] outputs = _row.OutputShape[2..];
            for (int axis = 0; axis < rank; axis++) size[axis] = _row.SpatialRank == 1 ? (axis == 0 ? 1 : outputs[0]) : outputs[axis];
            nint indices = 0;
            int error = (_row.Operator, rank) switch
            {
                (Operator.Max, 2) => TorchNative.MaxPool2d(_self, k, rank, s, rank, p, rank, d, rank, 0, out _result, out indices),
                (Operator.Max, _) => TorchNative.MaxPool3d(_self, k, rank, s, rank, p, rank, d, rank, 0, out _result, out indices),
                (Operator.Average, 2) => TorchNative.AvgPool2d(_self, k, rank, s, rank, p, rank, 0, 1, null, out _result),
                (Operator.Average, _) => TorchNative.AvgPool3d(_self, k, rank, s, rank, p, rank, 0, 1, null, out _result),
                (Operator.GlobalMax or Operator.AdaptiveMax, 2) => TorchAdaptiveNative.MaxPool2d(_self, size, rank, out _result, out indices),
                (Operator.GlobalMax or Operator.AdaptiveMax, _) => TorchAdaptiveNative.MaxPool3d(_self, size, rank, out _result, out indices),
                (Operator.Fractional, 2) => TorchNative.FractionalMaxPool2d(_self, k, rank, size, rank, _second, out _result, out indices),
                (Operator.Unpool, 2) => TorchNative.MaxUnpool2d(_self, _second, size, rank, out _result),
                (_, 2) => TorchAdaptiveNative.AveragePool2d(_self, size, rank, out _result),
                _ => TorchAdaptiveNative.AveragePool3d(_self, size, rank, out _result),
            };
            if (error != 0) return error;
            if (Indices != 0) TorchWindow.Require(TorchNative.Delete(Indices));
            Indices = indices;
            return 0;
        }
    }

    private void Forget()
    {
        if (_result != 0) TorchWindow.Require(TorchNative.Delete(_result));
        _result = 0;
    }
}
