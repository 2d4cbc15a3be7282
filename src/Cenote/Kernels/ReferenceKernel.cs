using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The specification: any strides, any element, any window, one tap after the other in row-major order. Never optimised.</summary>
internal sealed unsafe class ReferenceKernel<T, TState, TReducer>(TReducer reducer) : PoolKernel
    where T : unmanaged
    where TState : unmanaged
    where TReducer : struct, IPoolReducer<T, TState>
{
    public override string Name => "reference";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is one row of the output.</summary>
    public override long Units(in PoolJob job) =>
        job.Plan.Batch * job.Plan.Channels * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    /// <summary>A nanosecond per tap and output.</summary>
    public override double Cost(in PoolJob job) =>
        job.Plan.OutputElements * (1.0 + job.Plan.MaxCount);

    // Bounds: the plan's windows are clipped to the input's lengths, for which the caller has checked both tensors.
    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout, to = job.OutputLayout;
        for (long row = first; row < end; row++)
        {
            var (rest, h) = Math.DivRem(row, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var (n, c) = Math.DivRem(rest, plan.Channels);
            T* plane = (T*)job.Input + n * from.Batch + c * from.Channel;
            T* output = (T*)job.Output + n * to.Batch + c * to.Channel + d * to.Depth + h * to.Height;
            Window depth = plan.Depth[d], height = plan.Height[h];
            for (long w = 0; w < plan.Width.OutputLength; w++)
            {
                Window width = plan.Width[w];
                output[w * to.Width] = Output(job, plane, depth, height, width);
            }
        }
    }

    /// <summary>One window's output.</summary>
    public T Output(in PoolJob job, T* plane, in Window depth, in Window height, in Window width) => reducer.Finish(
        Fold(job, plane, depth, height, width),
        depth.Count * height.Count * width.Count,
        job.Plan.Divisor(depth.Extent * height.Extent * width.Extent));

    /// <summary>All taps of one window, combined; with padded taps as zeros where the plan reads them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TState Fold(in PoolJob job, T* plane, in Window depth, in Window height, in Window width)
    {
        // Only reducers for which a repeated tap changes nothing read padding, so a run of padded taps counts as one.
        bool padded = job.Plan.ReadsPadding;
        TState zero = reducer.Lift(default), state = reducer.Identity;
        long firstDepth = padded && depth.Before > 0 ? -1 : 0, endDepth = depth.Count + (padded && depth.After > 0 ? 1 : 0);
        long firstHeight = padded && height.Before > 0 ? -1 : 0, endHeight = height.Count + (padded && height.After > 0 ? 1 : 0);
        for (long i = firstDepth; i < endDepth; i++)
        {
            for (long j = firstHeight; j < endHeight; j++)
            {
                job.Cancellation.ThrowIfCancellationRequested();
                bool inside = i >= 0 && i < depth.Count && j >= 0 && j < height.Count;
                if (!inside || (padded && width.Before > 0)) state = reducer.Combine(state, zero);
                if (!inside) continue;
                T* row = plane + (depth.Start + i * depth.Step) * job.InputLayout.Depth + (height.Start + j * height.Step) * job.InputLayout.Height;
                for (long k = 0; k < width.Count; k++)
                    state = reducer.Combine(state, reducer.Lift(row[(width.Start + k * width.Step) * job.InputLayout.Width]));
                if (padded && width.After > 0) state = reducer.Combine(state, zero);
            }
        }

        return state;
    }
}
