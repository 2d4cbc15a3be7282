using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Gradients of averages of small images whose channels lie side by side (<see cref="PixelShares{T, TLanes}"/>).</summary>
internal sealed unsafe class PixelSharesKernel<T, TLanes> : PoolKernel
    where T : unmanaged, INumber<T>
    where TLanes : unmanaged, ILanes<TLanes, T>
{
    /// <summary>Of an image, what windows give, and what it gets: of more the tiles of other kernels are nearer, and its rows are work for several threads.</summary>
    private const long MostBytes = 1 << 20;

    public override string Name { get; } = $"shares of pixels, {8 * Unsafe.SizeOf<TLanes>()} bits";

    // A part of a register is stored quickly from the widest ones alone.
    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        TensorLayout to = job.OutputLayout;
        return PixelShares<T, TLanes>.Accepts(job) && to.Channel == 1 && (plan.Channels >= TLanes.Count || Unsafe.SizeOf<TLanes>() == 64)
            && (plan.InputElements + plan.OutputElements) / plan.Batch <= MostBytes / sizeof(T) && PlaneList<T>.IsEven(plan.Transposed, to, out long pitch) && pitch == plan.Channels;
    }

    /// <summary>One unit is one image.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch;

    /// <summary>A tenth of a nanosecond per input, and a twentieth per window that reads it.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * (0.1 + 0.05 * job.Plan.MaxCount);

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        var shares = new PixelShares<T, TLanes>(plan, plan.Channels, Scratch.Of(PixelShares<T, TLanes>.Bytes(plan, plan.Channels)));
        long slice = plan.Height.OutputLength * plan.Width.OutputLength * plan.Channels;
        for (long n = first; n < end; n++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            shares.Divide((T*)job.Input + n * job.InputLayout.Batch, job.InputLayout);
            T* to = (T*)job.Output + n * job.OutputLayout.Batch;
            for (long d = 0; d < plan.Depth.OutputLength; d++, to += slice) shares.AddSlice(d, d > 0, 0, plan.Height.OutputLength, to);
        }
    }
}
