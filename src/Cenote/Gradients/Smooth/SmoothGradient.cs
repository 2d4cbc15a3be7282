using System.Numerics;
using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>The tensors of a gradient that needs the input: the gradient that arrives, the input, and the result.</summary>
internal readonly unsafe struct SmoothMemory(void* gradient, in TensorLayout gradients, void* input, in TensorLayout inputs, void* result, in TensorLayout results)
{
    public readonly void* Gradient = gradient, Input = input, Result = result;
    public readonly TensorLayout Gradients = gradients, Inputs = inputs, Results = results;

    /// <summary>What begins with a plane.</summary>
    public SmoothMemory At<T>(long n, long c)
        where T : unmanaged =>
        new((T*)Gradient + n * Gradients.Batch + c * Gradients.Channel, Gradients, (T*)Input + n * Inputs.Batch + c * Inputs.Channel, Inputs, (T*)Result + n * Results.Batch + c * Results.Channel, Results);
}

/// <summary>A gradient that needs the input, some planes at a time: first what is to be known of each window, then for each input the sum of its shares in the windows that read it.</summary>
internal abstract class SmoothGradient
{
    public abstract void Run(PoolPlan plan, int maxDegree, IProgress<double>? progress, CancellationToken cancellation);
}

/// <inheritdoc/>
internal sealed unsafe class SmoothGradient<T, TReal, TConvert, TWindow, TFormula>(TFormula formula, SmoothMemory memory) : SmoothGradient
    where T : unmanaged
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
    where TConvert : struct, IPoolReducer<T, TReal>
    where TWindow : unmanaged
    where TFormula : struct, ISmoothFormula<TReal, TWindow>
{
    public override void Run(PoolPlan plan, int maxDegree, IProgress<double>? progress, CancellationToken cancellation)
    {
        var parts = new PlaneParts(plan, sizeof(TWindow) * PlaneParts.Outputs(plan), memory.Inputs.Channel == 1);
        var windows = (TWindow*)NativeMemory.Alloc((nuint)parts.Bytes);
        try
        {
            foreach (PlaneParts.Part part in parts)
            {
                TensorLayout order = part.Plan.DenseOutput(memory.Inputs);
                T* input = (T*)memory.Input + part.In(memory.Inputs);
                PoolJob read = PoolJob.Of(part.Plan, input, memory.Inputs, windows, order, cancellation);
                PlaneParallel.Run(new SmoothWindows<T, TReal, TConvert, TWindow, TFormula>(formula, (T*)memory.Gradient + part.In(memory.Gradients), memory.Gradients), read, maxDegree, null);
                PoolJob gather = PoolJob.Of(part.Plan.Transposed, windows, order, (T*)memory.Result + part.In(memory.Results), memory.Results, cancellation);
                PlaneParallel.Run(new SmoothGather<T, TReal, TConvert, TWindow, TFormula>(formula, input, memory.Inputs), gather, maxDegree, null);
                progress?.Report(part.Done);
            }

            if (plan.OutputElements == 0) progress?.Report(1);
        }
        finally
        {
            NativeMemory.Free(windows);
        }
    }
}

