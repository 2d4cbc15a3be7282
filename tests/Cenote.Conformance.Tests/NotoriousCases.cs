using Cenote.Tests.Golden;

namespace Cenote.Conformance.Tests;

/// <summary>The cases that implementations of pooling are known to get wrong.</summary>
internal static class NotoriousCases
{
    private const float NaN = float.NaN;
    private const float Inf = float.PositiveInfinity;

    public static IEnumerable<(PoolCase Case, float[] Input)> All()
    {
        // Ties: the first zero wins, and keeps its sign.
        yield return (PoolCase.Parse("max unbatched 1x4 k2 s2 p0 d1"), [-0f, 0f, 0f, -0f]);
        yield return (PoolCase.Parse("max unbatched 1x2x2 k2x2 s1x1 p0x0 d1x1"), [-5f, -0f, 0f, -5f]);
        yield return (PoolCase.Parse("max unbatched 1x2x2 k2x2 s1x1 p0x0 d1x1"), [-5f, 0f, -0f, -5f]);
        // The two orders of NaN and a number, and NaN beside infinity.
        yield return (PoolCase.Parse("max unbatched 1x6 k3 s1 p0 d1"), [NaN, 1f, 2f, 3f, NaN, Inf]);
        yield return (PoolCase.Parse("max unbatched 1x3x3 k3x3 s1x1 p1x1 d1x1"), [1f, 2f, NaN, 4f, Inf, 6f, -Inf, 8f, 9f]);
        yield return (PoolCase.Parse("avg unbatched 1x6 k3 s1 p0 d1"), [Inf, -Inf, 1f, 2f, NaN, 3f]);
        // Nothing but the identity.
        yield return (PoolCase.Parse("max unbatched 1x2x3 k2x2 s1x1 p1x1 d1x1"), [-Inf, -Inf, -Inf, -Inf, -Inf, -Inf]);
        yield return (PoolCase.Parse("max unbatched 1x3 k3 s1 p1 d1"), [-3f, -1f, -2f]);
        // Dilated windows that hold no element at all.
        yield return (PoolCase.Parse("max unbatched 1x1 k2 s1 p1 d2"), [1f]);
        yield return (PoolCase.Parse("max unbatched 1x1x1 k2x2 s1x1 p1x1 d2x2"), [1f]);
        yield return (PoolCase.Parse("max unbatched 1x2x1 k2x2 s1x1 p1x1 d3x3"), [1f, 2f]);
        // Left padding under dilation steps over, it does not clamp.
        yield return (PoolCase.Parse("max unbatched 1x7 k3 s1 p1 d3"), [7f, 1f, 6f, 2f, 5f, 3f, 4f]);
        yield return (PoolCase.Parse("max unbatched 1x7 k3 s2 p1 d2 ceil"), [1f, 2f, 3f, 4f, 5f, 6f, 7f]);
        // The ceil rule: a last window that would start past the input is dropped.
        yield return (PoolCase.Parse("max unbatched 1x2x2 k1x1 s2x2 p0x0 d1x1 ceil"), [1f, 2f, 3f, 4f]);
        yield return (PoolCase.Parse("max unbatched 1x5 k2 s2 p1 d1 ceil"), [1f, 2f, 3f, 4f, 5f]);
        yield return (PoolCase.Parse("max unbatched 1x4 k2 s3 p1 d1 ceil"), [1f, 2f, 3f, 4f]);
        yield return (PoolCase.Parse("avg unbatched 1x4 k1 s2 p0 d1 ceil"), [1f, 2f, 3f, 4f]);
        yield return (PoolCase.Parse("avg unbatched 1x5 k4 s3 p0 d1 ceil"), [1f, 2f, 3f, 4f, 5f]);
        // The divisor counts padding, and not the overhang past it.
        yield return (PoolCase.Parse("avg unbatched 1x4x4 k3x3 s2x2 p1x1 d1x1 ceil"), [.. Range(16)]);
        yield return (PoolCase.Parse("avg unbatched 1x4x4 k3x3 s2x2 p1x1 d1x1 ceil exclude-padding"), [.. Range(16)]);
        yield return (PoolCase.Parse("avg unbatched 1x4x4 k3x3 s2x2 p1x1 d1x1 ceil divisor1"), [.. Range(16)]);
        yield return (PoolCase.Parse("avg unbatched 1x4x4 k3x3 s2x2 p1x1 d1x1 divisor-7"), [.. Range(16)]);
        yield return (PoolCase.Parse("avg unbatched 1x4x4 k1x2 s2x2 p0x1 d1x1 ceil"), [.. Range(16)]);
        yield return (PoolCase.Parse("avg unbatched 1x4x4x4 k1x2x3 s2x2x2 p0x0x0 d1x1x1 ceil"), [.. Range(64)]);
        yield return (PoolCase.Parse("avg unbatched 1x3x3x3 k3x3x3 s2x2x2 p1x1x1 d1x1x1 ceil"), [.. Range(27)]);
        // Sums are added in row-major order, in the element's own width.
        yield return (PoolCase.Parse("avg unbatched 1x3 k3 s1 p0 d1"), [1e8f, 1f, -1e8f]);
        yield return (PoolCase.Parse("avg unbatched 1x2x2 k2x2 s1x1 p0x0 d1x1"), [16777216f, 1f, 1f, 1f]);
        yield return (PoolCase.Parse("avg unbatched 1x2x2 k2x2 s1x1 p0x0 d1x1"), [float.MaxValue, float.MaxValue, -float.MaxValue, 0f]);
        yield return (PoolCase.Parse("avg unbatched 1x2 k2 s1 p0 d1"), [float.Epsilon, float.Epsilon]);
        yield return (PoolCase.Parse("avg unbatched 1x2 k2 s1 p0 d1"), [-0f, -0f]);
        // Refused.
        yield return (PoolCase.Parse("max unbatched 1x4 k0 s1 p0 d1"), [1f, 2f, 3f, 4f]);
        yield return (PoolCase.Parse("max unbatched 1x4 k2 s0 p0 d1"), [1f, 2f, 3f, 4f]);
        yield return (PoolCase.Parse("max unbatched 1x4 k2 s1 p-1 d1"), [1f, 2f, 3f, 4f]);
        yield return (PoolCase.Parse("max unbatched 1x4 k2 s1 p0 d0"), [1f, 2f, 3f, 4f]);
        yield return (PoolCase.Parse("max unbatched 1x4 k3 s1 p0 d2"), [1f, 2f, 3f, 4f]);
        yield return (PoolCase.Parse("avg unbatched 1x4 k5 s1 p0 d1"), [1f, 2f, 3f, 4f]);
        yield return (PoolCase.Parse("avg unbatched 1x4 k2 s1 p0 d1 divisor0"), [1f, 2f, 3f, 4f]);
    }

    private static IEnumerable<float> Range(int count) => Enumerable.Range(1, count).Select(i => (float)i);
}
