using Cenote.Benchmarks.Measure;
using Cenote.Benchmarks.Peers;
using Cenote.Benchmarks.Rows;
using Cenote.Conformance.Tests.Torch;

namespace Cenote.Benchmarks.Training;

/// <summary>libtorch's gradient of a row. It allocates its results itself.</summary>
internal sealed unsafe class TorchGradient : IRepeatable, IDisposable
{
    private const int Float = 6;

    private readonly Row _row;
    private readonly TorchWindow _window;
    private readonly TorchCall _forward;
    private readonly nint _gradient;
    private nint _result;

    /// <param name="job">The row and its input.</param>
    /// <param name="gradient">The gradient of the outputs.</param>
    /// <param name="forward">The call whose input and indices it needs; it has been made.</param>
    public TorchGradient(Job job, void* gradient, TorchCall forward)
    {
        (_row, _window, _forward) = (job.Row, new(job.Row), forward);
        _gradient = _window.Tensor(gradient, job.OutputShape, job.Layout, Float);
    }

    public void* Output
    {
        get
        {
            TorchWindow.Require(TorchNative.GetData(_result, out void* data));
            return data;
        }
    }

    public ReadOnlySpan<long> OutputStrides => _window.StridesOf(_result);

    public void Run(long times)
    {
        for (long time = 0; time < times; time++) TorchWindow.Require(Once());
    }

    public void Dispose()
    {
        if (_result != 0) TorchWindow.Require(TorchNative.Delete(_result));
        TorchWindow.Require(TorchNative.Delete(_gradient));
    }

    private int Once()
    {
        if (_result != 0) TorchWindow.Require(TorchNative.Delete(_result));
        _result = 0;
        int rank = _window.Rank;
        nint self = _forward.Self, indices = _forward.Indices;
        fixed (long* k = _window.Kernel, s = _window.Stride, p = _window.Padding, d = _window.Dilation)
        {
            return (_row.Operator, rank) switch
            {
                (Operator.Max, 2) => TorchGradientNative.MaxPool2d(_gradient, self, k, rank, s, rank, p, rank, d, rank, 0, indices, out _result),
                (Operator.Max, _) => TorchGradientNative.MaxPool3d(_gradient, self, k, rank, s, rank, p, rank, d, rank, 0, indices, out _result),
                (Operator.Average, 2) => TorchGradientNative.AveragePool2d(_gradient, self, k, rank, s, rank, p, rank, 0, 1, null, out _result),
                (Operator.Average, _) => TorchGradientNative.AveragePool3d(_gradient, self, k, rank, s, rank, p, rank, 0, 1, null, out _result),
                (Operator.GlobalMax, 2) => TorchGradientNative.GlobalMaxPool2d(_gradient, self, indices, out _result),
                (Operator.GlobalMax, _) => TorchGradientNative.GlobalMaxPool3d(_gradient, self, indices, out _result),
                (_, 2) => TorchGradientNative.GlobalAveragePool2d(_gradient, self, out _result),
                _ => TorchGradientNative.GlobalAveragePool3d(_gradient, self, out _result),
            };
        }
    }
}
