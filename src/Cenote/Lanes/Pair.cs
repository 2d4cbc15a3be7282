using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Two registers side by side: the wider states of one register of narrow taps.</summary>
internal readonly unsafe struct Pair<TLanes, T>(TLanes lower, TLanes upper) : IRegister<Pair<TLanes, T>, T>
    where TLanes : unmanaged, IRegister<TLanes, T>
    where T : unmanaged
{
    public readonly TLanes Lower = lower, Upper = upper;

    public static int Count => 2 * TLanes.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TLanes, T> Load(T* from) => new(TLanes.Load(from), TLanes.Load(from + TLanes.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Pair<TLanes, T> lanes, T* to)
    {
        TLanes.Store(lanes.Lower, to);
        TLanes.Store(lanes.Upper, to + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Pair<TLanes, T> Even, Pair<TLanes, T> Odd) Unzip(Pair<TLanes, T> low, Pair<TLanes, T> high)
    {
        var (lowEven, lowOdd) = TLanes.Unzip(low.Lower, low.Upper);
        var (highEven, highOdd) = TLanes.Unzip(high.Lower, high.Upper);
        return (new(lowEven, highEven), new(lowOdd, highOdd));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TLanes, T> Map<TMap>(Pair<TLanes, T> left, Pair<TLanes, T> right, TMap map)
        where TMap : struct, ILaneMap => new(TLanes.Map(left.Lower, right.Lower, map), TLanes.Map(left.Upper, right.Upper, map));
}
