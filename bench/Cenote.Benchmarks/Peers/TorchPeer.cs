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
        // Its norm is a formula in Python over several functions.
        if (!TorchNative.IsAvailable || job.Row.Operator is Operator.Norm or Operator.GlobalNorm || ElementType(job.Element) is not { } type) return null;
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
    private readonly TorchWindow _window;
    private readonly nint _self;
    private nint _result;

    public TorchCall(Job job, int elementType)
    {
        TorchNative.SetThreads(job.Threads);
        (_row, _window) = (job.Row, new(job.Row));
        _self = _window.Tensor(job.Input, job.Row.Shape, job.Layout, elementType);
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
    }

    private int Pool()
    {
        Forget();
        int rank = _window.Rank;
        fixed (long* k = _window.Kernel, s = _window.Stride, p = _window.Padding, d = _window.Dilation)
        {
            long outputs = _row.IsAdaptive ? _row.Kernel : 1;
            long* size = stackalloc long[] { _row.SpatialRank == 1 ? 1 : outputs, outputs, outputs };
            nint indices = 0;
            int error = (_row.Operator, rank) switch
            {
                (Operator.Max, 2) => TorchNative.MaxPool2d(_self, k, rank, s, rank, p, rank, d, rank, 0, out _result, out indices),
                (Operator.Max, _) => TorchNative.MaxPool3d(_self, k, rank, s, rank, p, rank, d, rank, 0, out _result, out indices),
                (Operator.Average, 2) => TorchNative.AvgPool2d(_self, k, rank, s, rank, p, rank, 0, 1, null, out _result),
                (Operator.Average, _) => TorchNative.AvgPool3d(_self, k, rank, s, rank, p, rank, 0, 1, null, out _result),
                (Operator.GlobalMax or Operator.AdaptiveMax, 2) => TorchAdaptiveNative.MaxPool2d(_self, size, rank, out _result, out indices),
                (Operator.GlobalMax or Operator.AdaptiveMax, _) => TorchAdaptiveNative.MaxPool3d(_self, size, rank, out _result, out indices),
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
