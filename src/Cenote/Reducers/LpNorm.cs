using System.Numerics;

namespace Cenote;

/// <summary>The formula of a power mean: the sum of powers, and its root.</summary>
/// <param name="P">The exponent.</param>
/// <param name="IsTrue">Whether powers are of magnitudes, (Σ|x|^p)^(1/p); else PyTorch's formula, (mean(x^p) · taps)^(1/p).</param>
/// <param name="Taps">The taps of a whole window, by which PyTorch multiplies its mean even where the window is clipped.</param>
/// <param name="Least">Lesser taps count as this; NaN stays.</param>
internal readonly record struct LpNorm(double P, bool IsTrue, double Taps, double Least = double.NegativeInfinity)
{
    /// <summary>The limit: the greatest magnitude.</summary>
    public bool IsMax => IsTrue && double.IsPositiveInfinity(P);

    /// <summary>Whether taps are clamped from below.</summary>
    public bool IsClamped => !double.IsNegativeInfinity(Least);

    public TReal Power<TReal>(TReal tap)
        where TReal : IFloatingPointIeee754<TReal>
    {
        if (IsTrue) tap = TReal.Abs(tap);
        return IsMax ? tap : Raise(Clamp(tap), P);
    }

    /// <summary>
    /// The power by which a tap adds less than its own, and the mean is less: that of the least tap, where taps are clamped. So one outside the input adds
    /// nothing. Not under negative exponents, for which it would be the greatest.
    /// </summary>
    public TReal Nothing<TReal>()
        where TReal : IFloatingPointIeee754<TReal>
    {
        if (!IsClamped || P < 0) return TReal.Zero;
        TReal least = Raise(TReal.CreateTruncating(Least), P);
        // Where it is infinite all powers are, and so is their sum, with a tap outside the input or without.
        return TReal.IsFinite(least) ? least : TReal.Zero;
    }

    public TReal Combine<TReal>(TReal earlier, TReal later)
        where TReal : IFloatingPointIeee754<TReal> => !IsMax ? earlier + later : later > earlier || TReal.IsNaN(later) ? later : earlier;

    public TReal Root<TReal>(TReal sum, long divisor)
        where TReal : IFloatingPointIeee754<TReal> => IsMax ? sum : Raise(Whole(sum, divisor), 1 / P);

    public TReal Clamp<TReal>(TReal tap)
        where TReal : IFloatingPointIeee754<TReal> => IsClamped ? TReal.Max(tap, TReal.CreateTruncating(Least)) : tap;

    /// <summary>The sum of powers of a window without a clipped tap.</summary>
    // A window of padding alone has the divisor 0 and the sum 0.
    private TReal Whole<TReal>(TReal sum, long divisor)
        where TReal : IFloatingPointIeee754<TReal>
    {
        if (IsTrue || divisor == 0) return sum;
        TReal whole = sum / TReal.CreateTruncating(divisor) * TReal.CreateTruncating(Taps);
        return IsClamped ? whole + Nothing<TReal>() : whole;
    }

    // The exponents that PyTorch does without a logarithm, too.
    public static TReal Raise<TReal>(TReal value, double exponent)
        where TReal : IFloatingPointIeee754<TReal> => exponent switch
        {
            0 => TReal.One,
            0.5 => TReal.Sqrt(value),
            1 => value,
            2 => value * value,
            3 => value * value * value,
            _ => TReal.Pow(value, TReal.CreateTruncating(exponent)),
        };
}
