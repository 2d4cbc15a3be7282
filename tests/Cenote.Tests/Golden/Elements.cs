using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cenote.Tests.Golden;

/// <summary>What the comparisons need of an element, whatever its type: its bits, its value as double, and a name.</summary>
internal static class Elements
{
    public static string Name<T>() => typeof(T) == typeof(Half) ? "f16" : typeof(T) == typeof(BFloat16) ? "bf16" : typeof(T).Name;

    public static ulong Bits<T>(T value)
        where T : unmanaged
    {
        ulong bits = 0;
        MemoryMarshal.Write(MemoryMarshal.AsBytes(new Span<ulong>(ref bits)), value);
        return bits;
    }

    public static double ToDouble<T>(T value)
        where T : unmanaged => value switch
        {
            BFloat16 x => (double)x,
            Half x => (double)x,
            IConvertible x => x.ToDouble(CultureInfo.InvariantCulture),
            _ => throw new NotSupportedException(typeof(T).Name),
        };

    /// <summary>The nearest element; integers truncate.</summary>
    public static T FromDouble<T>(double value)
        where T : unmanaged => default(T) switch
        {
            float => To<T, float>((float)value),
            double => To<T, double>(value),
            Half => To<T, Half>((Half)value),
            BFloat16 => To<T, BFloat16>((BFloat16)value),
            sbyte => To<T, sbyte>((sbyte)value),
            byte => To<T, byte>((byte)(int)value),
            short => To<T, short>((short)value),
            int => To<T, int>((int)value),
            long => To<T, long>((long)value),
            ushort => To<T, ushort>((ushort)(int)value),
            uint => To<T, uint>((uint)(long)value),
            ulong => To<T, ulong>((ulong)(long)value),
            _ => throw new NotSupportedException(typeof(T).Name),
        };

    /// <summary>The same bits, but any NaN equals any NaN: its payload is not specified.</summary>
    public static bool Same<T>(T left, T right)
        where T : unmanaged => Bits(left) == Bits(right) || (double.IsNaN(ToDouble(left)) && double.IsNaN(ToDouble(right)));

    /// <summary>Values at the edges of the type; for floating types NaN, infinities, both zeros and subnormals among them.</summary>
    public static T[] Extremes<T>()
        where T : unmanaged => default(T) switch
        {
            float => Cast<T, float>([float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, float.MaxValue, float.MinValue, float.Epsilon, -float.Epsilon, 1f]),
            double => Cast<T, double>([double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0d, -0d, double.MaxValue, double.MinValue, double.Epsilon, -double.Epsilon, 1d]),
            Half => Cast<T, ushort>([0x7E00, 0xFE00, 0x7C00, 0xFC00, 0, 0x8000, 0x7BFF, 0xFBFF, 1, 0x8001, 0x3C00]),
            BFloat16 => Cast<T, ushort>([0x7FC0, 0xFFC0, 0x7F80, 0xFF80, 0, 0x8000, 0x7F7F, 0xFF7F, 1, 0x8001, 0x3F80]),
            sbyte => Cast<T, sbyte>([sbyte.MinValue, sbyte.MaxValue, 0, -1, 1]),
            byte => Cast<T, byte>([byte.MinValue, byte.MaxValue, 1, 127, 128]),
            short => Cast<T, short>([short.MinValue, short.MaxValue, 0, -1, 1]),
            ushort => Cast<T, ushort>([ushort.MinValue, ushort.MaxValue, 1, 32767, 32768]),
            uint => Cast<T, uint>([uint.MinValue, uint.MaxValue, 1, int.MaxValue, 1u << 31]),
            ulong => Cast<T, ulong>([ulong.MinValue, ulong.MaxValue, 1, long.MaxValue, 1ul << 63, (1ul << 53) + 1]),
            int => Cast<T, int>([int.MinValue, int.MaxValue, 0, -1, 1]),
            long => Cast<T, long>([long.MinValue, long.MaxValue, 0, -1, 1, 1L << 32, (1L << 53) + 1]),
            _ => throw new NotSupportedException(typeof(T).Name),
        };

    /// <summary>A floating-point number without its sign.</summary>
    public static T Magnitude<T>(T value)
        where T : unmanaged => FromDouble<T>(Math.Abs(ToDouble(value)));

    /// <summary>How far the neighbours of a finite number are: what rounding to 16 bits may change; 0 for wider numbers.</summary>
    public static double Spacing<T>(T value)
        where T : unmanaged => typeof(T) == typeof(Half) ? Math.Max(Math.Abs(ToDouble(value)) / 1024, 6e-8) : typeof(T) == typeof(BFloat16) ? Math.Abs(ToDouble(value)) / 128 + 1e-40 : 0;

    public static bool IsFloating<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(Half) || typeof(T) == typeof(BFloat16);

    private static T To<T, TValue>(TValue value)
        where T : unmanaged
        where TValue : unmanaged => Unsafe.BitCast<TValue, T>(value);

    private static T[] Cast<T, TValue>(TValue[] values)
        where T : unmanaged
        where TValue : unmanaged => MemoryMarshal.Cast<TValue, T>(values).ToArray();
}
