using System.Numerics;

namespace Cenote;

/// <summary>The slope of a mean weighted by exponentials: with y the mean and w a tap's share of the weights, w · (1 + tap − y).</summary>
internal readonly struct SoftFormula<TReal> : ISmoothFormula<TReal, SoftWindow<TReal>>
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
{
    public bool ReadsNumbers => false;

    public SoftWindow<TReal> Take(in SoftWindow<TReal> window, bool isFirst, TReal tap, long number) =>
        new(isFirst ? SoftSum<TReal>.Of(tap) : window.Taps.Add(SoftSum<TReal>.Of(tap)), default);

    public SoftWindow<TReal> Finish(in SoftWindow<TReal> window, TReal gradient, long divisor) => window with { Gradient = gradient / window.Taps.Weights };

    // Differences from the greatest tap, as the means are: large taps cancel before anything is added to them.
    public TReal Share(in SoftWindow<TReal> window, TReal tap, long number)
    {
        TReal difference = tap - window.Taps.Greatest, weight = TReal.Exp(difference);
        return TReal.IsZero(weight) ? TReal.Zero : window.Gradient * weight * (TReal.One + difference - window.Taps.Sum / window.Taps.Weights);
    }

    public TReal Factor(TReal tap) => TReal.One;
}

/// <summary>A window's taps, and its gradient over the sum of their weights.</summary>
internal readonly record struct SoftWindow<TReal>(SoftSum<TReal> Taps, TReal Gradient)
    where TReal : unmanaged, IFloatingPointIeee754<TReal>;
