using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Sums of 128 bits: their lower and their upper halves, in two registers side by side.</summary>
internal readonly unsafe struct Int128Lanes<TLongs>(TLongs lower, TLongs upper) : IRegister<Int128Lanes<TLongs>, Int128>
    where TLongs : unmanaged, ILanes<TLongs, long>
{
    public readonly TLongs Lower = lower, Upper = upper;

    public static int Count => TLongs.Count;

    /// <summary>The number in one lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Int128 At(in Int128Lanes<TLongs> lanes, int lane) =>
        new((ulong)((long*)Unsafe.AsPointer(ref Unsafe.AsRef(in lanes.Upper)))[lane], (ulong)((long*)Unsafe.AsPointer(ref Unsafe.AsRef(in lanes.Lower)))[lane]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Int128Lanes<TLongs> Load(Int128* from)
    {
        var (lower, upper) = TLongs.Unzip(TLongs.Load((long*)from), TLongs.Load((long*)from + TLongs.Count));
        return new(lower, upper);
    }

    // Lane by lane: this is done once for many taps.
    public static void Store(Int128Lanes<TLongs> lanes, Int128* to)
    {
        long* lower = (long*)&lanes.Lower, upper = (long*)&lanes.Upper, halves = (long*)to;
        for (int i = 0; i < TLongs.Count; i++) (halves[2 * i], halves[2 * i + 1]) = (lower[i], upper[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Int128Lanes<TLongs> Even, Int128Lanes<TLongs> Odd) Unzip(Int128Lanes<TLongs> low, Int128Lanes<TLongs> high)
    {
        var (evenLower, oddLower) = TLongs.Unzip(low.Lower, high.Lower);
        var (evenUpper, oddUpper) = TLongs.Unzip(low.Upper, high.Upper);
        return (new(evenLower, evenUpper), new(oddLower, oddUpper));
    }

    // Only norms map, and of 64-bit integers there are none on registers.
    public static Int128Lanes<TLongs> Map<TMap>(Int128Lanes<TLongs> left, Int128Lanes<TLongs> right, TMap map)
        where TMap : struct, ILaneMap => throw new NotSupportedException("halves of a sum are no numbers.");
}
