using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Gathers the taps of one window after the other, and picks one of each.</summary>
internal abstract class GatheredKernel : PoolKernel
{
    /// <summary>Makes the outputs from <paramref name="first"/> on, up to the one at <paramref name="end"/>, of a row.</summary>
    public abstract void Outputs(in PoolJob job, in OutputPlace first, long end);
}

/// <inheritdoc/>
/// <remarks>The specification: any strides, any window.</remarks>
internal sealed unsafe class GatheredKernel<T, TPick>(TPick pick) : GatheredKernel
    where T : unmanaged
    where TPick : struct, ITapPick<T>
{
    public override string Name => "gathered taps";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is one row of the output.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    /// <summary>Two nanoseconds per tap and output.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * (5.0 + 2.0 * job.Plan.MaxCount);

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        for (long row = first; row < end; row++)
        {
            var (rest, h) = Math.DivRem(row, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var (n, c) = Math.DivRem(rest, plan.Channels);
            Outputs(job, new(n, c, d, h, 0), plan.Width.OutputLength);
        }
    }

    // Bounds: the plan's windows are clipped to the input, and have at most MaxCount taps inside it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public override void Outputs(in PoolJob job, in OutputPlace first, long end)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout;
        T* taps = (T*)Scratch.Of(2 * plan.MaxCount * sizeof(T));
        T* plane = (T*)job.Input + first.N * from.Batch + first.C * from.Channel;
        Window depth = plan.Depth[first.D], height = plan.Height[first.H];
        // As many outputs lie before this row as there are rows, of all planes before and of this one.
        long number = (((job.FirstPlane + first.N * plan.Channels + first.C) * plan.Depth.OutputLength + first.D) * plan.Height.OutputLength + first.H) * plan.Width.OutputLength;
        OffsetMemory offsets = job.Offsets;
        for (long w = first.W; w < end; w++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            Window width = plan.Width[w];
            T* next = taps;
            for (long i = 0; i < depth.Count; i++)
            {
                for (long j = 0; j < height.Count; j++)
                {
                    T* row = plane + (depth.Start + i * depth.Step) * from.Depth + (height.Start + j * height.Step) * from.Height + width.Start * from.Width;
                    for (long k = 0; k < width.Count; k++) *next++ = row[k * width.Step * from.Width];
                }
            }

            OutputPlace place = first with { W = w };
            long count = next - taps, chosen = count == 0 ? -1 : pick.Pick(taps, count, taps + count, number + w);
            ((T*)job.Output)[place.In(job.OutputLayout)] = chosen < 0 ? pick.None : taps[chosen];
            if (offsets.Start is not null) offsets[place.In(offsets.Layout)] = chosen < 0 ? 0 : Number(plan, depth, height, width, chosen);
        }
    }

    /// <summary>The number, in the unclipped window, of a tap among those inside the input.</summary>
    private static long Number(PoolPlan plan, in Window depth, in Window height, in Window width, long chosen)
    {
        var (line, k) = Math.DivRem(chosen, width.Count);
        var (i, j) = Math.DivRem(line, height.Count);
        return ((depth.Before + i) * plan.Height.Kernel + height.Before + j) * plan.Width.Kernel + width.Before + k;
    }
}
