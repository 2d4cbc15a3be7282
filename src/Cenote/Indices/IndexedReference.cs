using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The specification of pooling with indices: any strides, one tap after the other in row-major order, the chosen one and its number kept. Never optimised.</summary>
internal sealed unsafe class IndexedReference<T, TChoice>(TChoice choice) : PoolKernel
    where T : unmanaged
    where TChoice : struct, ITapChoice<T>
{
    public override string Name => "indexed reference";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is one row of the output.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    /// <summary>A nanosecond and a half per tap and output.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * (2.0 + 1.5 * job.Plan.MaxCount);

    // Bounds: the plan's windows are clipped to the input's lengths, for which the caller has checked all tensors.
    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout, to = job.OutputLayout, marks = job.Offsets.Layout;
        for (long row = first; row < end; row++)
        {
            var (rest, h) = Math.DivRem(row, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var (n, c) = Math.DivRem(rest, plan.Channels);
            T* plane = (T*)job.Input + n * from.Batch + c * from.Channel;
            T* output = (T*)job.Output + n * to.Batch + c * to.Channel + d * to.Depth + h * to.Height;
            OffsetMemory offsets = job.Offsets;
            long mark = n * marks.Batch + c * marks.Channel + d * marks.Depth + h * marks.Height;
            for (long w = 0; w < plan.Width.OutputLength; w++)
                (output[w * to.Width], offsets[mark + w * marks.Width]) = Choose(job, plane, plan.Depth[d], plan.Height[h], plan.Width[w]);
        }
    }

    /// <summary>The chosen tap of one window and its number; padded taps are zeros where the plan reads them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private (T Value, long Offset) Choose(in PoolJob job, T* plane, in Window depth, in Window height, in Window width)
    {
        // A run of padded taps holds one value: its first tap stands for all.
        bool padded = job.Plan.ReadsPadding;
        long firstDepth = padded && depth.Before > 0 ? -1 : 0, endDepth = depth.Count + (padded && depth.After > 0 ? 1 : 0);
        long firstHeight = padded && height.Before > 0 ? -1 : 0, endHeight = height.Count + (padded && height.After > 0 ? 1 : 0);
        (T Value, long Offset) chosen = (choice.None, 0);
        bool any = false;
        for (long i = firstDepth; i < endDepth; i++)
        {
            for (long j = firstHeight; j < endHeight; j++)
            {
                job.Cancellation.ThrowIfCancellationRequested();
                bool inside = i >= 0 && i < depth.Count && j >= 0 && j < height.Count;
                // The number of a row's first tap, padding included; rows of padding stand for their run.
                long number = ((i < 0 ? 0 : depth.Before + i) * job.Plan.Height.Kernel + (j < 0 ? 0 : height.Before + j)) * job.Plan.Width.Kernel;
                if (!inside || (padded && width.Before > 0)) Take(default, number, ref chosen, ref any);
                if (!inside) continue;
                T* row = plane + (depth.Start + i * depth.Step) * job.InputLayout.Depth + (height.Start + j * height.Step) * job.InputLayout.Height;
                for (long k = 0; k < width.Count; k++)
                    Take(row[(width.Start + k * width.Step) * job.InputLayout.Width], number + width.Before + k, ref chosen, ref any);
                if (padded && width.After > 0) Take(default, number + width.Before + width.Count, ref chosen, ref any);
            }
        }

        return chosen;
    }

    private void Take(T tap, long number, ref (T Value, long Offset) chosen, ref bool any)
    {
        if (any && !choice.Prefers(tap, chosen.Value)) return;
        chosen = (tap, number);
        any = true;
    }
}
