using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The mean of 64-bit integers: exact sums of 128 bits on registers, and a division lane by lane, for which no register has an instruction.</summary>
/// <typeparam name="T">The element: long or ulong.</typeparam>
/// <typeparam name="TTap">A register of elements.</typeparam>
/// <typeparam name="TLongs">A register of the halves of sums.</typeparam>
internal readonly unsafe struct Int64MeanLanes<T, TTap, TLongs>(IntegerRounding rounding) : ILaneReducer<T, TTap, Int128, Int128Lanes<TLongs>>, ILiftFrom
    where T : unmanaged, IBinaryInteger<T>
    where TTap : unmanaged, ILanes<TTap, T>
    where TLongs : unmanaged, ILanes<TLongs, long>
{
    public bool Accepts(PoolPlan plan) => true;

    public TTap Padding => default;

    public static int ExtentSize => sizeof(long);

    // Any order would do; lines of such wide states cost more than a few taps.
    public bool FoldsInAnyOrder(PoolPlan plan) => plan.FoldsInAnyOrder;

    public static bool IsLong => true;

    public static bool IsExact => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Int128Lanes<TLongs> Lift(TTap taps)
    {
        TLongs lower = Unsafe.BitCast<TTap, TLongs>(taps);
        return new(lower, typeof(T) == typeof(long) ? TLongs.Signs(lower) : default);
    }

    // A lower half that is less than what went into it, without a sign, has carried; comparisons are −1 there.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Int128Lanes<TLongs> LiftFrom(T* taps) => default(Int64MeanLanes<T, TTap, TLongs>).Lift(TTap.Load(taps));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Int128Lanes<TLongs> Combine(Int128Lanes<TLongs> earlier, Int128Lanes<TLongs> later)
    {
        TLongs lower = earlier.Lower + later.Lower, sign = TLongs.Fill(long.MinValue);
        return new(lower, earlier.Upper + later.Upper - TLongs.Greater(earlier.Lower ^ sign, lower ^ sign));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public TTap Finish(Int128Lanes<TLongs> state, byte* extents, long factor)
    {
        TTap means = default;
        for (int lane = 0; lane < TTap.Count; lane++) ((T*)&means)[lane] = Mean(Int128Lanes<TLongs>.At(state, lane), ((long*)extents)[lane] * factor);
        return means;
    }

    // A window without a tap has the sum 0, which any divisor leaves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteExtent(byte* extents, long lane, long extent) => ((long*)extents)[lane] = extent == 0 ? 1 : extent;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;

    /// <summary>Divides a magnitude of up to 96 bits in two steps of 64, which takes a tenth of a division of 128 bits; leaves what is longer to that.</summary>
    private T Mean(Int128 sum, long divisor)
    {
        bool isNegative = Int128.IsNegative(sum);
        UInt128 magnitude = (UInt128)(isNegative ? -sum : sum);
        ulong upper = (ulong)(magnitude >> 64), lower = (ulong)magnitude, by = (ulong)divisor;
        // By fewer than 2³² and by more than the upper half, neither step overflows.
        if (by > uint.MaxValue || upper >= by) return new IntegerMean<T, Int128>(rounding).Finish(sum, 1, divisor);
        var (first, rest) = Math.DivRem((upper << 32) | (lower >> 32), by);
        (ulong second, rest) = Math.DivRem((rest << 32) | (uint)lower, by);
        UInt128 quotient = (first << 32) | second;
        if (rounding == IntegerRounding.NearestEven && (2 * rest > by || (2 * rest == by && (second & 1) != 0))) quotient++;
        return isNegative ? T.CreateSaturating(-(Int128)quotient) : T.CreateSaturating(quotient);
    }
}
