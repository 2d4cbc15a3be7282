using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Sums and what they lost, in two registers side by side.</summary>
internal readonly unsafe struct DoubleDoubleLanes<TLanes>(TLanes high, TLanes low) : IRegister<DoubleDoubleLanes<TLanes>, DoubleDouble>
    where TLanes : unmanaged, ILanes<TLanes, double>
{
    public readonly TLanes High = high, Low = low;

    public static int Count => TLanes.Count;

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
}
