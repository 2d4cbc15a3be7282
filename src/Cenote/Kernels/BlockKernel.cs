using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Small planes, a block of them at a time: copied so that they lie side by side as channels do, pooled as channels are, and copied back. For
/// rows too short to fill the lanes, and for planes of any strides.
/// </summary>
/// <param name="channels">The kernels for channels-last memory, the first that accepts the job runs.</param>
internal sealed unsafe class BlockKernel<T, TTap>(PoolKernel[] channels) : PoolKernel
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>The copies of a block, in bytes: half of a second-level cache.</summary>
    private const long MostBytes = 1 << 19;

    /// <summary>Rows of outputs longer than this fill lanes of their own.</summary>
    private const long ShortRow = 8;

    /// <summary>Planes in a block: neighbouring ones, a register of each position.</summary>
    private static readonly int Planes = TTap.Count;

    [ThreadStatic]
    private static byte[]? _copies;

    public override string Name { get; } = $"blocks of {TTap.Count} planes";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        bool hasRows = job.InputLayout.Width == 1 && job.OutputLayout.Width == 1;
        bool hasPixels = !hasRows && job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1;
        return !hasPixels && (!hasRows || plan.Width.OutputLength <= ShortRow) && plan.Batch * plan.Channels >= Planes / 2 && CopyBytes(plan) <= MostBytes && Find(Block(job, null)) is not null;
    }

    /// <summary>One unit is one block.</summary>
    public override long Units(in PoolJob job) => (job.Plan.Batch * job.Plan.Channels + Planes - 1) / Planes;

    /// <summary>Half a nanosecond per element copied.</summary>
    public override double Cost(in PoolJob job) => 0.5 * (job.Plan.OutputElements + job.Plan.InputElements);

    public override void Run(in PoolJob job, long first, long end)
    {
        // An array, unlike scratch, stays while the inner kernel uses scratch of its own.
        long bytes = CopyBytes(job.Plan) + Scratch.Alignment;
        if (_copies is null || _copies.Length < bytes) _copies = GC.AllocateUninitializedArray<byte>((int)bytes, pinned: true);
        byte* memory = (byte*)Scratch.Round((long)(nint)Unsafe.AsPointer(ref _copies[0]));
        PoolJob block = Block(job, memory);
        PoolKernel kernel = Find(block)!;
        long units = kernel.Units(block), planes = job.Plan.Batch * job.Plan.Channels;
        for (long unit = first; unit < end; unit++)
        {
            CopyIn(job, (T*)block.Input, unit * Planes, planes);
            kernel.Run(block, 0, units);
            CopyOut(job, (T*)block.Output, unit * Planes, planes);
        }
    }

    private static long Elements(AxisPlan depth, AxisPlan height, AxisPlan width) => depth.InputLength * height.InputLength * width.InputLength;

    private static long CopyBytes(PoolPlan plan)
    {
        // Lengths this large are no small planes, and their product might not be a number.
        if (plan.Depth.InputLength > MostBytes || plan.Height.InputLength > MostBytes || plan.Width.InputLength > MostBytes) return long.MaxValue;
        return (Elements(plan.Depth, plan.Height, plan.Width) + plan.Depth.OutputLength * plan.Height.OutputLength * plan.Width.OutputLength) * sizeof(T) * Planes + Scratch.Alignment;
    }

    private static PoolJob Block(in PoolJob job, byte* memory)
    {
        PoolPlan plan = job.Plan.Block(Planes);
        AxisPlan depth = plan.Depth, height = plan.Height, width = plan.Width;
        byte* output = (byte*)Scratch.Round((long)(memory + Elements(depth, height, width) * Planes * sizeof(T)));
        TensorLayout from = new(0, 1, height.InputLength * width.InputLength * Planes, width.InputLength * Planes, Planes);
        TensorLayout to = new(0, 1, height.OutputLength * width.OutputLength * Planes, width.OutputLength * Planes, Planes);
        return new(plan, memory, from, output, to, job.Cancellation);
    }

    private PoolKernel? Find(in PoolJob block)
    {
        foreach (PoolKernel kernel in channels)
            if (kernel.Accepts(block)) return kernel;
        return null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyIn(in PoolJob job, T* block, long first, long planes)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout;
        long depths = plan.Depth.InputLength, rows = plan.Height.InputLength, width = plan.Width.InputLength, lanes = Planes;
        var (n, c) = Math.DivRem(first, plan.Channels);
        for (long lane = 0; lane < lanes; lane++)
        {
            T* plane = (T*)job.Input + n * from.Batch + c * from.Channel, to = block + lane;
            for (long d = 0; d < depths; d++)
            {
                for (long h = 0; h < rows; h++)
                {
                    T* row = plane + d * from.Depth + h * from.Height;
                    for (long w = 0; w < width; w++, to += lanes) *to = row[w * from.Width];
                }
            }

            // Behind the last plane the lanes hold it again.
            if (first + lane + 1 < planes && ++c == plan.Channels) (c, n) = (0, n + 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyOut(in PoolJob job, T* block, long first, long planes)
    {
        PoolPlan plan = job.Plan;
        TensorLayout to = job.OutputLayout;
        long depths = plan.Depth.OutputLength, rows = plan.Height.OutputLength, width = plan.Width.OutputLength, lanes = Planes;
        var (n, c) = Math.DivRem(first, plan.Channels);
        for (long lane = 0; lane < lanes && first + lane < planes; lane++)
        {
            T* plane = (T*)job.Output + n * to.Batch + c * to.Channel, from = block + lane;
            for (long d = 0; d < depths; d++)
            {
                for (long h = 0; h < rows; h++)
                {
                    T* row = plane + d * to.Depth + h * to.Height;
                    for (long w = 0; w < width; w++, from += lanes) row[w * to.Width] = *from;
                }
            }

            if (++c == plan.Channels) (c, n) = (0, n + 1);
        }
    }
}
