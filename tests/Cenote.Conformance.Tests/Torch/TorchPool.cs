using Cenote.Tests.Golden;

namespace Cenote.Conformance.Tests.Torch;

/// <summary>The oracle: libtorch's answer to a case, or its refusal.</summary>
internal static unsafe class TorchPool
{
    private static readonly Lock Gate = new();

    /// <summary>The output in row-major order of its axes, with its shape; null where libtorch refuses the case.</summary>
    public static (T[] Values, long[] Shape)? Run<T>(PoolCase @case, T[] input, bool channelsLast)
        where T : unmanaged
    {
        // libtorch's 1-D pooling is its 2-D pooling of one row.
        bool oneRow = @case.SpatialRank == 1;
        long[] shape = oneRow ? [.. @case.Shape[..^1], 1, @case.Shape[^1]] : @case.Shape;
        int spatialRank = oneRow ? 2 : @case.SpatialRank;
        long[] kernel = Options(@case.Kernel, oneRow, 1), stride = Options(@case.Stride, oneRow, 1);
        long[] padding = Options(@case.Padding, oneRow, 0), dilation = Options(@case.Dilation, oneRow, 1);
        // Its channels-last kernels know floating types only; what the answer is does not depend on the memory order.
        long[] strides = Layouts.Strides(shape, spatialRank, channelsLast && Elements.IsFloating<T>());
        T[] memory = Layouts.Scatter(input, shape, strides);

        lock (Gate)
        {
            using var quiet = new QuietErrors();
            fixed (T* data = memory)
            fixed (long* sizes = shape, steps = strides, k = kernel, s = stride, p = padding, d = dilation)
            {
                Check(TorchNative.CreateTensor(data, shape.Length, sizes, steps, 0, ElementType<T>(), device: 0, deviceIndex: -1, out nint self));
                int error = Pool(@case, spatialRank, self, k, s, p, d, out nint result);
                Check(TorchNative.Delete(self));
                if (error != 0) return null;
                (T[] Values, long[] Shape) output = Read<T>(result, shape.Length);
                Check(TorchNative.Delete(result));
                return oneRow ? (output.Values, [.. output.Shape[..^2], output.Shape[^1]]) : output;
            }
        }
    }

    private static int Pool(PoolCase @case, int rank, nint self, long* k, long* s, long* p, long* d, out nint result)
    {
        int ceil = @case.CeilMode ? 1 : 0, countPadding = @case.CountPadding ? 1 : 0;
        if (!@case.IsMax)
        {
            long divisor = @case.Divisor ?? 0;
            long* optional = @case.Divisor is null ? null : &divisor;
            return rank == 2
                ? TorchNative.AvgPool2d(self, k, rank, s, rank, p, rank, ceil, countPadding, optional, out result)
                : TorchNative.AvgPool3d(self, k, rank, s, rank, p, rank, ceil, countPadding, optional, out result);
        }

        int error = rank == 2
            ? TorchNative.MaxPool2d(self, k, rank, s, rank, p, rank, d, rank, ceil, out result, out nint indices)
            : TorchNative.MaxPool3d(self, k, rank, s, rank, p, rank, d, rank, ceil, out result, out indices);
        if (error == 0) Check(TorchNative.Delete(indices));
        return error;
    }

    private static (T[] Values, long[] Shape) Read<T>(nint tensor, int rank)
        where T : unmanaged
    {
        Check(TorchNative.GetData(tensor, out void* data));
        Check(TorchNative.GetSizes(tensor, out long* sizes));
        Check(TorchNative.GetStrides(tensor, out long* strides));
        long[] shape = new ReadOnlySpan<long>(sizes, rank).ToArray();
        int count = (int)shape.Aggregate(1L, (product, length) => product * length);
        return (Layouts.Gather(new ReadOnlySpan<T>(data, count), shape, new ReadOnlySpan<long>(strides, rank).ToArray()), shape);
    }

    private static long[] Options(int[] values, bool oneRow, long row) => oneRow ? [row, values[0]] : [.. values.Select(value => (long)value)];

    // Numbers of libtorch's ScalarType, which its files on disk fix for good.
    private static int ElementType<T>()
        where T : unmanaged => default(T) switch
        {
            byte => 0,
            sbyte => 1,
            short => 2,
            int => 3,
            long => 4,
            Half => 5,
            float => 6,
            double => 7,
            BFloat16 => 15,
            _ => throw new NotSupportedException(typeof(T).Name),
        };

    private static void Check(int error)
    {
        if (error != 0) throw new InvalidOperationException($"libtorch failed with {error}.");
    }
}
