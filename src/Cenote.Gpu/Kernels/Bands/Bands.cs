using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>Launches of the kernel for windows that slide, without gaps between the taps of a row or a column.</summary>
internal static class Bands
{
    public static bool Accepts(PoolPlan plan) => (Slides(plan) || SmallWindow.Accepts(plan)) && !Separable.Accepts(plan);

    /// <summary>The same with indices, whose windows of any size are walked tap by tap.</summary>
    public static bool AcceptsChoices(PoolPlan plan) => Slides(plan) && (Int128)plan.Depth.Kernel * plan.Height.Kernel * plan.Width.Kernel <= int.MaxValue;

    /// <summary>Whether so many neighbouring outputs of a row can be made by one thread: 16 bytes of them lie above, or two by two below, as many whole packs of inputs.</summary>
    public static bool AcceptsRows(PoolCall call, int lanes)
    {
        AxisPlan width = call.Plan.Width;
        return !call.ChannelsLast && Accepts(call.Plan) && (SmallWindow.Accepts(call.Plan) ? SmallWindow.HasPacks(call.Plan) : width.LaneStride <= 2) && width.OutputLength * width.LaneStride <= width.InputLength
            && width.InputLength % lanes == 0 && width.OutputLength % lanes == 0 && call.IsAligned;
    }

    /// <summary>Rows, so many neighbouring outputs at a time.</summary>
    public static void Rows<T, TPack, TState, TStates, TReducer, TPacked, TLanes>(PoolCall call, TReducer reducer, TPacked packed)
        where T : unmanaged
        where TPack : unmanaged
        where TState : unmanaged
        where TStates : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
        where TPacked : unmanaged, IPoolReducer<TPack, TStates>
        where TLanes : unmanaged, ILanes<TState, TStates>
    {
        if (SmallWindow.Accepts(call.Plan))
        {
            Strips.Run<T, TPack, TState, TStates, TReducer, TPacked, TLanes>(call, reducer, packed);
            return;
        }

        bool pairs = call.Plan.Width.LaneStride == 2;
        if (call.Chooses && pairs) Run<T, TPack, TState, TStates, TReducer, TPacked, TLanes, ChosenPairs>(call, reducer, packed);
        else if (call.Chooses) Run<T, TPack, TState, TStates, TReducer, TPacked, TLanes, ChosenBand>(call, reducer, packed);
        else if (pairs) Run<T, TPack, TState, TStates, TReducer, TPacked, TLanes, AddedPairs>(call, reducer, packed);
        else Run<T, TPack, TState, TStates, TReducer, TPacked, TLanes, AddedBand>(call, reducer, packed);
    }

    /// <summary>Columns of single outputs, of elements that hold so many channels each.</summary>
    public static void Columns<T, TState, TReducer>(PoolCall call, TReducer reducer, int channels)
        where T : unmanaged
        where TState : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
    {
        if (SmallWindow.Accepts(call.Plan)) Strips.Run<T, T, TState, TState, TReducer, TReducer, OneLane<TState>>(call, reducer, reducer, channels);
        else if (call.Chooses) Run<T, T, TState, TState, TReducer, TReducer, OneLane<TState>, ChosenBand>(call, reducer, reducer, channels);
        else Run<T, T, TState, TState, TReducer, TReducer, OneLane<TState>, AddedBand>(call, reducer, reducer, channels);
    }

    /// <summary>Columns of single outputs with their taps' numbers.</summary>
    public static void Choices<T, TNumber, TChoice, TNumbers>(PoolCall call, TChoice choice, ArrayView<TNumber> numbers)
        where T : unmanaged
        where TNumber : unmanaged
        where TChoice : unmanaged, ITapChoice<T>
        where TNumbers : unmanaged, INumberFormat<TNumber>
    {
        KernelCache kernels = call.Device.Kernels;
        var launch = kernels.Get(typeof(ChoiceBandKernel<T, TNumber, TChoice, TNumbers>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<TNumber>, ArrayView<ListedWindow>, Walk, TChoice>(ChoiceBandKernel<T, TNumber, TChoice, TNumbers>.Run));
        foreach (Walk walk in call.Walks(1, Readers.Rows))
            call.Device.Guard(call.Plan.ToString(), () => launch(call.Stream.Stream, kernels.Threads(walk.Items), call.Input.Cast<T>(), call.Output.Cast<T>(), numbers, call.Windows.List, walk, choice));
    }

    private static void Run<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TWindows>(PoolCall call, TReducer reducer, TPacked packed, int channels = 1)
        where T : unmanaged
        where TPack : unmanaged
        where TState : unmanaged
        where TStates : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
        where TPacked : unmanaged, IPoolReducer<TPack, TStates>
        where TLanes : unmanaged, ILanes<TState, TStates>
        where TWindows : unmanaged, IBandWindows
    {
        KernelCache kernels = call.Device.Kernels;
        int sameDivisor = call.Plan.DivisorOverride is not null || call.Plan.Width.HasOneExtent ? 1 : 0;
        var launch = kernels.Get(typeof(BandKernel<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TWindows>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<ListedWindow>, Walk, int, TReducer, TPacked>(BandKernel<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TWindows>.Run));
        foreach (Walk walk in call.Walks(channels, Readers.Rows, 1 << TLanes.Bits))
            call.Device.Guard(call.Plan.ToString(), () => launch(call.Stream.Stream, kernels.Threads(walk.Items), call.Input.Cast<T>(), call.Output.Cast<T>(), call.Windows.List, walk, sameDivisor, reducer, packed));
    }

    private static bool Slides(PoolPlan plan) => plan.Slides && !plan.ReadsPadding && !plan.IsGlobal && HasNoGaps(plan.Height) && HasNoGaps(plan.Width);

    private static bool HasNoGaps(AxisPlan axis) => axis.Dilation == 1 || axis.Kernel == 1;
}
