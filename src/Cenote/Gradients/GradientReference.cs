using System.Numerics;

namespace Cenote;

/// <summary>
/// The specification of gradients: each input adds up, in row-major order, what the windows that read it give it: of an average the gradient over the divisor, and the whole
/// gradient where the window chose this tap. A gather: no two threads write to one place. Never optimised.
/// </summary>
/// <param name="reducer">Lifts gradients into sums, and rounds these.</param>
internal sealed unsafe class GradientReference<T, TSum, TReducer>(TReducer reducer) : PoolKernel
    where T : unmanaged
    where TSum : unmanaged, INumber<TSum>
    where TReducer : struct, IPoolReducer<T, TSum>
{
    public override string Name => "gradient reference";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is one row of the input's gradient.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    /// <summary>Five nanoseconds per input, and two per window that reads it.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * (5.0 + 2 * job.Plan.MaxCount);

    // Bounds: the transposed plan's windows are outputs of the pooling, for which the caller has checked all tensors.
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
            OffsetMemory offsets = job.Offsets.Start is null ? default : job.Offsets.Plane(n, c);
            for (long w = 0; w < plan.Width.OutputLength; w++) output[w * to.Width] = Sum(job, plane, offsets, d, h, w);
        }
    }

    private T Sum(in PoolJob job, T* plane, in OffsetMemory offsets, long d, long h, long w)
    {
        PoolPlan plan = job.Plan, pooling = plan.Transposed;
        Window depth = plan.Depth[d], height = plan.Height[h], width = plan.Width[w];
        TSum sum = reducer.Identity;
        for (long i = 0; i < depth.Count; i++)
        {
            for (long j = 0; j < height.Count; j++)
            {
                job.Cancellation.ThrowIfCancellationRequested();
                long od = depth.Start + i * depth.Step, oh = height.Start + j * height.Step;
                long tap = ((d - pooling.Depth.Start(od)) / pooling.Depth.Dilation * pooling.Height.Kernel + (h - pooling.Height.Start(oh)) / pooling.Height.Dilation) * pooling.Width.Kernel;
                long extent = pooling.Depth[od].Extent * pooling.Height[oh].Extent;
                for (long k = 0; k < width.Count; k++)
                {
                    long ow = width.Start + k * width.Step;
                    TSum gradient = reducer.Lift(plane[od * job.InputLayout.Depth + oh * job.InputLayout.Height + ow * job.InputLayout.Width]);
                    if (offsets.Start is null)
                        sum += gradient / TSum.CreateTruncating(pooling.Divisor(extent * pooling.Width[ow].Extent));
                    else if (offsets[od * offsets.Layout.Depth + oh * offsets.Layout.Height + ow * offsets.Layout.Width] == tap + (w - pooling.Width.Start(ow)) / pooling.Width.Dilation)
                        sum += gradient;
                }
            }
        }

        return reducer.Finish(sum, 1, 1);
    }
}
