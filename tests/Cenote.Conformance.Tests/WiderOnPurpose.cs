using Cenote.Tests.Golden;

namespace Cenote.Conformance.Tests;

/// <summary>The cases that libtorch refuses and the layers accept: each is a decision, and there are only these two.</summary>
internal static class WiderOnPurpose
{
    public static bool Covers(PoolCase @case) => PaddingPastHalf(@case) || AverageReachesIntoPadding(@case);

    // libtorch stops at half the kernel; ONNX's models go further.
    private static bool PaddingPastHalf(PoolCase @case) =>
        Axes(@case).Any(axis => @case.Padding[axis] > @case.Kernel[axis] / 2)
        && Axes(@case).All(axis => @case.Padding[axis] <= (@case.Kernel[axis] - 1) * @case.Dilation[axis]);

    // Its 3-D average alone wants the kernel to fit in the input without the padding.
    private static bool AverageReachesIntoPadding(PoolCase @case) =>
        !@case.IsMax && @case.SpatialRank == 3 && Axes(@case).Any(axis => Length(@case, axis) < @case.Kernel[axis])
        && Axes(@case).All(axis => Length(@case, axis) + (2 * @case.Padding[axis]) >= @case.Kernel[axis] || @case.CeilMode);

    private static IEnumerable<int> Axes(PoolCase @case) => Enumerable.Range(0, @case.SpatialRank);

    private static long Length(PoolCase @case, int axis) => @case.Shape[^(@case.SpatialRank - axis)];
}
