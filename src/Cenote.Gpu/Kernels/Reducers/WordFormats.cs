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
        // Another exponent bias is a factor of 2¹¹², exact for subnormal ones too; infinities and NaN take the wider format's exponent.
        uint sign = (uint)(word & 0x8000) << 16, size = (uint)(word & 0x7FFF) << 13;
        uint scaled = Interop.FloatAsInt(Interop.IntAsFloat(size) * 5.192296858534828e33f);
        return Interop.IntAsFloat(sign | (size >= 0x0F800000 ? size | 0x7F800000 : scaled));
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

/// <summary>The same by instructions for it, on devices that have them.</summary>
internal readonly struct DeviceHalf : IWordFormat
{
    public static float ToSingle(ushort word) => Interop.IntAsFloat(word);

    public static ushort FromSingle(float value) => Interop.FloatAsInt((ILGPU.Half)value);
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
