using Cenote.Benchmarks.Rows;
using Cenote.Conformance.Tests.Torch;

namespace Cenote.Benchmarks.Peers;

/// <summary>A row as libtorch's functions take it: its 1-D pooling is its 2-D pooling of one row.</summary>
internal sealed unsafe class TorchWindow(Row row)
{
    private readonly bool _oneRow = row.SpatialRank == 1;

    public int Rank => _oneRow ? 2 : row.SpatialRank;

    public long[] Kernel => Axes(row.Kernels, 1);

    public long[] Stride => Axes(row.Strides, 1);

    public long[] Padding => Axes(row.Paddings, 0);

    public long[] Dilation => Axes(row.Dilations, 1);

    public static void Require(int error)
    {
        if (error != 0) throw new InvalidOperationException($"libtorch failed with {error}.");
    }

    /// <summary>A tensor over memory of N×C×spatial elements.</summary>
    public nint Tensor(void* data, long[] shape, Layout layout, int elementType)
    {
        long[] all = [.. shape[..2], .. Axes(shape[2..], 1)], strides = layout.Strides(all);
        fixed (long* sizes = all, steps = strides)
        {
            Require(TorchNative.CreateTensor(data, all.Length, sizes, steps, 0, elementType, device: 0, deviceIndex: -1, out nint tensor));
            return tensor;
        }
    }

    /// <summary>The strides of a tensor along the row's axes.</summary>
    public ReadOnlySpan<long> StridesOf(nint tensor)
    {
        Require(TorchNative.GetStrides(tensor, out long* strides));
        var all = new ReadOnlySpan<long>(strides, Rank + 2);
        return _oneRow ? (long[])[all[0], all[1], all[3]] : all;
    }

    private long[] Axes(long[] values, long first) => _oneRow ? [first, values[0]] : values;
}
