using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The p-norm of a window, or with wider sums of a whole plane, of one layer: the exponent is the layer's. Those above 0 have registers.</summary>
internal sealed class LpOperator(LpNorm norm, bool wholePlane) : PoolOperator
{
    public LpNorm Norm => norm;

    /// <summary>Whether sums are as wide as those of whole planes.</summary>
    public bool WholePlane => wholePlane;

    private protected override KernelCatalog Create(ElementType type) => type switch
    {
        ElementType.Single when norm.IsMax => Magnitudes<float, float, SingleMean, int, Lanes512<int>, Lanes256<int>, Lanes128<int>>(int.MaxValue),
        ElementType.Double when norm.IsMax => Magnitudes<double, double, DoubleMean, long, Lanes512<long>, Lanes256<long>, Lanes128<long>>(long.MaxValue),
        ElementType.Half when norm.IsMax => Magnitudes<Half, float, SingleMean, short, Lanes512<short>, Lanes256<short>, Lanes128<short>>(short.MaxValue),
        ElementType.BFloat16 when norm.IsMax => Magnitudes<BFloat16, float, SingleMean, short, Lanes512<short>, Lanes256<short>, Lanes128<short>>(short.MaxValue),
        ElementType.Single => wholePlane ? WideFloats() : Floats<float, SingleMean>(),
        ElementType.Double => wholePlane ? CompensatedDoubles() : Floats<double, DoubleMean>(),
        ElementType.Half => wholePlane ? WideSmallFloats<Half, HalfBits>() : SmallFloats<Half, HalfBits>(),
        ElementType.BFloat16 => wholePlane ? WideSmallFloats<BFloat16, BFloat16Bits>() : SmallFloats<BFloat16, BFloat16Bits>(),
        _ => throw new NotSupportedException($"elements of {ElementTypes.Name(type)} have no p-norm; they must be {ElementTypes.FloatingPoint}."),
    };

    /// <summary>Whether a tap outside the input, which is 0 on registers, adds nothing.</summary>
    private bool HasRegisters => norm.P > 0 && double.IsFinite(norm.P);

    private KernelCatalog Magnitudes<T, TReal, TConvert, TBits, T512, T256, T128>(TBits magnitude)
        where T : unmanaged
        where TReal : unmanaged, IFloatingPointIeee754<TReal>
        where TConvert : struct, IPoolReducer<T, TReal>
        where TBits : unmanaged, IComparisonOperators<TBits, TBits, bool>
        where T512 : unmanaged, ILanes<T512, TBits>
        where T256 : unmanaged, ILanes<T256, TBits>
        where T128 : unmanaged, ILanes<T128, TBits>
    {
        return KernelCatalog.Of<T, TReal, LpReducer<T, TReal, TConvert>>(new(norm), Planes<T512>(), Planes<T256>(), Planes<T128>(), Windows<T512>(), Windows<T256>(), Windows<T128>());

        PoolKernel[] Planes<TTap>()
            where TTap : unmanaged, ILanes<TTap, TBits> =>
            KernelCatalog.OnPlanes<TBits, TTap, TBits, TTap, MagnitudeMaxLanes<TBits, TTap>, MagnitudeMaxLanes<TBits, TTap>, TBits, ExtremeTotals<TBits, TBits, Greatest>>(new(magnitude), new(magnitude), default);

        PoolKernel[] Windows<TTap>()
            where TTap : unmanaged, ILanes<TTap, TBits> =>
            KernelCatalog.OnRegisters<TBits, TTap, TBits, TTap, MagnitudeMaxLanes<TBits, TTap>, MagnitudeMaxLanes<TBits, TTap>>(new(magnitude), new(magnitude));
    }

    private KernelCatalog Floats<T, TConvert>()
        where T : unmanaged, IFloatingPointIeee754<T>
        where TConvert : struct, IPoolReducer<T, T>
    {
        return KernelCatalog.Of<T, T, LpReducer<T, T, TConvert>>(new(norm), On<Lanes512<T>>(), On<Lanes256<T>>(), On<Lanes128<T>>());

        PoolKernel[] On<TTap>()
            where TTap : unmanaged, ILanes<TTap, T> => Windows<T, TTap, T, TTap, MeanLanes<T, TTap, Quotients>>();
    }

    private KernelCatalog SmallFloats<T, TFormat>()
        where T : unmanaged
        where TFormat : struct, ISmallFloat
    {
        return typeof(T) == typeof(Half)
            ? KernelCatalog.Of<Half, float, LpReducer<Half, float, SingleMean>>(new(norm), On512(), On256(), On128())
            : KernelCatalog.Of<BFloat16, float, LpReducer<BFloat16, float, SingleMean>>(new(norm), On512(), On256(), On128());

        PoolKernel[] On512() => On<Lanes512<short>, Lanes512<int>, Lanes512<float>>();
        PoolKernel[] On256() => On<Lanes256<short>, Lanes256<int>, Lanes256<float>>();
        PoolKernel[] On128() => On<Lanes128<short>, Lanes128<int>, Lanes128<float>>();

        PoolKernel[] On<TTap, TInts, TReals>()
            where TTap : unmanaged, ILanes<TTap, short>
            where TInts : unmanaged, ILanes<TInts, int>
            where TReals : unmanaged, ILanes<TReals, float> =>
            Windows<short, TTap, float, Pair<TReals, float>, SmallFloatMeanLanes<TFormat, TTap, TInts, TReals>>();
    }

