using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The median on registers, by sorting networks of minima and maxima.</summary>
/// <param name="isFloating">Whether the integers are the bits of floating-point numbers.</param>
/// <param name="infinity">The bits of +∞.</param>
/// <param name="smallest">The smallest integer.</param>
/// <param name="largest">The largest integer.</param>
internal readonly unsafe struct MedianLines<T, TTap>(bool isFloating, T infinity, T smallest, T largest) : ITapLines<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    private static readonly ConcurrentDictionary<(long, long), SortingNetwork> Networks = new();

    public long MostTaps => 128;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Lift(TTap taps) => isFloating ? taps ^ (TTap.Signs(taps) & TTap.Fill(largest)) : taps;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => isFloating ? watch | TTap.Greater(taps & TTap.Fill(largest), TTap.Fill(infinity)) : watch;

    public bool Alarms(TTap watch) => !TTap.IsZero(watch);

    public bool FillsMissing => true;

    /// <remarks>Numbers below and above all others, as many of each as leave the lower middle one of the rest in the middle.</remarks>
    public void FillMissing(T* column, long pitch, long rows, long columns, long number, long count)
    {
        long taps = rows * columns, below = (taps - rows * (number - 1) - 1) / 2 - (taps - rows * number - 1) / 2;
        for (long row = 0; row < rows; row++)
            for (long i = 0; i < count; i++) column[row * pitch + i] = row < below ? smallest : largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Prepare(T* lines, long pitch, long rows, long columns, long count)
    {
        if (rows == 3)
        {
            SortThree(lines, lines + pitch, lines + 2 * pitch, count);
            return;
        }

        foreach (Exchange step in Network(rows, columns).Columns) Both(lines + step.Low * pitch, lines + step.High * pitch, lines + step.Low * pitch, lines + step.High * pitch, count);
    }

    // Bounds: lines have room for a register behind their last element.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Finish(T** taps, long rows, long columns, T* work, long pitch, T* output, long count)
    {
        if (rows == 3 && columns == 3)
        {
            Nine(taps, output, count);
            return;
        }

        SortingNetwork network = Network(rows, columns);
        foreach (Exchange step in network.Steps)
        {
            T* low = taps[step.Low], high = taps[step.High], toLow = work + step.Low * pitch, toHigh = work + step.High * pitch;
            if (!step.NeedsHigh) Low(low, high, toLow, count);
            else if (!step.NeedsLow) High(low, high, toHigh, count);
            else Both(low, high, toLow, toHigh, count);
            taps[step.Low] = toLow;
            taps[step.High] = toHigh;
        }

        Store(taps[network.Median], output, count);
    }

    private static SortingNetwork Network(long rows, long columns) => Networks.GetOrAdd((rows, columns), size => new((int)size.Item1, (int)size.Item2));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SortThree(T* low, T* middle, T* high, long count)
    {
        for (long i = 0; i < count; i += TTap.Count)
        {
            TTap first = TTap.Load(low + i), second = TTap.Load(middle + i), third = TTap.Load(high + i);
            TTap lesser = TTap.Min(first, second), greater = TTap.Max(first, second), rest = TTap.Min(greater, third);
            TTap.Store(TTap.Min(lesser, rest), low + i);
            TTap.Store(TTap.Max(lesser, rest), middle + i);
            TTap.Store(TTap.Max(greater, third), high + i);
        }
    }

    /// <summary>Of three sorted columns: the middle one of the greatest low, the middle middle and the least high (Paeth, "Median finding on a 3×3 grid", 1990).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Nine(T** taps, T* output, long count)
    {
        T* low0 = taps[0], low1 = taps[1], low2 = taps[2], mid0 = taps[3], mid1 = taps[4], mid2 = taps[5], high0 = taps[6], high1 = taps[7], high2 = taps[8];
        for (long i = 0; i < count; i += TTap.Count)
        {
            if (i + TTap.Count > count) i = Math.Max(0, count - TTap.Count);
            TTap low = TTap.Max(TTap.Max(TTap.Load(low0 + i), TTap.Load(low1 + i)), TTap.Load(low2 + i));
            TTap high = TTap.Min(TTap.Min(TTap.Load(high0 + i), TTap.Load(high1 + i)), TTap.Load(high2 + i));
            TTap result = Lift(Middle(low, Middle(TTap.Load(mid0 + i), TTap.Load(mid1 + i), TTap.Load(mid2 + i)), high));
            if (count >= TTap.Count) TTap.Store(result, output + i);
            else TTap.StorePart(result, output, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTap Middle(TTap first, TTap second, TTap third) => TTap.Max(TTap.Min(first, second), TTap.Min(TTap.Max(first, second), third));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Both(T* low, T* high, T* toLow, T* toHigh, long count)
    {
        for (long i = 0; i < count; i += TTap.Count)
        {
            TTap left = TTap.Load(low + i), right = TTap.Load(high + i);
            TTap.Store(TTap.Min(left, right), toLow + i);
            TTap.Store(TTap.Max(left, right), toHigh + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Low(T* low, T* high, T* to, long count)
    {
        for (long i = 0; i < count; i += TTap.Count) TTap.Store(TTap.Min(TTap.Load(low + i), TTap.Load(high + i)), to + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void High(T* low, T* high, T* to, long count)
    {
        for (long i = 0; i < count; i += TTap.Count) TTap.Store(TTap.Max(TTap.Load(low + i), TTap.Load(high + i)), to + i);
    }

    // Lifting twice changes nothing.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Store(T* from, T* output, long count)
    {
        for (long i = 0; i < count; i += TTap.Count)
        {
            if (i + TTap.Count > count) i = Math.Max(0, count - TTap.Count);
            TTap result = Lift(TTap.Load(from + i));
            if (count >= TTap.Count) TTap.Store(result, output + i);
            else TTap.StorePart(result, output, count);
        }
    }
}
