namespace Cenote;

/// <summary>What the rows of a band divide by on behalf of depth and height; kept, because all planes have the same.</summary>
internal readonly unsafe struct RowDivisors
{
    private readonly Range* _of;
    private readonly long* _divisors;

    /// <param name="scratch">Room for <see cref="Bytes"/>.</param>
    public RowDivisors(byte* scratch)
    {
        _of = (Range*)scratch;
        *_of = default;
        _divisors = (long*)(_of + 1);
    }

    /// <summary>The divisor of the band's first row, and those of the others behind it.</summary>
    public long* First => _divisors;

    public static long Bytes(long rows) => Scratch.Round(sizeof(Range) + rows * sizeof(long));

    /// <summary>Writes those of output rows from <paramref name="first"/> up to <paramref name="end"/>, unless these are there.</summary>
    /// <param name="plan">The windows.</param>
    /// <param name="extent">The window's extent along the depth.</param>
    /// <param name="first">The first row.</param>
    /// <param name="end">The row behind the last.</param>
    public void Write(PoolPlan plan, long extent, long first, long end)
    {
        var range = new Range(first, end, extent);
        if (*_of == range) return;
        *_of = range;
        for (long row = first; row < end; row++) _divisors[row - first] = plan.OuterDivisor(extent * plan.Height[row].Extent);
    }

    private readonly record struct Range(long First, long End, long Extent);
}
