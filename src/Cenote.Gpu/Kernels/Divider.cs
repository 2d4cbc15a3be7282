namespace Cenote.Gpu;

/// <summary>Division by a number that is known before the kernel starts: a multiplication and a shift, for dividends below 2³¹.</summary>
internal readonly struct Divider
{
    private readonly ulong _factor;
    private readonly int _shift;

    public Divider(int divisor)
    {
        // The factor is 2^(31 + s) / d rounded up, where 2^s ≥ d: at most 2³² + 1, so that the product stays below 2⁶⁴, and its error below the distance to the next quotient.
        Divisor = divisor;
        _shift = 31 + (32 - System.Numerics.BitOperations.LeadingZeroCount((uint)divisor - 1));
        _factor = (ulong)((((UInt128)1 << _shift) / (uint)divisor) + 1);
    }

    public int Divisor { get; }

    /// <summary>The quotient; the remainder stays in <paramref name="value"/>'s place.</summary>
    public int Divide(int value, out int remainder)
    {
        int quotient = (int)(((ulong)(uint)value * _factor) >> _shift);
        remainder = value - quotient * Divisor;
        return quotient;
    }
}
