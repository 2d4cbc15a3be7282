using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>How a 16-bit float becomes a float on registers and back, as the scalar conversions do it.</summary>
internal interface ISmallFloat
{
    /// <inheritdoc cref="ILaneReducer{T, TTap, TState, TAcc}.IsLong"/>
    static abstract bool IsLong { get; }

    static abstract TReals ToSingle<TInts, TReals>(TInts bits)
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float>;

    /// <summary>Floats of the upper halves of the lanes.</summary>
    static abstract TReals UpperToSingle<TInts, TReals>(TInts bits)
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float>;

    /// <summary>The 16 bits of the nearest number, halves to the even one, in the lower half of each lane.</summary>
    static abstract TInts FromSingle<TInts, TReals>(TReals numbers)
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float>;

    /// <summary>The 16 bits of the nearest numbers to means of such numbers: those of the first in the lower half of each lane, those of the second in the upper one.</summary>
    static abstract TInts Weave<TInts, TReals>(TReals even, TReals odd)
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float>;

    /// <inheritdoc cref="ILaneReducer{T, TTap, TState, TAcc}.Accepts"/>
    static virtual bool Accepts(PoolPlan plan) => true;

    /// <inheritdoc cref="ITapWatch{TTap}.Watch"/>
    static virtual TTap Watch<TTap>(TTap watch, TTap taps)
        where TTap : unmanaged, ILanes<TTap, short> => watch;

    /// <inheritdoc cref="ITapWatch{TTap}.Alarms"/>
    static virtual bool Alarms<TTap>(TTap watch)
        where TTap : unmanaged, ILanes<TTap, short> => false;
}

