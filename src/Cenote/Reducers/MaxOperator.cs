using System.Numerics;

namespace Cenote;

/// <summary>The maximum.</summary>
internal sealed class MaxOperator : PoolOperator
{
    public static readonly MaxOperator Instance = new();

    private protected override KernelCatalog Create(ElementType type) => type switch
    {
        ElementType.Single => Of(float.NegativeInfinity),
        ElementType.Double => Of(double.NegativeInfinity),
        ElementType.Half => Of(Half.NegativeInfinity),
        ElementType.BFloat16 => Of(BFloat16.NegativeInfinity),
        ElementType.SByte => Of(sbyte.MinValue),
        ElementType.Byte => Of(byte.MinValue),
        ElementType.Int16 => Of(short.MinValue),
        ElementType.UInt16 => Of(ushort.MinValue),
        ElementType.Int32 => Of(int.MinValue),
        ElementType.UInt32 => Of(uint.MinValue),
        ElementType.Int64 => Of(long.MinValue),
        ElementType.UInt64 => Of(ulong.MinValue),
        _ => throw Unknown(type),
    };

    private static KernelCatalog Of<T>(T lowest)
        where T : unmanaged, IComparisonOperators<T, T, bool>
    {
        var reducer = new MaxReducer<T>(lowest);
        if (typeof(T) == typeof(Half)) return SmallFloats<T>(reducer, infinity: 0x7C00);
        if (typeof(T) == typeof(BFloat16)) return SmallFloats<T>(reducer, infinity: 0x7F80);
        return KernelCatalog.Of<T, T, MaxReducer<T>>(
            reducer,
            Uneven<T, Lanes512<T>>(reducer),
            Uneven<T, Lanes256<T>>(reducer),
            Uneven<T, Lanes128<T>>(reducer),
            OnPlanes<T, Lanes512<T>>(lowest),
            OnPlanes<T, Lanes256<T>>(lowest),
            OnPlanes<T, Lanes128<T>>(lowest),
            OnRegisters<T, Lanes512<T>>(lowest),
            OnRegisters<T, Lanes256<T>>(lowest),
            OnRegisters<T, Lanes128<T>>(lowest));
    }

    private static PoolKernel[] Uneven<T, TTap>(MaxReducer<T> reducer)
        where T : unmanaged, IComparisonOperators<T, T, bool>
        where TTap : unmanaged, ILanes<TTap, T> =>
        KernelCatalog.Uneven<T, TTap, T, TTap, ExactMaxLanes<T, TTap>, T, MaxTotals<T, T>>(new(reducer.Identity), new(reducer.Identity), new ReferenceKernel<T, T, MaxReducer<T>>(reducer));

    private static PoolKernel[] OnPlanes<T, TTap>(T lowest)
        where T : unmanaged, IComparisonOperators<T, T, bool>
        where TTap : unmanaged, ILanes<TTap, T> =>
        KernelCatalog.OnPlanes<T, TTap, T, TTap, MaxLanes<T, TTap>, ExactMaxLanes<T, TTap>, T, MaxTotals<T, T>>(new(lowest), new(lowest), new(lowest));

    private static PoolKernel[] OnRegisters<T, TTap>(T lowest)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> =>
        KernelCatalog.OnRegisters<T, TTap, T, TTap, MaxLanes<T, TTap>, ExactMaxLanes<T, TTap>>(new(lowest), new(lowest));

    private static KernelCatalog SmallFloats<T>(MaxReducer<T> reducer, short infinity)
        where T : unmanaged, IComparisonOperators<T, T, bool> =>
        KernelCatalog.Of<T, T, MaxReducer<T>>(
            reducer,
            SmallFloatsUneven<T, Lanes512<short>>(reducer, infinity),
            SmallFloatsUneven<T, Lanes256<short>>(reducer, infinity),
            SmallFloatsUneven<T, Lanes128<short>>(reducer, infinity),
            SmallFloatPlanes<T, Lanes512<short>>(reducer, infinity),
            SmallFloatPlanes<T, Lanes256<short>>(reducer, infinity),
            SmallFloatPlanes<T, Lanes128<short>>(reducer, infinity),
            SmallFloats<Lanes512<short>>(infinity),
            SmallFloats<Lanes256<short>>(infinity),
            SmallFloats<Lanes128<short>>(infinity));

    private static PoolKernel[] SmallFloatsUneven<T, TTap>(MaxReducer<T> reducer, short infinity)
        where T : unmanaged, IComparisonOperators<T, T, bool>
        where TTap : unmanaged, ILanes<TTap, short> =>
        KernelCatalog.Uneven<short, TTap, short, TTap, ExactSmallFloatMaxLanes<TTap>, T, MaxTotals<short, T>>(new(infinity), new(reducer.Identity), new ReferenceKernel<T, T, MaxReducer<T>>(reducer));

    private static PoolKernel[] SmallFloatPlanes<T, TTap>(MaxReducer<T> reducer, short infinity)
        where T : unmanaged, IComparisonOperators<T, T, bool>
        where TTap : unmanaged, ILanes<TTap, short> =>
        KernelCatalog.OnPlanes<short, TTap, short, TTap, SmallFloatMaxLanes<TTap>, ExactSmallFloatMaxLanes<TTap>, T, MaxTotals<short, T>>(new(infinity), new(infinity), new(reducer.Identity));

    private static PoolKernel[] SmallFloats<TTap>(short infinity)
        where TTap : unmanaged, ILanes<TTap, short> =>
        KernelCatalog.OnRegisters<short, TTap, short, TTap, SmallFloatMaxLanes<TTap>, ExactSmallFloatMaxLanes<TTap>>(new(infinity), new(infinity));
}
