namespace Cenote;

/// <summary>How the rows of a plan are cut into bands and strips, and what room their copies take.</summary>
internal readonly unsafe struct StripPlan<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>The most windows that are open at once: what registers hold.</summary>
    public const long MostOpen = 5;

    /// <summary>Input rows of a band: of each a strip reads two or three cache lines, of which its neighbour finds two in the first-level cache.</summary>
    private const long BandRows = 128;

    /// <summary>The fewest output rows of a band: each begins with rows that the one before has read.</summary>
    private const long ShortestBand = 16;

    /// <summary>The longest row, in bytes: longer ones are walked in the order of memory, and need no strips to fill their registers.</summary>
    private const long LongestRow = 2048;

    /// <summary>The most taps of a row.</summary>
    private const long MostTaps = 7;

    /// <summary>What the copies of a band may take: half of a second-level cache.</summary>
    private const long MostCopyBytes = 1 << 18;

    /// <summary>A first-level cache: its sets, and how many lines of each are left to outputs.</summary>
    private const long CacheSets = 64, CacheWays = 4;

    /// <param name="plan">One that <see cref="Suits"/>.</param>
    public StripPlan(PoolPlan plan)
    {
        AxisPlan height = plan.Height, width = plan.Width;
        Open = OpenAtOnce(height);
        Strips = (width.OutputLength + TTap.Count - 1) / TTap.Count;
        Band = Math.Min(Math.Max(BandRows / height.Stride, ShortestBand), Math.Min(height.OutputLength, MostRows(width)));
        Row = new(-width.Before, StridedLoad.Need<TTap, T>(width, width.OutputLength), width.InputLength);
        long registers = (Row.Need + TTap.Count - 1) / TTap.Count;
        Room = (Scratch.Round((Row.Shift + registers * TTap.Count) * sizeof(T)) / Prefetch.CacheLine | 1) * Prefetch.CacheLine / sizeof(T);
        Rows = (Band - 1) * height.Stride + height.Span;
    }

    /// <summary>How many windows, one below the other, share a row.</summary>
    public long Open { get; }

    /// <summary>Registers of outputs in a row; the last one steps back over the one before.</summary>
    public long Strips { get; }

    /// <summary>Output rows that are made together.</summary>
    public long Band { get; }

    /// <summary>What a copied row holds.</summary>
    public PaddedRow<T, TTap> Row { get; }

    /// <summary>Elements from copy to copy: an odd number of cache lines, so that those of a column do not compete for the same places.</summary>
    public long Room { get; }

    /// <summary>Rows of one depth that a band reads.</summary>
    public long Rows { get; }

    public long CopyBytes => Rows * Room * sizeof(T);

    /// <summary>Whether the windows are small, overlap from row to row, and are such that strips are compiled for.</summary>
    // What is tested first keeps the products below from wrapping.
    public static bool Suits(PoolPlan plan)
    {
        AxisPlan height = plan.Height, width = plan.Width;
        long most = width.LaneStride > 2 ? 2 : width.LaneStride == 2 ? 3 : MostOpen;
        return plan.Slides && plan.Depth.MaxCount == 1 && height.OutputLength > 1 && height.Kernel > height.Stride && height.Kernel < Runs.ManyRows && height.Span <= BandRows && OpenAtOnce(height) <= most
            && (width.LaneStride == 1 ? height.Stride == 1 : width.LaneStride <= StridedLoad.Dense && height.Dilation == 1 && width.Dilation == 1)
            && width.OutputLength >= TTap.Count && Math.Max(width.InputLength, width.Span) <= LongestRow / sizeof(T) && width.Kernel <= MostTaps
            && MostRows(width) >= ShortestBand && new StripPlan<T, TTap>(plan).CopyBytes <= MostCopyBytes;
    }

    /// <summary>Copies what output rows from <paramref name="first"/> up to <paramref name="end"/> read; rows outside the input are padding.</summary>
    public TTap Copy<TWatch>(TWatch reducer, AxisPlan height, T* input, long inputStep, long first, long end, T* copies, TTap watch)
        where TWatch : struct, ITapWatch<TTap>
    {
        TTap padding = TWatch.Keep(reducer.Padding);
        long top = height.Start(first), bottom = height.Start(end - 1) + height.Span, from = Math.Clamp(0, top, bottom), to = Math.Clamp(height.InputLength, from, bottom);
        for (long row = top; row < from; row++) Row.Clear(padding, copies + (row - top) * Room);
        if (to > from) watch = Row.Copy(reducer, input + from * inputStep, to - from, inputStep, copies + (from - top) * Room, Room, watch);
        for (long row = to; row < bottom; row++) Row.Clear(padding, copies + (row - top) * Room);
        return watch;
    }

    private static long OpenAtOnce(AxisPlan height) => (height.Kernel + height.Stride - 1) / height.Stride;

    /// <summary>How many output rows find room in the cache until both strips that write a line have done so: fewer where all rows compete for the same sets.</summary>
    private static long MostRows(AxisPlan width)
    {
        var (lines, rest) = Math.DivRem(width.OutputLength * sizeof(T), Prefetch.CacheLine);
        return CacheWays * (rest != 0 ? CacheSets : Math.Max(1, CacheSets / (lines & -lines)));
    }
}