/// <summary>The upper half of a float.</summary>
internal readonly struct BFloat16Bits : ISmallFloat
{
    public static bool IsLong => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TReals ToSingle<TInts, TReals>(TInts bits)
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float> => Unsafe.BitCast<TInts, TReals>(bits << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TReals UpperToSingle<TInts, TReals>(TInts bits)
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float> => Unsafe.BitCast<TInts, TReals>(bits & TInts.Fill(unchecked((int)0xFFFF0000)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInts FromSingle<TInts, TReals>(TReals numbers)
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float>
    {
        TInts bits = Unsafe.BitCast<TReals, TInts>(numbers), truncated = bits >>> 16;
        TInts nearest = (bits + TInts.Fill(0x7FFF) + (truncated & TInts.Fill(1))) >>> 16;
        TInts isNumber = Unsafe.BitCast<TReals, TInts>(TReals.Equal(numbers, numbers));
        return TInts.Select(isNumber, nearest, truncated | TInts.Fill(0x40));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInts Weave<TInts, TReals>(TReals even, TReals odd)
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float> => (Nearest<TInts, TReals>(even) >>> 16) | (Nearest<TInts, TReals>(odd) & TInts.Fill(unchecked((int)0xFFFF0000)));

    // A NaN that was 16 bits has no others that might carry.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInts Nearest<TInts, TReals>(TReals means)
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float>
    {
        var bits = Unsafe.BitCast<TReals, TInts>(means);
        return bits + TInts.Fill(0x7FFF) + ((bits >>> 16) & TInts.Fill(1));
    }
}

/// <summary>IEEE 754's binary16.</summary>
internal readonly struct HalfBits : ISmallFloat
{
    public static bool IsLong => true;

    /// <summary>What the exponents of the two types differ by, as a factor.</summary>
    private const float Rebias = 5.192296858534828e33f;

    private const int Magnitude = 0x7FFF, Infinity = 0x7C00, SingleInfinity = 0x7F800000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TReals ToSingle<TInts, TReals>(TInts bits)
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float>
    {
        TInts magnitude = bits & TInts.Fill(Magnitude), sign = (bits ^ magnitude) << 16;
        // The product brings subnormals right as well; an infinity or NaN gets the exponent that it had.
        TInts number = Unsafe.BitCast<TReals, TInts>(Unsafe.BitCast<TInts, TReals>(magnitude << 13) * TReals.Fill(Rebias));
        TInts isNotFinite = TInts.Greater(magnitude, TInts.Fill(Infinity - 1));
        return Unsafe.BitCast<TInts, TReals>(number | (isNotFinite & TInts.Fill(SingleInfinity)) | sign);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TReals UpperToSingle<TInts, TReals>(TInts bits)
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float> => ToSingle<TInts, TReals>(bits >>> 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInts FromSingle<TInts, TReals>(TReals numbers)
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float>
    {
        TInts bits = Unsafe.BitCast<TReals, TInts>(numbers), magnitude = bits & TInts.Fill(int.MaxValue), sign = (bits ^ magnitude) >>> 16;
        // Normal numbers: half of the last place less one, and the last place itself, carry where it must round up.
        TInts odd = (magnitude >>> 13) & TInts.Fill(1);
        TInts normal = (magnitude + odd + TInts.Fill(0xFFF - (112 << 23))) >>> 13;
        // Subnormal ones: an addition whose last place is theirs does the rounding.
        TInts half = Unsafe.BitCast<TReals, TInts>(TReals.Fill(0.5f));
        TInts small = Unsafe.BitCast<TReals, TInts>(Unsafe.BitCast<TInts, TReals>(magnitude) + TReals.Fill(0.5f)) ^ half;
        TInts result = TInts.Select(TInts.Greater(TInts.Fill(113 << 23), magnitude), small, normal);
        // From 65520 on it is infinity.
        result = TInts.Select(TInts.Greater(magnitude, TInts.Fill(0x477FEFFF)), TInts.Fill(Infinity), result);
        result = TInts.Select(TInts.Greater(magnitude, TInts.Fill(SingleInfinity)), TInts.Fill(0x7E00), result);
        return result | sign;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInts Weave<TInts, TReals>(TReals even, TReals odd)
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float> => FromSingle<TInts, TReals>(even) | (FromSingle<TInts, TReals>(odd) << 16);
}

/// <summary>
/// IEEE 754's binary16 as floats of the same digits, whose exponents are less by a constant: sums and quotients keep their bits, subnormal numbers are such in both types, and a
/// float rounds to 16 bits as an integer does. An infinity or NaN would be a number, and is watched for.
/// </summary>
internal readonly struct ScaledHalfBits : ISmallFloat
{
    /// <summary>By more than this a subnormal quotient, rounded to a float, could come to lie half-way between two numbers of 16 bits.</summary>
    private const long GreatestDivisor = 4096;

    public static bool IsLong => false;

    // A divisor less than the taps might lead out of the range. Single taps are copied without being watched: an infinity is one only as long as nothing divides it.
    public static bool Accepts(PoolPlan plan) => plan.MaxExtent <= GreatestDivisor && (plan.DivisorOverride is not { } divisor || (plan.MaxCount > 1 && divisor >= plan.MaxCount && divisor <= GreatestDivisor));

    // Sign and digits; a sign-extended number shifted holds more signs between them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TReals ToSingle<TInts, TReals>(TInts bits)
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float> => Unsafe.BitCast<TInts, TReals>((bits << 13) & TInts.Fill(unchecked((int)0x8FFFE000)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TReals UpperToSingle<TInts, TReals>(TInts bits)
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float> => Unsafe.BitCast<TInts, TReals>((bits >> 3) & TInts.Fill(unchecked((int)0x8FFFE000)));

    // Half of the last place less one, and the last place itself, carry where it must round up.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInts FromSingle<TInts, TReals>(TReals numbers)
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float>
    {
        var bits = Unsafe.BitCast<TReals, TInts>(numbers);
        return (Nearest(bits) >>> 13) | ((bits >>> 16) & TInts.Fill(0x8000));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInts Weave<TInts, TReals>(TReals even, TReals odd)
        where TInts : unmanaged, ILanes<TInts, int>
        where TReals : unmanaged, ILanes<TReals, float>
    {
        TInts lower = Unsafe.BitCast<TReals, TInts>(even), upper = Unsafe.BitCast<TReals, TInts>(odd);
        TInts magnitudes = ((Nearest(lower) >>> 13) & TInts.Fill(0x7FFF)) | ((Nearest(upper) << 3) & TInts.Fill(0x7FFF0000));
        return magnitudes | ((lower >>> 16) & TInts.Fill(0x8000)) | (upper & TInts.Fill(int.MinValue));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInts Nearest<TInts>(TInts bits)
        where TInts : unmanaged, ILanes<TInts, int> => bits + ((bits >>> 13) & TInts.Fill(1)) + TInts.Fill(0xFFF);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap Watch<TTap>(TTap watch, TTap taps)
        where TTap : unmanaged, ILanes<TTap, short> => TTap.Max(watch, taps & TTap.Fill(short.MaxValue));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Alarms<TTap>(TTap watch)
        where TTap : unmanaged, ILanes<TTap, short> => !TTap.IsZero(TTap.Greater(watch, TTap.Fill(0x7BFF)));
}

/// <summary>The mean of 16-bit floats: added as floats in the order given, one division, rounded once more to 16 bits.</summary>
internal readonly unsafe struct SmallFloatMeanLanes<TFormat, TTap, TInts, TReals> : ILaneReducer<short, TTap, float, Pair<TReals, float>>, IPairSum, IStateSum, ISumApart
    where TFormat : struct, ISmallFloat
    where TTap : unmanaged, ILanes<TTap, short>
    where TInts : unmanaged, ILanes<TInts, int>
    where TReals : unmanaged, ILanes<TReals, float>
{
    public bool Accepts(PoolPlan plan) => TFormat.Accepts(plan);

    public TTap Padding => default;

    public static int ExtentSize => sizeof(float);

    public bool FoldsInAnyOrder(PoolPlan plan) => plan.FoldsInAnyOrder;

    public static bool IsLong => TFormat.IsLong;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pair<TReals, float> Lift(TTap taps)
    {
        var (lower, upper) = TTap.Widen<TInts>(taps);
        return new(TFormat.ToSingle<TInts, TReals>(lower), TFormat.ToSingle<TInts, TReals>(upper));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TReals, float> LiftApart(TTap taps)
    {
        var pairs = Unsafe.BitCast<TTap, TInts>(taps);
        return new(TFormat.UpperToSingle<TInts, TReals>(pairs << 16), TFormat.UpperToSingle<TInts, TReals>(pairs));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TReals, float> AddPairs(Pair<TReals, float> sums, short* taps, ref TTap watch) => new(AddPairs(sums.Lower, taps, ref watch), AddPairs(sums.Upper, taps + TTap.Count, ref watch));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TReals AddPairs(TReals sums, short* taps, ref TTap watch)
    {
        TTap both = TTap.Load(taps);
        watch = TFormat.Watch(watch, both);
        var pairs = Unsafe.BitCast<TTap, TInts>(both);
        return sums + TFormat.UpperToSingle<TInts, TReals>(pairs << 16) + TFormat.UpperToSingle<TInts, TReals>(pairs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pair<TReals, float> Combine(Pair<TReals, float> earlier, Pair<TReals, float> later) => new(earlier.Lower + later.Lower, earlier.Upper + later.Upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TReals, float> AddFrom(Pair<TReals, float> sums, float* terms) => new(TReals.AddFrom(sums.Lower, terms), TReals.AddFrom(sums.Upper, terms + TReals.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(Pair<TReals, float> state, byte* extents, long factor)
    {
        TReals rest = TReals.Fill(factor);
        TReals lower = state.Lower / (TReals.Load((float*)extents) * rest), upper = state.Upper / (TReals.Load((float*)extents + TReals.Count) * rest);
        return Round(lower, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap FinishApart(Pair<TReals, float> sums, Pair<TReals, float> divisors) =>
        Positive(Unsafe.BitCast<TInts, TTap>(TFormat.Weave<TInts, TReals>(sums.Lower / divisors.Lower, sums.Upper / divisors.Upper)));

    /// <summary>Floats as numbers of 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap Round(TReals lower, TReals upper) => Positive(TTap.Narrow(TFormat.FromSingle<TInts, TReals>(lower), TFormat.FromSingle<TInts, TReals>(upper)));

    // A mean that is zero is +0, even where a negative one was too small for 16 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTap Positive(TTap means) => means ^ (TTap.Equal(means, TTap.Fill(short.MinValue)) & means);

    // A window without a tap has the sum 0, which any divisor leaves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteExtent(byte* extents, long lane, long extent) => ((float*)extents)[lane] = Math.Max(1, extent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => TFormat.Watch(watch, taps);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => TFormat.Alarms(watch);
}
