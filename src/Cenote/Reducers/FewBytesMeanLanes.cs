using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>
/// The mean of a few bytes, cut: exact sums in 16 bits, and products with reciprocals there, of which the upper halves are the quotients. First by the divisor along the lanes, then by the rest:
/// cutting twice gives what cutting once does.
/// </summary>
/// <typeparam name="T">The element.</typeparam>
/// <typeparam name="TTap">A register of elements.</typeparam>
/// <typeparam name="TSum">The sum: twice as wide.</typeparam>
/// <typeparam name="TSums">A register of sums.</typeparam>
internal readonly unsafe struct FewBytesMeanLanes<T, TTap, TSum, TSums>(IntegerRounding rounding) : ILaneReducer<T, TTap, TSum, Pair<TSums, TSum>>, ILiftFrom, IPairSum
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TSum : unmanaged
    where TSums : unmanaged, ILanes<TSums, TSum>
{
    /// <summary>2¹⁵ over each divisor, rounded up: too large, in all, by too little for a sum of so many taps, at most 2¹², to reach the next quotient.</summary>
    private static ReadOnlySpan<ushort> Reciprocals => [0, 32768, 16384, 10923, 8192, 6554, 5462, 4682, 4096, 3641, 3277, 2979, 2731, 2521, 2341, 2185, 2048];

    /// <summary>2¹⁴ over each divisor, and a whole or a part more: products of negative numbers are cut downwards, and so always by one too far.</summary>
    private static ReadOnlySpan<short> SignedReciprocals => [0, 16385, 8193, 5462, 4097, 3277, 2731, 2341, 2049, 1821, 1639, 1490, 1366];

    private static long MostTaps => typeof(T) == typeof(byte) ? 16 : 12;

    public bool Accepts(PoolPlan plan) => rounding == IntegerRounding.TowardZero && plan.MaxExtent <= MostTaps && (plan.DivisorOverride is not { } divisor || (divisor >= plan.MaxCount && divisor <= MostTaps));

    public TTap Padding => default;

    public static int ExtentSize => sizeof(TSum);

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
    public TTap Finish(Pair<TSums, TSum> state, byte* extents, long factor)
    {
        TSums rest = TSums.Fill(Reciprocal(factor));
        return TTap.Narrow(Divide(state.Lower, TSums.Load((TSum*)extents), rest), Divide(state.Upper, TSums.Load((TSum*)extents + TSums.Count), rest));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteExtent(byte* extents, long lane, long extent) => ((TSum*)extents)[lane] = Reciprocal(extent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSums Divide(TSums sums, TSums extents, TSums rest) => Multiply(Multiply(sums, extents), rest);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSums Multiply(TSums sums, TSums reciprocals) => typeof(T) == typeof(byte)
        ? TSums.MultiplyHigh(sums << 1, reciprocals) : TSums.MultiplyHigh(sums << 2, reciprocals) - TSums.Signs(sums);

    // Bounds: Accepts.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSum Reciprocal(long divisor) => typeof(T) == typeof(byte)
        ? (TSum)(object)Unsafe.Add(ref MemoryMarshal.GetReference(Reciprocals), (nint)divisor) : (TSum)(object)Unsafe.Add(ref MemoryMarshal.GetReference(SignedReciprocals), (nint)divisor);
}
