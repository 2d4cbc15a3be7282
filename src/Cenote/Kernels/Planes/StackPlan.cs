namespace Cenote;

/// <summary>How planes are cut for stacking: their pixels into blocks, their channels into lines, and few channels put side by side into rows.</summary>
internal readonly record struct StackPlan
{
    /// <summary>The states of a row, in bytes: what the first-level cache holds beside the input.</summary>
    private const long CacheBytes = 1 << 14;

    /// <summary>Elements of a block, about: a piece of work, and the most that is done between two looks at the cancellation.</summary>
    private const long BlockElements = 1 << 19;

    /// <summary>The fewest rows of a block: its totals are to take little memory beside it.</summary>
    private const long FewestRows = 256;

    /// <summary>The registers of a row, where pixels may be put side by side.</summary>
    private const long Registers = 8;

    /// <summary>The fewest rows worth a longer one.</summary>
    private const long Tall = 64;

    /// <param name="channels">How many lie side by side.</param>
    /// <param name="pixels">Of a plane.</param>
    /// <param name="pitch">From pixel to pixel.</param>
    /// <param name="lanes">Of a register.</param>
    /// <param name="stateBytes">Of a state.</param>
    public StackPlan(long channels, long pixels, long pitch, long lanes, long stateBytes)
    {
        (Channels, Pixels, Pitch) = (channels, pixels, pitch);
        Lines = (channels * stateBytes + CacheBytes - 1) / CacheBytes;
        Side = 1;
        while (pitch == channels && 2 * Side * channels <= Registers * lanes && (2 * Side * Tall <= pixels || (Side * channels < lanes && 2 * Side <= pixels))) Side *= 2;
        long line = (channels + Lines - 1) / Lines;
        BlockPixels = FewestRows * Side;
        while (2 * BlockPixels * line <= BlockElements) BlockPixels *= 2;
        Blocks = (pixels + BlockPixels - 1) / BlockPixels;
    }

    public long Channels { get; }

    public long Pixels { get; }

    /// <summary>What a mean divides by.</summary>
    public required long Divisor { get; init; }

    public long Pitch { get; }

    /// <summary>Into how many the channels are cut.</summary>
    public long Lines { get; }

    /// <summary>How many pixels make a row.</summary>
    public long Side { get; }

    public long BlockPixels { get; }

    /// <summary>Into how many the pixels are cut; the same whatever the number of threads, for sums depend on it.</summary>
    public long Blocks { get; }
}
