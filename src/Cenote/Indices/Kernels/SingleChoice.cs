using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>Windows of one tap with indices: the kernel without indices copies the values, and every number is that of the window's only tap, 0.</summary>
/// <param name="pooling">The operator without indices.</param>
/// <param name="type">The element type.</param>
internal sealed unsafe class SingleChoice(PoolOperator pooling, ElementType type) : PoolKernel
{
    public override string Name => "single choice";

    public override bool Accepts(in PoolJob job) => job.Plan.HasSingleTaps && IsDense(job.Plan, job.Offsets.Layout);

    public override long Units(in PoolJob job) => Copy(job).Units(Values(job));

    public override double Cost(in PoolJob job) => Copy(job).Cost(Values(job));

    public override long LeastRun(in PoolJob job) => Copy(job).LeastRun(Values(job));

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolKernel copy = Copy(job);
        PoolJob values = Values(job);
        copy.Run(values, first, end);
        // As large a part of the numbers as of the values; they lie in the order of memory, and these may not.
        long count = job.Plan.OutputElements, units = copy.Units(values), from = Part(count, first, units);
        NativeMemory.Clear(job.Offsets.Start + from * job.Offsets.Size, (nuint)((Part(count, end, units) - from) * job.Offsets.Size));
    }

    private static long Part(long count, long unit, long units) => (long)((Int128)count * unit / units);

    /// <summary>Whether numbers lie without a gap, pixel by pixel or plane by plane.</summary>
    private static bool IsDense(PoolPlan plan, in TensorLayout layout)
    {
        long depths = plan.Depth.OutputLength, rows = plan.Height.OutputLength, columns = plan.Width.OutputLength, channels = plan.Channels;
        TensorLayout numbers = Along(layout), pixels = new(depths * rows * columns * channels, 1, rows * columns * channels, columns * channels, channels);
        return numbers == Along(TensorLayout.RowMajor(channels, depths, rows, columns)) || numbers == Along(pixels);

        TensorLayout Along(in TensorLayout any) => any.Along(plan.Batch, channels, depths, rows, columns);
    }

    private static PoolJob Values(in PoolJob job) => job with { Offsets = default };

    private PoolKernel Copy(in PoolJob job) => pooling[type].Find(Values(job));
}
