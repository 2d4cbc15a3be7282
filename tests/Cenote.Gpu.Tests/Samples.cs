using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Cenote.Gpu.Tests;

/// <summary>Tensors of every element type, with many equal elements, both zeros, and where asked NaN and infinities.</summary>
internal static class Samples
{
    public static Tensor<T> Of<T>(nint[] shape, bool channelsLast = false, bool special = false, int seed = 1)
        where T : unmanaged
    {
        var random = new Random(seed);
        if (shape.Contains(0)) return Tensor.CreateFromShapeUninitialized<T>(shape);
        nint[] strides = TensorOrder.Strides(shape, shape.Length - 2, channelsLast);
        Tensor<T> tensor = Tensor.CreateFromShapeUninitialized<T>(shape, strides);
        foreach (ref T element in tensor.AsTensorSpan())
        {
            int kind = special ? random.Next(12) : 11;
            double value = kind switch { 0 => double.NaN, 1 => double.PositiveInfinity, 2 => double.NegativeInfinity, 3 => -0.0, 4 => 0.0, < 9 => random.Next(-3, 4), _ => (random.NextDouble() - 0.5) * 100 };
            element = From<T>(value, random);
        }

        return tensor;
    }

    /// <summary>The bits of an element; of all NaN the same, for payloads are not promised.</summary>
    public static ulong Bits<T>(T value)
        where T : unmanaged => value switch
        {
            float f => float.IsNaN(f) ? ulong.MaxValue : BitConverter.SingleToUInt32Bits(f),
            double d => double.IsNaN(d) ? ulong.MaxValue : BitConverter.DoubleToUInt64Bits(d),
            System.Half h => System.Half.IsNaN(h) ? ulong.MaxValue : BitConverter.HalfToUInt16Bits(h),
            BFloat16 b => BFloat16.IsNaN(b) ? ulong.MaxValue : b.Bits,
            _ => Unsafe.SizeOf<T>() switch { 1 => Unsafe.BitCast<T, byte>(value), 2 => Unsafe.BitCast<T, ushort>(value), 4 => Unsafe.BitCast<T, uint>(value), _ => Unsafe.BitCast<T, ulong>(value) },
        };

    public static double Value<T>(T value)
        where T : unmanaged => value is BFloat16 b ? (double)b : Convert.ToDouble(value is System.Half h ? (double)h : value, null);

    /// <summary>Same lengths, same bits.</summary>
    public static void AssertSame<T>(Tensor<T> expected, Tensor<T> actual, string what)
        where T : unmanaged
    {
        Assert.Equal(expected.Lengths.ToArray(), actual.Lengths.ToArray());
        T[] want = [.. expected], got = [.. actual];
        for (int i = 0; i < want.Length; i++)
            if (Bits(want[i]) != Bits(got[i])) Assert.Fail($"{what}: element {i} is {got[i]}, and {want[i]} on the CPU");
    }

    /// <summary>Same lengths, elements as near as sums of so many taps of at most 50 in the type's precision, times their scale.</summary>
    public static void AssertNear<T>(Tensor<T> expected, Tensor<T> actual, long taps, string what, double scale = 50)
        where T : unmanaged
    {
        Assert.Equal(expected.Lengths.ToArray(), actual.Lengths.ToArray());
        double epsilon = default(T) switch { float => 6e-8, double => 1.2e-16, System.Half => 5e-4, BFloat16 => 4e-3, _ => 0 };
        T[] want = [.. expected], got = [.. actual];
        for (int i = 0; i < want.Length; i++)
        {
            double difference = Math.Abs(Value(want[i]) - Value(got[i]));
            if (Bits(want[i]) != Bits(got[i]) && !(difference <= taps * epsilon * scale)) Assert.Fail($"{what}: element {i} is {got[i]}, and {want[i]} on the CPU");
        }
    }

    private static T From<T>(double value, Random random)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return (T)(object)(float)value;
        if (typeof(T) == typeof(double)) return (T)(object)value;
        if (typeof(T) == typeof(System.Half)) return (T)(object)(System.Half)value;
        if (typeof(T) == typeof(BFloat16)) return (T)(object)(BFloat16)value;
        // Whole ranges: extremes and sums that leave them must be right too.
        ulong bits = random.Next(4) == 0 ? (ulong)random.NextInt64(long.MinValue, long.MaxValue) : (ulong)random.Next(5);
        return Unsafe.As<ulong, T>(ref bits);
    }
}
