namespace Cenote;

/// <summary>How windows of many taps are made of ever shorter runs: what each length is made of, that of whole windows first.</summary>
internal readonly unsafe struct RunChain
{
    /// <summary>Runs are at least twice as long as those before.</summary>
    public const int MostLevels = 32;

    private const long MostRuns = 4;

    private readonly RunParts* _parts;

    /// <param name="taps">The taps of a window.</param>
    /// <param name="step">From one to the next.</param>
    /// <param name="isIdempotent">Whether a tap may be combined twice.</param>
    /// <param name="memory">Room for <see cref="Bytes"/>.</param>
    public RunChain(long taps, long step, bool isIdempotent, byte* memory)
    {
        _parts = (RunParts*)memory;
        for (long ahead = 0, length; taps > 1; taps = length)
        {
            long count = isIdempotent ? Math.Min(taps, MostRuns) : Count(taps);
            length = isIdempotent ? (taps + MostRuns - 1) / MostRuns : taps / count;
            if (isIdempotent) count = (taps + length - 1) / length;
            long last = isIdempotent ? taps - length : (count - 1) * length, single = isIdempotent || taps % count == 0 ? 0 : taps - 1;
            _parts[Levels++] = new(count, length * step, last * step, single * step, ahead);
            ahead += last * step;
        }
    }

    /// <summary>Of how many lengths runs are, whole windows among them.</summary>
    public int Levels { get; }

    public ref readonly RunParts this[int level] => ref _parts[level];

    public static long Bytes => Scratch.Round(MostLevels * sizeof(RunParts));

    /// <summary>Whether runs of some length have a single tap.</summary>
    public static bool HasSingles(long taps, bool isIdempotent)
    {
        for (long count; !isIdempotent && taps > 1; taps /= count)
            if (taps % (count = Count(taps)) > 0) return true;
        return false;
    }

    /// <summary>How many runs a sum is made of, so that as few taps as can be are left over, at most one: of two runs it is never more.</summary>
    private static long Count(long taps)
    {
        long best = Math.Min(taps, MostRuns);
        for (long count = best - 1; count > 1; count--)
            if (taps % count < taps % best) best = count;
        return best;
    }
}

/// <summary>
/// What a run of taps is made of: two to four shorter runs, end to end, and a single tap behind them where it is longer by one. Where a tap may be combined twice there is no such, for the last run
/// overlaps the one before it.
/// </summary>
/// <param name="Count">How many shorter runs.</param>
/// <param name="Distance">From one to the next.</param>
/// <param name="Last">From the first to the last.</param>
/// <param name="Single">Where the single tap lies; 0 where there is none.</param>
/// <param name="Ahead">How far ahead longer runs read these.</param>
internal readonly record struct RunParts(long Count, long Distance, long Last, long Single, long Ahead)
{
    public bool HasSingle => Single > 0;
}
