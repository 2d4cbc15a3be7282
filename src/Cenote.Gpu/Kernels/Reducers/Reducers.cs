using ILGPU;

namespace Cenote.Gpu;

/// <summary>The core's extreme of 16-bit floats, over their values in single precision: exact both ways.</summary>
internal readonly struct WordExtreme<TFormat, TOrder>(float worst) : IPoolReducer<ushort, float>, ITapChoice<ushort>
    where TFormat : unmanaged, IWordFormat
    where TOrder : unmanaged, IOrder
{
    public float Identity => worst;

    public ushort None => TFormat.FromSingle(worst);

    public float Lift(ushort tap) => TFormat.ToSingle(tap);

    public float Combine(float earlier, float later) => new ExtremeReducer<float, TOrder>(worst).Combine(earlier, later);

    public ushort Finish(float state, long count, long divisor) => TFormat.FromSingle(state);

    public bool Prefers(ushort later, ushort chosen) => new ExtremeChoice<float, TOrder>(worst).Prefers(TFormat.ToSingle(later), TFormat.ToSingle(chosen));
}

/// <summary>The core's mean of 16-bit floats, added in single precision.</summary>
internal readonly struct WordMean<TFormat> : IPoolReducer<ushort, float>
    where TFormat : unmanaged, IWordFormat
{
    public float Identity => 0;

    public float Lift(ushort tap) => TFormat.ToSingle(tap);

    public float Combine(float earlier, float later) => earlier + later;

    public ushort Finish(float state, long count, long divisor)
    {
        ushort word = TFormat.FromSingle(default(SingleMean).Finish(state, count, divisor));
        return word == 0x8000 ? (ushort)0 : word;
    }
}

/// <summary>The core's mean of whole planes of 16-bit floats, added in double precision.</summary>
internal readonly struct WideWordMean<TFormat> : IPoolReducer<ushort, double>
    where TFormat : unmanaged, IWordFormat
{
    public double Identity => 0;

    public double Lift(ushort tap) => TFormat.ToSingle(tap);

    public double Combine(double earlier, double later) => earlier + later;

    public ushort Finish(double state, long count, long divisor)
    {
        ushort word = Words.FromDouble<TFormat>(default(DoubleMean).Finish(state, count, divisor));
        return word == 0x8000 ? (ushort)0 : word;
    }
}

/// <summary>How an integer type becomes 64 bits, and of these the nearest value it has.</summary>
internal interface IIntegerFormat<T>
{
    static abstract long Widen(T value);

    static abstract T Saturate(long value);
}

/// <summary>The integer types up to 32 bits.</summary>
internal readonly struct IntegerFormat : IIntegerFormat<sbyte>, IIntegerFormat<byte>, IIntegerFormat<short>, IIntegerFormat<ushort>, IIntegerFormat<int>, IIntegerFormat<uint>
{
    public static long Widen(sbyte value) => value;

    public static long Widen(byte value) => value;

    public static long Widen(short value) => value;

    public static long Widen(ushort value) => value;

    public static long Widen(int value) => value;

    public static long Widen(uint value) => value;

    static sbyte IIntegerFormat<sbyte>.Saturate(long value) => (sbyte)Clamp(value, sbyte.MinValue, sbyte.MaxValue);

    static byte IIntegerFormat<byte>.Saturate(long value) => (byte)Clamp(value, byte.MinValue, byte.MaxValue);

    static short IIntegerFormat<short>.Saturate(long value) => (short)Clamp(value, short.MinValue, short.MaxValue);

    static ushort IIntegerFormat<ushort>.Saturate(long value) => (ushort)Clamp(value, ushort.MinValue, ushort.MaxValue);

    static int IIntegerFormat<int>.Saturate(long value) => (int)Clamp(value, int.MinValue, int.MaxValue);

    static uint IIntegerFormat<uint>.Saturate(long value) => (uint)Clamp(value, uint.MinValue, uint.MaxValue);

    private static long Clamp(long value, long least, long most) => value < least ? least : value > most ? most : value;
}

/// <summary>The core's mean of integers of up to 32 bits: an exact sum, one division rounded as asked, the nearest value of the type. Windows have fewer than 2³¹ taps along each axis, and 2³¹ in all.</summary>
internal readonly struct SmallIntegerMean<T, TFormat>(int toNearest) : IPoolReducer<T, long>
    where T : unmanaged
    where TFormat : unmanaged, IIntegerFormat<T>
{
    public long Identity => 0;

    public long Lift(T tap) => TFormat.Widen(tap);

    public long Combine(long earlier, long later) => earlier + later;

    public T Finish(long state, long count, long divisor)
    {
        if (count == 0) return TFormat.Saturate(0);
        long quotient = state / divisor, remainder = state - quotient * divisor;
        if (toNearest != 0)
        {
            long part = remainder < 0 ? -remainder : remainder, size = divisor < 0 ? -divisor : divisor;
            // part > size − part: twice the part would wrap for divisors above 2⁶².
            if (part > size - part || (part == size - part && (quotient & 1) != 0)) quotient += (remainder < 0) == (divisor < 0) ? 1 : -1;
        }

        return TFormat.Saturate(quotient);
    }
}
