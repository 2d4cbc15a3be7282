using System.Numerics;

namespace Cenote.Gpu;

/// <summary>A number to the power of something that is known before the kernel starts.</summary>
internal interface IPower<TReal>
{
    TReal Raise(TReal value);
}

/// <summary>The exponent 1.</summary>
internal readonly struct FirstPower<TReal> : IPower<TReal>
{
    public TReal Raise(TReal value) => value;
}

/// <summary>The exponent 2.</summary>
internal readonly struct Square<TReal> : IPower<TReal>
    where TReal : unmanaged, INumber<TReal>
{
    public TReal Raise(TReal value) => value * value;
}

/// <summary>The exponent ½.</summary>
internal readonly struct SquareRoot<TReal, TReals> : IPower<TReal>
    where TReals : unmanaged, IReals<TReal>
{
    public TReal Raise(TReal value) => TReals.Sqrt(value);
}

/// <summary>Any exponent; those that the core does without a logarithm, without one here too.</summary>
internal readonly struct AnyPower<TReal, TReals>(double exponent) : IPower<TReal>
    where TReal : unmanaged, INumber<TReal>
    where TReals : unmanaged, IReals<TReal>
{
    private readonly TReal _exponent = TReal.CreateTruncating(exponent);
    private readonly int _kind = exponent switch { 0 => 0, 0.5 => 1, 1 => 2, 2 => 3, 3 => 4, _ => 5 };

    public TReal Raise(TReal value) => _kind switch
    {
        0 => TReal.One,
        1 => TReals.Sqrt(value),
        2 => value,
        3 => value * value,
        4 => value * value * value,
        _ => TReals.Pow(value, _exponent),
    };
}

/// <summary>The sum of powers as kernels take it: the core's <see cref="LpNorm"/>, with its exponents apart.</summary>
internal readonly struct PowerSum<TReal, TReals, TPower, TRoot>(LpNorm norm, TPower power, TRoot root)
    where TReal : unmanaged, INumber<TReal>
    where TReals : unmanaged, IReals<TReal>
    where TPower : unmanaged, IPower<TReal>
    where TRoot : unmanaged, IPower<TReal>
{
    private readonly TReal _taps = TReal.CreateTruncating(norm.Taps), _least = TReal.CreateTruncating(norm.Least);
    private readonly int _isTrue = norm.IsTrue ? 1 : 0;

    public TReal Power(TReal tap)
    {
        if (_isTrue != 0) tap = TReals.Abs(tap);
        return power.Raise(tap < _least ? _least : tap);
    }

    public TReal Root(TReal sum, long divisor) => root.Raise(Whole(sum, divisor));

    /// <summary>The sum of powers of a window without a clipped tap.</summary>
    public TReal Whole(TReal sum, long divisor) => _isTrue != 0 || divisor == 0 ? sum : sum / TReals.Of(divisor) * _taps;
}

/// <summary>The core's norm of a window.</summary>
internal readonly struct NormReducer<T, TReal, TReals, TConvert, TPower, TRoot>(PowerSum<TReal, TReals, TPower, TRoot> norm) : IPoolReducer<T, TReal>
    where T : unmanaged
    where TReal : unmanaged, INumber<TReal>
    where TReals : unmanaged, IReals<TReal>
    where TConvert : unmanaged, IPoolReducer<T, TReal>
    where TPower : unmanaged, IPower<TReal>
    where TRoot : unmanaged, IPower<TReal>
{
    public TReal Identity => TReal.Zero;

    public TReal Lift(T tap) => norm.Power(default(TConvert).Lift(tap));

    public TReal Combine(TReal earlier, TReal later) => earlier + later;

    public T Finish(TReal state, long count, long divisor) => default(TConvert).Finish(count == 0 ? TReal.Zero : norm.Root(state, divisor), 1, 1);
}

/// <summary>The core's norm of doubles over a whole plane, with compensated sums.</summary>
internal readonly struct CompensatedNormReducer<TPower, TRoot>(PowerSum<double, Reals, TPower, TRoot> norm) : IPoolReducer<double, DoubleDouble>
    where TPower : unmanaged, IPower<double>
    where TRoot : unmanaged, IPower<double>
{
    public DoubleDouble Identity => default;

    public DoubleDouble Lift(double tap) => new(norm.Power(tap), 0);

    public DoubleDouble Combine(DoubleDouble earlier, DoubleDouble later) => default(CompensatedMean).Combine(earlier, later);

    public double Finish(DoubleDouble state, long count, long divisor) => default(DoubleMean).Finish(count == 0 ? 0 : norm.Root(state.Rounded, divisor), 1, 1);
}

/// <summary>The limit of norms, p = ∞: the greatest magnitude.</summary>
internal readonly struct MagnitudeReducer<T, TReal, TReals, TConvert> : IPoolReducer<T, TReal>
    where T : unmanaged
    where TReal : unmanaged, INumber<TReal>
    where TReals : unmanaged, IReals<TReal>
    where TConvert : unmanaged, IPoolReducer<T, TReal>
{
    public TReal Identity => TReal.Zero;

    public TReal Lift(T tap) => TReals.Abs(default(TConvert).Lift(tap));

#pragma warning disable CS1718 // a comparison with itself is the test for NaN
    public TReal Combine(TReal earlier, TReal later) => later > earlier || later != later ? later : earlier;
#pragma warning restore CS1718

    public T Finish(TReal state, long count, long divisor) => default(TConvert).Finish(count == 0 ? TReal.Zero : state, 1, 1);
}
