using System.Numerics;
using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>The tensors of a p-norm's gradient: the gradient that arrives, the input, and the result.</summary>
internal readonly unsafe struct LpMemory(void* gradient, in TensorLayout gradients, void* input, in TensorLayout inputs, void* result, in TensorLayout results)
{
    public readonly void* Gradient = gradient, Input = input, Result = result;
    public readonly TensorLayout Gradients = gradients, Inputs = inputs, Results = results;
}

/// <summary>The gradient of a p-norm, some planes at a time: first what the root's slope makes of each window's gradient, then for each input the sum of that over the windows that read it, times the slope of its own power.</summary>
internal abstract class LpGradient
{
    public abstract void Run(PoolPlan plan, int maxDegree, IProgress<double>? progress, CancellationToken cancellation);
}

/// <inheritdoc/>
internal sealed unsafe class LpGradient<T, TReal, TConvert>(LpNorm norm, LpMemory memory) : LpGradient
    where T : unmanaged
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
    where TConvert : struct, IPoolReducer<T, TReal>
{
    public override void Run(PoolPlan plan, int maxDegree, IProgress<double>? progress, CancellationToken cancellation)
    {
        var parts = new PlaneParts(plan, sizeof(TReal), memory.Inputs.Channel == 1);
        var slopes = (TReal*)NativeMemory.Alloc((nuint)parts.Bytes);
        try
        {
            foreach (PlaneParts.Part part in parts)
            {
                TensorLayout order = part.Plan.DenseOutput(memory.Inputs);
                var offsets = new OffsetMemory(slopes + part.Plan.OutputElements, OffsetMemory.SizeFor(plan.Taps), order);
                T* input = (T*)memory.Input + part.In(memory.Inputs);
                PoolJob root = PoolJob.Of(part.Plan, input, memory.Inputs, slopes, order, cancellation) with { Offsets = offsets };
                PlaneParallel.Run(new LpSlopes<T, TReal, TConvert>(norm, (T*)memory.Gradient + part.In(memory.Gradients), memory.Gradients), root, maxDegree, null);
                PoolJob gather = PoolJob.Of(part.Plan.Transposed, slopes, order, (T*)memory.Result + part.In(memory.Results), memory.Results, cancellation) with { Offsets = offsets };
                PlaneParallel.Run(new LpGather<T, TReal, TConvert>(norm, input, memory.Inputs), gather, maxDegree, null);
                progress?.Report(part.Done);
            }
        }
        finally
        {
            NativeMemory.Free(slopes);
        }
    }
}

/// <summary>For each window its gradient times the slope of the root; and of a maximum the number of the tap that it is.</summary>
internal sealed unsafe class LpSlopes<T, TReal, TConvert>(LpNorm norm, T* gradients, TensorLayout layout) : PoolKernel
    where T : unmanaged
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
    where TConvert : struct, IPoolReducer<T, TReal>
{
    public override string Name => "norm slopes";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is one row of the output.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    /// <summary>A power costs some ten nanoseconds.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * (10.0 + job.Plan.MaxCount);

    // Bounds: the plan's windows are clipped to the input.
    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        TConvert convert = default;
        for (long row = first; row < end; row++)
        {
            var (rest, h) = Math.DivRem(row, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var (n, c) = Math.DivRem(rest, plan.Channels);
            for (long w = 0; w < plan.Width.OutputLength; w++)
            {
                var place = new OutputPlace(n, c, d, h, w);
                Window depth = plan.Depth[d], height = plan.Height[h], width = plan.Width[w];
                var (sum, offset) = Fold(job, (T*)job.Input + n * job.InputLayout.Batch + c * job.InputLayout.Channel, depth, height, width);
                TReal slope = norm.IsMax ? TReal.One : norm.SumSlope(sum, depth.Extent * height.Extent * width.Extent);
                ((TReal*)job.Output)[place.In(job.OutputLayout)] = slope * convert.Lift(gradients[place.In(layout)]);
                OffsetMemory offsets = job.Offsets;
                offsets[place.In(offsets.Layout)] = offset;
            }
        }
    }

    private (TReal Sum, long Offset) Fold(in PoolJob job, T* plane, in Window depth, in Window height, in Window width)
    {
        TConvert convert = default;
        (TReal Sum, long Offset) state = (TReal.Zero, 0);
        bool any = false;
        for (long i = 0; i < depth.Count; i++)
        {
            for (long j = 0; j < height.Count; j++)
            {
                job.Cancellation.ThrowIfCancellationRequested();
                T* row = plane + (depth.Start + i * depth.Step) * job.InputLayout.Depth + (height.Start + j * height.Step) * job.InputLayout.Height;
                long number = ((depth.Before + i) * job.Plan.Height.Kernel + height.Before + j) * job.Plan.Width.Kernel + width.Before;
                for (long k = 0; k < width.Count; k++)
                {
                    TReal power = norm.Power(convert.Lift(row[(width.Start + k * width.Step) * job.InputLayout.Width]));
                    if (!any || power > state.Sum || TReal.IsNaN(power)) state.Offset = number + k;
                    state.Sum = any ? norm.Combine(state.Sum, power) : power;
                    any = true;
                }
            }
        }

        return state;
    }
}

/// <summary>For each input the sum of the slopes of the windows that read it, or of those that chose it, times the slope of its own power.</summary>
internal sealed unsafe class LpGather<T, TReal, TConvert>(LpNorm norm, T* input, TensorLayout layout) : PoolKernel
    where T : unmanaged
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
    where TConvert : struct, IPoolReducer<T, TReal>
{
    public override string Name => "norm gradient";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is one row of the input's gradient.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    public override double Cost(in PoolJob job) => job.Plan.OutputElements * (10.0 + 2 * job.Plan.MaxCount);

    // Bounds: the transposed plan's windows are outputs of the pooling.
    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        TConvert convert = default;
        for (long row = first; row < end; row++)
        {
            var (rest, h) = Math.DivRem(row, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var (n, c) = Math.DivRem(rest, plan.Channels);
            for (long w = 0; w < plan.Width.OutputLength; w++)
            {
                var place = new OutputPlace(n, c, d, h, w);
                TReal slope = norm.TapSlope(convert.Lift(input[place.In(layout)]));
                ((T*)job.Output)[place.In(job.OutputLayout)] = convert.Finish(Sum(job, place) * slope, 1, 1);
            }
        }
    }

    private TReal Sum(in PoolJob job, in OutputPlace tap)
    {
        PoolPlan plan = job.Plan, pooling = plan.Transposed;
        Window depth = plan.Depth[tap.D], height = plan.Height[tap.H], width = plan.Width[tap.W];
        TReal sum = TReal.Zero;
        for (long i = 0; i < depth.Count; i++)
        {
            for (long j = 0; j < height.Count; j++)
            {
                job.Cancellation.ThrowIfCancellationRequested();
                long d = depth.Start + i * depth.Step, h = height.Start + j * height.Step;
                long number = ((tap.D - pooling.Depth.Start(d)) / pooling.Depth.Dilation * pooling.Height.Kernel + (tap.H - pooling.Height.Start(h)) / pooling.Height.Dilation) * pooling.Width.Kernel;
                for (long k = 0; k < width.Count; k++)
                {
                    var window = new OutputPlace(tap.N, tap.C, d, h, width.Start + k * width.Step);
                    if (norm.IsMax && job.Offsets[window.In(job.Offsets.Layout)] != number + (tap.W - pooling.Width.Start(window.W)) / pooling.Width.Dilation) continue;
                    sum += ((TReal*)job.Input)[window.In(job.InputLayout)];
                }
            }
        }

        return sum;
    }
}
