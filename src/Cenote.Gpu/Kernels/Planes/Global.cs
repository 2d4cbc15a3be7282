using System.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>Launches of the kernels for whole planes.</summary>
internal static class Global
{
    /// <summary>Channels that a group has side by side, and elements that a thread should have before a plane gets another one.</summary>
    private const int MostLanes = 32, FewestPositions = 4;

    /// <summary>Of planes behind each other, the most threads that share one in a tile, and how many groups keep a device busy.</summary>
    private const int MostParts = 16, FewGroups = 264;

    /// <summary>Channels side by side are folded by a thread each where these are so many, 16 bytes each, or planes so small.</summary>
    private const int ManyThreads = 1 << 15, FewColumns = 64;

    /// <summary>Whether each window is the whole plane, and no more: one that reaches beyond counts other taps, and numbers them in another way.</summary>
    public static bool Accepts(PoolPlan plan) => plan.IsGlobal && plan.Taps == Positions(plan);

    /// <summary>Whether the taps of each plane are folded in row-major order: by one thread, or some that have neighbouring elements.</summary>
    public static bool IsInOrder(PoolCall call, int elementBytes)
    {
        long positions = Positions(call.Plan);
        if (!call.ChannelsLast) return call.IsAligned && positions <= GlobalTileWalk.TilePacks && call.Device.Kernels.GroupSize >= 16 / elementBytes;
        return positions <= FewColumns || call.Outers * call.Plan.Channels * elementBytes / 16 >= ManyThreads;
    }

    public static unsafe void Fold<T, TState, TReducer>(PoolCall call, TReducer reducer, int channelsPerItem)
        where T : unmanaged
        where TState : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
    {
        if (IsInOrder(call, sizeof(T) / channelsPerItem))
        {
            if (call.ChannelsLast) Columns<T, TState, TReducer>(call, reducer, channelsPerItem);
            else Tiles<T, TState, TReducer>(call, reducer);
            return;
        }

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

    private static unsafe void Tiles<T, TState, TReducer>(PoolCall call, TReducer reducer)
        where T : unmanaged
        where TState : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
    {
        KernelCache kernels = call.Device.Kernels;
        var launch = kernels.Get(typeof(GlobalTileKernel<T, TState, TReducer>), accelerator => accelerator.LoadKernel<ArrayView<Quad<uint>>, ArrayView<T>, ArrayView<T>, GlobalTileWalk, TReducer>(GlobalTileKernel<T, TState, TReducer>.Run));
        int positions = (int)Positions(call.Plan), pack = 16 / sizeof(T), parts = 1, planes = (int)BitOperations.RoundUpToPowerOf2((uint)(GlobalTileWalk.TilePacks * pack / positions) / 2 + 1);
        planes = Math.Min(planes, kernels.GroupSize);
        while (parts < MostParts && parts * planes < kernels.GroupSize && parts * FewestPositions < positions) parts *= 2;
        // Few planes are shared out among more groups; the parts of a plane stay, and with them the order of its sum.
        while (planes > pack && call.Outers / planes < FewGroups) planes /= 2;
        bool isWhole = positions % pack == 0;
        for (long plane = 0, atOnce = (1L << 30) * planes; plane < call.Outers; plane += atOnce)
        {
            var walk = new GlobalTileWalk
            {
                FirstPlane = plane,
                Planes = call.Outers,
                TilePlanes = planes,
                PartBits = BitOperations.Log2((uint)parts),
                PartLength = (positions + parts - 1) / parts,
                Positions = positions,
                Packs = new(isWhole ? positions / pack : int.MaxValue),
                Pitch = isWhole ? positions + pack : positions,
                DivisorOverride = call.Plan.DivisorOverride ?? 0,
            };
            var configuration = new KernelConfig((int)((Math.Min(atOnce, call.Outers - plane) + planes - 1) / planes), planes * parts);
            call.Device.Guard(call.Plan.ToString(), () => launch(call.Stream.Stream, configuration, call.Input.SubView(0, call.Input.Length / 16 * 16).Cast<Quad<uint>>(), call.Input.Cast<T>(), call.Output.Cast<T>(), walk, reducer));
        }
    }

    private static void Columns<T, TState, TReducer>(PoolCall call, TReducer reducer, int channelsPerItem)
        where T : unmanaged
        where TState : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
    {
        KernelCache kernels = call.Device.Kernels;
        var launch = kernels.Get(typeof(GlobalColumnKernel<T, TState, TReducer>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, GlobalWalk, int, TReducer>(GlobalColumnKernel<T, TState, TReducer>.Run));
        long channels = call.Plan.Channels / channelsPerItem;
        if (channels > PoolCall.MostItems) throw new NotSupportedException($"{call.Plan} has more channels than kernels count.");
        for (long outer = 0, atOnce = PoolCall.MostItems / Math.Max(1, channels); outer < call.Outers; outer += atOnce)
        {
            var walk = new GlobalWalk { Tiles = new((int)channels), Channels = (int)channels, FirstOuter = outer, Positions = Positions(call.Plan), DivisorOverride = call.Plan.DivisorOverride ?? 0 };
            int items = (int)(Math.Min(atOnce, call.Outers - outer) * channels);
            call.Device.Guard(call.Plan.ToString(), () => launch(call.Stream.Stream, kernels.Threads(items), call.Input.Cast<T>(), call.Output.Cast<T>(), walk, items, reducer));
        }
    }

    private static long Positions(PoolPlan plan) => plan.Depth.InputLength * plan.Height.InputLength * plan.Width.InputLength;

    private static void Each(PoolCall call, int channelsPerItem, Action<KernelConfig, GlobalWalk> launch)
    {
        PoolPlan plan = call.Plan;
        int channels = call.ChannelsLast ? checked((int)(plan.Channels / channelsPerItem)) : 1, group = call.Device.Kernels.GroupSize;
        int lanes = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(channels, Math.Min(MostLanes, group)));
        long outers = call.Outers, positions = Positions(plan);
        long wanted = Math.Min(group, (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Min(group, (positions + FewestPositions - 1) / FewestPositions)) * lanes);
        int threads = (int)Math.Max(Math.Min(group, MostLanes), wanted), tiles = (channels + lanes - 1) / lanes;
        long atOnce = Math.Max(1, (1 << 30) / tiles);
        for (long outer = 0; outer < outers; outer += atOnce)
        {
            var walk = new GlobalWalk
            {
                Tiles = new(tiles),
                LaneBits = BitOperations.Log2((uint)lanes),
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
