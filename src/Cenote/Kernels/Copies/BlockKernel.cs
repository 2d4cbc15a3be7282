using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Small planes, a block of them at a time: copied so that they lie side by side as channels do, pooled as channels are, and copied back. For
/// rows of few registers, and for planes of any strides.
/// </summary>
/// <param name="channels">The kernels for channels-last memory, the first that accepts the job runs.</param>
/// <param name="isQuick">Whether those take few steps for a tap.</param>
/// <param name="rows">What rows of several registers are worth otherwise.</param>
internal sealed unsafe partial class BlockKernel<T, TTap>(PoolKernel[] channels, bool isQuick = false, BlockRows rows = BlockRows.Short) : PoolKernel
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>The copies of a block, in bytes: half of a second-level cache.</summary>
    private const long MostBytes = 1 << 19;

    /// <summary>Those of several registers of planes: half of each may leave a first-level cache while the other is in use. Measured.</summary>
    private const long NearBytes = 1 << 16;

    /// <summary>Input of more bytes comes from memory, which is read faster row by row, and by few planes at a time. Measured.</summary>
    private const long MostInput = 1 << 22;

    /// <summary>Planes of a register of each position: neighbouring ones.</summary>
    private static readonly int Planes = TTap.Count;

    /// <summary>Planes in a block, at most.</summary>
    private static readonly long MostLanes = Math.Min(4 * TTap.Count, PoolPlan.MostPlanes);

    /// <summary>Rows of outputs longer than this, or than half a register, are worth lanes of their own. Measured.</summary>
    private static readonly long ShortRow = Math.Min(8, TTap.Count / 2);

    /// <summary>The same of elements of one and two bytes, of which a register takes many rows, where turning squares is quick and tap by tap costs little.</summary>
    private readonly long _shortRow = isQuick && sizeof(T) <= 2 && Transposition.IsQuick<TTap, T>() ? TTap.Count - 1 : ShortRow;

    /// <summary>Pairs of pairs are worth rows as soon as those fill the narrowest register.</summary>
    private static readonly long ShortPairs = Math.Max(ShortRow, 16 / sizeof(T) - 1);

    /// <summary>The longest row of outputs for which turning it is nothing beside what rows need: every tap at a place of its own, and strides that shuffle. Measured.</summary>
    private static readonly long MostRow = 4 * TTap.Count;

    /// <summary>The same of sums of up to so many taps, and of maxima of few rows: rows spend most on loads, or on being begun. Measured.</summary>
    private static readonly long MostRowOfFew = 2 * MostRow;

    private const long FewTaps = 9;

    /// <summary>Planes of no more rows spend as much on being begun. Measured.</summary>
    private const long FewRows = 3;

    /// <summary>The same at a stride of 1, where rows are combined once, as rows of taps. Measured.</summary>
    private static readonly long FewRowsOfTaps = HasWidest ? 56 : 24;

    /// <summary>The most taps of such windows. Measured.</summary>
    private const long MostTaps = 25;

    /// <summary>Whether there are registers of whole cache lines: their squares take half the steps, so that more is worth turning.</summary>
    private static bool HasWidest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(T) == 4 && sizeof(TTap) >= 32 && Registers.Exist((int)Prefetch.CacheLine);
    }

    /// <summary>Planes of a register of the widest that a block is made of: which kind of kernel is the faster one is decided by those.</summary>
    private static readonly int WidestPlanes = HasWidest ? (int)Prefetch.CacheLine / sizeof(T) : Planes;

    /// <summary>Rows of outputs up to which blocks on such registers are faster, where windows share taps: of maxima at strides of two with more than nine taps, of more than 32 taps averaged. Measured: 0.5 to 0.98 of rows.</summary>
    private static readonly long MostRowOfMany = 3 * WidestPlanes;

    /// <summary>The same of maxima of fewer taps at a stride of two, and the copies of a register of planes up to which they are: rows that leave much of their last register empty. Measured: 0.5 to 0.95 of rows; 1.2 of those that fill one, and 1.1 to 1.6 of longer ones.</summary>
    private static readonly long MostRowAtTwo = 4 * WidestPlanes / 3, MidBytes = 2 * NearBytes;

    /// <summary>Behind the copies: room for the positions of a square that a shorter plane does not have; and the two squares, of a register for each lane, that <see cref="Transposition"/> works in, and one for its result.</summary>
    internal static readonly long RoomBytes = MostLanes * sizeof(TTap), SpareBytes = 3L * TTap.Count * sizeof(TTap);

    [ThreadStatic]
    private static byte[]? _copies;

    public override string Name { get; } = $"blocks of {TTap.Count} planes";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        bool hasRows = job.InputLayout.Width == 1 && job.OutputLayout.Width == 1;
        bool hasPixels = !hasRows && job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1;
        return !hasPixels && (!hasRows || AreShort(plan) || Suits(job, rows)) && plan.Batch * plan.Channels >= Planes / 2 && CopyBytes(job, Planes) <= MostBytes && Find(Block(job, null, Planes)) is not null;
    }

    /// <summary>Whether rows of more outputs, of which registers are filled, are faster as blocks too: where squares are turned quickly, and the lanes of a block are mostly planes.</summary>
    public static bool Suits(in PoolJob job, BlockRows rows)
    {
        PoolPlan plan = job.Plan;
        AxisPlan width = plan.Width;
        long planes = plan.Batch * plan.Channels, most = rows switch
        {
            // What leads to a row of windows is spent on each of its slices, and volumes near enough to be a block have short rows. Measured.
            BlockRows.SumsInOrder or BlockRows.Extremes when plan.Depth.Kernel > 1 => long.MaxValue,
            BlockRows.SumsInOrder => MostOfSums(job),
            BlockRows.Extremes when width.Stride > 1 && (width.OutputLength == 1 || AreSmall(job)) => long.MaxValue,
            BlockRows.Extremes when HasWidest && width.LaneStride == 2 && plan.MaxCount > FewTaps => MostRowOfMany,
            BlockRows.Extremes when HasWidest && width.LaneStride == 2 && width.OutputLength <= MostRowAtTwo && width.OutputLength % WidestPlanes != 0 && CopyBytes(job, WidestPlanes) <= MidBytes => MostRowAtTwo,
            BlockRows.Extremes when width.LaneStride == 2 && plan.HasSingleTaps => MostRow,
            BlockRows.Extremes when width.LaneStride == 1 && BeginOften(plan) => MostRowOfFew,
            BlockRows.Extremes when width.LaneStride == 3 || (width.LaneStride > 1 && plan.Height.OutputLength <= FewRows) => MostRow,
            BlockRows.Extremes when width.LaneStride > 1 => TTap.Count,
            _ => 0,
        };
        return sizeof(T) == 4 && !IsFar(plan) && Transposition.IsQuick<TTap, T>() && plan.Slides && width.OutputLength <= most && (width.Kernel > 1 || width.LaneStride > 1)
            && (HasWidest && plan.Depth.Kernel == 1 ? AreMostlyPlanes(plan, rows) : AreMostlyPlanes(planes, plan.Depth.Kernel > 1 ? Planes : width.OutputLength)) && CopyBytes(job, Planes) <= MostBytes;
    }

    private static long MostOfSums(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        AxisPlan width = plan.Width;
        if (RowShifts<T, TTap>.Suits(job)) return 0;
        if (AreSmall(job)) return long.MaxValue;
        if (width.Before == 0 && RowWindows<T, TTap, T, TTap>.ArePairs(plan)) return 0;
        if (plan.MaxCount <= FewTaps) return MostRowOfFew;
        // Sums in any order of rows are made once, and rows of two registers and more are then faster as they lie. Measured.
        if (width.LaneStride == 1 && plan is { FoldsInAnyOrder: true, FoldsRows: true }) return HasWidest ? MostRowOfMany : 2 * TTap.Count - 1;
        return width.LaneStride > 1 ? MostRow : MostRow - TTap.Count;
    }

    /// <summary>Whether planes are so small, and so many, that blocks are as wide as can be: rows of any length are then worth less than what they begin with. Measured.</summary>
    private static bool AreSmall(in PoolJob job) => job.Plan.Batch * job.Plan.Channels >= SmallLanes && CopyBytes(job, SmallLanes) <= NearBytes;

    /// <summary>How wide that is; the widest registers take what others would.</summary>
    private static readonly long SmallLanes = sizeof(TTap) == Prefetch.CacheLine ? MostLanes / 2 : MostLanes;

    /// <summary>Whether planes have so few rows of small windows that most of their time is what leads to them; those around each input take shifts.</summary>
    private static bool BeginOften(PoolPlan plan) =>
        plan.Height is { Stride: 1, Kernel: > 1 } height && plan.Width.OutputLength != plan.Width.InputLength && height.OutputLength * height.Kernel <= FewRowsOfTaps && plan.MaxCount <= MostTaps;

    /// <summary>
    /// Whether a block of planes of the widest registers leaves few lanes empty: more than half of the lanes will do where windows have many taps, and in rows shorter than half a register; elsewhere three quarters, and nearly all where rows read only what they need. Measured.
    /// </summary>
    private static bool AreMostlyPlanes(PoolPlan plan, BlockRows rows)
    {
        AxisPlan width = plan.Width;
        long planes = plan.Batch * plan.Channels, lanes = (planes + WidestPlanes - 1) / WidestPlanes * WidestPlanes;
        bool areShort = width.OutputLength <= WidestPlanes / 2, areMany = plan.MaxCount > FewTaps;
        if (!areShort && plan.Height.OutputLength > FewRows && width.Before == 0 && width.Kernel <= width.LaneStride && (width.Kernel == 1 || width.LaneStride == 4)) return 8 * planes > 7 * lanes;
        bool isHalf = rows == BlockRows.SumsInOrder ? areMany || (plan.MaxCount == FewTaps && width.LaneStride > 1)
            : areMany && width.LaneStride > 1 && (width.LaneStride == 2 || width.OutputLength < WidestPlanes);
        return isHalf || (areShort && planes > WidestPlanes) ? 2 * planes > lanes : 4 * planes >= 3 * lanes;
    }

    /// <summary>Whether enough lanes of a block are planes: more than half will do where a row fills no register either. Measured.</summary>
    private static bool AreMostlyPlanes(long planes, long row)
    {
        long lanes = (planes + Planes - 1) / Planes * Planes;
        return 4 * planes >= 3 * lanes || (row < Planes && planes > Planes && 2 * planes > lanes);
    }

    private static bool IsFar(PoolPlan plan) => plan.InputElements * sizeof(T) > MostInput;

    private bool AreShort(PoolPlan plan) => !plan.Slides || plan.Width.OutputLength <= (RowWindows<T, TTap, T, TTap>.ArePairs(plan) ? Math.Min(ShortPairs, _shortRow) : _shortRow);

    /// <summary>One unit is one block: how sums are grouped may depend on its planes, but not on how the work is cut.</summary>
    public override long Units(in PoolJob job)
    {
        long lanes = Lanes(job);
        return (job.Plan.Batch * job.Plan.Channels + lanes - 1) / lanes;
    }

    /// <summary>Half a nanosecond per element copied.</summary>
    public override double Cost(in PoolJob job) => 0.5 * (job.Plan.OutputElements + job.Plan.InputElements);

    public override void Run(in PoolJob job, long first, long end)
    {
        // An array, unlike scratch, stays while the inner kernel uses scratch of its own.
        long most = Lanes(job), copyBytes = CopyBytes(job, most), bytes = copyBytes + RoomBytes + SpareBytes + Scratch.Alignment, planes = job.Plan.Batch * job.Plan.Channels;
        if (_copies is null || _copies.Length < bytes) _copies = GC.AllocateUninitializedArray<byte>((int)bytes, pinned: true);
        byte* memory = (byte*)Scratch.Round((long)(nint)Unsafe.AsPointer(ref _copies[0]));
        T* square = (T*)(memory + copyBytes + RoomBytes);
        PoolJob block = default;
        PoolKernel? kernel = null;
        for (long plane = first * most, last = Math.Min(planes, end * most); plane < last; plane += most)
        {
            // The last block has fewer planes.
            long lanes = most;
            while (lanes > Planes && lanes / 2 >= last - plane) lanes /= 2;
            if (kernel is null || lanes < most) kernel = Find(block = Block(job, memory, lanes))!;
            CopyIn(job, (T*)block.Input, lanes, square, plane, planes);
            kernel.Run(block, 0, kernel.Units(block));
            CopyOut(job, (T*)block.Output, lanes, 0, job.Plan.Depth.OutputLength, job.Plan.Height.OutputLength, square, plane, planes);
            CopyOffsets(job, block, plane, planes);
        }
    }

    private static long Elements(AxisPlan depth, AxisPlan height, AxisPlan width) => depth.InputLength * height.InputLength * width.InputLength;

    private static long Outputs(PoolPlan plan) => plan.Depth.OutputLength * plan.Height.OutputLength * plan.Width.OutputLength;

    /// <summary>How many planes are worked on together: what leads to them is worth more where they are many, as long as the nearer caches hold them.</summary>
    private static long Lanes(in PoolJob job)
    {
        long lanes = IsFar(job.Plan) ? Planes : MostLanes;
        while (lanes > Planes && CopyBytes(job, lanes) > NearBytes) lanes /= 2;
        return lanes;
    }

    private static long CopyBytes(in PoolJob job, long lanes)
    {
        PoolPlan plan = job.Plan;
        // Lengths this large are no small planes, and their product might not be a number.
        if (plan.Depth.InputLength > MostBytes || plan.Height.InputLength > MostBytes || plan.Width.InputLength > MostBytes) return long.MaxValue;
        return Scratch.Round(((Elements(plan.Depth, plan.Height, plan.Width) + Outputs(plan)) * sizeof(T) + Outputs(plan) * job.Offsets.Size) * lanes) + 3 * Scratch.Alignment;
    }

    private static PoolJob Block(in PoolJob job, byte* memory, long lanes)
    {
        PoolPlan plan = job.Plan.Block((int)lanes);
        AxisPlan depth = plan.Depth, height = plan.Height, width = plan.Width;
        byte* output = (byte*)Scratch.Round((long)(memory + Elements(depth, height, width) * lanes * sizeof(T)));
        byte* offsets = (byte*)Scratch.Round((long)(output + Outputs(plan) * lanes * sizeof(T)));
        TensorLayout from = new(0, 1, height.InputLength * width.InputLength * lanes, width.InputLength * lanes, lanes);
        TensorLayout to = new(0, 1, height.OutputLength * width.OutputLength * lanes, width.OutputLength * lanes, lanes);
        return new(plan, memory, from, output, to, job.Cancellation) { Offsets = new(offsets, job.Offsets.Size, to) };
    }

    private PoolKernel? Find(in PoolJob block)
    {
        foreach (PoolKernel kernel in channels)
            if (kernel.Accepts(block)) return kernel;
        return null;
    }
}
