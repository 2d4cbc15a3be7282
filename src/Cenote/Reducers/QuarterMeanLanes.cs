using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>A 16-bit float as the upper half of a double of the same digits, whose exponent is less by a constant.</summary>
internal interface IShortDouble
{
    /// <summary>How much further back digits begin than in the upper 16 bits.</summary>
    static abstract int Shift { get; }

    /// <summary>Sign and digits in the upper half of a double.</summary>
    static abstract long Digits { get; }

    /// <summary>What a double of the digits is worth beside a float of <see cref="ISmallFloat.FromSingle"/>, as a power of two.</summary>
    static abstract double Scale { get; }

    /// <summary>The bits of the greatest number that is not an infinity.</summary>
    static abstract short Greatest { get; }
}

/// <inheritdoc cref="ScaledHalfBits"/>
internal readonly struct HalfDouble : IShortDouble
{
    public static int Shift => 6;

    public static long Digits => unchecked((long)0x81FFFC0000000000);

    // 2⁻¹⁰⁰⁸ beside 2⁻¹¹².
    public static double Scale => 1.8928834978668395e-270;

    public static short Greatest => 0x7BFF;
}

/// <summary>BFloat16.</summary>
internal readonly struct BFloat16Double : IShortDouble
{
    public static int Shift => 3;

    public static long Digits => unchecked((long)0x8FFFE00000000000);

    public static double Scale => 1.8928834978668395e-270;

    public static short Greatest => 0x7F7F;
}

/// <summary>
/// <see cref="WideSmallFloatMeanLanes{TFormat, TTap, TInts, TReals, TDoubles}"/> without conversions: a tap's bits are shifted to where a double has them. Every fourth tap, from the
/// first, the second, the third and the fourth one on, are a register. Infinities and NaN would be numbers, and are watched for.
/// </summary>
internal readonly unsafe struct QuarterMeanLanes<TDouble, TFormat, TTap, TInts, TReals, TLongs, TDoubles> : ILaneReducer<short, TTap, double, Pair<Pair<TDoubles, double>, double>>
    where TDouble : struct, IShortDouble
    where TFormat : struct, ISmallFloat
    where TTap : unmanaged, ILanes<TTap, short>
    where TInts : unmanaged, ILanes<TInts, int>
    where TReals : unmanaged, ILanes<TReals, float>
    where TLongs : unmanaged, ILanes<TLongs, long>
    where TDoubles : unmanaged, ILanes<TDoubles, double>
{
    private static WideSmallFloatMeanLanes<TFormat, TTap, TInts, TReals, TDoubles> Wide => default;

    public bool Accepts(PoolPlan plan) => true;

    public TTap Padding => default;

    public static int ExtentSize => sizeof(double);

    public bool FoldsInAnyOrder(PoolPlan plan) => true;

    public static bool IsLong => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pair<Pair<TDoubles, double>, double> Lift(TTap taps)
    {
        var pairs = Unsafe.BitCast<TTap, TInts>(taps);
        TLongs even = Unsafe.BitCast<TInts, TLongs>((pairs << 16) >> TDouble.Shift), odd = Unsafe.BitCast<TInts, TLongs>(pairs >> TDouble.Shift), digits = TLongs.Fill(TDouble.Digits);
        return new(
            new(Unsafe.BitCast<TLongs, TDoubles>((even << 32) & digits), Unsafe.BitCast<TLongs, TDoubles>((odd << 32) & digits)),
            new(Unsafe.BitCast<TLongs, TDoubles>(even & digits), Unsafe.BitCast<TLongs, TDoubles>(odd & digits)));
    }

    // To take even and odd ones apart turns the number of a lane by a bit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<Pair<TDoubles, double>, double> InOrder(Pair<Pair<TDoubles, double>, double> sums)
    {
        for (int i = TDoubles.Count; i > 1; i /= 2)
        {
            var (even, odd) = Pair<TDoubles, double>.Unzip(sums.Lower, sums.Upper);
            sums = new(even, odd);
        }

        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pair<Pair<TDoubles, double>, double> Combine(Pair<Pair<TDoubles, double>, double> earlier, Pair<Pair<TDoubles, double>, double> later) => Wide.Combine(earlier, later);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(Pair<Pair<TDoubles, double>, double> state, byte* extents, long factor) => Wide.Finish(state, extents, factor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteExtent(byte* extents, long lane, long extent) => ((double*)extents)[lane] = Math.Max(1, extent) * TDouble.Scale;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => TTap.Max(watch, taps & TTap.Fill(short.MaxValue));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => !TTap.IsZero(TTap.Greater(watch, TTap.Fill(TDouble.Greatest)));
}
