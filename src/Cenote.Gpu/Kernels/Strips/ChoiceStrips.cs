using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>Launches of the kernels for small windows with indices.</summary>
internal static class ChoiceStrips
{
    /// <summary>Whether windows are small, each has a tap, and their numbers are bytes.</summary>
    public static bool Accepts(PoolPlan plan, NumberMemory numbers) => numbers.Size == 1 && SmallWindow.Accepts(plan) && SmallWindow.HasTaps(plan.Depth) && SmallWindow.HasTaps(plan.Height) && SmallWindow.HasTaps(plan.Width);

    public static void Run<TOrder>(PoolCall call, ElementType type, ArrayView<byte> numbers)
        where TOrder : unmanaged, IOrder
    {
        switch (type)
        {
            case ElementType.Single: Quads<float, float, ExtremeReducer<float, TOrder>, TOrder>(call, new(TOrder.Worst(float.NegativeInfinity, float.PositiveInfinity)), numbers); break;
            case ElementType.Double: Twins<double, ExtremeReducer<double, TOrder>, TOrder>(call, new(TOrder.Worst(double.NegativeInfinity, double.PositiveInfinity)), numbers); break;
            case ElementType.Half when call.Device.HasHalf: Words<float, WordExtreme<DeviceHalf, TOrder>, TOrder>(call, new(TOrder.Worst(float.NegativeInfinity, float.PositiveInfinity)), numbers); break;
            case ElementType.Half: Words<float, WordExtreme<HalfWord, TOrder>, TOrder>(call, new(TOrder.Worst(float.NegativeInfinity, float.PositiveInfinity)), numbers); break;
            case ElementType.BFloat16: Words<float, WordExtreme<BFloat16Word, TOrder>, TOrder>(call, new(TOrder.Worst(float.NegativeInfinity, float.PositiveInfinity)), numbers); break;
            case ElementType.SByte: Ones<sbyte, sbyte, ExtremeReducer<sbyte, TOrder>, TOrder>(call, new(TOrder.Worst(sbyte.MinValue, sbyte.MaxValue)), numbers); break;
            case ElementType.Byte: Ones<byte, byte, ExtremeReducer<byte, TOrder>, TOrder>(call, new(TOrder.Worst(byte.MinValue, byte.MaxValue)), numbers); break;
            case ElementType.Int16: Ones<short, short, ExtremeReducer<short, TOrder>, TOrder>(call, new(TOrder.Worst(short.MinValue, short.MaxValue)), numbers); break;
            case ElementType.UInt16: Words<ushort, ExtremeReducer<ushort, TOrder>, TOrder>(call, new(TOrder.Worst(ushort.MinValue, ushort.MaxValue)), numbers); break;
            case ElementType.Int32: Quads<int, int, ExtremeReducer<int, TOrder>, TOrder>(call, new(TOrder.Worst(int.MinValue, int.MaxValue)), numbers); break;
            case ElementType.UInt32: Quads<uint, uint, ExtremeReducer<uint, TOrder>, TOrder>(call, new(TOrder.Worst(uint.MinValue, uint.MaxValue)), numbers); break;
            case ElementType.Int64: Twins<long, ExtremeReducer<long, TOrder>, TOrder>(call, new(TOrder.Worst(long.MinValue, long.MaxValue)), numbers); break;
            default: Twins<ulong, ExtremeReducer<ulong, TOrder>, TOrder>(call, new(TOrder.Worst(ulong.MinValue, ulong.MaxValue)), numbers); break;
        }
    }

    private static void Ones<T, TState, TReducer, TOrder>(PoolCall call, TReducer reducer, ArrayView<byte> numbers)
        where T : unmanaged
        where TState : unmanaged, System.Numerics.IComparisonOperators<TState, TState, bool>
        where TReducer : unmanaged, IPoolReducer<T, TState>
        where TOrder : unmanaged, IOrder => Run<T, T, TState, TState, int, TReducer, TReducer, OneLane<TState>, OneTaker<TState, TOrder>>(call, reducer, reducer, numbers);

    /// <summary>Elements of 8 bytes, two channels, or outputs of a row, at a time.</summary>
    private static void Twins<T, TReducer, TOrder>(PoolCall call, TReducer reducer, ArrayView<byte> numbers)
        where T : unmanaged, System.Numerics.IComparisonOperators<T, T, bool>
        where TReducer : unmanaged, IPoolReducer<T, T>
        where TOrder : unmanaged, IOrder
    {
        if (call.Packs(2)) Channels<Twin<T>, Twin<T>, Twin<int>, TwinReducer<T, T, TReducer>, TwinTaker<T, int, OneTaker<T, TOrder>>>(call, new(reducer), numbers);
        else if (Bands.AcceptsRows(call, 2)) Run<T, Twin<T>, T, Twin<T>, Twin<int>, TReducer, TwinReducer<T, T, TReducer>, TwinLanes<T, T, OneLane<T>>, TwinTaker<T, int, OneTaker<T, TOrder>>>(call, reducer, new(reducer), numbers);
        else Ones<T, T, TReducer, TOrder>(call, reducer, numbers);
    }

