using System.Numerics;

namespace Cenote;

/// <summary>What the gradients of an average are divided by: one number for a whole row of windows, or that and one for each window's extent along the width.</summary>
internal readonly unsafe struct GradientDivisors<TSum>
    where TSum : unmanaged, INumber<TSum>
{
    /// <summary>Products up to this are exact in single precision.</summary>
    private const long MostExact = 1 << 24;

    private readonly PoolPlan _pooling;

    /// <param name="pooling">The plan of the pooling.</param>
    /// <param name="memory">Of <see cref="Bytes"/> bytes.</param>
    public GradientDivisors(PoolPlan pooling, byte* memory)
    {
        _pooling = pooling;
        Widths = AreUniform(pooling) ? null : (TSum*)memory;
        for (long w = 0; w < pooling.Width.OutputLength && Widths is not null; w++) Widths[w] = TSum.CreateTruncating(pooling.Width[w].Extent);
    }

    /// <summary>The extent of each window along the width; null where all are alike.</summary>
    public TSum* Widths { get; }

    public static bool Accepts(PoolPlan pooling) => (pooling.DivisorOverride is not null || pooling.MaxExtent <= MostExact) && pooling.Width.OutputLength <= PixelTable.Longest;

    public static long Bytes(PoolPlan pooling) => AreUniform(pooling) ? 0 : Scratch.Round(pooling.Width.OutputLength * sizeof(TSum));

    /// <summary>The divisor of a row, or what is left of it beside <see cref="Widths"/>.</summary>
    public TSum Row(long depth, long height)
    {
        long extent = _pooling.Depth[depth].Extent * _pooling.Height[height].Extent;
        return TSum.CreateTruncating(_pooling.Divisor(Widths is null ? extent * _pooling.Width[0].Extent : extent));
    }

    private static bool AreUniform(PoolPlan pooling) => pooling.DivisorOverride is not null || pooling.Width.HasOneExtent;
}
