using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Taps weighted by their exponentials, which are taken relative to the greatest tap: none can overflow.</summary>
/// <param name="Greatest">The greatest tap.</param>
/// <param name="Weights">The sum of e^(tap − greatest).</param>
/// <param name="Sum">The sum of e^(tap − greatest) · (tap − greatest).</param>
internal readonly record struct SoftSum<TReal>(TReal Greatest, TReal Weights, TReal Sum)
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
{
    public static SoftSum<TReal> Of(TReal tap) => new(tap, TReal.One, TReal.Zero);

    public TReal Mean => Greatest + Sum / Weights;

    public SoftSum<TReal> Add(in SoftSum<TReal> other)
    {
        if (other.Greatest > Greatest) return other.Add(this);
        if (other.Greatest == Greatest) return new(Greatest, Weights + other.Weights, Sum + other.Sum);
        TReal difference = other.Greatest - Greatest, weight = TReal.Exp(difference);
        if (TReal.IsNaN(difference)) return Of(difference);
        // What is nothing beside the greatest takes no part, an infinite difference least of all.
        return TReal.IsZero(weight) ? this : new(Greatest, Weights + weight * other.Weights, Sum + weight * (other.Sum + other.Weights * difference));
    }
}

/// <summary>The mean weighted by exponentials; 0 of no taps. NaN propagates, and +∞ gives +∞; −∞ has no weight beside any number.</summary>
internal readonly struct SoftReducer<T, TReal, TConvert> : IPoolReducer<T, SoftSum<TReal>>
    where T : unmanaged
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
    where TConvert : struct, IPoolReducer<T, TReal>
{
    public SoftSum<TReal> Identity => new(TReal.NegativeInfinity, TReal.Zero, TReal.Zero);

    public SoftSum<TReal> Lift(T tap) => SoftSum<TReal>.Of(default(TConvert).Lift(tap));

    public SoftSum<TReal> Combine(SoftSum<TReal> earlier, SoftSum<TReal> later) => earlier.Add(later);

    public T Finish(SoftSum<TReal> state, long count, long divisor) => default(TConvert).Finish(count == 0 ? TReal.Zero : state.Mean, 1, 1);
}

/// <summary>The mean weighted by exponentials.</summary>
internal sealed class SoftOperator : PoolOperator
{
    public static readonly SoftOperator Instance = new();

    private protected override KernelCatalog Create(ElementType type) => type switch
    {
        ElementType.Single => Of<float, float, SingleMean>(On<float, Lanes512<float>>(), On<float, Lanes256<float>>(), On<float, Lanes128<float>>()),
        ElementType.Double => Of<double, double, DoubleMean>(On<double, Lanes512<double>>(), On<double, Lanes256<double>>(), On<double, Lanes128<double>>()),
        ElementType.Half => Of<Half, float, SingleMean>(OnSmall<Half, HalfBits>()),
        ElementType.BFloat16 => Of<BFloat16, float, SingleMean>(OnSmall<BFloat16, BFloat16Bits>()),
        _ => throw new NotSupportedException($"elements of {ElementTypes.Name(type)} have no exponential weights; they must be {ElementTypes.FloatingPoint}."),
    };

    private static KernelCatalog Of<T, TReal, TConvert>(params ReadOnlySpan<PoolKernel[]> kernels)
        where T : unmanaged
        where TReal : unmanaged, IFloatingPointIeee754<TReal>
        where TConvert : struct, IPoolReducer<T, TReal> => KernelCatalog.Of<T, SoftSum<TReal>, SoftReducer<T, TReal, TConvert>>(default, kernels);

    private static PoolKernel[] On<T, TTap>()
        where T : unmanaged, IFloatingPointIeee754<T>
        where TTap : unmanaged, ILanes<TTap, T> => TapLines.InLanes<T, TTap, SoftLines<T, TTap>>();

    private static PoolKernel[][] OnSmall<T, TFormat>()
        where T : unmanaged
        where TFormat : struct, ISmallFloat
    {
        return [On<Lanes512<short>, Lanes512<int>, Lanes512<float>>(), On<Lanes256<short>, Lanes256<int>, Lanes256<float>>(), On<Lanes128<short>, Lanes128<int>, Lanes128<float>>()];

        static PoolKernel[] On<TTap, TInts, TReals>()
            where TTap : unmanaged, ILanes<TTap, short>
            where TInts : unmanaged, ILanes<TInts, int>
            where TReals : unmanaged, ILanes<TReals, float> => TapLines.InLanes<short, TTap, SmallSoftLines<T, TFormat, TTap, TInts, TReals>>();
    }
}
