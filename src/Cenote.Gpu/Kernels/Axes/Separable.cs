using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>Large windows one axis after the other, width first: the order in which ties keep their first tap.</summary>
internal static class Separable
{
    /// <summary>From so many taps on, and so many per output that other windows read too, axis by axis is worth its traffic.</summary>
    private const long FewestTaps = 49, FewestShared = 8;

    /// <summary>What lies between two axes should still be in a cache when the second one reads it.</summary>
    private const long CacheBytes = 32 << 20;

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
        AxisTiles?[] tiles = Tiles(call, pooled, channels, sizeof(TState));
        long[] lengths = [plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength];
        long inPlane = lengths[0] * lengths[1] * lengths[2] * channels, outPlane = plan.Depth.OutputLength * plan.Height.OutputLength * plan.Width.OutputLength * channels, most = 0;
        foreach (int axis in pooled)
        {
            lengths[axis] = axes[axis].OutputLength;
            most = Math.Max(most, lengths[0] * lengths[1] * lengths[2] * channels);
        }

        // In tiles an axis reads what the one before it has left, and no more; else it keeps halves of windows where its outputs would lie.
        bool tiled = tiles.All(axis => axis is not null);
        int buffers = tiled ? Math.Min(2, pooled.Length - 1) : 2;
        long eachBytes = buffers * most * sizeof(TState), atOnce = tiled ? call.AtOnce(eachBytes, CacheBytes) : call.AtOnce(eachBytes);
        call.Device.Guard(plan.ToString(), () =>
        {
            long half = atOnce * most * sizeof(TState);
            ArrayView<byte> scratch = call.Stream.Scratch(Math.Max(1, buffers * half));
            ArrayView<TState> one = scratch.SubView(0, buffers > 0 ? half : 0).Cast<TState>(), other = scratch.SubView(buffers > 1 ? half : 0, buffers > 0 ? half : 0).Cast<TState>();
            for (long outer = 0; outer < outers; outer += atOnce)
            {
                long now = Math.Min(atOnce, outers - outer);
                Planes<T, TState, TReducer>(call, reducer, pooled, tiles, channels, now, call.Input.Cast<T>().SubView(outer * inPlane, now * inPlane), call.Output.Cast<T>().SubView(outer * outPlane, now * outPlane), one, other);
            }
        });
    }

    private static void Planes<T, TState, TReducer>(PoolCall call, TReducer reducer, int[] pooled, AxisTiles?[] tiles, long channels, long planes, ArrayView<T> input, ArrayView<T> output, ArrayView<TState> one, ArrayView<TState> other)
        where T : unmanaged
        where TState : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
    {
        AxisPlan[] axes = [call.Plan.Depth, call.Plan.Height, call.Plan.Width];
        long[] lengths = [axes[0].InputLength, axes[1].InputLength, axes[2].InputLength];
        for (int pass = 0; pass < pooled.Length; pass++)
        {
            int axis = pooled[pass];
            long inner = channels, outer = planes;
            for (int i = 0; i < 3; i++)
            {
                if (i > axis) inner *= lengths[i];
                if (i < axis) outer *= lengths[i];
            }

            if (inner > PoolCall.MostItems) throw new NotSupportedException($"{call.Plan} has lines of more elements than kernels count, for windows of so many taps.");
            AxisPlan windows = axes[axis];
            lengths[axis] = windows.OutputLength;
            ArrayView<TState> states = pass % 2 == 0 ? one : other, before = pass % 2 == 0 ? other : one;
            var walk = new AxisWalk
            {
                Inner = new((int)inner),
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
            if (pass == 0) Pass(call, reducer, new LiftedTap<T, TState, TReducer>(reducer), tiles[pass], windows, walk, outer, input, states, output);
            else Pass(call, reducer, default(KeptState<TState>), tiles[pass], windows, walk, outer, before, states, output);
        }
    }

    private static void Pass<TFrom, T, TState, TReducer, TStateOf>(PoolCall call, TReducer reducer, TStateOf stateOf, AxisTiles? tiles, AxisPlan windows, AxisWalk walk, long outers, ArrayView<TFrom> input, ArrayView<TState> states, ArrayView<T> output)
        where TFrom : unmanaged
        where T : unmanaged
        where TState : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
        where TStateOf : unmanaged, IStateOf<TFrom, TState>
    {
        KernelCache kernels = call.Device.Kernels;
        AcceleratorStream stream = call.Stream.Stream;
        if (tiles is not null)
        {
            var launch = kernels.Get(typeof(AxisTileKernel<TFrom, T, TState, TReducer, TStateOf>), accelerator => accelerator.LoadKernel<ArrayView<TFrom>, ArrayView<TState>, ArrayView<T>, ArrayView<ListedWindow>, AxisTileWalk, TReducer, TStateOf>(AxisTileKernel<TFrom, T, TState, TReducer, TStateOf>.Run));
            long most = Math.Max(1, PoolCall.MostItems / tiles.Walk(walk, 1, kernels.GroupSize).Groups);
            for (; walk.FirstOuter < outers; walk.FirstOuter += most)
            {
                var (tile, groups) = tiles.Walk(walk, Math.Min(most, outers - walk.FirstOuter), kernels.GroupSize);
                launch(stream, new((int)groups, kernels.GroupSize), input, states, output, call.Windows.List, tile, reducer, stateOf);
            }

            return;
        }

        long lastStart = (windows.OutputLength - 1) * windows.Stride - windows.Before, blocks = lastStart <= 0 ? 1 : (lastStart + windows.Kernel - 1) / windows.Kernel + 1, inner = walk.Inner.Divisor;
        var fold = kernels.Get(typeof(AxisFoldKernel<TFrom, T, TState, TReducer, TStateOf>), accelerator => accelerator.LoadKernel<ArrayView<TFrom>, ArrayView<TState>, ArrayView<T>, ArrayView<ListedWindow>, AxisWalk, TReducer, TStateOf>(AxisFoldKernel<TFrom, T, TState, TReducer, TStateOf>.Run));
        // One line of every block at least.
        if (inner * blocks > PoolCall.MostItems) throw new NotSupportedException($"{call.Plan} has lines of more elements than kernels count, for windows of so many taps.");
        walk.Blocks = new((int)blocks);
        for (long atOnce = PoolCall.MostItems / (inner * blocks); walk.FirstOuter < outers; walk.FirstOuter += atOnce)
        {
            walk.Items = (int)(inner * blocks * Math.Min(atOnce, outers - walk.FirstOuter));
            fold(stream, kernels.Threads(walk.Items), input, states, output, call.Windows.List, walk, reducer, stateOf);
        }
    }

    private static AxisTiles?[] Tiles(PoolCall call, int[] pooled, long channels, int stateBytes)
    {
        AxisPlan[] axes = [call.Plan.Depth, call.Plan.Height, call.Plan.Width];
        return [.. pooled.Select(axis => AxisTiles.Of(axes[axis], channels * axes[(axis + 1)..].Aggregate(1L, (all, inside) => all * inside.OutputLength), stateBytes, call.Device.Kernels.GroupSize))];
    }
}
