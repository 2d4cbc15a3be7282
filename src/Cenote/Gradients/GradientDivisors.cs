using System.Numerics;

namespace Cenote;

/// <summary>What the gradients of an average are divided by: one number for a whole row of windows, or that and one for each window's extent along the width.</summary>
internal readonly unsafe struct GradientDivisors<TSum>
    where TSum : unmanaged, INumber<TSum>
{
    /// <summary>Products up to this are exact in single precision.</summary>
    private const long MostExact = 1 << 24;

    private readonly PoolPlan _pooling;

    /// <summary>The extent along the width, where all are alike, else 1; and the divisor of all windows, where they have one.</summary>
    private readonly long _width;

    private readonly TSum? _one;

    /// <summary>The extent of each window along the height; null where they are too many to note.</summary>
    private readonly long* _heights;

    /// <param name="pooling">The plan of the pooling.</param>
    /// <param name="memory">Of <see cref="Bytes"/> bytes.</param>
    public GradientDivisors(PoolPlan pooling, byte* memory)
    {
        _pooling = pooling;
        Widths = AreUniform(pooling) ? null : (TSum*)memory;
        for (long w = 0; w < pooling.Width.OutputLength && Widths is not null; w++) Widths[w] = TSum.CreateTruncating(pooling.Width[w].Extent);
        _width = Widths is null ? pooling.Width[0].Extent : 1;
        _heights = HeightBytes(pooling) > 0 ? (long*)(memory + WidthBytes(pooling)) : null;
        for (long h = 0; h < pooling.Height.OutputLength && _heights is not null; h++) _heights[h] = pooling.Height[h].Extent;
        _one = null;
        if (Widths is null && (pooling.DivisorOverride is not null || (pooling.Height.HasOneExtent && pooling.Depth.HasOneExtent))) _one = Row(0, 0);
    }

    /// <summary>The extent of each window along the width; null where all are alike.</summary>
    public TSum* Widths { get; }

    public static bool Accepts(PoolPlan pooling) => (pooling.DivisorOverride is not null || pooling.MaxExtent <= MostExact) && pooling.Width.OutputLength <= PixelTable.Longest;

    public static long Bytes(PoolPlan pooling) => WidthBytes(pooling) + HeightBytes(pooling);

    /// <summary>The divisor of a row, or what is left of it beside <see cref="Widths"/>.</summary>
    public TSum Row(long depth, long height)
    {
        if (_one is TSum one) return one;
        long extent = _pooling.Depth[depth].Extent * (_heights is null ? _pooling.Height[height].Extent : _heights[height]);
        return TSum.CreateTruncating(_pooling.Divisor(extent * _width));
    }

    private static long WidthBytes(PoolPlan pooling) => AreUniform(pooling) ? 0 : Scratch.Round(pooling.Width.OutputLength * sizeof(TSum));

    private static long HeightBytes(PoolPlan pooling) => pooling.Height.OutputLength <= PixelTable.Longest ? Scratch.Round(pooling.Height.OutputLength * sizeof(long)) : 0;

    public static bool AreUniform(PoolPlan pooling) => pooling.DivisorOverride is not null || pooling.Width.HasOneExtent;
}
