using System.Numerics;

namespace Cenote;

/// <summary>The median, with or without indices.</summary>
internal sealed class MedianOperator : PoolOperator
{
    public static readonly MedianOperator Instance = new();

    // A window without a tap has no middle: NaN, or 0 of integers.
    private protected override KernelCatalog Create(ElementType type) => type switch
    {
        ElementType.Single => Of<float, int>(float.NaN),
        ElementType.Double => Of<double, long>(double.NaN),
        ElementType.Half => Of<Half, short>(Half.NaN),
        ElementType.BFloat16 => Of<BFloat16, short>(BFloat16.NaN),
        ElementType.SByte => Of<sbyte, sbyte>(0, new HistogramKernel<sbyte, MedianBin>()),
        ElementType.Byte => Of<byte, byte>(0, new HistogramKernel<byte, MedianBin>()),
        ElementType.Int16 => Of<short, short>(0),
        ElementType.UInt16 => Of<ushort, ushort>(0),
        ElementType.Int32 => Of<int, int>(0),
        ElementType.UInt32 => Of<uint, uint>(0),
        ElementType.Int64 => Of<long, long>(0),
        ElementType.UInt64 => Of<ulong, ulong>(0),
        _ => throw Unknown(type),
    };

    private static KernelCatalog Of<T, TKey>(T none, params PoolKernel[] more)
        where T : unmanaged
        where TKey : unmanaged, IBinaryInteger<TKey>, IMinMaxValue<TKey>
    {
        var exact = new GatheredKernel<T, MedianPick<T, TKey>>(new(none));
        return KernelCatalog.Of([.. TapLines.Median<T, TKey>(exact), .. more, exact]);
    }
}

/// <summary>The mode of integers.</summary>
internal sealed class ModeOperator : PoolOperator
{
    public static readonly ModeOperator Instance = new();

    private protected override KernelCatalog Create(ElementType type) => type switch
    {
        ElementType.SByte => Of<sbyte>(new HistogramKernel<sbyte, ModeBin>()),
        ElementType.Byte => Of<byte>(new HistogramKernel<byte, ModeBin>()),
        ElementType.Int16 => Of<short>(),
        ElementType.UInt16 => Of<ushort>(),
        ElementType.Int32 => Of<int>(),
        ElementType.UInt32 => Of<uint>(),
        ElementType.Int64 => Of<long>(),
        ElementType.UInt64 => Of<ulong>(),
        _ => throw Unsuited(type),
    };

    public static NotSupportedException Unsuited(ElementType type) => new($"elements of {ElementTypes.Name(type)} have no mode; they must be integers of 8 to 64 bits.");

    private static KernelCatalog Of<T>(params PoolKernel[] more)
        where T : unmanaged, IBinaryInteger<T>
    {
        var exact = new GatheredKernel<T, ModePick<T>>(default);
        return KernelCatalog.Of([.. TapLines.Mode<T>(exact), .. more, exact]);
    }
}

/// <summary>A tap drawn by chance, of one layer, with or without indices: the seed is the layer's.</summary>
internal sealed class StochasticOperator(ulong seed) : PoolOperator
{
    private protected override KernelCatalog Create(ElementType type) => type switch
    {
        ElementType.Single => Of<float, SingleWeight>(float.NegativeInfinity),
        ElementType.Double => Of<double, DoubleWeight>(double.NegativeInfinity),
        ElementType.Half => Of<Half, HalfWeight>(Half.NegativeInfinity),
        ElementType.BFloat16 => Of<BFloat16, BFloat16Weight>(BFloat16.NegativeInfinity),
        _ => throw StochasticMeanOperator.Unsuited(type),
    };

    private KernelCatalog Of<T, TWeight>(T none)
        where T : unmanaged
        where TWeight : struct, IWeight<T> => KernelCatalog.Of(new GatheredKernel<T, StochasticPick<T, TWeight>>(new(none, seed)));
}

/// <summary>What a stochastic pooling gives on average.</summary>
internal sealed class StochasticMeanOperator : PoolOperator
{
    public static readonly StochasticMeanOperator Instance = new();

    public static NotSupportedException Unsuited(ElementType type) => new($"elements of {ElementTypes.Name(type)} are no activations; they must be {ElementTypes.FloatingPoint}.");

    private protected override KernelCatalog Create(ElementType type) => type switch
    {
        ElementType.Single => Of<float, SingleWeight>(),
        ElementType.Double => Of<double, DoubleWeight>(),
        ElementType.Half => Of<Half, HalfWeight>(),
        ElementType.BFloat16 => Of<BFloat16, BFloat16Weight>(),
        _ => throw Unsuited(type),
    };

    private static KernelCatalog Of<T, TWeight>()
        where T : unmanaged
        where TWeight : struct, IWeight<T> => KernelCatalog.Of<T, StochasticSums, StochasticMeanReducer<T, TWeight>>(default);
}
