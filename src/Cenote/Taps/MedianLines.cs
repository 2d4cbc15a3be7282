using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The median on registers, by sorting networks of minima and maxima.</summary>
/// <typeparam name="TElement">The element type.</typeparam>
/// <typeparam name="T">A tap: an integer, or the bits of a floating-point number as one, lifted to the same order.</typeparam>
/// <typeparam name="TTap">A register of taps.</typeparam>
internal readonly unsafe struct MedianLines<TElement, T, TTap> : ITapLines<T, TTap>
    where TElement : unmanaged
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    where TTap : unmanaged, ILanes<TTap, T>
{
    private static readonly ConcurrentDictionary<(long, long), SortingNetwork> Networks = new();

    public static long MostTaps => 128;

    // A constant, so that integers pay nothing for it.
    private static bool IsFloating => SortKey<TElement, T>.IsFloating;

    public static bool KeepsTaps => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap Lift(TTap taps) => IsFloating ? taps ^ (TTap.Signs(taps) & TTap.Fill(T.MaxValue)) : taps;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap Watch(TTap watch, TTap taps) => IsFloating ? watch | TTap.Greater(taps & TTap.Fill(T.MaxValue), TTap.Fill(SortKey<TElement, T>.Infinity)) : watch;

    public static bool Alarms(TTap watch) => !TTap.IsZero(watch);

    /// <summary>What stands for a tap of a column outside the input: numbers below all others, then above, as many of each as leave the lower middle one of the rest in the middle.</summary>
    public static T Missing(long row, long rows, long columns, long number)
    {
        long taps = rows * columns, below = (taps - rows * (number - 1) - 1) / 2 - (taps - rows * number - 1) / 2;
        return row % rows < below ? T.MinValue : T.MaxValue;
    }

    /// <summary>Copies a row into a line, lifted.</summary>
    /// <returns>The watch, with what was seen.</returns>
    // Bounds: the last whole register steps back; fewer elements than it has are loaded by themselves, and the line has room for a register.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static TTap Copy(T* row, T* to, long count, TTap watch)
    {
        TTap seen = watch;
        if (count < TTap.Count)
        {
            TTap few = TTap.LoadPart(row, count, default);
            TTap.Store(Lift(few), to);
            return Watch(seen, few);
        }

        for (long i = 0; i < count; i += TTap.Count)
        {
            i = Math.Min(i, count - TTap.Count);
            TTap taps = TTap.Load(row + i);
            Prefetch.Line((byte*)(row + i) + Prefetch.Distance);
            seen = Watch(seen, taps);
            TTap.Store(Lift(taps), to + i);
        }

        return seen;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static bool Prepare(T** from, long rows, long columns, T* lines, long pitch, long count)
    {
        if (rows == 3 && count >= TTap.Count) return !Alarms(SortThree(from[0], from[1], from[2], lines, pitch, count));
        TTap watch = default;
        for (long row = 0; row < rows; row++) watch = Copy(from[row], lines + row * pitch, count, watch);
        Exchange[] steps = Network(rows, columns).Columns;
        for (long i = 0; i < count; i += TapLines.Block * TTap.Count)
            foreach (Exchange step in steps) Both(lines + step.Low * pitch + i, lines + step.High * pitch + i, lines + step.Low * pitch + i, lines + step.High * pitch + i);
        return !Alarms(watch);
    }

    // Bounds: lines have room for a block of registers behind their last element.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Finish(T** taps, long rows, long columns, T* work, T* output, long count)
    {
        if (rows == 3 && columns == 3)
        {
            Nine(taps, output, count);
            return;
        }

        SortingNetwork network = Network(rows, columns);
        Exchange[] steps = network.Steps;
        long block = TapLines.Block * TTap.Count, lines = rows * columns;
        T** at = stackalloc T*[(int)lines];
        for (long i = 0; i < count; i += block)
        {
            for (long tap = 0; tap < lines; tap++) at[tap] = taps[tap] + i;
            foreach (Exchange step in steps)
            {
                T* low = at[step.Low], high = at[step.High], toLow = work + step.Low * block, toHigh = work + step.High * block;
                if (!step.NeedsHigh) Low(low, high, toLow);
                else if (!step.NeedsLow) High(low, high, toHigh);
                else Both(low, high, toLow, toHigh);
                at[step.Low] = toLow;
                at[step.High] = toHigh;
            }

            Store(at[network.Median], output + i, Math.Min(block, count - i));
        }
    }

    private static SortingNetwork Network(long rows, long columns) => Networks.GetOrAdd((rows, columns), size => new((int)size.Item1, (int)size.Item2));

    /// <summary>Sorts the columns of three rows.</summary>
    // Bounds: the last register steps back.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TTap SortThree(T* row0, T* row1, T* row2, T* lines, long pitch, long count)
    {
        T* low = lines, middle = lines + pitch, high = lines + 2 * pitch;
        TTap watch = default;
        for (long i = 0; i < count; i += TTap.Count)
        {
            i = Math.Min(i, count - TTap.Count);
            TTap first = TTap.Load(row0 + i), second = TTap.Load(row1 + i), third = TTap.Load(row2 + i);
            Prefetch.Behind(row2 + i, sizeof(TTap));
            if (IsFloating)
            {
                watch = Watch(Watch(Watch(watch, first), second), third);
                (first, second, third) = (Lift(first), Lift(second), Lift(third));
            }

            TTap lesser = TTap.Min(first, second), greater = TTap.Max(first, second), rest = TTap.Min(greater, third);
            TTap.Store(TTap.Min(lesser, rest), low + i);
            TTap.Store(TTap.Max(lesser, rest), middle + i);
            TTap.Store(TTap.Max(greater, third), high + i);
        }

        return watch;
    }

    /// <summary>Of three sorted columns: the middle one of the greatest low, the middle middle and the least high (Paeth, "Median finding on a 3×3 grid", 1990).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Nine(T** taps, T* output, long count)
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Both(T* low, T* high, T* toLow, T* toHigh)
    {
        int n = TTap.Count;
        TTap left0 = TTap.Load(low), left1 = TTap.Load(low + n), left2 = TTap.Load(low + 2 * n), left3 = TTap.Load(low + 3 * n);
        TTap right0 = TTap.Load(high), right1 = TTap.Load(high + n), right2 = TTap.Load(high + 2 * n), right3 = TTap.Load(high + 3 * n);
        TTap.Store(TTap.Min(left0, right0), toLow);
        TTap.Store(TTap.Min(left1, right1), toLow + n);
        TTap.Store(TTap.Min(left2, right2), toLow + 2 * n);
        TTap.Store(TTap.Min(left3, right3), toLow + 3 * n);
        TTap.Store(TTap.Max(left0, right0), toHigh);
        TTap.Store(TTap.Max(left1, right1), toHigh + n);
        TTap.Store(TTap.Max(left2, right2), toHigh + 2 * n);
        TTap.Store(TTap.Max(left3, right3), toHigh + 3 * n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Low(T* low, T* high, T* to)
    {
        int n = TTap.Count;
        for (int i = 0; i < TapLines.Block; i++) TTap.Store(TTap.Min(TTap.Load(low + i * n), TTap.Load(high + i * n)), to + i * n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void High(T* low, T* high, T* to)
    {
        int n = TTap.Count;
        for (int i = 0; i < TapLines.Block; i++) TTap.Store(TTap.Max(TTap.Load(low + i * n), TTap.Load(high + i * n)), to + i * n);
    }

    /// <summary>Writes a block of outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* from, T* output, long count)
    {
        for (long i = 0; i < count; i += TTap.Count)
        {
            TTap result = Lift(TTap.Load(from + i));
            if (count - i >= TTap.Count) TTap.Store(result, output + i);
            else TTap.StorePart(result, output + i, count - i);
        }
    }
}
