using System.Globalization;
using System.Numerics;

namespace Cenote;

/// <summary>A 16-bit floating-point number with the exponent of <see cref="float"/> and 8 significant bits.</summary>
/// <remarks>
/// .NET gets a type of this name in <c>System.Numerics</c> with version 11; until then this one holds the bits. It is here to be
/// stored, compared and converted, not to be calculated with. PyTorch's <c>torch.bfloat16</c>, ONNX's <c>BFLOAT16</c>.
/// </remarks>
public readonly struct BFloat16 : IComparisonOperators<BFloat16, BFloat16, bool>, IComparable<BFloat16>, IEquatable<BFloat16>
{
    private BFloat16(ushort bits) => Bits = bits;

    /// <summary>The sixteen bits: sign, eight of exponent, seven of fraction.</summary>
    public ushort Bits { get; }

    /// <summary>Negative infinity.</summary>
    public static BFloat16 NegativeInfinity => new(0xFF80);

    /// <summary>Positive infinity.</summary>
    public static BFloat16 PositiveInfinity => new(0x7F80);

    /// <summary>Not a number.</summary>
    public static BFloat16 NaN => new(0xFFC0);

    /// <summary>The number with the given bits.</summary>
    /// <param name="bits">Sign, exponent and fraction.</param>
    /// <returns>The number.</returns>
    public static BFloat16 FromBits(ushort bits) => new(bits);

    /// <summary>Whether the number is NaN.</summary>
    /// <param name="value">The number.</param>
    /// <returns>True for every NaN, whatever its payload.</returns>
    public static bool IsNaN(BFloat16 value) => (value.Bits & 0x7FFF) > 0x7F80;

    /// <summary>The same number in single precision; always exact.</summary>
    /// <param name="value">The number.</param>
    public static explicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.Bits << 16);

    /// <summary>The same number in double precision; always exact.</summary>
    /// <param name="value">The number.</param>
    public static explicit operator double(BFloat16 value) => (float)value;

    /// <summary>The nearest number, halves to the even one; beyond the range, an infinity.</summary>
    /// <param name="value">The number.</param>
    public static explicit operator BFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return new((ushort)((bits >> 16) | 0x40));
        return new((ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16));
    }

    /// <inheritdoc cref="op_Explicit(float)"/>
    public static explicit operator BFloat16(double value)
    {
        // Rounding twice would err on near-ties. A float rounded to odd keeps a trace of what it lost, and so rounds right the second time.
        float single = (float)value;
        double back = single;
        if (back != value && float.IsFinite(single))
        {
            uint bits = BitConverter.SingleToUInt32Bits(single);
            if (Math.Abs(back) > Math.Abs(value)) bits--;
            single = BitConverter.UInt32BitsToSingle(bits | 1);
        }

        return (BFloat16)single;
    }

    /// <summary>Whether two numbers are equal; −0 equals +0, NaN equals nothing.</summary>
    /// <param name="left">One number.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(BFloat16 left, BFloat16 right) => (float)left == (float)right;

    /// <summary>Whether two numbers differ; NaN differs from everything.</summary>
    /// <inheritdoc cref="op_Equality"/>
    public static bool operator !=(BFloat16 left, BFloat16 right) => (float)left != (float)right;

    /// <summary>Whether one number is greater; false with NaN.</summary>
    /// <inheritdoc cref="op_Equality"/>
    public static bool operator >(BFloat16 left, BFloat16 right) => (float)left > (float)right;

    /// <summary>Whether one number is greater or equal; false with NaN.</summary>
    /// <inheritdoc cref="op_Equality"/>
    public static bool operator >=(BFloat16 left, BFloat16 right) => (float)left >= (float)right;

    /// <summary>Whether one number is less; false with NaN.</summary>
    /// <inheritdoc cref="op_Equality"/>
    public static bool operator <(BFloat16 left, BFloat16 right) => (float)left < (float)right;

    /// <summary>Whether one number is less or equal; false with NaN.</summary>
    /// <inheritdoc cref="op_Equality"/>
    public static bool operator <=(BFloat16 left, BFloat16 right) => (float)left <= (float)right;

    /// <inheritdoc/>
    public int CompareTo(BFloat16 other) => ((float)this).CompareTo((float)other);

    /// <summary>Whether two numbers are equal or both NaN.</summary>
    /// <param name="other">The other number.</param>
    /// <returns>True where they are.</returns>
    public bool Equals(BFloat16 other) => ((float)this).Equals((float)other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ((float)this).GetHashCode();

    /// <summary>The number as a float would print it, independent of culture.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => ((float)this).ToString(CultureInfo.InvariantCulture);
}
