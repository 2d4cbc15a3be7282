using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// The mean of 64-bit integers, cut, by divisors of up to 18 bits: the halves of the elements are added up apart, so that no sum carries, and a quotient is made of two digits of 32 bits,
/// each by a product of doubles that is exact as those of <see cref="IntegerMeanLanes{T, TTap, TSum, TSums, TInt, TInts, TReal, TReals}"/> are.
/// </summary>
/// <typeparam name="T">The element: long or ulong.</typeparam>
/// <typeparam name="TTap">A register of elements.</typeparam>
/// <typeparam name="TLongs">A register of the sums of halves.</typeparam>
/// <typeparam name="TDoubles">What is divided.</typeparam>
internal readonly unsafe struct HalvedIntegerMeanLanes<T, TTap, TLongs, TDoubles>(IntegerRounding rounding) : ILaneReducer<T, TTap, Int128, Int128Lanes<TLongs>>, ILiftFrom
    where T : unmanaged, IBinaryInteger<T>
    where TTap : unmanaged, ILanes<TTap, T>
    where TLongs : unmanaged, ILanes<TLongs, long>
    where TDoubles : unmanaged, ILanes<TDoubles, double>
{
    private const long MostTaps = 1 << 18;

    private const int HalfBits = 32;

    /// <summary>What makes a reciprocal too large by more than two roundings can take, and a product of a number below 2⁵⁰ by too little to reach the next quotient.</summary>
    private const double Excess = 1 + 4.440892098500626e-16;

    public bool Accepts(PoolPlan plan) => rounding == IntegerRounding.TowardZero && plan.MaxCount <= MostTaps && plan.MaxExtent <= MostTaps
        && (plan.DivisorOverride is not { } divisor || (divisor >= plan.MaxCount && divisor <= MostTaps));

    public TTap Padding => default;

    public static int ExtentSize => sizeof(double);

    public bool FoldsInAnyOrder(PoolPlan plan) => true;

    public static bool IsLong => true;

    public static bool IsExact => true;

    private static TLongs LowerHalf
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLongs.Fill(uint.MaxValue);
    }

    // Upper halves of signed numbers are shifted as if they had no sign, and set right.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Int128Lanes<TLongs> Lift(TTap taps)
    {
        TLongs longs = Unsafe.BitCast<TTap, TLongs>(taps), lower = longs & LowerHalf;
        return typeof(T) == typeof(ulong) ? new(lower, longs >>> HalfBits) : new(lower, ((longs ^ TLongs.Fill(long.MinValue)) >>> HalfBits) - TLongs.Fill(1L << (HalfBits - 1)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Int128Lanes<TLongs> LiftFrom(T* taps) => default(HalvedIntegerMeanLanes<T, TTap, TLongs, TDoubles>).Lift(TTap.Load(taps));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Int128Lanes<TLongs> Combine(Int128Lanes<TLongs> earlier, Int128Lanes<TLongs> later) => new(earlier.Lower + later.Lower, earlier.Upper + later.Upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(Int128Lanes<TLongs> state, byte* extents, long factor)
    {
        TLongs lower = state.Lower & LowerHalf, upper = state.Upper + (state.Lower >>> HalfBits), sign = default;
        if (typeof(T) == typeof(long))
        {
            // Magnitudes: what carries from the lower half does so where it is 0.
            sign = TLongs.Signs(upper);
            upper = (upper ^ sign) - (sign & TLongs.Equal(lower, default));
            lower = ((lower ^ sign) - sign) & LowerHalf;
        }

        TDoubles divisor = TDoubles.Load((double*)extents) * TDoubles.Fill(factor), by = TDoubles.Fill(Excess) / divisor;
        TDoubles high = TLongs.ToReal<TDoubles>(upper);
        TLongs first = TDoubles.ToInteger<TLongs>(high * by);
        TDoubles rest = (high - TLongs.ToReal<TDoubles>(first) * divisor) * TDoubles.Fill(1L << HalfBits) + TLongs.ToReal<TDoubles>(lower);
        TLongs means = (first << HalfBits) + TDoubles.ToInteger<TLongs>(rest * by);
        return Unsafe.BitCast<TLongs, TTap>((means ^ sign) - sign);
    }

    // A window without a tap has the sum 0, which any divisor leaves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteExtent(byte* extents, long lane, long extent) => ((double*)extents)[lane] = Math.Max(1, extent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;
}
