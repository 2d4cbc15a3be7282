using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>Launches of the kernels for small windows.</summary>
internal static class Strips
{
    /// <summary>The most rows of a strip: where windows overlap much, those that it shares with the next, and that both load, must be few. Measured on an H200.</summary>
    private const int MostRows = 4, MostShared = 16;

    /// <summary>Threads that fill a large device; strips are shorter where there are fewer.</summary>
    private const long EnoughThreads = 1 << 19;

    public static void Run<T, TPack, TState, TStates, TReducer, TPacked, TLanes>(PoolCall call, TReducer reducer, TPacked packed, int channels = 1)
        where T : unmanaged
        where TPack : unmanaged
        where TState : unmanaged
        where TStates : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
        where TPacked : unmanaged, IPoolReducer<TPack, TStates>
        where TLanes : unmanaged, ILanes<TState, TStates>
    {
        if (call.Chooses) Run<T, TPack, TState, TStates, TReducer, TPacked, TLanes, ChosenStrip>(call, reducer, packed, channels);
        else Run<T, TPack, TState, TStates, TReducer, TPacked, TLanes, AddedStrip>(call, reducer, packed, channels);
    }

    /// <summary>The rows of a strip.</summary>
    public static int RowsOf(PoolCall call, long lanes)
    {
        int most = call.Plan.Height.LaneStride == 1 && call.Plan.Height.Kernel > 1 ? MostShared : MostRows;
        long height = call.Plan.Height.OutputLength, strips = (height + most - 1) / most, others = call.Plan.OutputElements / Math.Max(1, height * lanes);
        return (int)Math.Max(1, Math.Min((height + strips - 1) / Math.Max(1, strips), others * height / EnoughThreads));
    }

    /// <summary>What every sum is divided by; 0 where windows differ, or one of them has no tap and so no sum.</summary>
    private static long DivisorOf(PoolPlan plan)
    {
        long divisor = 1;
        foreach (AxisPlan axis in (ReadOnlySpan<AxisPlan>)[plan.Depth, plan.Height, plan.Width])
        {
            if (!SmallWindow.HasTaps(axis) || (plan.DivisorOverride is null && !axis.HasOneExtent)) return 0;
            divisor *= axis[0].Extent;
        }

        return plan.DivisorOverride ?? divisor;
    }

    private static void Run<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TOrder>(PoolCall call, TReducer reducer, TPacked packed, int channels)
        where T : unmanaged
        where TPack : unmanaged
        where TState : unmanaged
        where TStates : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
        where TPacked : unmanaged, IPoolReducer<TPack, TStates>
        where TLanes : unmanaged, ILanes<TState, TStates>
        where TOrder : unmanaged, IStripOrder
    {
        KernelCache kernels = call.Device.Kernels;
        int rows = RowsOf(call, channels << TLanes.Bits);
        long divisor = DivisorOf(call.Plan);
        SpecializedValue<SmallWindow> window = SmallWindow.Of(call.Plan);
        var launch = SmallWindow.IsFlat(call.Plan)
            ? kernels.Get(typeof(StripKernel<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TOrder>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<ListedWindow>, Walk, long, TReducer, TPacked, SpecializedValue<SmallWindow>>(StripKernel<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TOrder>.Run))
            : kernels.Get(typeof(DeepStripKernel<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TOrder>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<ListedWindow>, Walk, long, TReducer, TPacked, SpecializedValue<SmallWindow>>(DeepStripKernel<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TOrder>.Run));
        foreach (Walk walk in call.Walks(channels, rows, 1 << TLanes.Bits))
            call.Device.Guard(call.Plan.ToString(), () => launch(call.Stream.Stream, kernels.Threads(walk.Items), call.Input.Cast<T>(), call.Output.Cast<T>(), call.Windows.List, walk, divisor, reducer, packed, window));
    }
}
