using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The mean of 16-bit floats over a whole plane: added as doubles, divided once, rounded once.</summary>
internal readonly unsafe struct WideSmallFloatMeanLanes<TFormat, TTap, TInts, TReals, TDoubles> : ILaneReducer<short, TTap, double, Pair<Pair<TDoubles, double>, double>>
    where TFormat : struct, ISmallFloat
    where TTap : unmanaged, ILanes<TTap, short>
    where TInts : unmanaged, ILanes<TInts, int>
    where TReals : unmanaged, ILanes<TReals, float>
    where TDoubles : unmanaged, ILanes<TDoubles, double>
{
    public bool Accepts(PoolPlan plan) => true;

    public TTap Padding => default;

    public static int ExtentSize => sizeof(double);

    public bool FoldsInAnyOrder(PoolPlan plan) => true;

    public static bool IsLong => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pair<Pair<TDoubles, double>, double> Lift(TTap taps)
    {
        var (lower, upper) = TTap.Widen<TInts>(taps);
        return new(Widen(lower), Widen(upper));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pair<Pair<TDoubles, double>, double> Combine(Pair<Pair<TDoubles, double>, double> earlier, Pair<Pair<TDoubles, double>, double> later) =>
        new(new(earlier.Lower.Lower + later.Lower.Lower, earlier.Lower.Upper + later.Lower.Upper), new(earlier.Upper.Lower + later.Upper.Lower, earlier.Upper.Upper + later.Upper.Upper));

    // Every fourth tap a register, as those of QuarterMeanLanes: what puts these in order, twice more, comes round to where it began.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<Pair<TDoubles, double>, double> ToAddUp(Pair<Pair<TDoubles, double>, double> sums)
    {
        for (int i = 0; i < 2; i++)
        {
            var (even, odd) = Pair<TDoubles, double>.Unzip(sums.Lower, sums.Upper);
            sums = new(even, odd);
        }

        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(Pair<Pair<TDoubles, double>, double> state, byte* extents, long factor)
    {
        TDoubles rest = TDoubles.Fill(factor);
        TTap means = TTap.Narrow(Divide(state.Lower, (double*)extents, rest), Divide(state.Upper, (double*)extents + TReals.Count, rest));
        // A mean that is zero is +0, even where a negative one was too small for 16 bits.
        return means & (TTap.Equal(means, TTap.Fill(short.MinValue)) ^ TTap.Fill(-1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteExtent(byte* extents, long lane, long extent) => ((double*)extents)[lane] = Math.Max(1, extent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => TFormat.Watch(watch, taps);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => TFormat.Alarms(watch);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Pair<TDoubles, double> Widen(TInts bits)
    {
        var (lower, upper) = TReals.Widen<TDoubles>(TFormat.ToSingle<TInts, TReals>(bits));
        return new(lower, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInts Divide(Pair<TDoubles, double> sums, double* extents, TDoubles rest) =>
        TFormat.FromSingle<TInts, TReals>(RoundToOdd(sums.Lower / (TDoubles.Load(extents) * rest), sums.Upper / (TDoubles.Load(extents + TDoubles.Count) * rest)));

    /// <summary>Floats that keep a trace of what they lost, and so round right the second time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TReals RoundToOdd(TDoubles lower, TDoubles upper)
    {
        TReals nearest = TReals.Narrow(lower, upper);
        var (lowerBack, upperBack) = TReals.Widen<TDoubles>(nearest);
        TInts bits = Unsafe.BitCast<TReals, TInts>(nearest);
        // Comparisons are −1 where they hold: one step toward zero.
        TInts truncated = bits + TInts.Narrow(IsFurther(lowerBack, lower), IsFurther(upperBack, upper));
        TInts isExact = TInts.Narrow(TDoubles.Equal(lowerBack, lower), TDoubles.Equal(upperBack, upper));
        TInts isNumber = Unsafe.BitCast<TReals, TInts>(TReals.Equal(nearest, nearest));
        return Unsafe.BitCast<TInts, TReals>(TInts.Select(isExact, bits, truncated | (isNumber & TInts.Fill(1))));
    }

    /// <summary>Where the first is further from zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TDoubles IsFurther(TDoubles left, TDoubles right)
    {
        TDoubles magnitude = TDoubles.Fill(BitConverter.Int64BitsToDouble(long.MaxValue));
        return TDoubles.Greater(left & magnitude, right & magnitude);
    }
}
