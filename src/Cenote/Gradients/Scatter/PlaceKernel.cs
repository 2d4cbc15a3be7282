using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The gradient of a global maximum: zeros, and each plane's gradient at its tap.</summary>
// Bounds: an offset of a window that is the plane, and nothing more, is a position in it.
internal sealed unsafe class PlaceKernel<T, TSum, TSums, TFormat> : PoolKernel
    where T : unmanaged
    where TSum : unmanaged, INumber<TSum>
    where TSums : unmanaged, ILanes<TSums, TSum>
    where TFormat : struct, IGradientFormat<T, TSum, TSums>
{
    /// <summary>What is cleared before gradients are placed in it: a part of the first-level cache.</summary>
    private const long ClearedBytes = 1 << 14;

    public override string Name => "place";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan pooling = job.Plan.Transposed;
        return job.Offsets.Start is not null && pooling.IsGlobal && pooling.MaxCount == pooling.Taps && (ByChannels(job) || IsPlane(job, out _));
    }

    /// <summary>One unit is one plane, or one image.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * (ByChannels(job) ? 1 : job.Plan.Channels);

    /// <summary>The rate of the second-level cache, and two nanoseconds per plane.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * sizeof(T) / 50.0 + 2.0 * job.Plan.InputElements;

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        TensorLayout to = job.OutputLayout;
        var address = new PlaneAddress(plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength, to);
        if (ByChannels(job))
        {
            for (long n = first; n < end; n++)
            {
                ClearImage(plan, (T*)job.Output + n * to.Batch, to);
                Place(job, address, n, 0, plan.Channels);
            }

            return;
        }

        long plane = plan.Depth.OutputLength * plan.Height.OutputLength * plan.Width.OutputLength, some = Math.Max(1, ClearedBytes / (plane * sizeof(T)));
        for (long unit = first, planes; unit < end; unit += planes)
        {
            var (n, c) = Math.DivRem(unit, plan.Channels);
            planes = Math.Min(some, Math.Min(end - unit, plan.Channels - c));
            T* output = (T*)job.Output + n * to.Batch + c * to.Channel;
            if (to.Channel == plane) AheadWrites.Clear(output, planes * plane * sizeof(T));
            else for (long i = 0; i < planes; i++) AheadWrites.Clear(output + i * to.Channel, plane * sizeof(T));
            Place(job, address, n, c, c + planes);
        }
    }

    private static bool ByChannels(in PoolJob job) => job.OutputLayout.Channel == 1 && job.Plan.Channels > 1;

    /// <summary>Whether the elements of a plane lie one behind the other.</summary>
    private static bool IsPlane(in PoolJob job, out long pitch) => PlaneList<T>.IsEven(job.Plan.Transposed, job.OutputLayout, out pitch) && pitch == 1;

    private static void ClearImage(PoolPlan plan, T* image, in TensorLayout to)
    {
        foreach (Stretch run in new Stretches(plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength, to))
        {
            T* start = image + run.Offset;
            if (run.Step == plan.Channels) AheadWrites.Clear(start, run.Length * plan.Channels * sizeof(T));
            else for (long i = 0; i < run.Length; i++) AheadWrites.Clear(start + i * run.Step, plan.Channels * sizeof(T));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Place(in PoolJob job, in PlaneAddress address, long n, long channel, long endChannel)
    {
        OffsetMemory offsets = job.Offsets;
        T* gradients = (T*)job.Input + n * job.InputLayout.Batch, output = (T*)job.Output + n * job.OutputLayout.Batch;
        long next = job.InputLayout.Channel, toNext = job.OutputLayout.Channel, mark = n * offsets.Layout.Batch, markNext = offsets.Layout.Channel;
        // A sum begins at +0.
        for (long c = channel; c < endChannel; c++)
            output[c * toNext + address[offsets[mark + c * markNext]]] = TFormat.Round(TSum.Zero + TFormat.Lift(gradients[c * next]));
    }
}
