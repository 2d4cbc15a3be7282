using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>Large windows one axis after the other, width first: the order in which ties keep their first tap.</summary>
internal static class Separable
{
    /// <summary>From so many taps on, and so many per output that other windows read too, axis by axis is worth its traffic.</summary>
    private const long FewestTaps = 49, FewestShared = 8;

    private static readonly int[] Order = [2, 1, 0];

    public static bool Accepts(PoolPlan plan)
    {
        if (!plan.Slides || plan.ReadsPadding || plan.IsGlobal || plan.MaxCount < FewestTaps) return false;
        double shared = 1;
        foreach (AxisPlan axis in (ReadOnlySpan<AxisPlan>)[plan.Depth, plan.Height, plan.Width])
        {
            if (axis.Dilation != 1 && axis.Kernel != 1) return false;
            shared *= axis.Kernel / (double)Math.Min(axis.Stride, axis.Kernel);
        }

        return shared >= FewestShared;
    }

    public static unsafe void Run<T, TState, TReducer>(PoolCall call, TReducer reducer, int channelsPerItem)
        where T : unmanaged
        where TState : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
    {
        PoolPlan plan = call.Plan;
        AxisPlan[] axes = [plan.Depth, plan.Height, plan.Width];
        int[] pooled = [.. Order.Where(axis => axes[axis].Kernel != 1 || axes[axis].Stride != 1 || axes[axis].OutputLength != axes[axis].InputLength)];
        long channels = call.ChannelsLast ? plan.Channels / channelsPerItem : 1, outers = call.Outers;
        long[] lengths = [plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength];
        long inPlane = lengths[0] * lengths[1] * lengths[2] * channels, outPlane = plan.Depth.OutputLength * plan.Height.OutputLength * plan.Width.OutputLength * channels, most = 0;
        foreach (int axis in pooled)
        {
            lengths[axis] = axes[axis].OutputLength;
            most = Math.Max(most, lengths[0] * lengths[1] * lengths[2] * channels);
        }

        long atOnce = call.AtOnce(2 * most * sizeof(TState));
        call.Device.Guard(plan.ToString(), () =>
        {
            ArrayView<byte> scratch = call.Stream.Scratch(2 * atOnce * most * sizeof(TState));
            ArrayView<TState> one = scratch.SubView(0, scratch.Length / 2).Cast<TState>(), other = scratch.SubView(scratch.Length / 2, scratch.Length / 2).Cast<TState>();
            for (long outer = 0; outer < outers; outer += atOnce)
            {
                long now = Math.Min(atOnce, outers - outer);
                Planes<T, TState, TReducer>(call, reducer, pooled, channels, now, call.Input.Cast<T>().SubView(outer * inPlane, now * inPlane), call.Output.Cast<T>().SubView(outer * outPlane, now * outPlane), one, other);
            }
        });
    }

    private static void Planes<T, TState, TReducer>(PoolCall call, TReducer reducer, int[] pooled, long channels, long planes, ArrayView<T> input, ArrayView<T> output, ArrayView<TState> one, ArrayView<TState> other)
        where T : unmanaged
        where TState : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
    {
        AxisPlan[] axes = [call.Plan.Depth, call.Plan.Height, call.Plan.Width];
        long[] lengths = [axes[0].InputLength, axes[1].InputLength, axes[2].InputLength];
        KernelCache kernels = call.Device.Kernels;
        var first = kernels.Get(typeof(AxisFoldKernel<T, T, TState, TReducer, LiftedTap<T, TState, TReducer>>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<TState>, ArrayView<T>, ArrayView<ListedWindow>, AxisWalk, TReducer, LiftedTap<T, TState, TReducer>>(AxisFoldKernel<T, T, TState, TReducer, LiftedTap<T, TState, TReducer>>.Run));
        var next = kernels.Get(typeof(AxisFoldKernel<TState, T, TState, TReducer, KeptState<TState>>), accelerator => accelerator.LoadKernel<ArrayView<TState>, ArrayView<TState>, ArrayView<T>, ArrayView<ListedWindow>, AxisWalk, TReducer, KeptState<TState>>(AxisFoldKernel<TState, T, TState, TReducer, KeptState<TState>>.Run));
        for (int pass = 0; pass < pooled.Length; pass++)
        {
            int axis = pooled[pass];
            long inner = channels, outer = planes;
            for (int i = 0; i < 3; i++)
            {
                if (i > axis) inner *= lengths[i];
                if (i < axis) outer *= lengths[i];
            }

            AxisPlan windows = axes[axis];
            lengths[axis] = windows.OutputLength;
            long lastStart = (windows.OutputLength - 1) * windows.Stride - windows.Before, blocks = lastStart <= 0 ? 1 : (lastStart + windows.Kernel - 1) / windows.Kernel + 1;
            ArrayView<TState> states = pass % 2 == 0 ? one : other, before = pass % 2 == 0 ? other : one;
            // One line of every block at least.
            if (inner * blocks > PoolCall.MostItems) throw new NotSupportedException($"{call.Plan} has lines of more elements than kernels count, for windows of so many taps.");
            for (long from = 0, atOnce = PoolCall.MostItems / (inner * blocks); from < outer; from += atOnce)
            {
                var walk = new AxisWalk
                {
                    Inner = new((int)inner),
                    Blocks = new((int)blocks),
                    Items = (int)(inner * blocks * Math.Min(atOnce, outer - from)),
                    FirstOuter = from,
                    InLength = (int)windows.InputLength,
                    OutLength = (int)windows.OutputLength,
                    Axis = axis switch { 0 => call.Windows.Depth, 1 => call.Windows.Height, _ => call.Windows.Width },
                    IsLast = pass == pooled.Length - 1 ? 1 : 0,
                    Channels = new((int)channels),
                    Columns = new((int)call.Plan.Width.OutputLength),
                    Which = axis,
                    Depth = call.Windows.Depth,
                    Height = call.Windows.Height,
                    Width = call.Windows.Width,
                    DivisorOverride = call.Plan.DivisorOverride ?? 0,
                };
                if (pass == 0) first(call.Stream.Stream, kernels.Threads(walk.Items), input, states, output, call.Windows.List, walk, reducer, new(reducer));
                else next(call.Stream.Stream, kernels.Threads(walk.Items), before, states, output, call.Windows.List, walk, reducer, default);
            }
        }
    }
}
