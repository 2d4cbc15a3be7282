using Cenote.Tests.Golden;

namespace Cenote.Conformance.Tests.Torch;

/// <summary>The oracle for training: libtorch's indices, gradients and unpooling. Arrays are in row-major order of their axes.</summary>
internal static unsafe class TorchTraining
{
    /// <summary>The maxima with their flat indices, and the output's shape; null where libtorch refuses the case.</summary>
    public static (T[] Values, long[] Indices, long[] Shape)? Max<T>(PoolCase @case, T[] input, bool channelsLast)
        where T : unmanaged
    {
        var window = new TorchWindow(@case);
        lock (TorchPool.Gate)
        {
            using var quiet = new QuietErrors();
            // Its channels-last kernels know floating types only.
            using TorchTensor self = window.Tensor(input, @case.Shape, channelsLast && Elements.IsFloating<T>());
            int rank = window.Rank;
            fixed (long* k = window.Kernel, s = window.Stride, p = window.Padding, d = window.Dilation)
            {
                int error = rank == 2
                    ? TorchNative.MaxPool2d(self.Handle, k, rank, s, rank, p, rank, d, rank, window.Ceil, out nint first, out nint second)
                    : TorchNative.MaxPool3d(self.Handle, k, rank, s, rank, p, rank, d, rank, window.Ceil, out first, out second);
                if (error != 0) return null;
                using TorchTensor values = new(first, self.Rank), indices = new(second, self.Rank);
                return (values.Read<T>(), indices.Read<long>(), window.WithoutRow(values.Shape()));
            }
        }
    }

    /// <summary>The gradient of a maximum with respect to its input.</summary>
    public static T[] MaxBackward<T>(PoolCase @case, T[] gradient, long[] indices, long[] outputShape, T[] input, bool channelsLast)
        where T : unmanaged
    {
        var window = new TorchWindow(@case);
        lock (TorchPool.Gate)
        {
            using TorchTensor self = window.Tensor(input, @case.Shape, channelsLast), from = window.Tensor(gradient, outputShape, channelsLast), places = window.Tensor(indices, outputShape, channelsLast);
            int rank = window.Rank;
            fixed (long* k = window.Kernel, s = window.Stride, p = window.Padding, d = window.Dilation)
            {
                TorchTensor.Check(rank == 2
                    ? TorchNative.MaxPool2dBackward(from.Handle, self.Handle, k, rank, s, rank, p, rank, d, rank, window.Ceil, places.Handle, out nint result)
                    : TorchNative.MaxPool3dBackward(from.Handle, self.Handle, k, rank, s, rank, p, rank, d, rank, window.Ceil, places.Handle, out result));
                return Take<T>(result, self.Rank);
            }
        }
    }

    /// <summary>The gradient of an average with respect to its input; null where libtorch refuses the case.</summary>
    public static T[]? AvgBackward<T>(PoolCase @case, T[] gradient, long[] outputShape, bool channelsLast)
        where T : unmanaged
    {
        var window = new TorchWindow(@case);
        long divisor = @case.Divisor ?? 0;
        long* optional = @case.Divisor is null ? null : &divisor;
        lock (TorchPool.Gate)
        {
            using var quiet = new QuietErrors();
            using TorchTensor self = window.Tensor(new T[Count(@case.Shape)], @case.Shape, channelsLast), from = window.Tensor(gradient, outputShape, channelsLast);
            int rank = window.Rank, countPadding = @case.CountPadding ? 1 : 0;
            fixed (long* k = window.Kernel, s = window.Stride, p = window.Padding)
            {
                int error = rank == 2
                    ? TorchNative.AvgPool2dBackward(from.Handle, self.Handle, k, rank, s, rank, p, rank, window.Ceil, countPadding, optional, out nint result)
                    : TorchNative.AvgPool3dBackward(from.Handle, self.Handle, k, rank, s, rank, p, rank, window.Ceil, countPadding, optional, out result);
                return error == 0 ? Take<T>(result, self.Rank) : null;
            }
        }
    }

