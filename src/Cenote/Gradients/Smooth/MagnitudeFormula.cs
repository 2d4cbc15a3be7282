using System.Numerics;

namespace Cenote;

/// <summary>A window of a greatest magnitude: that, in the end its gradient, and the number of the tap that it is.</summary>
internal readonly record struct LpWindow<TReal>(TReal Sum, long Number)
    where TReal : unmanaged;

/// <summary>The slope of the greatest magnitude.</summary>
internal readonly struct MagnitudeFormula<TReal> : ISmoothFormula<TReal, LpWindow<TReal>>
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
{
    public bool ReadsNumbers => true;

    public LpWindow<TReal> Take(in LpWindow<TReal> window, bool isFirst, TReal tap, long number)
    {
        TReal size = TReal.Abs(tap);
        return isFirst || size > window.Sum || TReal.IsNaN(size) ? new(size, number) : window;
    }

    public LpWindow<TReal> Finish(in LpWindow<TReal> window, TReal gradient, long divisor) => window with { Sum = gradient };

    public TReal Share(in LpWindow<TReal> window, TReal tap, long number) => window.Number != number ? TReal.Zero : window.Sum;

    public TReal Factor(TReal tap) => tap < TReal.Zero ? -TReal.One : TReal.IsZero(tap) ? TReal.Zero : TReal.One;
}
