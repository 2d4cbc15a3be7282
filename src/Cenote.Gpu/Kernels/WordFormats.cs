using ILGPU;

namespace Cenote.Gpu;

/// <summary>A 16-bit floating-point format, in whole numbers: not every device has it.</summary>
internal interface IWordFormat
{
    static abstract float ToSingle(ushort word);

    /// <summary>The nearest, halves to the even one.</summary>
    static abstract ushort FromSingle(float value);
}

/// <summary>The bits of <see cref="System.Half"/>.</summary>
internal readonly struct HalfWord : IWordFormat
{
    public static float ToSingle(ushort word)
    {
        uint sign = (uint)(word & 0x8000) << 16, exponent = (uint)(word >> 10) & 31, fraction = (uint)word & 0x3FF;
        if (exponent == 31) return Interop.IntAsFloat(sign | 0x7F800000 | (fraction << 13));
        // Subnormal ones are so many times 2⁻²⁴.
        if (exponent == 0) return Interop.IntAsFloat(sign | Interop.FloatAsInt((int)fraction * 5.9604644775390625e-8f));
        return Interop.IntAsFloat(sign | ((exponent + 112) << 23) | (fraction << 13));
    }

    public static ushort FromSingle(float value)
    {
        uint bits = Interop.FloatAsInt(value), sign = (bits >> 16) & 0x8000, size = bits & 0x7FFFFFFF;
        if (size > 0x7F800000) return (ushort)(sign | 0x7E00);
        // From 65520 on, half-way to 2¹⁶.
        if (size >= 0x477FF000) return (ushort)(sign | 0x7C00);
        // Below 2⁻¹⁴: beside one half, single precision has the distance of the format's subnormal numbers.
        if (size < 0x38800000) return (ushort)(sign | (Interop.FloatAsInt(Interop.IntAsFloat(size) + 0.5f) - 0x3F000000));
        return (ushort)(sign | ((size + 0xFFF + ((size >> 13) & 1) - 0x38000000) >> 13));
    }
}

/// <summary>The bits of <see cref="BFloat16"/>.</summary>
internal readonly struct BFloat16Word : IWordFormat
{
    public static float ToSingle(ushort word) => Interop.IntAsFloat((uint)word << 16);

    public static ushort FromSingle(float value)
    {
        uint bits = Interop.FloatAsInt(value);
        if ((bits & 0x7FFFFFFF) > 0x7F800000) return (ushort)((bits >> 16) | 0x40);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}

internal static class Words
{
    /// <summary>A double as a word: a single-precision number rounded to odd on the way keeps a trace of what it lost, so that the second rounding is right.</summary>
    public static ushort FromDouble<TFormat>(double value)
        where TFormat : unmanaged, IWordFormat
    {
        float single = (float)value;
        double back = single;
        uint bits = Interop.FloatAsInt(single);
        if (back != value && (bits & 0x7FFFFFFF) < 0x7F800000)
        {
            if ((back < 0 ? -back : back) > (value < 0 ? -value : value)) bits--;
            single = Interop.IntAsFloat(bits | 1);
        }

        return TFormat.FromSingle(single);
    }
}
