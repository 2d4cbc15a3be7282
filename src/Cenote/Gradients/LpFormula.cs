using System.Numerics;

namespace Cenote;

/// <summary>A window of a norm: the sum of powers, in the end its slope times the gradient; and of a maximum the number of the tap that it is.</summary>
internal readonly record struct LpWindow<TReal>(TReal Sum, long Number)
    where TReal : unmanaged;

/// <summary>The slope of a power mean.</summary>
internal readonly struct LpFormula<TReal>(LpNorm norm) : ISmoothFormula<TReal, LpWindow<TReal>>
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
{
    private readonly TReal _nothing = norm.Nothing<TReal>();

    public bool ReadsNumbers => norm.IsMax;

    public LpWindow<TReal> Take(in LpWindow<TReal> window, bool isFirst, TReal tap, long number)
    {
        TReal power = norm.Power(tap) - _nothing;
        return isFirst ? new(power, number) : new(norm.Combine(window.Sum, power), power > window.Sum || TReal.IsNaN(power) ? number : window.Number);
    }

    public LpWindow<TReal> Finish(in LpWindow<TReal> window, TReal gradient, long divisor) => window with { Sum = norm.IsMax ? gradient : norm.SumSlope(window.Sum, divisor) * gradient };

    public TReal Share(in LpWindow<TReal> window, TReal tap, long number) => norm.IsMax && window.Number != number ? TReal.Zero : window.Sum;

    public TReal Factor(TReal tap) => norm.TapSlope(tap);
}
