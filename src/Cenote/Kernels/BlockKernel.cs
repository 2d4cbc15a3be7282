using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Small planes, a block of them at a time: copied so that they lie side by side as channels do, pooled as channels are, and copied back. For
/// rows too short to fill the lanes, and for planes of any strides.
/// </summary>
/// <param name="channels">The kernels for channels-last memory, the first that accepts the job runs.</param>
/// <param name="isQuick">Whether those take few steps for a tap.</param>
internal sealed unsafe class BlockKernel<T, TTap>(PoolKernel[] channels, bool isQuick = false) : PoolKernel
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>The copies of a block, in bytes: half of a second-level cache.</summary>
    private const long MostBytes = 1 << 19;

    /// <summary>Planes in a block: neighbouring ones, a register of each position.</summary>
    private static readonly int Planes = TTap.Count;

    /// <summary>Rows of outputs longer than this, or than half a register, are worth lanes of their own. Measured.</summary>
    private static readonly long ShortRow = Math.Min(8, TTap.Count / 2);

    /// <summary>The same of elements of one and two bytes, of which a register takes many rows, where turning squares is quick and tap by tap costs little.</summary>
    private readonly long _shortRow = isQuick && sizeof(T) <= 2 && Transposition.IsQuick<TTap, T>() ? TTap.Count - 1 : ShortRow;

    /// <summary>Pairs of pairs are worth rows as soon as those fill the narrowest register.</summary>
    private static readonly long ShortPairs = Math.Max(ShortRow, 16 / sizeof(T) - 1);

    /// <summary>A square of a register for each lane. Where rows are shorter than a register, a transposition writes as much behind the copies.</summary>
    private static readonly long SquareBytes = (long)TTap.Count * sizeof(TTap);

    /// <summary>Behind the copies: that square, the two that <see cref="Transposition"/> works in, and one for its result.</summary>
    private static readonly long SpareBytes = 4 * SquareBytes;

    [ThreadStatic]
    private static byte[]? _copies;

    public override string Name { get; } = $"blocks of {TTap.Count} planes";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        bool hasRows = job.InputLayout.Width == 1 && job.OutputLayout.Width == 1;
        bool hasPixels = !hasRows && job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1;
        return !hasPixels && (!hasRows || !plan.Slides || plan.Width.OutputLength <= (RowWindows<T, TTap, T, TTap>.ArePairs(plan) ? Math.Min(ShortPairs, _shortRow) : _shortRow)) && plan.Batch * plan.Channels >= Planes / 2 && CopyBytes(job) <= MostBytes && Find(Block(job, null)) is not null;
    }

    /// <summary>One unit is one block.</summary>
    public override long Units(in PoolJob job) => (job.Plan.Batch * job.Plan.Channels + Planes - 1) / Planes;

    /// <summary>Half a nanosecond per element copied.</summary>
    public override double Cost(in PoolJob job) => 0.5 * (job.Plan.OutputElements + job.Plan.InputElements);

    public override void Run(in PoolJob job, long first, long end)
    {
        // An array, unlike scratch, stays while the inner kernel uses scratch of its own.
        long bytes = CopyBytes(job) + SpareBytes + Scratch.Alignment;
        if (_copies is null || _copies.Length < bytes) _copies = GC.AllocateUninitializedArray<byte>((int)bytes, pinned: true);
        byte* memory = (byte*)Scratch.Round((long)(nint)Unsafe.AsPointer(ref _copies[0]));
        PoolJob block = Block(job, memory);
        PoolKernel kernel = Find(block)!;
        T* square = (T*)(memory + bytes - Scratch.Alignment - SpareBytes + SquareBytes);
        long units = kernel.Units(block), planes = job.Plan.Batch * job.Plan.Channels;
        for (long unit = first; unit < end; unit++)
        {
            CopyIn(job, (T*)block.Input, square, unit * Planes, planes);
            kernel.Run(block, 0, units);
            CopyOut(job, (T*)block.Output, square, unit * Planes, planes);
            CopyOffsets(job, block.Offsets.Start, unit * Planes, planes);
        }
    }

    private static long Elements(AxisPlan depth, AxisPlan height, AxisPlan width) => depth.InputLength * height.InputLength * width.InputLength;

    private static long Outputs(PoolPlan plan) => plan.Depth.OutputLength * plan.Height.OutputLength * plan.Width.OutputLength;

    private static long CopyBytes(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        // Lengths this large are no small planes, and their product might not be a number.
        if (plan.Depth.InputLength > MostBytes || plan.Height.InputLength > MostBytes || plan.Width.InputLength > MostBytes) return long.MaxValue;
        return Scratch.Round(((Elements(plan.Depth, plan.Height, plan.Width) + Outputs(plan)) * sizeof(T) + Outputs(plan) * job.Offsets.Size) * Planes) + 3 * Scratch.Alignment;
    }

    private static PoolJob Block(in PoolJob job, byte* memory)
    {
        PoolPlan plan = job.Plan.Block(Planes);
        AxisPlan depth = plan.Depth, height = plan.Height, width = plan.Width;
        byte* output = (byte*)Scratch.Round((long)(memory + Elements(depth, height, width) * Planes * sizeof(T)));
        byte* offsets = (byte*)Scratch.Round((long)(output + Outputs(plan) * Planes * sizeof(T)));
        TensorLayout from = new(0, 1, height.InputLength * width.InputLength * Planes, width.InputLength * Planes, Planes);
        TensorLayout to = new(0, 1, height.OutputLength * width.OutputLength * Planes, width.OutputLength * Planes, Planes);
        return new(plan, memory, from, output, to, job.Cancellation) { Offsets = new(offsets, job.Offsets.Size, to) };
    }

    private PoolKernel? Find(in PoolJob block)
    {
        foreach (PoolKernel kernel in channels)
            if (kernel.Accepts(block)) return kernel;
        return null;
    }

    /// <summary>Lays planes side by side.</summary>
    // Bounds: a row's last stretch steps back over positions already copied; rows shorter than a register are loaded in part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyIn(in PoolJob job, T* block, T* square, long first, long planes)
    {
        T** starts = stackalloc T*[Planes];
        // Behind the last plane the lanes hold it again.
        Starts(job.Plan, (T*)job.Input, job.InputLayout, first, planes, starts);
        foreach (Stretch run in new Stretches(job.Plan.Depth.InputLength, job.Plan.Height.InputLength, job.Plan.Width.InputLength, job.InputLayout))
        {
            T* to = block + run.Position * Planes;
            if (run.Step != 1)
            {
                for (long i = 0; i < run.Length; i++, to += Planes)
                    for (long lane = 0; lane < Planes; lane++) to[lane] = starts[lane][run.Offset + i * run.Step];
                continue;
            }

            for (long i = 0; i < run.Length; i += Planes)
            {
                if (run.Length >= Planes) i = Math.Min(i, run.Length - Planes);
                for (long lane = 0; lane < Planes; lane++)
                {
                    T* from = starts[lane] + run.Offset + i;
                    TTap.Store(run.Length >= Planes ? TTap.Load(from) : TTap.LoadPart(from, run.Length, default), square + lane * Planes);
                }

                Transposition.Turn<TTap, T>(square, to + i * Planes);
            }
        }
    }

    /// <summary>Puts outputs where they belong.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyOut(in PoolJob job, T* block, T* square, long first, long planes)
    {
        T** starts = stackalloc T*[Planes];
        long lanes = Math.Min(Planes, planes - first);
        Starts(job.Plan, (T*)job.Output, job.OutputLayout, first, planes, starts);
        foreach (Stretch run in new Stretches(job.Plan.Depth.OutputLength, job.Plan.Height.OutputLength, job.Plan.Width.OutputLength, job.OutputLayout))
        {
            T* from = block + run.Position * Planes;
            if (run.Step != 1)
            {
                for (long i = 0; i < run.Length; i++, from += Planes)
                    for (long lane = 0; lane < lanes; lane++) starts[lane][run.Offset + i * run.Step] = from[lane];
                continue;
            }

            T* turned = square + Transposition.Room<TTap, T>();
            for (long i = 0; i < run.Length; i += Planes)
            {
                if (run.Length >= Planes) i = Math.Min(i, run.Length - Planes);
                Buffer.MemoryCopy(from + i * Planes, square, Planes * sizeof(TTap), Math.Min(Planes, run.Length) * sizeof(TTap));
                Transposition.Turn<TTap, T>(square, turned);
                for (long lane = 0; lane < lanes; lane++)
                {
                    T* to = starts[lane] + run.Offset + i;
                    TTap results = TTap.Load(turned + lane * Planes);
                    if (run.Length >= Planes) TTap.Store(results, to);
                    else TTap.StorePart(results, to, run.Length);
                }
            }
        }
    }

    /// <summary>Puts the offsets of chosen taps where they belong.</summary>
    private static void CopyOffsets(in PoolJob job, byte* block, long first, long planes)
    {
        switch (job.Offsets.Size)
        {
            case 0: break;
            case 1: CopyOffsets<byte>(job, block, first, planes); break;
            case 2: CopyOffsets<ushort>(job, (ushort*)block, first, planes); break;
            case 4: CopyOffsets<uint>(job, (uint*)block, first, planes); break;
            default: CopyOffsets<ulong>(job, (ulong*)block, first, planes); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyOffsets<TOffset>(in PoolJob job, TOffset* block, long first, long planes)
        where TOffset : unmanaged
    {
        PoolPlan plan = job.Plan;
        TOffset** starts = stackalloc TOffset*[Planes];
        long lanes = Math.Min(Planes, planes - first);
        Starts(plan, (TOffset*)job.Offsets.Start, job.Offsets.Layout, first, planes, starts);
        foreach (Stretch run in new Stretches(plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength, job.Offsets.Layout))
        {
            for (long lane = 0; lane < lanes; lane++)
            {
                TOffset* to = starts[lane] + run.Offset, from = block + run.Position * Planes + lane;
                for (long i = 0; i < run.Length; i++) to[i * run.Step] = from[i * Planes];
            }
        }
    }

    private static void Starts<TElement>(PoolPlan plan, TElement* memory, in TensorLayout layout, long first, long planes, TElement** starts)
        where TElement : unmanaged
    {
        var (n, c) = Math.DivRem(first, plan.Channels);
        for (long lane = 0; lane < Planes; lane++)
        {
            starts[lane] = memory + n * layout.Batch + c * layout.Channel;
            if (first + lane + 1 < planes && ++c == plan.Channels) (c, n) = (0, n + 1);
        }
    }
}
