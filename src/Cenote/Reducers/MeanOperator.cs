using System.Numerics;
using System.Runtime.CompilerServices;

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

    public IntegerRounding Rounding => _rounding;

    /// <summary>Whether sums are as wide as those of whole planes.</summary>
    public bool WholePlane => _wholePlane;

    public static MeanOperator Of(IntegerRounding rounding, bool wholePlane) => Instances[2 * (int)rounding + (wholePlane ? 1 : 0)];

    /// <exception cref="ArgumentOutOfRangeException">The value is no rounding.</exception>
    public static IntegerRounding Require(IntegerRounding value) => Enum.IsDefined(value) ? value
        : throw new ArgumentOutOfRangeException(nameof(IntegerRounding), $"IntegerRounding is {(int)value}; it must be TowardZero or NearestEven.");

    private protected override KernelCatalog Create(ElementType type) => type switch
    {
        ElementType.Single => _wholePlane ? WideFloats() : Floats<float, SingleMean>(),
        ElementType.Half => _wholePlane ? WideSmallFloats<Half, HalfDouble, ScaledHalfBits, HalfBits, DoubleMean>() : SmallFloats<Half, ScaledHalfBits, HalfBits>(),
        ElementType.BFloat16 => _wholePlane ? WideSmallFloats<BFloat16, BFloat16Double, BFloat16Bits, BFloat16Bits, DoubleMean>() : SmallFloats<BFloat16, BFloat16Bits, BFloat16Bits>(),
        ElementType.Double => _wholePlane ? CompensatedDoubles() : Floats<double, DoubleMean>(),
        ElementType.SByte => Bytes<sbyte, short>(),
        ElementType.Byte => Bytes<byte, ushort>(),
        ElementType.Int16 => Shorts<short, int>(),
        ElementType.UInt16 => Shorts<ushort, uint>(),
        ElementType.Int32 => Integers<int, long>(),
        ElementType.UInt32 => Integers<uint, ulong>(),
        ElementType.Int64 => Longs<long>(),
        ElementType.UInt64 => Longs<ulong>(),
        _ => throw Unknown(type),
    };

    private static KernelCatalog Floats<T, TReducer>()
        where T : unmanaged, INumber<T>
        where TReducer : struct, IPoolReducer<T, T>
    {
        // Sums of pixels are walked in blocks, for which short rows are no loss. Each in a function of its own: to name a register is to load its type.
        return KernelCatalog.Of<T, T, TReducer>(default, [], [new(() => On<Lanes256<T>>(), () => On<Lanes512<T>>()), new(() => On<Lanes128<T>>())], areSums: true);

        static PoolKernel[] On<TTap>()
            where TTap : unmanaged, ILanes<TTap, T> => !Registers.Exist(Unsafe.SizeOf<TTap>()) ? []
            : KernelCatalog.OnRegisters<T, TTap, T, TTap, MeanLanes<T, TTap, ExactProducts>, MeanLanes<T, TTap, Quotients>>(
                default, default, [new LineKernel<T, TTap, T, TTap, MeanLanes<T, TTap, ExactProducts>, MeanLanes<T, TTap, Quotients>, RowShifts<T, TTap>>(default, default),
                    KernelCatalog.Phases<T, TTap, T, TTap, MeanLanes<T, TTap, Quotients>, MeanLanes<T, TTap, Quotients>>(default, default), KernelCatalog.Strips<T, TTap, T, TTap, MeanLanes<T, TTap, ExactProducts>, MeanLanes<T, TTap, Quotients>, TapByTap>(default, default)]);
    }

    private static KernelCatalog SmallFloats<T, TFormat, TExact>()
        where T : unmanaged
        where TFormat : struct, ISmallFloat
        where TExact : struct, ISmallFloat
    {
        return typeof(T) == typeof(Half)
            ? KernelCatalog.Of<Half, float, SingleMean>(default, [], [new(On256, On512), new(On128)], pixels: Pixels)
            : KernelCatalog.Of<BFloat16, float, SingleMean>(default, [], [new(On256, On512), new(On128)], pixels: Pixels);

        static PoolKernel[] On512() => On<Lanes512<short>, Lanes512<int>, Lanes512<float>>();
        static PoolKernel[] On256() => On<Lanes256<short>, Lanes256<int>, Lanes256<float>>();
        static PoolKernel[] On128() => On<Lanes128<short>, Lanes128<int>, Lanes128<float>>();

        static PoolKernel[] On<TTap, TInts, TReals>()
            where TTap : unmanaged, ILanes<TTap, short>
            where TInts : unmanaged, ILanes<TInts, int>
            where TReals : unmanaged, ILanes<TReals, float> =>
            !Registers.Exist(Unsafe.SizeOf<TTap>()) ? [] : KernelCatalog.OnRegisters<short, TTap, float, Pair<TReals, float>, SmallFloatMeanLanes<TFormat, TTap, TInts, TReals>, SmallFloatMeanLanes<TExact, TTap, TInts, TReals>>(
                default, default, [Apart<TTap, TInts, TReals, PlanesApart<TTap, TReals>>(), KernelCatalog.Phases<short, TTap, float, Pair<TReals, float>, SmallFloatMeanLanes<TFormat, TTap, TInts, TReals>, SmallFloatMeanLanes<TExact, TTap, TInts, TReals>>(default, default)], columns: Apart<TTap, TInts, TReals, PixelsApart<TTap, TReals>>());

        static PoolKernel[] Pixels() =>
        [
            .. Registers.Exist(64) ? (ReadOnlySpan<PoolKernel>)[Apart<Lanes512<short>, Lanes512<int>, Lanes512<float>, PixelsApart<Lanes512<short>, Lanes512<float>>>()] : [],
            .. Registers.Exist(32) ? (ReadOnlySpan<PoolKernel>)[Apart<Lanes256<short>, Lanes256<int>, Lanes256<float>, PixelsApart<Lanes256<short>, Lanes256<float>>>()] : [],
            .. Registers.Exist(16) ? (ReadOnlySpan<PoolKernel>)[Apart<Lanes128<short>, Lanes128<int>, Lanes128<float>, PixelsApart<Lanes128<short>, Lanes128<float>>>()] : [],
        ];

        static PoolKernel Apart<TTap, TInts, TReals, TWindows>()
            where TTap : unmanaged, ILanes<TTap, short>
            where TInts : unmanaged, ILanes<TInts, int>
            where TReals : unmanaged, ILanes<TReals, float>
            where TWindows : struct, ILineWindows<TWindows, short, TTap, float, Pair<TReals, float>> =>
            new LineKernel<short, TTap, float, Pair<TReals, float>, SmallFloatMeanLanes<TFormat, TTap, TInts, TReals>, SmallFloatMeanLanes<TExact, TTap, TInts, TReals>, TWindows>(default, default);
    }

    private static KernelCatalog WideFloats()
    {
        return KernelCatalog.Of<float, double, DoubleMean>(default, On<Lanes256<float>, Lanes512<double>>(), On<Lanes128<float>, Lanes256<double>>(), OnPairs<Lanes128<float>, Lanes128<double>>());

        static PoolKernel[] On<TTap, TDoubles>()
            where TTap : unmanaged, ILanes<TTap, float>
            where TDoubles : unmanaged, ILanes<TDoubles, double> =>
            Registers.Exist(Unsafe.SizeOf<TDoubles>())
                ? KernelCatalog.OnPlanes<float, TTap, double, TDoubles, ExpandedMeanLanes<TTap, TDoubles>, ExpandedMeanLanes<TTap, TDoubles>, double, FloatTotals<float, float, double, DoubleMean>>(default, default, default)
                : [];

        static PoolKernel[] OnPairs<TTap, TDoubles>()
            where TTap : unmanaged, ILanes<TTap, float>
            where TDoubles : unmanaged, ILanes<TDoubles, double> =>
            KernelCatalog.OnPlanes<float, TTap, double, Pair<TDoubles, double>, WideMeanLanes<TTap, TDoubles>, WideMeanLanes<TTap, TDoubles>, double, FloatTotals<float, float, double, DoubleMean>>(default, default, default);
    }

    private static KernelCatalog WideSmallFloats<T, TDouble, TFormat, TExact, TReducer>()
        where T : unmanaged
        where TDouble : struct, IShortDouble
        where TFormat : struct, ISmallFloat
        where TExact : struct, ISmallFloat
        where TReducer : struct, IPoolReducer<T, double>
    {
        return KernelCatalog.Of<T, double, TReducer>(
            default,
            On<Lanes512<short>, Lanes512<int>, Lanes512<float>, Lanes512<long>, Lanes512<double>>(),
            On<Lanes256<short>, Lanes256<int>, Lanes256<float>, Lanes256<long>, Lanes256<double>>(),
            On<Lanes128<short>, Lanes128<int>, Lanes128<float>, Lanes128<long>, Lanes128<double>>());

        static PoolKernel[] On<TTap, TInts, TReals, TLongs, TDoubles>()
            where TTap : unmanaged, ILanes<TTap, short>
            where TInts : unmanaged, ILanes<TInts, int>
            where TReals : unmanaged, ILanes<TReals, float>
            where TLongs : unmanaged, ILanes<TLongs, long>
            where TDoubles : unmanaged, ILanes<TDoubles, double> =>
            KernelCatalog.OnPlanes<short, TTap, double, Pair<Pair<TDoubles, double>, double>, QuarterMeanLanes<TDouble, TFormat, TTap, TInts, TReals, TLongs, TDoubles>, WideSmallFloatMeanLanes<TExact, TTap, TInts, TReals, TDoubles>, double, FloatTotals<short, T, double, TReducer>>(default, default, default);
    }

    private static KernelCatalog CompensatedDoubles()
    {
        return KernelCatalog.Of<double, DoubleDouble, CompensatedMean>(default, On<Lanes512<double>>(), On<Lanes256<double>>(), On<Lanes128<double>>());

        static PoolKernel[] On<TTap>()
            where TTap : unmanaged, ILanes<TTap, double> =>
            KernelCatalog.OnPlanes<double, TTap, DoubleDouble, DoubleDoubleLanes<TTap>, CompensatedMeanLanes<TTap>, CompensatedMeanLanes<TTap>, DoubleDouble, FloatTotals<double, double, DoubleDouble, CompensatedMean>>(default, default, default);
    }

    private KernelCatalog Bytes<T, TSum>()
        where T : unmanaged, IBinaryInteger<T>
        where TSum : unmanaged, IBinaryInteger<TSum> =>
        Exact<T, long>(
            OnBytes<T, Lanes512<T>, TSum, Lanes512<TSum>, Lanes512<int>, Lanes512<float>>(),
            OnBytes<T, Lanes256<T>, TSum, Lanes256<TSum>, Lanes256<int>, Lanes256<float>>(),
            OnBytes<T, Lanes128<T>, TSum, Lanes128<TSum>, Lanes128<int>, Lanes128<float>>(),
            OnLong<T, Lanes512<T>, Lanes512<short>, Lanes512<int>, Lanes512<float>, Lanes512<long>, Lanes512<double>>(),
            OnLong<T, Lanes256<T>, Lanes256<short>, Lanes256<int>, Lanes256<float>, Lanes256<long>, Lanes256<double>>(),
            OnLong<T, Lanes128<T>, Lanes128<short>, Lanes128<int>, Lanes128<float>, Lanes128<long>, Lanes128<double>>());

    private KernelCatalog Shorts<T, TSum>()
        where T : unmanaged, IBinaryInteger<T>
        where TSum : unmanaged, IBinaryInteger<TSum> =>
        Exact<T, long>(
            OnFew<T, Lanes512<T>, TSum, Lanes512<TSum>, Lanes512<int>, Lanes512<float>>(),
            OnFew<T, Lanes256<T>, TSum, Lanes256<TSum>, Lanes256<int>, Lanes256<float>>(),
            OnFew<T, Lanes128<T>, TSum, Lanes128<TSum>, Lanes128<int>, Lanes128<float>>(),
            Wide512<T, TSum, long>(),
            Wide256<T, TSum, long>(),
            Wide128<T, TSum, long>());

    private KernelCatalog Integers<T, TSum>()
        where T : unmanaged, IBinaryInteger<T>
        where TSum : unmanaged, IBinaryInteger<TSum> =>
        Exact<T, Int128>(Wide512<T, TSum, Int128>(), Wide256<T, TSum, Int128>(), Wide128<T, TSum, Int128>());

    private KernelCatalog Longs<T>()
        where T : unmanaged, IBinaryInteger<T>
    {
        return Exact<T, Int128>(On<Lanes512<T>, Lanes512<long>, Lanes512<double>>(), On<Lanes256<T>, Lanes256<long>, Lanes256<double>>(), On<Lanes128<T>, Lanes128<long>, Lanes128<double>>());

        PoolKernel[] On<TTap, TLongs, TDoubles>()
            where TTap : unmanaged, ILanes<TTap, T>
            where TLongs : unmanaged, ILanes<TLongs, long>
            where TDoubles : unmanaged, ILanes<TDoubles, double>
        {
            if (!Registers.Exist(Unsafe.SizeOf<TTap>())) return [];
            var reducer = new HalvedIntegerMeanLanes<T, TTap, TLongs, TDoubles>(_rounding);
            var exact = new Int64MeanLanes<T, TTap, TLongs>(_rounding);
            PoolKernel[] windows = KernelCatalog.OnRegisters<T, TTap, Int128, Int128Lanes<TLongs>, HalvedIntegerMeanLanes<T, TTap, TLongs, TDoubles>, Int64MeanLanes<T, TTap, TLongs>>(
                reducer, exact, [KernelCatalog.Strips<T, TTap, Int128, Int128Lanes<TLongs>, HalvedIntegerMeanLanes<T, TTap, TLongs, TDoubles>, Int64MeanLanes<T, TTap, TLongs>, RowFirst>(reducer, exact)],
                columns: new LineKernel<T, TTap, Int128, Int128Lanes<TLongs>, HalvedIntegerMeanLanes<T, TTap, TLongs, TDoubles>, Int64MeanLanes<T, TTap, TLongs>, PixelColumns<T, TTap, Int128, Int128Lanes<TLongs>>>(reducer, exact));
            if (!_wholePlane) return windows;
            return [.. KernelCatalog.OnPlanes<T, TTap, Int128, Int128Lanes<TLongs>, HalvedIntegerMeanLanes<T, TTap, TLongs, TDoubles>, Int64MeanLanes<T, TTap, TLongs>, Int128, IntegerTotals<T, Int128, Int128>>(reducer, exact, new(_rounding)), .. windows];
        }
    }

    private KernelCatalog Exact<T, TSum>(params ReadOnlySpan<PoolKernel[]> kernels)
        where T : unmanaged, IBinaryInteger<T>
        where TSum : unmanaged, IBinaryInteger<TSum> =>
        KernelCatalog.Of<T, TSum, IntegerMean<T, TSum>>(new(_rounding), kernels);

    private PoolKernel[] Wide512<T, TSum, TTotal>()
        where T : unmanaged, IBinaryInteger<T>
        where TSum : unmanaged, IBinaryInteger<TSum>
        where TTotal : unmanaged, IBinaryInteger<TTotal> => On<T, Lanes512<T>, TSum, Lanes512<TSum>, long, Lanes512<long>, double, Lanes512<double>, TTotal>();

    private PoolKernel[] Wide256<T, TSum, TTotal>()
        where T : unmanaged, IBinaryInteger<T>
        where TSum : unmanaged, IBinaryInteger<TSum>
        where TTotal : unmanaged, IBinaryInteger<TTotal> => On<T, Lanes256<T>, TSum, Lanes256<TSum>, long, Lanes256<long>, double, Lanes256<double>, TTotal>();

    private PoolKernel[] Wide128<T, TSum, TTotal>()
        where T : unmanaged, IBinaryInteger<T>
        where TSum : unmanaged, IBinaryInteger<TSum>
        where TTotal : unmanaged, IBinaryInteger<TTotal> => On<T, Lanes128<T>, TSum, Lanes128<TSum>, long, Lanes128<long>, double, Lanes128<double>, TTotal>();

    private PoolKernel[] On<T, TTap, TSum, TSums, TInt, TInts, TReal, TReals, TTotal>()
        where T : unmanaged, IBinaryInteger<T>
        where TTap : unmanaged, ILanes<TTap, T>
        where TSum : unmanaged, IBinaryInteger<TSum>
        where TSums : unmanaged, ILanes<TSums, TSum>
        where TInt : unmanaged
        where TInts : unmanaged, ILanes<TInts, TInt>
        where TReal : unmanaged
        where TReals : unmanaged, ILanes<TReals, TReal>
        where TTotal : unmanaged, IBinaryInteger<TTotal>
    {
        var reducer = new IntegerMeanLanes<T, TTap, TSum, TSums, TInt, TInts, TReal, TReals>(_rounding, 8 * Unsafe.SizeOf<T>());
        return On<T, TTap, TSum, TSums, IntegerMeanLanes<T, TTap, TSum, TSums, TInt, TInts, TReal, TReals>, IntegerMeanLanes<T, TTap, TSum, TSums, TInt, TInts, TReal, TReals>, TTotal>(reducer, reducer);
    }

    private PoolKernel[] OnBytes<T, TTap, TSum, TSums, TInts, TReals>()
        where T : unmanaged, IBinaryInteger<T>
        where TTap : unmanaged, ILanes<TTap, T>
        where TSum : unmanaged, IBinaryInteger<TSum>
        where TSums : unmanaged, ILanes<TSums, TSum>
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float> =>
        On<T, TTap, TSum, TSums, FewBytesMeanLanes<T, TTap, TSum, TSums>, IntegerMeanLanes<T, TTap, TSum, TSums, int, TInts, float, TReals>, long>(new(_rounding), new(_rounding, 8 * Unsafe.SizeOf<T>()));

    private PoolKernel[] On<T, TTap, TSum, TSums, TReducer, TExact, TTotal>(TReducer reducer, TExact exact)
        where T : unmanaged, IBinaryInteger<T>
        where TTap : unmanaged, ILanes<TTap, T>
        where TSum : unmanaged, IBinaryInteger<TSum>
        where TSums : unmanaged, ILanes<TSums, TSum>
        where TReducer : struct, ILaneReducer<T, TTap, TSum, Pair<TSums, TSum>>
        where TExact : struct, ILaneReducer<T, TTap, TSum, Pair<TSums, TSum>>
        where TTotal : unmanaged, IBinaryInteger<TTotal>
    {
        if (!Registers.Exist(Unsafe.SizeOf<TTap>())) return [];
        PoolKernel[] windows = KernelCatalog.OnRegisters<T, TTap, TSum, Pair<TSums, TSum>, TReducer, TExact>(
            reducer, exact,
            [new LineKernel<T, TTap, TSum, Pair<TSums, TSum>, TReducer, TExact, SumShifts<T, TTap, TSum, TSums>>(reducer, exact), .. KernelCatalog.Sliding<T, TTap, TSum, Pair<TSums, TSum>, TExact, TExact>(exact, exact), KernelCatalog.Strips<T, TTap, TSum, Pair<TSums, TSum>, TReducer, TExact, RowFirst>(reducer, exact)],
            columns: new LineKernel<T, TTap, TSum, Pair<TSums, TSum>, TReducer, TExact, PixelColumns<T, TTap, TSum, Pair<TSums, TSum>>>(reducer, exact));
        if (!_wholePlane) return windows;
        return [.. KernelCatalog.OnPlanes<T, TTap, TSum, Pair<TSums, TSum>, TExact, TExact, TTotal, IntegerTotals<T, TSum, TTotal>>(exact, exact, new(_rounding)), .. windows];
    }

    /// <summary>For windows whose sums a float holds; whole planes are cut into blocks as large as the sums allow, which these are not.</summary>
    private PoolKernel[] OnFew<T, TTap, TSum, TSums, TInts, TReals>()
        where T : unmanaged, IBinaryInteger<T>
        where TTap : unmanaged, ILanes<TTap, T>
        where TSum : unmanaged, IBinaryInteger<TSum>
        where TSums : unmanaged, ILanes<TSums, TSum>
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float> => _wholePlane ? [] : On<T, TTap, TSum, TSums, int, TInts, float, TReals, long>();

    /// <summary>For windows of bytes whose sums are longer than 16 bits; whole planes are cut into blocks whose sums are not.</summary>
    private PoolKernel[] OnLong<T, TTap, TWides, TSums, TReals, TLongs, TDoubles>()
        where T : unmanaged, IBinaryInteger<T>
        where TTap : unmanaged, ILanes<TTap, T>
        where TWides : unmanaged, ILanes<TWides, short>
        where TSums : unmanaged, ILanes<TSums, int>
        where TReals : unmanaged, ILanes<TReals, float>
        where TLongs : unmanaged, ILanes<TLongs, long>
        where TDoubles : unmanaged, ILanes<TDoubles, double>
    {
        if (_wholePlane) return [];
        // Those of a byte, and a sign.
        int bits = typeof(T) == typeof(byte) ? 9 : 8;
        return On<LongIntegerMeanLanes<T, TTap, short, TWides, int, Pair<TSums, int>, IntegerMeanLanes<short, TWides, int, TSums, int, TSums, float, TReals>>, LongIntegerMeanLanes<T, TTap, short, TWides, int, Pair<TSums, int>, IntegerMeanLanes<short, TWides, int, TSums, long, TLongs, double, TDoubles>>>(
            new(new(_rounding, bits)), new(new(_rounding, bits)));

        static PoolKernel[] On<TReducer, TExact>(TReducer reducer, TExact exact)
            where TReducer : struct, ILaneReducer<T, TTap, int, Pair<Pair<TSums, int>, int>>
            where TExact : struct, ILaneReducer<T, TTap, int, Pair<Pair<TSums, int>, int>> =>
            KernelCatalog.OnRegisters<T, TTap, int, Pair<Pair<TSums, int>, int>, TReducer, TExact>(reducer, exact, KernelCatalog.Sliding<T, TTap, int, Pair<Pair<TSums, int>, int>, TReducer, TExact>(reducer, exact));
    }
}
