using Cenote.Tests.Golden;

namespace Cenote.Conformance.Tests.Torch;

/// <summary>The oracle: libtorch's answer to a case, or its refusal.</summary>
internal static unsafe class TorchPool
{
    /// <summary>Standard error is turned off for the whole process: one call at a time.</summary>
    public static readonly Lock Gate = new();

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
        lock (Gate)
        {
            using var quiet = new QuietErrors();
            // Its channels-last kernels know floating types only; what the answer is does not depend on the memory order.
            using TorchTensor self = TorchTensor.Of(input, shape, spatialRank, channelsLast && Elements.IsFloating<T>());
            fixed (long* k = kernel, s = stride, p = padding, d = dilation)
            {
                if (Pool(@case, spatialRank, self.Handle, k, s, p, d, out nint handle) != 0) return null;
                using var result = new TorchTensor(handle, shape.Length);
                long[] lengths = result.Shape();
                return (result.Read<T>(), oneRow ? [.. lengths[..^2], lengths[^1]] : lengths);
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
        if (error == 0) TorchTensor.Check(TorchNative.Delete(indices));
        return error;
    }

    public static long[] Options(int[] values, bool oneRow, long row) => oneRow ? [row, values[0]] : [.. values.Select(value => (long)value)];
}
