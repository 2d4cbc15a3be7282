using System.Numerics;

namespace Cenote;

/// <summary>The mean of a window, or of a whole plane with wider sums.</summary>
internal sealed class MeanOperator : PoolOperator
{
    private static readonly MeanOperator[] Instances =
    [
        new(IntegerRounding.TowardZero, wholePlane: false), new(IntegerRounding.TowardZero, wholePlane: true),
        new(IntegerRounding.NearestEven, wholePlane: false), new(IntegerRounding.NearestEven, wholePlane: true),
    ];

    private readonly IntegerRounding _rounding;
    private readonly bool _wholePlane;

    private MeanOperator(IntegerRounding rounding, bool wholePlane) => (_rounding, _wholePlane) = (rounding, wholePlane);

    public static MeanOperator Of(IntegerRounding rounding, bool wholePlane) => Instances[2 * (int)rounding + (wholePlane ? 1 : 0)];

    /// <exception cref="ArgumentOutOfRangeException">The value is no rounding.</exception>
    public static IntegerRounding Require(IntegerRounding value) => Enum.IsDefined(value) ? value
        : throw new ArgumentOutOfRangeException(nameof(IntegerRounding), $"IntegerRounding is {(int)value}; it must be TowardZero or NearestEven.");

    private protected override KernelCatalog Create(ElementType type) => type switch
    {
        ElementType.Single => _wholePlane ? KernelCatalog.Of<float, double, DoubleMean>(default) : KernelCatalog.Of<float, float, SingleMean>(default),
        ElementType.Half => _wholePlane ? KernelCatalog.Of<Half, double, DoubleMean>(default) : KernelCatalog.Of<Half, float, SingleMean>(default),
        ElementType.BFloat16 => _wholePlane ? KernelCatalog.Of<BFloat16, double, DoubleMean>(default) : KernelCatalog.Of<BFloat16, float, SingleMean>(default),
        ElementType.Double => _wholePlane ? KernelCatalog.Of<double, DoubleDouble, CompensatedMean>(default) : KernelCatalog.Of<double, double, DoubleMean>(default),
        ElementType.SByte => Integers<sbyte, long>(),
        ElementType.Byte => Integers<byte, long>(),
        ElementType.Int16 => Integers<short, long>(),
        ElementType.UInt16 => Integers<ushort, long>(),
        ElementType.Int32 => Integers<int, Int128>(),
        ElementType.UInt32 => Integers<uint, Int128>(),
        ElementType.Int64 => Integers<long, Int128>(),
        ElementType.UInt64 => Integers<ulong, Int128>(),
        _ => throw Unknown(type),
    };

    private KernelCatalog Integers<T, TSum>()
        where T : unmanaged, IBinaryInteger<T>
        where TSum : unmanaged, IBinaryInteger<TSum> =>
        KernelCatalog.Of<T, TSum, IntegerMean<T, TSum>>(new(_rounding));
}
