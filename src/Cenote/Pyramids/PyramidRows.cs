namespace Cenote;

/// <summary>The rows of one block of rows: some along the depth, each with some along the height.</summary>
internal readonly unsafe struct PyramidRows<T>(T* first, long depths, long depthStep, long heights, long heightStep)
    where T : unmanaged
{
    public readonly T* First = first;
    public readonly long Depths = depths, DepthStep = depthStep, Heights = heights, HeightStep = heightStep;

    /// <summary>How far ahead of a row is asked for, in bytes.</summary>
    public readonly long Ahead = Prefetch.Rows(heights * heightStep * sizeof(T));

    public long Count => Depths * Heights;
}

/// <summary>The rows of some blocks, of which each makes a row of outputs.</summary>
/// <param name="taps">Where the rows begin, those of the first block before those of the second.</param>
/// <param name="rows">How many rows a block has.</param>
/// <param name="outputs">Where the blocks' outputs go.</param>
/// <param name="blocks">How many blocks there are.</param>
/// <param name="ahead">How far ahead of a row is asked for, in bytes; 0 where rows are copies in the cache.</param>
/// <param name="isLarge">Whether the input is more than the nearer caches hold.</param>
internal readonly unsafe struct PyramidBlocks<T>(T** taps, long rows, T** outputs, long blocks, long ahead, bool isLarge = false)
    where T : unmanaged
{
    public readonly T** Taps = taps, Outputs = outputs;
    public readonly long Rows = rows, Blocks = blocks, Ahead = ahead;

    /// <summary>As many rows as there may be, and about as many as are walked side by side.</summary>
    public const long Most = 64, SideBySide = 4;

    /// <summary>How many blocks are walked side by side.</summary>
    public long Together => Math.Max(1, SideBySide / Rows);

    /// <summary>How far ahead outputs are asked for, in bytes. Measured: where all blocks are walked side by side, 0.8 to 0.9 of the time without; where they go one after the other, 1.06, and as long where caches hold all.</summary>
    public long OutputsAhead => isLarge && Together >= Blocks ? Prefetch.Distance : 0;
}
