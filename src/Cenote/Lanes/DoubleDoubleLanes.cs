using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Sums and what they lost, in two registers side by side.</summary>
internal readonly unsafe struct DoubleDoubleLanes<TLanes>(TLanes high, TLanes low) : IRegister<DoubleDoubleLanes<TLanes>, DoubleDouble>
    where TLanes : unmanaged, ILanes<TLanes, double>
{
    public readonly TLanes High = high, Low = low;

    public static int Count => TLanes.Count;

    /// <summary>The sums as doubles. Once one is infinite or NaN its lost part means nothing; only then does it differ from itself by more than 0.</summary>
    public TLanes Rounded
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Select(TLanes.Equal(High - High, default), High + Low, High);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleDoubleLanes<TLanes> Load(DoubleDouble* from)
    {
        var (high, low) = TLanes.Unzip(TLanes.Load((double*)from), TLanes.Load((double*)from + TLanes.Count));
        return new(high, low);
    }

    // Lane by lane: this is done once for many taps.
    public static void Store(DoubleDoubleLanes<TLanes> lanes, DoubleDouble* to)
    {
        double* high = (double*)&lanes.High, low = (double*)&lanes.Low;
        for (int i = 0; i < TLanes.Count; i++) to[i] = new(high[i], low[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (DoubleDoubleLanes<TLanes> Even, DoubleDoubleLanes<TLanes> Odd) Unzip(DoubleDoubleLanes<TLanes> low, DoubleDoubleLanes<TLanes> high)
    {
        var (evenHigh, oddHigh) = TLanes.Unzip(low.High, high.High);
        var (evenLow, oddLow) = TLanes.Unzip(low.Low, high.Low);
        return (new(evenHigh, evenLow), new(oddHigh, oddLow));
    }

    // Of the rounded sums: what is mapped is a tap, which lost nothing yet, or the end, which is rounded anyway.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleDoubleLanes<TLanes> Map<TMap>(DoubleDoubleLanes<TLanes> left, DoubleDoubleLanes<TLanes> right, TMap map)
        where TMap : struct, ILaneMap => new(map.Of<TLanes, double>(left.Rounded, right.Rounded), default);
}
