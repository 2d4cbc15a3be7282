namespace Cenote;

/// <summary>The windows of a row's outputs along the width, worked out once: for walks whose lanes lie across the channels.</summary>
internal readonly unsafe struct PixelTable
{
    /// <summary>The longest row with a table.</summary>
    public const long Longest = 1 << 22;

    private readonly Entry* _entries;

    private PixelTable(Entry* entries, long count, long step)
    {
        _entries = entries;
        (Count, Step) = (count, step);
    }

    /// <summary>How many outputs a row has.</summary>
    public long Count { get; }

    /// <summary>The distance between taps, in elements.</summary>
    public long Step { get; }

    public Entry this[long pixel] => _entries[pixel];

    public static bool Fits(PoolPlan plan) => plan.Width.OutputLength <= Longest;

    public static long Bytes(PoolPlan plan) => Scratch.Round(plan.Width.OutputLength * sizeof(Entry));

    /// <summary>How many of some neighbours fit, where there is so much room behind the first one.</summary>
    public static long Fitting(long room, long next, long count) => room < 0 ? 0 : next == 0 ? count : Math.Min(count, room / next + 1);

    public static PixelTable Write(in PoolJob job, byte* memory)
    {
        AxisPlan width = job.Plan.Width;
        var table = new PixelTable((Entry*)memory, width.OutputLength, width.Dilation * job.InputLayout.Width);
        for (long pixel = 0; pixel < table.Count; pixel++)
        {
            Window window = width[pixel];
            table._entries[pixel] = new(window.Start, window.Start * job.InputLayout.Width, window.Count, job.Plan.LaneDivisor(window.Extent), 1, window.Before);
        }

        long next = width.Stride * job.InputLayout.Width;
        for (long pixel = table.Count - 2; pixel >= 0; pixel--)
        {
            Entry entry = table[pixel], behind = table[pixel + 1];
            if (behind.Start == entry.Start + next && behind.Count == entry.Count && behind.Before == entry.Before && behind.Divisor == entry.Divisor) table._entries[pixel] = entry with { Alike = behind.Alike + 1 };
        }

        return table;
    }

    /// <summary>The taps of one output along the width.</summary>
    /// <param name="First">The first tap's column.</param>
    /// <param name="Start">Its offset in the row, in elements.</param>
    /// <param name="Count">How many taps lie inside the input.</param>
    /// <param name="Divisor">What an average divides by on behalf of the width.</param>
    /// <param name="Alike">How many outputs, from this one on, differ only in that each starts a stride further.</param>
    /// <param name="Before">How many of the window's taps lie before the first one.</param>
    public readonly record struct Entry(long First, long Start, long Count, long Divisor, long Alike, long Before);
}