    private KernelCatalog WideFloats()
    {
        return KernelCatalog.Of<float, double, LpReducer<float, double, DoubleMean>>(new(norm), On<Lanes256<float>, Lanes512<double>>(), On<Lanes128<float>, Lanes256<double>>(), OnPairs<Lanes128<float>, Lanes128<double>>());

        PoolKernel[] On<TTap, TDoubles>()
            where TTap : unmanaged, ILanes<TTap, float>
            where TDoubles : unmanaged, ILanes<TDoubles, double> =>
            Registers.Exist(Unsafe.SizeOf<TDoubles>()) ? Planes<float, float, TTap, double, TDoubles, ExpandedMeanLanes<TTap, TDoubles>, LpReducer<float, double, DoubleMean>>(new(norm)) : [];

        PoolKernel[] OnPairs<TTap, TDoubles>()
            where TTap : unmanaged, ILanes<TTap, float>
            where TDoubles : unmanaged, ILanes<TDoubles, double> =>
            Planes<float, float, TTap, double, Pair<TDoubles, double>, WideMeanLanes<TTap, TDoubles>, LpReducer<float, double, DoubleMean>>(new(norm));
    }

    private KernelCatalog WideSmallFloats<T, TFormat>()
        where T : unmanaged
        where TFormat : struct, ISmallFloat
    {
        return typeof(T) == typeof(Half) ? Of<Half, LpReducer<Half, double, DoubleMean>>(new(norm)) : Of<BFloat16, LpReducer<BFloat16, double, DoubleMean>>(new(norm));

        KernelCatalog Of<TElement, TReducer>(TReducer reducer)
            where TElement : unmanaged
            where TReducer : struct, IPoolReducer<TElement, double> =>
            KernelCatalog.Of<TElement, double, TReducer>(
                reducer,
                On<TElement, TReducer, Lanes512<short>, Lanes512<int>, Lanes512<float>, Lanes512<double>>(reducer),
                On<TElement, TReducer, Lanes256<short>, Lanes256<int>, Lanes256<float>, Lanes256<double>>(reducer),
                On<TElement, TReducer, Lanes128<short>, Lanes128<int>, Lanes128<float>, Lanes128<double>>(reducer));

        PoolKernel[] On<TElement, TReducer, TTap, TInts, TReals, TDoubles>(TReducer reducer)
            where TElement : unmanaged
            where TReducer : struct, IPoolReducer<TElement, double>
            where TTap : unmanaged, ILanes<TTap, short>
            where TInts : unmanaged, ILanes<TInts, int>
            where TReals : unmanaged, ILanes<TReals, float>
            where TDoubles : unmanaged, ILanes<TDoubles, double> =>
            Planes<short, TElement, TTap, double, Pair<Pair<TDoubles, double>, double>, WideSmallFloatMeanLanes<TFormat, TTap, TInts, TReals, TDoubles>, TReducer>(reducer);
    }

    private KernelCatalog CompensatedDoubles()
    {
        return KernelCatalog.Of<double, DoubleDouble, CompensatedNorm>(new(norm), On<Lanes512<double>>(), On<Lanes256<double>>(), On<Lanes128<double>>());

        PoolKernel[] On<TTap>()
            where TTap : unmanaged, ILanes<TTap, double> =>
            // The divisor of a mean is no pair.
            norm.IsClamped ? [] : Planes<double, double, TTap, DoubleDouble, DoubleDoubleLanes<TTap>, CompensatedMeanLanes<TTap>, CompensatedNorm>(new(norm));
    }

    private PoolKernel[] Windows<T, TTap, TState, TAcc, TMean>()
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TMean : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        return (norm.P, norm.IsClamped) switch { (1, false) => Of<FirstPower>(), (2, false) => Of<SecondPower>(), _ => HasRegisters ? Of<AnyPower>() : [] };

        PoolKernel[] Of<TPower>()
            where TPower : struct, ILanePower<TPower> =>
            KernelCatalog.OnRegisters<T, TTap, TState, TAcc, NormLanes<T, TTap, TState, TAcc, TMean, TPower>, NormLanes<T, TTap, TState, TAcc, TMean, TPower>>(new(norm), new(norm));
    }

    private PoolKernel[] Planes<T, TElement, TTap, TState, TAcc, TMean, TReducer>(TReducer reducer)
        where T : unmanaged
        where TElement : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TMean : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TReducer : struct, IPoolReducer<TElement, TState>
    {
        return (norm.P, norm.IsClamped) switch { (1, false) => Of<FirstPower>(), (2, false) => Of<SecondPower>(), _ => HasRegisters ? Of<AnyPower>() : [] };

        PoolKernel[] Of<TPower>()
            where TPower : struct, ILanePower<TPower> =>
            KernelCatalog.OnPlanes<T, TTap, TState, TAcc, NormLanes<T, TTap, TState, TAcc, TMean, TPower>, NormLanes<T, TTap, TState, TAcc, TMean, TPower>, TState, FloatTotals<T, TElement, TState, TReducer>>(new(norm), new(norm), new(reducer));
    }
}
