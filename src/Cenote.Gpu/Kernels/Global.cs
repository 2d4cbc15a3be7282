using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>Launches of the kernels for whole planes.</summary>
internal static class Global
{
    /// <summary>Channels that a group has side by side, and elements that a thread should have before a plane gets another one.</summary>
    private const int MostLanes = 32, FewestPositions = 4;

    /// <summary>Whether each window is the whole plane, and no more: one that reaches beyond counts other taps, and numbers them in another way.</summary>
    public static bool Accepts(PoolPlan plan) => plan.IsGlobal && plan.Taps == plan.Depth.InputLength * plan.Height.InputLength * plan.Width.InputLength;

    public static void Fold<T, TState, TReducer>(PoolCall call, TReducer reducer, int channelsPerItem)
        where T : unmanaged
        where TState : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
    {
        var launch = call.Device.Kernels.Get(typeof(GlobalFoldKernel<T, TState, TReducer>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, GlobalWalk, TReducer>(GlobalFoldKernel<T, TState, TReducer>.Run));
        Each(call, channelsPerItem, (configuration, walk) => launch(call.Stream.Stream, configuration, call.Input.Cast<T>(), call.Output.Cast<T>(), walk, reducer));
    }

    public static void Choose<T, TNumber, TChoice, TNumbers>(PoolCall call, TChoice choice, ArrayView<TNumber> numbers, bool storesNumbers)
        where T : unmanaged
        where TNumber : unmanaged
        where TChoice : unmanaged, ITapChoice<T>
        where TNumbers : unmanaged, INumberFormat<TNumber>
    {
        var launch = call.Device.Kernels.Get(typeof(GlobalChoiceKernel<T, TNumber, TChoice, TNumbers>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<TNumber>, GlobalWalk, TChoice, int>(GlobalChoiceKernel<T, TNumber, TChoice, TNumbers>.Run));
        Each(call, 1, (configuration, walk) => launch(call.Stream.Stream, configuration, call.Input.Cast<T>(), call.Output.Cast<T>(), numbers, walk, choice, storesNumbers ? 1 : 0));
    }

    private static void Each(PoolCall call, int channelsPerItem, Action<KernelConfig, GlobalWalk> launch)
    {
        PoolPlan plan = call.Plan;
        int channels = call.ChannelsLast ? checked((int)(plan.Channels / channelsPerItem)) : 1, group = call.Device.Kernels.GroupSize;
        int lanes = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Min(channels, Math.Min(MostLanes, group)));
        long outers = call.Outers, positions = plan.Depth.InputLength * plan.Height.InputLength * plan.Width.InputLength;
        long wanted = Math.Min(group, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Min(group, (positions + FewestPositions - 1) / FewestPositions)) * lanes);
        int threads = (int)Math.Max(Math.Min(group, MostLanes), wanted), tiles = (channels + lanes - 1) / lanes;
        long atOnce = Math.Max(1, (1 << 30) / tiles);
        for (long outer = 0; outer < outers; outer += atOnce)
        {
            var walk = new GlobalWalk
            {
                Tiles = new(tiles),
                LaneBits = System.Numerics.BitOperations.Log2((uint)lanes),
                Channels = channels,
                FirstOuter = outer,
                Positions = positions,
                DivisorOverride = plan.DivisorOverride ?? 0,
            };
            var configuration = new KernelConfig((int)(Math.Min(atOnce, outers - outer) * tiles), threads);
            call.Device.Guard(plan.ToString(), () => launch(configuration, walk));
        }
    }
}
