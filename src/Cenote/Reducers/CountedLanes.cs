using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>A register's sums, and of how many taps each is, in a lane as wide as the taps'.</summary>
internal readonly unsafe struct CountedLanes<TSums, TSum, TCounts, TCount>(TSums sums, TCounts counts) : IRegister<CountedLanes<TSums, TSum, TCounts, TCount>, (TSum Sum, TCount Count)>
    where TSums : unmanaged, IRegister<TSums, TSum>
    where TSum : unmanaged
    where TCounts : unmanaged, ILanes<TCounts, TCount>
    where TCount : unmanaged
{
    public readonly TSums Sums = sums;
    public readonly TCounts Counts = counts;

    public static int Count => TCounts.Count;

    // Lane by lane: blocks do not overlap, so that these states stay in registers.
    public static CountedLanes<TSums, TSum, TCounts, TCount> Load((TSum Sum, TCount Count)* from)
    {
        TSums sums = default;
        TCounts counts = default;
        for (int i = 0; i < Count; i++) (((TSum*)&sums)[i], ((TCount*)&counts)[i]) = from[i];
        return new(sums, counts);
    }

    public static void Store(CountedLanes<TSums, TSum, TCounts, TCount> lanes, (TSum Sum, TCount Count)* to)
    {
        for (int i = 0; i < Count; i++) to[i] = (((TSum*)&lanes.Sums)[i], ((TCount*)&lanes.Counts)[i]);
    }

    public static (CountedLanes<TSums, TSum, TCounts, TCount> Even, CountedLanes<TSums, TSum, TCounts, TCount> Odd) Unzip(CountedLanes<TSums, TSum, TCounts, TCount> low, CountedLanes<TSums, TSum, TCounts, TCount> high)
    {
        var (evenSums, oddSums) = TSums.Unzip(low.Sums, high.Sums);
        var (evenCounts, oddCounts) = TCounts.Unzip(low.Counts, high.Counts);
        return (new(evenSums, evenCounts), new(oddSums, oddCounts));
    }

    // Of the sums.
    public static CountedLanes<TSums, TSum, TCounts, TCount> Map<TMap>(CountedLanes<TSums, TSum, TCounts, TCount> left, CountedLanes<TSums, TSum, TCounts, TCount> right, TMap map)
        where TMap : struct, ILaneMap => new(TSums.Map(left.Sums, right.Sums, map), left.Counts);
}

/// <summary>Which taps of a register are data.</summary>
internal readonly unsafe struct DataLanes<T, TTap>(bool areNaN, T? noData, T instead, T one)
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    private readonly T _noData = noData.GetValueOrDefault();
    private readonly bool _hasNoData = noData.HasValue;

    /// <summary>The taps that are data, and zeros elsewhere; and a one for each of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (TTap Data, TTap Ones) Of(TTap taps)
    {
        TTap ones = TTap.Fill(one), data = taps;
        if (_hasNoData)
        {
            TTap none = TTap.Equal(taps, TTap.Fill(_noData));
            (data, ones) = (TTap.Select(none, default, data), TTap.Select(none, default, ones));
        }

        if (!areNaN) return (data, ones);
        TTap numbers = TTap.Equal(taps, taps);
        return (data & numbers, ones & numbers);
    }

    /// <summary>A tap that is no data.</summary>
    public TTap Missing => _hasNoData ? TTap.Fill(_noData) : TTap.Fill(instead);

    /// <summary>The outputs, but where there are fewer taps than <paramref name="least"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Where(TTap counts, T least, TTap outputs) => TTap.Select(TTap.Greater(TTap.Fill(least), counts), TTap.Fill(instead), outputs);
}

