using Cenote.Tests.Golden;

namespace Cenote.Conformance.Tests.Training;

/// <summary>What the comparisons of indices, gradients and unpooling share. Arrays are in row-major order of their axes.</summary>
internal static class TrainingRun
{
    public static TheoryData<int, string> Rows(params Type[] types) => [.. from rank in (int[])[1, 2, 3] from type in types select (rank, type.Name)];

    public static nint[] Lengths(long[] shape) => [.. shape.Select(length => (nint)length)];

    public static long[] Shape(ReadOnlySpan<nint> lengths) => [.. lengths.ToArray().Select(length => (long)length)];

    public static long Count(long[] shape) => shape.Aggregate(1L, (product, length) => product * length);

    /// <summary>For each output of one plane, whether its window has a tap inside the input; by enumeration.</summary>
    public static bool[] HaveTaps(PoolCase @case, long[] outputShape)
    {
        bool[] have = [true];
        for (int axis = 0; axis < @case.SpatialRank; axis++)
        {
            long length = @case.Shape[^(@case.SpatialRank - axis)];
            bool[] along = [.. from o in Enumerable.Range(0, (int)outputShape[^(@case.SpatialRank - axis)])
                               select Enumerable.Range(0, @case.Kernel[axis]).Any(tap => o * @case.Stride[axis] - @case.Padding[axis] + tap * @case.Dilation[axis] is var at && at >= 0 && at < length)];
            have = [.. from before in have from here in along select before && here];
        }

        return have;
    }
}
