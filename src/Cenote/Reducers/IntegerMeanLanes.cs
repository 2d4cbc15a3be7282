using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// The mean of integers of up to 32 bits: exact sums at twice the width, and a division in floating point that is exact too, because the sum has
/// at least three bits less than the significand (a quotient that is not whole, or not half-way, is then too far from there to be rounded to it).
/// Where quotients are cut it is a product, with a reciprocal that is too large by four to eight times what a rounding loses: a whole quotient is not missed, and the next one not reached.
/// </summary>
/// <param name="rounding">How.</param>
/// <param name="bits">Of an element.</param>
/// <typeparam name="T">The element.</typeparam>
/// <typeparam name="TTap">A register of elements.</typeparam>
/// <typeparam name="TSum">The sum: twice as wide.</typeparam>
/// <typeparam name="TSums">A register of sums.</typeparam>
/// <typeparam name="TInt">What converts to the real number: int or long.</typeparam>
/// <typeparam name="TInts">A register of these.</typeparam>
/// <typeparam name="TReal">What is divided: float for bytes and for few numbers of 16 bits, else double.</typeparam>
/// <typeparam name="TReals">A register of these.</typeparam>
internal readonly unsafe struct IntegerMeanLanes<T, TTap, TSum, TSums, TInt, TInts, TReal, TReals>(IntegerRounding rounding, int bits) : ILaneReducer<T, TTap, TSum, Pair<TSums, TSum>>, IRunningSum, IPairSum
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TSum : unmanaged
    where TSums : unmanaged, ILanes<TSums, TSum>
    where TInt : unmanaged
    where TInts : unmanaged, ILanes<TInts, TInt>
    where TReal : unmanaged
    where TReals : unmanaged, ILanes<TReals, TReal>
{
    /// <summary>The most taps whose sum fits: in the sum itself, and in 21 or 50 bits.</summary>
    private long MostTaps => 1L << (Math.Min(8 * sizeof(TSum), sizeof(TReal) == sizeof(float) ? 21 : 50) - bits);

    private bool IsCut => rounding == IntegerRounding.TowardZero;

    private static long GreatestDivisor => sizeof(TReal) == sizeof(float) ? 1 << 22 : 1L << 50;

    // A divisor smaller than the taps, or negative, may lead out of the element's range.
    public bool Accepts(PoolPlan plan) => plan.MaxCount <= MostTaps && plan.MaxExtent <= GreatestDivisor && (plan.DivisorOverride is not { } divisor || (divisor >= plan.MaxCount && divisor <= GreatestDivisor));

    public TTap Padding => default;

    public static int ExtentSize => sizeof(TReal);

    public bool FoldsInAnyOrder(PoolPlan plan) => true;

    public static bool IsExact => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pair<TSums, TSum> Lift(TTap taps)
    {
        var (lower, upper) = TTap.Widen<TSums>(taps);
        return new(lower, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TSums, TSum> LiftFrom(T* taps)
    {
        var (lower, upper) = TTap.WidenFrom<TSums>(taps);
        return new(lower, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TSums, TSum> AddPairs(Pair<TSums, TSum> sums, T* taps, ref TTap watch) =>
        new(sums.Lower + TTap.AddNeighbours<TSums>(TTap.Load(taps)), sums.Upper + TTap.AddNeighbours<TSums>(TTap.Load(taps + TTap.Count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pair<TSums, TSum> Combine(Pair<TSums, TSum> earlier, Pair<TSums, TSum> later) => new(earlier.Lower + later.Lower, earlier.Upper + later.Upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TSums, TSum> Subtract(Pair<TSums, TSum> sums, Pair<TSums, TSum> terms) => new(sums.Lower - terms.Lower, sums.Upper - terms.Upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TSums, TSum> Change(T* entering, T* leaving) => Subtract(LiftFrom(entering), LiftFrom(leaving));

    // What comes before is added last, so that one register waits for another by two additions only.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TSums, TSum> RunningSums(Pair<TSums, TSum> terms, ref Pair<TSums, TSum> before)
    {
        TSums lower = TSums.RunningSums(terms.Lower), upper = TSums.RunningSums(terms.Upper), between = before.Lower + TSums.FillLast(lower), last = between + TSums.FillLast(upper);
        lower += before.Lower;
        before = new(last, last);
        return new(lower, upper + between);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(Pair<TSums, TSum> state, byte* extents, long factor)
    {
        TReals rest = Factor(factor);
        return TTap.Narrow(Divide(state.Lower, (TReal*)extents, rest), Divide(state.Upper, (TReal*)extents + TSums.Count, rest));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteExtent(byte* extents, long lane, long extent)
    {
        if (sizeof(TReal) == sizeof(float)) ((float*)extents)[lane] = IsCut ? 1f / extent : extent;
        else ((double*)extents)[lane] = IsCut ? 1d / extent : extent;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TSums Divide(TSums sums, TReal* extents, TReals rest)
    {
        if (sizeof(TSum) == sizeof(TInt)) return Unsafe.BitCast<TInts, TSums>(ToInteger(Quotient(TInts.ToReal<TReals>(Unsafe.BitCast<TSums, TInts>(sums)), extents, rest)));
        if (sizeof(TSum) == sizeof(int))
        {
            // Without a sign: less by a half of the range, which the doubles are given back.
            bool isSigned = typeof(TSum) == typeof(int);
            var (low, high) = TSums.ToDoubles<TReals>(isSigned ? sums : sums ^ TSums.Fill((TSum)(object)(1u << 31)));
            TReals half = isSigned ? default : TReals.Fill((TReal)(object)(double)(1u << 31));
            if (!isSigned) (low, high) = (low + half, high + half);
            return TSums.FromDoubles(Quotient(low, extents, rest), Quotient(high, extents + TReals.Count, rest));
        }

        var (lower, upper) = TSums.Widen<TInts>(sums);
        return TSums.Narrow(ToInteger(Quotient(TInts.ToReal<TReals>(lower), extents, rest)), ToInteger(Quotient(TInts.ToReal<TReals>(upper), extents + TReals.Count, rest)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInts ToInteger(TReals quotients) => TReals.ToInteger<TInts>(quotients);

    /// <summary>What is to be cut, if the rounding does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TReals Quotient(TReals sums, TReal* extents, TReals rest)
    {
        TReals by = TReals.Load(extents) * rest;
        return IsCut ? sums * by : TReals.RoundToEven(sums / by);
    }

    // Three roundings, and the product's own, may each take 2⁻²⁴ (2⁻⁵³ of doubles): so much too large are 2⁻²² (2⁻⁵¹) in the end, at most twice that, and sums are less than 2²¹ (2⁵⁰).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TReals Factor(long value)
    {
        if (sizeof(TReal) == sizeof(float)) return TReals.Fill((TReal)(object)(IsCut ? (1 + 2.384185791015625e-7f) / value : value));
        return TReals.Fill((TReal)(object)(IsCut ? (1 + 4.440892098500626e-16) / value : value));
    }
}
