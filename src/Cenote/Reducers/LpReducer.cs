using System.Numerics;

namespace Cenote;

/// <summary>The root of the sum of powers; 0 of no taps. NaN propagates.</summary>
/// <typeparam name="T">A tap.</typeparam>
/// <typeparam name="TReal">The type of the sums.</typeparam>
/// <typeparam name="TConvert">Lifts taps into sums, and rounds these.</typeparam>
internal readonly struct LpReducer<T, TReal, TConvert>(LpNorm norm) : IPoolReducer<T, TReal>
    where T : unmanaged
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
    where TConvert : struct, IPoolReducer<T, TReal>
{
    private readonly TReal _nothing = norm.Nothing<TReal>();

    public TReal Identity => TReal.Zero;

    public TReal Lift(T tap) => norm.Power(default(TConvert).Lift(tap)) - _nothing;

    public TReal Combine(TReal earlier, TReal later) => norm.Combine(earlier, later);

    public T Finish(TReal state, long count, long divisor) => default(TConvert).Finish(count == 0 ? TReal.Zero : norm.Root(state, divisor), 1, 1);
}

/// <summary>The true norm of doubles over a whole plane, with compensated sums.</summary>
internal readonly struct CompensatedNorm(LpNorm norm) : IPoolReducer<double, DoubleDouble>
{
    private readonly double _nothing = norm.Nothing<double>();

    public DoubleDouble Identity => default;

    public DoubleDouble Lift(double tap) => new(norm.Power(tap) - _nothing, 0);

    public DoubleDouble Combine(DoubleDouble earlier, DoubleDouble later) => default(CompensatedMean).Combine(earlier, later);

    public double Finish(DoubleDouble state, long count, long divisor) => count == 0 ? 0 : default(DoubleMean).Finish(norm.Root(state.Rounded, divisor), 1, 1);
}
