namespace Cenote;

/// <summary>How the sums of one row become means: all have the same number of taps and the same divisor.</summary>
internal readonly record struct PairDivision(long Count, long Divisor, IntegerRounding Rounding);

/// <summary>Neighbours along contiguous rows, added on registers: blocks of two along the width. Members make all of the outputs, or none, which is then the reducer's work; the last register steps back over what the one before it made.</summary>
internal unsafe interface IPairs<T, TState>
    where T : unmanaged
    where TState : unmanaged
{
    /// <summary>Whether sums can be divided on registers.</summary>
    bool Divides(in PairDivision by);

    /// <summary>The first level.</summary>
    /// <param name="rows">The rows of a block.</param>
    /// <param name="outputs">How many.</param>
    /// <param name="sums">Where the sums go; null if nobody needs them.</param>
    /// <param name="means">Where the means go; null if these are made of the sums.</param>
    /// <param name="by">How sums become means.</param>
    bool Taps(in PyramidRows<T> rows, long outputs, TState* sums, T* means, in PairDivision by);

    /// <summary>Whether <see cref="Two"/> adds up blocks of many rows one after the other: walked side by side, so many would take longer than to pass sums through memory.</summary>
    static virtual bool TakesManyRows => false;

    /// <summary>The means of the first level and the sums of the second, between which nothing passes through memory.</summary>
    /// <param name="blocks">The rows of a block of blocks.</param>
    /// <param name="outputs">How many of the second level; twice as many means are made in each row of the first.</param>
    /// <param name="sums">Where the second level's sums go.</param>
    /// <param name="by">How the first level's sums become means.</param>
    bool Two(in PyramidBlocks<T> blocks, long outputs, TState* sums, in PairDivision by);

    bool Sums(in PyramidRows<TState> rows, long outputs, TState* sums);

    bool Means(TState* sums, long outputs, in PairDivision by, T* means);
}

/// <summary>No registers for these types.</summary>
internal readonly unsafe struct NoPairs<T, TState> : IPairs<T, TState>
    where T : unmanaged
    where TState : unmanaged
{
    public bool Divides(in PairDivision by) => false;

    public bool Taps(in PyramidRows<T> rows, long outputs, TState* sums, T* means, in PairDivision by) => false;

    public bool Two(in PyramidBlocks<T> blocks, long outputs, TState* sums, in PairDivision by) => false;

    public bool Sums(in PyramidRows<TState> rows, long outputs, TState* sums) => false;

    public bool Means(TState* sums, long outputs, in PairDivision by, T* means) => false;
}
