using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>The one dispatch from an operator of the core and an element type to a kernel.</summary>
internal static partial class Forward
{
    /// <exception cref="NotSupportedException">The operator, or the type, has no kernel.</exception>
    public static void Run(PoolCall call, PoolOperator @operator, ElementType type)
    {
        switch (@operator)
        {
            case ExtremeOperator<Greatest>: Extreme<Greatest>(call, type); break;
            case ExtremeOperator<Least>: Extreme<Least>(call, type); break;
            case MeanOperator mean: Mean(call, type, mean); break;
            case LpOperator norm: Norm(call, type, norm); break;
            default: throw new NotSupportedException($"{call.Plan.Layer} has no kernels for devices; pool on the CPU.");
        }
    }

    private static void Extreme<TOrder>(PoolCall call, ElementType type)
        where TOrder : unmanaged, IOrder
    {
        if (call.Plan.ReadsPadding)
        {
            // The kernel that knows padded taps is the one with indices, which nobody reads here.
            int size = OffsetMemory.SizeFor(call.Plan.Taps);
            call.Device.Guard(call.Plan.ToString(), () => Indexed.Choose<TOrder>(call, type, new(call.Stream.Scratch(call.Plan.OutputElements * size), size)));
            return;
        }

        // Shared out among threads, a plane's taps are in no order: what is chosen must carry its place.
        if (Global.Accepts(call.Plan))
        {
            Indexed.Choose<TOrder>(call, type, default);
            return;
        }

        switch (type)
        {
            case ElementType.Single: Quads<float, float, ExtremeReducer<float, TOrder>>(call, new(TOrder.Worst(float.NegativeInfinity, float.PositiveInfinity))); break;
            case ElementType.Double: Twins<double, double, ExtremeReducer<double, TOrder>>(call, new(TOrder.Worst(double.NegativeInfinity, double.PositiveInfinity))); break;
            case ElementType.Half when call.Device.HasHalf: Words<float, WordExtreme<DeviceHalf, TOrder>>(call, new(TOrder.Worst(float.NegativeInfinity, float.PositiveInfinity))); break;
            case ElementType.Half: Words<float, WordExtreme<HalfWord, TOrder>>(call, new(TOrder.Worst(float.NegativeInfinity, float.PositiveInfinity))); break;
            case ElementType.BFloat16: Words<float, WordExtreme<BFloat16Word, TOrder>>(call, new(TOrder.Worst(float.NegativeInfinity, float.PositiveInfinity))); break;
            case ElementType.SByte: Fold<sbyte, sbyte, ExtremeReducer<sbyte, TOrder>>(call, new(TOrder.Worst(sbyte.MinValue, sbyte.MaxValue))); break;
            case ElementType.Byte: Bytes<byte, ExtremeReducer<byte, TOrder>>(call, new(TOrder.Worst(byte.MinValue, byte.MaxValue))); break;
            case ElementType.Int16: Fold<short, short, ExtremeReducer<short, TOrder>>(call, new(TOrder.Worst(short.MinValue, short.MaxValue))); break;
            case ElementType.UInt16: Words<ushort, ExtremeReducer<ushort, TOrder>>(call, new(TOrder.Worst(ushort.MinValue, ushort.MaxValue))); break;
            case ElementType.Int32: Quads<int, int, ExtremeReducer<int, TOrder>>(call, new(TOrder.Worst(int.MinValue, int.MaxValue))); break;
            case ElementType.UInt32: Quads<uint, uint, ExtremeReducer<uint, TOrder>>(call, new(TOrder.Worst(uint.MinValue, uint.MaxValue))); break;
            case ElementType.Int64: Twins<long, long, ExtremeReducer<long, TOrder>>(call, new(TOrder.Worst(long.MinValue, long.MaxValue))); break;
            default: Twins<ulong, ulong, ExtremeReducer<ulong, TOrder>>(call, new(TOrder.Worst(ulong.MinValue, ulong.MaxValue))); break;
        }
    }

    private static void Mean(PoolCall call, ElementType type, MeanOperator mean)
    {
        int nearest = mean.Rounding == IntegerRounding.NearestEven ? 1 : 0;
        switch (type)
        {
            case ElementType.Single when mean.WholePlane: Quads<float, double, DoubleMean>(call, default); break;
            case ElementType.Single: Quads<float, float, SingleMean>(call, default); break;
            case ElementType.Double when mean.WholePlane: Twins<double, DoubleDouble, CompensatedMean>(call, default); break;
            case ElementType.Double: Twins<double, double, DoubleMean>(call, default); break;
            case ElementType.Half when mean.WholePlane && call.Device.HasHalf: Words<double, WideWordMean<DeviceHalf>>(call, default); break;
            case ElementType.Half when mean.WholePlane: Words<double, WideWordMean<HalfWord>>(call, default); break;
            case ElementType.Half when call.Device.HasHalf: Words<float, WordMean<DeviceHalf>>(call, default); break;
            case ElementType.Half: Words<float, WordMean<HalfWord>>(call, default); break;
            case ElementType.BFloat16 when mean.WholePlane: Words<double, WideWordMean<BFloat16Word>>(call, default); break;
            case ElementType.BFloat16: Words<float, WordMean<BFloat16Word>>(call, default); break;
            case ElementType.SByte: Fold<sbyte, long, SmallIntegerMean<sbyte, IntegerFormat>>(call, new(nearest)); break;
            case ElementType.Byte: Bytes<long, SmallIntegerMean<byte, IntegerFormat>>(call, new(nearest)); break;
            case ElementType.Int16: Fold<short, long, SmallIntegerMean<short, IntegerFormat>>(call, new(nearest)); break;
            case ElementType.UInt16: Words<long, SmallIntegerMean<ushort, IntegerFormat>>(call, new(nearest)); break;
            case ElementType.Int32: Quads<int, long, SmallIntegerMean<int, IntegerFormat>>(call, new(nearest)); break;
            case ElementType.UInt32: Quads<uint, long, SmallIntegerMean<uint, IntegerFormat>>(call, new(nearest)); break;
            case ElementType.Int64: Twins<long, WideInteger, LongIntegerMean<long, LongFormat>>(call, new(nearest)); break;
            default: Twins<ulong, WideInteger, LongIntegerMean<ulong, LongFormat>>(call, new(nearest)); break;
        }
    }