/// <summary>What is to be known of each window.</summary>
internal sealed unsafe class SmoothWindows<T, TReal, TConvert, TWindow, TFormula>(TFormula formula, T* gradients, TensorLayout layout) : PoolKernel
    where T : unmanaged
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
    where TConvert : struct, IPoolReducer<T, TReal>
    where TWindow : unmanaged
    where TFormula : struct, ISmoothFormula<TReal, TWindow>
{
    public override string Name => "windows of a smooth gradient";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is one row of the output.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    /// <summary>A power costs some ten nanoseconds.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * (10.0 + job.Plan.MaxCount);

    // Bounds: the plan's windows are clipped to the input.
    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        for (long row = first; row < end; row++)
        {
            var (rest, h) = Math.DivRem(row, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var (n, c) = Math.DivRem(rest, plan.Channels);
            Window depth = plan.Depth[d], height = plan.Height[h];
            for (long w = 0; w < plan.Width.OutputLength; w++)
            {
                var place = new OutputPlace(n, c, d, h, w);
                Window width = plan.Width[w];
                TWindow window = Fold(job, (T*)job.Input + n * job.InputLayout.Batch + c * job.InputLayout.Channel, depth, height, width);
                TReal gradient = default(TConvert).Lift(gradients[place.In(layout)]);
                ((TWindow*)job.Output)[place.In(job.OutputLayout)] = formula.Finish(window, gradient, depth.Extent * height.Extent * width.Extent);
            }
        }
    }

    private TWindow Fold(in PoolJob job, T* plane, in Window depth, in Window height, in Window width)
    {
        TWindow window = default;
        bool isFirst = true;
        for (long i = 0; i < depth.Count; i++)
        {
            for (long j = 0; j < height.Count; j++)
            {
                job.Cancellation.ThrowIfCancellationRequested();
                T* row = plane + (depth.Start + i * depth.Step) * job.InputLayout.Depth + (height.Start + j * height.Step) * job.InputLayout.Height;
                long number = ((depth.Before + i) * job.Plan.Height.Kernel + height.Before + j) * job.Plan.Width.Kernel + width.Before;
                for (long k = 0; k < width.Count; k++)
                {
                    window = formula.Take(window, isFirst, default(TConvert).Lift(row[(width.Start + k * width.Step) * job.InputLayout.Width]), number + k);
                    isFirst = false;
                }
            }
        }

        return window;
    }
}

/// <summary>For each input the sum of its shares in the windows that read it.</summary>
internal sealed unsafe class SmoothGather<T, TReal, TConvert, TWindow, TFormula>(TFormula formula, T* input, TensorLayout layout) : PoolKernel
    where T : unmanaged
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
    where TConvert : struct, IPoolReducer<T, TReal>
    where TWindow : unmanaged
    where TFormula : struct, ISmoothFormula<TReal, TWindow>
{
    public override string Name => "smooth gradient";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is one row of the input's gradient.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    public override double Cost(in PoolJob job) => job.Plan.OutputElements * (10.0 + 2 * job.Plan.MaxCount);

    // Bounds: the transposed plan's windows are outputs of the pooling.
    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        for (long row = first; row < end; row++)
        {
            var (rest, h) = Math.DivRem(row, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var (n, c) = Math.DivRem(rest, plan.Channels);
            for (long w = 0; w < plan.Width.OutputLength; w++)
            {
                var place = new OutputPlace(n, c, d, h, w);
                TReal tap = default(TConvert).Lift(input[place.In(layout)]);
                ((T*)job.Output)[place.In(job.OutputLayout)] = default(TConvert).Finish(Sum(job, place, tap) * formula.Factor(tap), 1, 1);
            }
        }
    }

    private TReal Sum(in PoolJob job, in OutputPlace place, TReal tap)
    {
        PoolPlan plan = job.Plan;
        Window depth = plan.Depth[place.D], height = plan.Height[place.H], width = plan.Width[place.W];
        TReal sum = TReal.Zero;
        for (long i = 0; i < depth.Count; i++)
        {
            for (long j = 0; j < height.Count; j++)
            {
                job.Cancellation.ThrowIfCancellationRequested();
                for (long k = 0; k < width.Count; k++)
                {
                    var window = new OutputPlace(place.N, place.C, depth.Start + i * depth.Step, height.Start + j * height.Step, width.Start + k * width.Step);
                    sum += formula.Share(((TWindow*)job.Input)[window.In(job.InputLayout)], tap, formula.ReadsNumbers ? Number(plan.Transposed, window, place) : 0);
                }
            }
        }

        return sum;
    }

    /// <summary>Which tap of a window a position is.</summary>
    private static long Number(PoolPlan pooling, in OutputPlace window, in OutputPlace tap)
    {
        long i = (tap.D - pooling.Depth.Start(window.D)) / pooling.Depth.Dilation, j = (tap.H - pooling.Height.Start(window.H)) / pooling.Height.Dilation;
        return (i * pooling.Height.Kernel + j) * pooling.Width.Kernel + (tap.W - pooling.Width.Start(window.W)) / pooling.Width.Dilation;
    }
}