/// <summary>The mean, or the sum, of the floats or doubles that are data: added in the order given, one true division.</summary>
internal readonly unsafe struct CountedMeanLanes<T, TTap>(DataLanes<T, TTap> data, T least, bool isSum) : ILaneReducer<T, TTap, (T Sum, T Count), CountedLanes<TTap, T, TTap, T>>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>Counts that a float holds.</summary>
    private const long MostTaps = (1 << 24) - 1;

    public bool Accepts(PoolPlan plan) => plan.MaxCount <= MostTaps;

    public TTap Padding => data.Missing;

    // Sums in order are the reference's bits, and blocks share nothing that folding could save.
    public bool FoldsInAnyOrder(PoolPlan plan) => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public CountedLanes<TTap, T, TTap, T> Lift(TTap taps)
    {
        var (numbers, ones) = data.Of(taps);
        return new(numbers, ones);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public CountedLanes<TTap, T, TTap, T> Combine(CountedLanes<TTap, T, TTap, T> earlier, CountedLanes<TTap, T, TTap, T> later) => new(earlier.Sums + later.Sums, earlier.Counts + later.Counts);

    // Adding +0 keeps a zero from being negative.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(CountedLanes<TTap, T, TTap, T> state, byte* extents, long factor) =>
        data.Where(state.Counts, least, (isSum ? state.Sums : state.Sums / state.Counts) + default(TTap));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;
}

/// <summary>The mean of the integers of 8 or 16 bits that are data: exact sums at twice the width, and a division in float that is exact too (see <see cref="IntegerMeanLanes{T, TTap, TSum, TSums, TInt, TInts, TReal, TReals}"/>).</summary>
internal readonly unsafe struct CountedIntegerMeanLanes<T, TTap, TSum, TSums, TInts, TReals>(DataLanes<T, TTap> data, T least, IntegerRounding rounding) : ILaneReducer<T, TTap, (TSum Sum, T Count), CountedLanes<Pair<TSums, TSum>, TSum, TTap, T>>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TSum : unmanaged
    where TSums : unmanaged, ILanes<TSums, TSum>
    where TInts : unmanaged, ILanes<TInts, int>
    where TReals : unmanaged, ILanes<TReals, float>
{
    /// <summary>The most taps whose count fits a lane, and whose sum 21 bits.</summary>
    private static long MostTaps => sizeof(T) == 1 ? sbyte.MaxValue - 1 : 32;

    public bool Accepts(PoolPlan plan) => plan.MaxCount <= MostTaps;

    public TTap Padding => data.Missing;

    public bool FoldsInAnyOrder(PoolPlan plan) => false;

    public static bool IsExact => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public CountedLanes<Pair<TSums, TSum>, TSum, TTap, T> Lift(TTap taps)
    {
        var (numbers, ones) = data.Of(taps);
        var (lower, upper) = TTap.Widen<TSums>(numbers);
        return new(new(lower, upper), ones);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public CountedLanes<Pair<TSums, TSum>, TSum, TTap, T> Combine(CountedLanes<Pair<TSums, TSum>, TSum, TTap, T> earlier, CountedLanes<Pair<TSums, TSum>, TSum, TTap, T> later) =>
        new(new(earlier.Sums.Lower + later.Sums.Lower, earlier.Sums.Upper + later.Sums.Upper), earlier.Counts + later.Counts);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(CountedLanes<Pair<TSums, TSum>, TSum, TTap, T> state, byte* extents, long factor)
    {
        var (lower, upper) = TTap.Widen<TSums>(state.Counts);
        return data.Where(state.Counts, least, TTap.Narrow(Divide(state.Sums.Lower, lower), Divide(state.Sums.Upper, upper)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TSums Divide(TSums sums, TSums counts)
    {
        if (sizeof(TSum) == sizeof(int)) return Unsafe.BitCast<TInts, TSums>(Divide(Unsafe.BitCast<TSums, TInts>(sums), Unsafe.BitCast<TSums, TInts>(counts)));
        var (lower, upper) = TSums.Widen<TInts>(sums);
        var (lowerCounts, upperCounts) = TSums.Widen<TInts>(counts);
        return TSums.Narrow(Divide(lower, lowerCounts), Divide(upper, upperCounts));
    }

    // A count of zero gives a number of no meaning, which Where replaces.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TInts Divide(TInts sums, TInts counts)
    {
        TReals quotients = TInts.ToReal<TReals>(sums) / TInts.ToReal<TReals>(counts);
        return TReals.ToInteger<TInts>(rounding == IntegerRounding.NearestEven ? TReals.RoundToEven(quotients) : quotients);
    }
}
