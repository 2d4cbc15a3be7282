using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The maximum, or the minimum.</summary>
internal sealed class ExtremeOperator<TOrder> : PoolOperator
    where TOrder : struct, IOrder
{
    public static readonly ExtremeOperator<TOrder> Instance = new();

    private protected override KernelCatalog Create(ElementType type) => type switch
    {
        ElementType.Single => Of(TOrder.Worst(float.NegativeInfinity, float.PositiveInfinity)),
        ElementType.Double => Of(TOrder.Worst(double.NegativeInfinity, double.PositiveInfinity)),
        ElementType.Half => Of(TOrder.Worst(Half.NegativeInfinity, Half.PositiveInfinity)),
        ElementType.BFloat16 => Of(TOrder.Worst(BFloat16.NegativeInfinity, BFloat16.PositiveInfinity)),
        ElementType.SByte => Of(TOrder.Worst(sbyte.MinValue, sbyte.MaxValue)),
        ElementType.Byte => Of(TOrder.Worst(byte.MinValue, byte.MaxValue)),
        ElementType.Int16 => Of(TOrder.Worst(short.MinValue, short.MaxValue)),
        ElementType.UInt16 => Of(TOrder.Worst(ushort.MinValue, ushort.MaxValue)),
        ElementType.Int32 => Of(TOrder.Worst(int.MinValue, int.MaxValue)),
        ElementType.UInt32 => Of(TOrder.Worst(uint.MinValue, uint.MaxValue)),
        ElementType.Int64 => Of(TOrder.Worst(long.MinValue, long.MaxValue)),
        ElementType.UInt64 => Of(TOrder.Worst(ulong.MinValue, ulong.MaxValue)),
        _ => throw Unknown(type),
    };

    private static KernelCatalog Of<T>(T worst)
        where T : unmanaged, IComparisonOperators<T, T, bool>
    {
        var reducer = new ExtremeReducer<T, TOrder>(worst);
        if (typeof(T) == typeof(Half)) return SmallFloats<T>(reducer, infinity: 0x7C00);
        if (typeof(T) == typeof(BFloat16)) return SmallFloats<T>(reducer, infinity: 0x7F80);
        var inOrder = new KernelList(new(() => InOrder<T, Lanes256<T>>(worst), () => InOrder<T, Lanes512<T>>(worst)), new(() => InOrder<T, Lanes128<T>>(worst)), new(() => [new ReferenceKernel<T, T, ExtremeReducer<T, TOrder>>(reducer)]));
        return KernelCatalog.Of<T, T, ExtremeReducer<T, TOrder>>(
            reducer,
            planes: [new(() => OnPlanes<T, Lanes256<T>>(worst), () => OnPlanes<T, Lanes512<T>>(worst)), new(() => OnPlanes<T, Lanes128<T>>(worst))],
            [
                new(() => Columns<T, Lanes256<T>>(worst, inOrder), () => Columns<T, Lanes512<T>>(worst, inOrder)),
                new(() => Runs<T, Lanes256<T>>(worst), () => Runs<T, Lanes512<T>>(worst)),
                new(() => OnRegisters<T, Lanes256<T>>(worst), () => OnRegisters<T, Lanes512<T>>(worst)),
                new(() => Columns<T, Lanes128<T>>(worst, inOrder)),
                new(() => Runs<T, Lanes128<T>>(worst)),
                new(() => OnRegisters<T, Lanes128<T>>(worst)),
            ]);
    }

    private static PoolKernel[] OnPlanes<T, TTap>(T worst)
        where T : unmanaged, IComparisonOperators<T, T, bool>
        where TTap : unmanaged, ILanes<TTap, T> =>
        KernelCatalog.OnPlanes<T, TTap, T, TTap, ExtremeLanes<T, TTap, TOrder>, ExactExtremeLanes<T, TTap, TOrder>, T, ExtremeTotals<T, T, TOrder>>(new(worst), new(worst), new(worst));

    private static PoolKernel[] Columns<T, TTap, TReducer>(TReducer reducer, KernelList inOrder)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TReducer : struct, IChoiceLanes<T, TTap>, ITieWatch<TTap> => !Registers.Exist(Unsafe.SizeOf<TTap>()) ? [] : [new ColumnKernel<T, TTap, TReducer>(reducer, inOrder)];

    private static PoolKernel[] Runs<T, TTap, TReducer, TExact>(TReducer reducer, TExact exact)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TReducer : struct, ILaneReducer<T, TTap, T, TTap>
        where TExact : struct, ILaneReducer<T, TTap, T, TTap> => !Registers.Exist(Unsafe.SizeOf<TTap>()) ? [] : [new LineKernel<T, TTap, T, TTap, TReducer, TExact, PlaneRuns<T, TTap, T, TTap>>(reducer, exact)];

    private static PoolKernel[] Columns<T, TTap>(T worst, KernelList inOrder)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> => Columns<T, TTap, ExtremeLanes<T, TTap, TOrder>>(new(worst), inOrder);

    private static PoolKernel[] Runs<T, TTap>(T worst)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> => Runs<T, TTap, ExtremeLanes<T, TTap, TOrder>, ExactExtremeLanes<T, TTap, TOrder>>(new(worst), new(worst));

    private static PoolKernel[] OnRegisters<T, TTap>(T worst)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> => !Registers.Exist(Unsafe.SizeOf<TTap>()) ? [] :
        KernelCatalog.OnRegisters<T, TTap, T, TTap, ExtremeLanes<T, TTap, TOrder>, ExactExtremeLanes<T, TTap, TOrder>>(new(worst), new(worst), [Strips<T, TTap>(worst)]);

    private static PoolKernel Strips<T, TTap>(T worst)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> =>
        KernelCatalog.Strips<T, TTap, T, TTap, ExtremeLanes<T, TTap, TOrder>, ExactExtremeLanes<T, TTap, TOrder>, RowFirst>(new(worst), new(worst));

    private static PoolKernel[] InOrder<T, TTap>(T worst)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> => !Registers.Exist(Unsafe.SizeOf<TTap>()) ? [] :
        KernelCatalog.Rows<T, TTap, T, TTap, ExtremeLanes<T, TTap, TOrder>, ExactExtremeLanes<T, TTap, TOrder>>(new(worst), new(worst), rows: null, Strips<T, TTap>(worst));

    private static KernelCatalog SmallFloats<T>(ExtremeReducer<T, TOrder> reducer, short infinity)
        where T : unmanaged, IComparisonOperators<T, T, bool>
    {
        var inOrder = new KernelList(new(() => SmallFloatsInOrder<Lanes256<short>>(infinity), () => SmallFloatsInOrder<Lanes512<short>>(infinity)), new(() => SmallFloatsInOrder<Lanes128<short>>(infinity)), new(() => [new ReferenceKernel<T, T, ExtremeReducer<T, TOrder>>(reducer)]));
        return KernelCatalog.Of<T, T, ExtremeReducer<T, TOrder>>(
            reducer,
            planes: [new(() => SmallFloatPlanes<T, Lanes256<short>>(reducer, infinity), () => SmallFloatPlanes<T, Lanes512<short>>(reducer, infinity)), new(() => SmallFloatPlanes<T, Lanes128<short>>(reducer, infinity))],
            [
                new(() => SmallFloatColumns<Lanes256<short>>(infinity, inOrder), () => SmallFloatColumns<Lanes512<short>>(infinity, inOrder)),
                new(() => SmallFloatRuns<Lanes256<short>>(infinity), () => SmallFloatRuns<Lanes512<short>>(infinity)),
                new(() => SmallFloats<Lanes256<short>>(infinity), () => SmallFloats<Lanes512<short>>(infinity)),
                new(() => SmallFloatColumns<Lanes128<short>>(infinity, inOrder)),
                new(() => SmallFloatRuns<Lanes128<short>>(infinity)),
                new(() => SmallFloats<Lanes128<short>>(infinity)),
            ]);
    }

    private static PoolKernel[] SmallFloatPlanes<T, TTap>(ExtremeReducer<T, TOrder> reducer, short infinity)
        where T : unmanaged, IComparisonOperators<T, T, bool>
        where TTap : unmanaged, ILanes<TTap, short> =>
        KernelCatalog.OnPlanes<short, TTap, short, TTap, SmallFloatExtremeLanes<TTap, TOrder>, ExactSmallFloatExtremeLanes<TTap, TOrder>, T, ExtremeTotals<short, T, TOrder>>(new(infinity), new(infinity), new(reducer.Identity));

    private static PoolKernel[] SmallFloatColumns<TTap>(short infinity, KernelList inOrder)
        where TTap : unmanaged, ILanes<TTap, short> => Columns<short, TTap, SmallFloatExtremeLanes<TTap, TOrder>>(new(infinity), inOrder);

    private static PoolKernel[] SmallFloatRuns<TTap>(short infinity)
        where TTap : unmanaged, ILanes<TTap, short> => Runs<short, TTap, SmallFloatExtremeLanes<TTap, TOrder>, ExactSmallFloatExtremeLanes<TTap, TOrder>>(new(infinity), new(infinity));

    private static PoolKernel[] SmallFloats<TTap>(short infinity)
        where TTap : unmanaged, ILanes<TTap, short> => !Registers.Exist(Unsafe.SizeOf<TTap>()) ? [] :
        KernelCatalog.OnRegisters<short, TTap, short, TTap, SmallFloatExtremeLanes<TTap, TOrder>, ExactSmallFloatExtremeLanes<TTap, TOrder>>(
            new(infinity), new(infinity), [SmallFloatStrips<TTap>(infinity)],
            pixels: SmallFloatSpans<TTap, PixelWindows<short, TTap, short, Pair<TTap, short>>>(infinity), rows: SmallFloatSpans<TTap, RowWindows<short, TTap, short, Pair<TTap, short>>>(infinity));

    private static LineKernel<short, TTap, short, Pair<TTap, short>, SmallFloatSpanLanes<TTap, TOrder>, ExactSmallFloatSpanLanes<TTap, TOrder>, TWindows> SmallFloatSpans<TTap, TWindows>(short infinity)
        where TTap : unmanaged, ILanes<TTap, short>
        where TWindows : struct, ILineWindows<TWindows, short, TTap, short, Pair<TTap, short>> =>
        new(new(infinity), new(new(infinity)));

    private static PoolKernel SmallFloatStrips<TTap>(short infinity)
        where TTap : unmanaged, ILanes<TTap, short> =>
        KernelCatalog.Strips<short, TTap, short, TTap, SmallFloatExtremeLanes<TTap, TOrder>, ExactSmallFloatExtremeLanes<TTap, TOrder>, RowFirst>(new(infinity), new(infinity));

    private static PoolKernel[] SmallFloatsInOrder<TTap>(short infinity)
        where TTap : unmanaged, ILanes<TTap, short> => !Registers.Exist(Unsafe.SizeOf<TTap>()) ? [] :
        KernelCatalog.Rows<short, TTap, short, TTap, SmallFloatExtremeLanes<TTap, TOrder>, ExactSmallFloatExtremeLanes<TTap, TOrder>>(new(infinity), new(infinity), SmallFloatSpans<TTap, RowWindows<short, TTap, short, Pair<TTap, short>>>(infinity), SmallFloatStrips<TTap>(infinity));
}
