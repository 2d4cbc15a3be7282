namespace Cenote.Gpu;

/// <summary>A signed number of 128 bits, in two words: devices have none of their own.</summary>
internal struct WideInteger
{
    public ulong Low;

    /// <summary>The upper half, in two's complement.</summary>
    public ulong High;
}

/// <summary>How integers of 64 bits become 128, and the nearest of them to a quotient.</summary>
internal interface ILongFormat<T>
{
    static abstract WideInteger Widen(T value);

    /// <param name="isNegative">The quotient's sign.</param>
    /// <param name="size">The lower 64 bits of its magnitude.</param>
    /// <param name="isLarger">Whether the magnitude has more.</param>
    static abstract T Saturate(bool isNegative, ulong size, bool isLarger);
}

/// <summary>The integer types of 64 bits.</summary>
internal readonly struct LongFormat : ILongFormat<long>, ILongFormat<ulong>
{
    public static WideInteger Widen(long value) => new() { Low = (ulong)value, High = value < 0 ? ulong.MaxValue : 0 };

    public static WideInteger Widen(ulong value) => new() { Low = value };

    static long ILongFormat<long>.Saturate(bool isNegative, ulong size, bool isLarger)
    {
        if (isNegative) return isLarger || size > long.MaxValue ? long.MinValue : -(long)size;
        return isLarger || size > long.MaxValue ? long.MaxValue : (long)size;
    }

    static ulong ILongFormat<ulong>.Saturate(bool isNegative, ulong size, bool isLarger) => isNegative ? 0 : isLarger ? ulong.MaxValue : size;
}

/// <summary>The core's mean of integers of 64 bits: an exact sum of 128, one division rounded as asked, the nearest value of the type.</summary>
internal readonly struct LongIntegerMean<T, TFormat>(int toNearest) : IPoolReducer<T, WideInteger>
    where T : unmanaged
    where TFormat : unmanaged, ILongFormat<T>
{
    public WideInteger Identity => default;

    public WideInteger Lift(T tap) => TFormat.Widen(tap);

    public WideInteger Combine(WideInteger earlier, WideInteger later)
    {
        ulong low = earlier.Low + later.Low;
        return new() { Low = low, High = earlier.High + later.High + (low < later.Low ? 1UL : 0UL) };
    }

    public T Finish(WideInteger state, long count, long divisor)
    {
        if (count == 0) return TFormat.Saturate(false, 0, false);
        bool isNegative = (long)state.High < 0;
        ulong low = isNegative ? 0 - state.Low : state.Low, high = !isNegative ? state.High : ~state.High + (low == 0 ? 1UL : 0UL);
        ulong size = divisor < 0 ? 0 - (ulong)divisor : (ulong)divisor;
        ulong above = high / size, quotient = Divide(high - above * size, low, size, out ulong rest);
        // rest > size − rest: twice the rest might wrap.
        if (toNearest != 0 && (rest > size - rest || (rest == size - rest && (quotient & 1) != 0)))
        {
            quotient++;
            if (quotient == 0) above++;
        }

        return TFormat.Saturate(isNegative != divisor < 0, quotient, above != 0);
    }

    /// <summary>128 bits by 64, the quotient below 2⁶⁴: bit by bit where the sum has left 64, which is rare.</summary>
    private static ulong Divide(ulong high, ulong low, ulong divisor, out ulong rest)
    {
        if (high == 0)
        {
            rest = low % divisor;
            return low / divisor;
        }

        ulong quotient = 0;
        rest = high;
        for (int bit = 63; bit >= 0; bit--)
        {
            bool leaves = rest >> 63 != 0;
            rest = (rest << 1) | ((low >> bit) & 1);
            quotient <<= 1;
            if (!leaves && rest < divisor) continue;
            rest -= divisor;
            quotient |= 1;
        }

        return quotient;
    }
}