    /// <summary>Elements of 4 bytes, four at a time.</summary>
    private static void Quads<T, TState, TReducer, TOrder>(PoolCall call, TReducer reducer, ArrayView<byte> numbers)
        where T : unmanaged
        where TState : unmanaged, System.Numerics.IComparisonOperators<TState, TState, bool>
        where TReducer : unmanaged, IPoolReducer<T, TState>
        where TOrder : unmanaged, IOrder
    {
        if (call.Packs(4)) Channels<Quad<T>, Quad<TState>, Quad<int>, QuadReducer<T, TState, TReducer>, QuadTaker<TState, int, OneTaker<TState, TOrder>>>(call, new(reducer), numbers);
        else if (Bands.AcceptsRows(call, 4)) Run<T, Quad<T>, TState, Quad<TState>, Quad<int>, TReducer, QuadReducer<T, TState, TReducer>, QuadLanes<TState, TState, OneLane<TState>>, QuadTaker<TState, int, OneTaker<TState, TOrder>>>(call, reducer, new(reducer), numbers);
        else Ones<T, TState, TReducer, TOrder>(call, reducer, numbers);
    }

    /// <summary>Elements of 2 bytes, eight at a time; four where rows have no multiple of eight.</summary>
    private static void Words<TState, TReducer, TOrder>(PoolCall call, TReducer reducer, ArrayView<byte> numbers)
        where TState : unmanaged, System.Numerics.IComparisonOperators<TState, TState, bool>
        where TReducer : unmanaged, IPoolReducer<ushort, TState>
        where TOrder : unmanaged, IOrder
    {
        if (call.Packs(8)) Channels<Quad<uint>, Quad<Twin<TState>>, Quad<Twin<int>>, QuadReducer<uint, Twin<TState>, WordsReducer<TState, TReducer>>, QuadTaker<Twin<TState>, Twin<int>, TwinTaker<TState, int, OneTaker<TState, TOrder>>>>(call, new(new(reducer)), numbers);
        else if (Bands.AcceptsRows(call, 8)) Run<ushort, Quad<uint>, TState, Quad<Twin<TState>>, Quad<Twin<int>>, TReducer, QuadReducer<uint, Twin<TState>, WordsReducer<TState, TReducer>>, QuadLanes<TState, Twin<TState>, TwinLanes<TState, TState, OneLane<TState>>>, QuadTaker<Twin<TState>, Twin<int>, TwinTaker<TState, int, OneTaker<TState, TOrder>>>>(call, reducer, new(new(reducer)), numbers);
        else if (Bands.AcceptsRows(call, 4)) Run<ushort, Twin<uint>, TState, Twin<Twin<TState>>, Twin<Twin<int>>, TReducer, TwinReducer<uint, Twin<TState>, WordsReducer<TState, TReducer>>, TwinLanes<TState, Twin<TState>, TwinLanes<TState, TState, OneLane<TState>>>, TwinTaker<Twin<TState>, Twin<int>, TwinTaker<TState, int, OneTaker<TState, TOrder>>>>(call, reducer, new(new(reducer)), numbers);
        else Ones<ushort, TState, TReducer, TOrder>(call, reducer, numbers);
    }

    private static void Channels<TPack, TStates, TNumbers, TPacked, TTaker>(PoolCall call, TPacked packed, ArrayView<byte> numbers)
        where TPack : unmanaged
        where TStates : unmanaged
        where TNumbers : unmanaged
        where TPacked : unmanaged, IPoolReducer<TPack, TStates>
        where TTaker : unmanaged, ITaker<TStates, TNumbers> => Run<TPack, TPack, TStates, TStates, TNumbers, TPacked, TPacked, OneLane<TStates>, TTaker>(call, packed, packed, numbers, 1 << TTaker.Bits);

    private static void Run<T, TPack, TState, TStates, TNumbers, TReducer, TPacked, TLanes, TTaker>(PoolCall call, TReducer reducer, TPacked packed, ArrayView<byte> numbers, int channels = 1)
        where T : unmanaged
        where TPack : unmanaged
        where TState : unmanaged
        where TStates : unmanaged
        where TNumbers : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
        where TPacked : unmanaged, IPoolReducer<TPack, TStates>
        where TLanes : unmanaged, ILanes<TState, TStates>
        where TTaker : unmanaged, ITaker<TStates, TNumbers>
    {
        KernelCache kernels = call.Device.Kernels;
        SpecializedValue<SmallWindow> window = SmallWindow.Of(call.Plan);
        var launch = SmallWindow.IsFlat(call.Plan)
            ? kernels.Get(typeof(ChoiceStripKernel<T, TPack, TState, TStates, TNumbers, TReducer, TPacked, TLanes, TTaker>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<byte>, ArrayView<ListedWindow>, Walk, TReducer, TPacked, SpecializedValue<SmallWindow>>(ChoiceStripKernel<T, TPack, TState, TStates, TNumbers, TReducer, TPacked, TLanes, TTaker>.Run))
            : kernels.Get(typeof(DeepChoiceStripKernel<T, TPack, TState, TStates, TNumbers, TReducer, TPacked, TLanes, TTaker>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<byte>, ArrayView<ListedWindow>, Walk, TReducer, TPacked, SpecializedValue<SmallWindow>>(DeepChoiceStripKernel<T, TPack, TState, TStates, TNumbers, TReducer, TPacked, TLanes, TTaker>.Run));
        foreach (Walk walk in call.Walks(channels, Strips.RowsOf(call, channels << TLanes.Bits), 1 << TLanes.Bits))
            call.Device.Guard(call.Plan.ToString(), () => launch(call.Stream.Stream, kernels.Threads(walk.Items), call.Input.Cast<T>(), call.Output.Cast<T>(), numbers, call.Windows.List, walk, reducer, packed, window));
    }
}
