using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>Launches of the kernels for small windows.</summary>
internal static class Strips
{
    /// <summary>The most rows of a strip: those that a strip shares with the next are loaded by both.</summary>
    private const int MostRows = 8;

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
        long height = call.Plan.Height.OutputLength, strips = (height + MostRows - 1) / MostRows, others = call.Plan.OutputElements / Math.Max(1, height * lanes);
        return (int)Math.Max(1, Math.Min((height + strips - 1) / Math.Max(1, strips), others * height / EnoughThreads));
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
        int sameDivisor = call.Plan.DivisorOverride is not null || call.Plan.Width.HasOneExtent ? 1 : 0, rows = RowsOf(call, channels << TLanes.Bits);
        SpecializedValue<SmallWindow> window = SmallWindow.Of(call.Plan);
        var launch = SmallWindow.IsFlat(call.Plan)
            ? kernels.Get(typeof(StripKernel<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TOrder>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<ListedWindow>, Walk, int, TReducer, TPacked, SpecializedValue<SmallWindow>>(StripKernel<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TOrder>.Run))
            : kernels.Get(typeof(DeepStripKernel<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TOrder>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<ListedWindow>, Walk, int, TReducer, TPacked, SpecializedValue<SmallWindow>>(DeepStripKernel<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TOrder>.Run));
        foreach (Walk walk in call.Walks(channels, rows, 1 << TLanes.Bits))
            call.Device.Guard(call.Plan.ToString(), () => launch(call.Stream.Stream, kernels.Threads(walk.Items), call.Input.Cast<T>(), call.Output.Cast<T>(), call.Windows.List, walk, sameDivisor, reducer, packed, window));
    }
}
