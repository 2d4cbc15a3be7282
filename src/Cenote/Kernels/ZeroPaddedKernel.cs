using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>Padding that counts as zeros: another kernel pools what lies inside the input, and then the windows that reach into the padding take a zero.</summary>
/// <param name="kernels">The kernels that know no padding, the first that accepts the job runs.</param>
/// <param name="reducer">Combines.</param>
/// <param name="reference">Decides where it matters how many taps come before the zero: beside a zero of the other sign.</param>
internal sealed unsafe class ZeroPaddedKernel<T, TState, TReducer>(KernelList kernels, TReducer reducer, ReferenceKernel<T, TState, TReducer> reference) : PoolKernel
    where T : unmanaged
    where TState : unmanaged
    where TReducer : struct, IPoolReducer<T, TState>
{
    public override string Name => "zero padding";

    public override bool Accepts(in PoolJob job) => job.Plan.ReadsPadding && kernels.Find(Inside(job)) is not null;

    public override long Units(in PoolJob job) => kernels.Find(Inside(job))!.Units(Inside(job));

    public override double Cost(in PoolJob job) => kernels.Find(Inside(job))!.Cost(Inside(job));

    public override long LeastRun(in PoolJob job) => kernels.Find(Inside(job))!.LeastRun(Inside(job));

    public override void Run(in PoolJob job, long first, long end) => kernels.Find(Inside(job))!.Run(Inside(job), first, end);

    // Bounds: every output of the plan once, clipped windows only.
    public override void Complete(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        for (long n = 0; n < plan.Batch; n++)
        {
            for (long c = 0; c < plan.Channels; c++)
            {
                job.Cancellation.ThrowIfCancellationRequested();
                T* input = (T*)job.Input + n * job.InputLayout.Batch + c * job.InputLayout.Channel, output = (T*)job.Output + n * job.OutputLayout.Batch + c * job.OutputLayout.Channel;
                for (long d = 0; d < plan.Depth.OutputLength; d++)
                    for (long h = 0; h < plan.Height.OutputLength; h++) Row(job, input, output + d * job.OutputLayout.Depth + h * job.OutputLayout.Height, plan.Depth[d], plan.Height[h]);
            }
        }
    }

    private static PoolJob Inside(in PoolJob job) => new(job.Plan.Unpadded, job.Input, job.InputLayout, job.Output, job.OutputLayout, job.Cancellation);

    private static bool IsClipped(in Window window) => window.Before > 0 || window.After > 0;

    private void Row(in PoolJob job, T* input, T* output, in Window depth, in Window height)
    {
        AxisPlan width = job.Plan.Width;
        bool isClipped = IsClipped(depth) || IsClipped(height);
        for (long w = 0; w < width.OutputLength; w++)
        {
            // From the first whole window to the last no row reaches into the padding by itself.
            if (!isClipped && w == width.WholeFrom) w = Math.Max(w, width.WholeEnd);
            if (w >= width.OutputLength) return;
            Window window = width[w];
            if (!isClipped && !IsClipped(window)) continue;
            ref T result = ref output[w * job.OutputLayout.Width];
            T before = Combined(default, result), behind = Combined(result, default);
            result = IsSame(before, behind) ? before : reference.Output(job, input, depth, height, window);
        }
    }

    private T Combined(T earlier, T later) => reducer.Finish(reducer.Combine(reducer.Lift(earlier), reducer.Lift(later)), 2, 1);

    private static bool IsSame(in T left, in T right) => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in left)).SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in right)));
}