    /// <summary>The gradient of adaptive averages of size 1 by libtorch's function for any such size, which divides by one length after the other.</summary>
    public static T[] AdaptiveAvgBackward<T>(PoolCase @case, T[] gradient, long[] outputShape, bool channelsLast)
        where T : unmanaged
    {
        var window = new TorchWindow(@case);
        lock (TorchPool.Gate)
        {
            using TorchTensor self = window.Tensor(new T[Count(@case.Shape)], @case.Shape, channelsLast), from = window.Tensor(gradient, outputShape, channelsLast);
            TorchTensor.Check(window.Rank == 2
                ? TorchNative.AdaptiveAvgPool2dBackward(from.Handle, self.Handle, out nint result)
                : TorchNative.AdaptiveAvgPool3dBackward(from.Handle, self.Handle, out result));
            return Take<T>(result, self.Rank);
        }
    }

    /// <summary>Values put at flat indices into planes of another shape.</summary>
    public static T[] Unpool<T>(PoolCase @case, T[] values, long[] indices, long[] shape, long[] unpooledShape, bool channelsLast)
        where T : unmanaged
    {
        var window = new TorchWindow(@case);
        lock (TorchPool.Gate)
        {
            using TorchTensor self = window.Tensor(values, shape, channelsLast), places = window.Tensor(indices, shape, channelsLast);
            int rank = window.Rank;
            fixed (long* size = window.WithRow(unpooledShape)[^rank..], s = window.Stride, p = window.Padding)
            {
                TorchTensor.Check(rank == 2
                    ? TorchNative.MaxUnpool2d(self.Handle, places.Handle, size, rank, out nint result)
                    : TorchNative.MaxUnpool3d(self.Handle, places.Handle, size, rank, s, rank, p, rank, out result));
                return Take<T>(result, self.Rank);
            }
        }
    }

    /// <summary>What libtorch's gradient of unpooling is: each plane of the gradient gathered at the indices, duplicates and all.</summary>
    public static T[] Gather<T>(T[] gradient, long[] indices, long planes)
        where T : unmanaged
    {
        if (planes == 0) return [];
        lock (TorchPool.Gate)
        {
            // The call takes these two, and frees them; their memory must live on until then.
            long[] sources = [planes, gradient.Length / planes], places = [planes, indices.Length / planes];
            fixed (T* from = gradient)
            fixed (long* at = indices)
            {
                TorchTensor self = TorchTensor.Over(from, sources), index = TorchTensor.Over(at, places);
                ulong* stack = stackalloc ulong[] { (ulong)self.Handle, 1, (ulong)index.Handle, 0 };
                TorchTensor.Check(TorchNative.Call("aten::gather", "", stack));
                return Take<T>((nint)stack[0], 2);
            }
        }
    }

    private static T[] Take<T>(nint handle, int rank)
        where T : unmanaged
    {
        using var tensor = new TorchTensor(handle, rank);
        return tensor.Read<T>();
    }

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, length) => product * length);
}

/// <summary>A case in libtorch's terms: 1-D pooling is 2-D pooling of one row.</summary>
internal sealed class TorchWindow(PoolCase @case)
{
    private readonly bool _oneRow = @case.SpatialRank == 1;

    public int Rank => _oneRow ? 2 : @case.SpatialRank;

    public long[] Kernel { get; } = TorchPool.Options(@case.Kernel, @case.SpatialRank == 1, 1);

    public long[] Stride { get; } = TorchPool.Options(@case.Stride, @case.SpatialRank == 1, 1);

    public long[] Padding { get; } = TorchPool.Options(@case.Padding, @case.SpatialRank == 1, 0);

    public long[] Dilation { get; } = TorchPool.Options(@case.Dilation, @case.SpatialRank == 1, 1);

    public int Ceil => @case.CeilMode ? 1 : 0;

    public TorchTensor Tensor<T>(T[] elements, long[] shape, bool channelsLast)
        where T : unmanaged => TorchTensor.Of(elements, WithRow(shape), Rank, channelsLast);

    public long[] WithRow(long[] shape) => _oneRow ? [.. shape[..^1], 1, shape[^1]] : shape;

    public long[] WithoutRow(long[] shape) => _oneRow ? [.. shape[..^2], shape[^1]] : shape;
}