    /// <summary>Elements of 4 bytes, four channels, or outputs of a row, at a time.</summary>
    private static void Quads<T, TState, TReducer>(PoolCall call, TReducer reducer)
        where T : unmanaged
        where TState : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
    {
        if (call.Packs(4)) Fold<Quad<T>, Quad<TState>, QuadReducer<T, TState, TReducer>>(call, new(reducer), 4);
        else if (Bands.AcceptsRows(call, 4)) Bands.Rows<T, Quad<T>, TState, Quad<TState>, TReducer, QuadReducer<T, TState, TReducer>, QuadLanes<TState, TState, OneLane<TState>>>(call, reducer, new(reducer));
        else Fold<T, TState, TReducer>(call, reducer);
    }

    /// <summary>Elements of 8 bytes, two at a time.</summary>
    private static void Twins<T, TState, TReducer>(PoolCall call, TReducer reducer)
        where T : unmanaged
        where TState : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
    {
        if (call.Packs(2)) Fold<Twin<T>, Twin<TState>, TwinReducer<T, TState, TReducer>>(call, new(reducer), 2);
        else if (Bands.AcceptsRows(call, 2)) Bands.Rows<T, Twin<T>, TState, Twin<TState>, TReducer, TwinReducer<T, TState, TReducer>, TwinLanes<TState, TState, OneLane<TState>>>(call, reducer, new(reducer));
        else Fold<T, TState, TReducer>(call, reducer);
    }

    /// <summary>Elements of 2 bytes, eight at a time; four where rows have no multiple of eight.</summary>
    private static void Words<TState, TReducer>(PoolCall call, TReducer reducer)
        where TState : unmanaged
        where TReducer : unmanaged, IPoolReducer<ushort, TState>
    {
        if (call.Packs(8)) Fold<Quad<uint>, Quad<Twin<TState>>, QuadReducer<uint, Twin<TState>, WordsReducer<TState, TReducer>>>(call, new(new(reducer)), 8);
        else if (Bands.AcceptsRows(call, 8)) Bands.Rows<ushort, Quad<uint>, TState, Quad<Twin<TState>>, TReducer, QuadReducer<uint, Twin<TState>, WordsReducer<TState, TReducer>>, QuadLanes<TState, Twin<TState>, TwinLanes<TState, TState, OneLane<TState>>>>(call, reducer, new(new(reducer)));
        else if (Bands.AcceptsRows(call, 4)) Bands.Rows<ushort, Twin<uint>, TState, Twin<Twin<TState>>, TReducer, TwinReducer<uint, Twin<TState>, WordsReducer<TState, TReducer>>, TwinLanes<TState, Twin<TState>, TwinLanes<TState, TState, OneLane<TState>>>>(call, reducer, new(new(reducer)));
        else Fold<ushort, TState, TReducer>(call, reducer);
    }

    /// <summary>Bytes, sixteen at a time.</summary>
    private static void Bytes<TState, TReducer>(PoolCall call, TReducer reducer)
        where TState : unmanaged
        where TReducer : unmanaged, IPoolReducer<byte, TState>
    {
        if (call.Packs(16)) Fold<Quad<uint>, Quad<Quad<TState>>, QuadReducer<uint, Quad<TState>, BytesReducer<TState, TReducer>>>(call, new(new(reducer)), 16);
        else if (Bands.AcceptsRows(call, 16)) Bands.Rows<byte, Quad<uint>, TState, Quad<Quad<TState>>, TReducer, QuadReducer<uint, Quad<TState>, BytesReducer<TState, TReducer>>, QuadLanes<TState, Quad<TState>, QuadLanes<TState, TState, OneLane<TState>>>>(call, reducer, new(new(reducer)));
        else Fold<byte, TState, TReducer>(call, reducer);
    }

    private static void Fold<T, TState, TReducer>(PoolCall call, TReducer reducer, int channels = 1)
        where T : unmanaged
        where TState : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
    {
        if (Global.Accepts(call.Plan))
        {
            Global.Fold<T, TState, TReducer>(call, reducer, channels);
            return;
        }

        if (Separable.Accepts(call.Plan))
        {
            Separable.Run<T, TState, TReducer>(call, reducer, channels);
            return;
        }

        if (Bands.Accepts(call.Plan))
        {
            Bands.Columns<T, TState, TReducer>(call, reducer, channels);
            return;
        }

        KernelCache kernels = call.Device.Kernels;
        var launch = kernels.Get(typeof(GatherKernel<T, TState, TReducer>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<ListedWindow>, Walk, TReducer>(GatherKernel<T, TState, TReducer>.Run));
        foreach (Walk walk in call.Walks(channels))
            call.Device.Guard(call.Plan.ToString(), () => launch(call.Stream.Stream, kernels.Threads(walk.Items), call.Input.Cast<T>(), call.Output.Cast<T>(), call.Windows.List, walk, reducer));
    }
}
