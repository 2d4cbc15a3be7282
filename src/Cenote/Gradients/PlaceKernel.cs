using System.Numerics;
using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>The gradient of a global maximum: zeros, and each plane's gradient at its tap.</summary>
// Bounds: an offset of a window that is the plane, and nothing more, is a position in it.
internal sealed unsafe class PlaceKernel<T, TSum, TSums, TFormat> : PoolKernel
    where T : unmanaged
    where TSum : unmanaged, INumber<TSum>
    where TSums : unmanaged, ILanes<TSums, TSum>
    where TFormat : struct, IGradientFormat<T, TSum, TSums>
{
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
        bool byChannels = ByChannels(job);
        var address = new PlaneAddress(plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength, to);
        for (long unit = first; unit < end; unit++)
        {
            var (n, c) = byChannels ? (unit, 0) : Math.DivRem(unit, plan.Channels);
            T* output = (T*)job.Output + n * to.Batch + c * to.Channel;
            if (byChannels) ClearImage(plan, output, to);
            else NativeMemory.Clear(output, (nuint)(plan.Depth.OutputLength * plan.Height.OutputLength * plan.Width.OutputLength * sizeof(T)));
            Place(job, address, n, c, byChannels ? plan.Channels : c + 1);
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
            if (run.Step == plan.Channels) NativeMemory.Clear(start, (nuint)(run.Length * plan.Channels * sizeof(T)));
            else for (long i = 0; i < run.Length; i++) NativeMemory.Clear(start + i * run.Step, (nuint)(plan.Channels * sizeof(T)));
        }
    }

    private static void Place(in PoolJob job, in PlaneAddress address, long n, long channel, long endChannel)
    {
        T* gradients = (T*)job.Input + n * job.InputLayout.Batch, output = (T*)job.Output + n * job.OutputLayout.Batch;
        TensorLayout marks = job.Offsets.Layout;
        // A sum begins at +0.
        for (long c = channel; c < endChannel; c++)
            output[c * job.OutputLayout.Channel + address[job.Offsets[n * marks.Batch + c * marks.Channel]]] = TFormat.Round(TSum.Zero + TFormat.Lift(gradients[c * job.InputLayout.Channel]));
    }
}
