using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>A tap that reads the inputs of one phase.</summary>
/// <param name="Shift">Where its window's gradient lies in a copy, from the place of the input.</param>
/// <param name="Bits">Its number in the window, as the bits of a lane.</param>
internal readonly record struct GradientTap<TSum>(long Shift, TSum Bits);

/// <summary>All taps that read them, in the order of their windows. Walked by addresses: an index takes three instructions more.</summary>
internal readonly unsafe struct GradientTaps<TSum>(GradientTap<TSum>* first, long count)
    where TSum : unmanaged
{
    public GradientTap<TSum>* First { get; } = first;

    public GradientTap<TSum>* End { get; } = first + count;

    public long Count => End - First;
}

/// <summary>Adds up what each input of a phase gets, in the order of the windows: lanes across neighbouring inputs of the phase, whose windows are neighbours too.</summary>
// Bounds: the copies have room for four registers more than they have elements, and so have the sums. Methods of one loop each: the inliner has a budget.
internal static unsafe class GradientSums<TSum, TSums>
    where TSum : unmanaged
    where TSums : unmanaged, ILanes<TSums, TSum>
{
    /// <summary>All of the gradients.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Add(TSum* values, GradientTaps<TSum> taps, TSum* sums, long length)
    {
        long lanes = TSums.Count;
        for (long i = 0; i < length; i += 4 * lanes)
        {
            TSums first = default, second = default, third = default, fourth = default;
            TSum* place = values + i;
            for (GradientTap<TSum>* tap = taps.First; tap != taps.End; tap++)
            {
                TSum* from = place + tap->Shift;
                first += TSums.Load(from);
                second += TSums.Load(from + lanes);
                third += TSums.Load(from + 2 * lanes);
                fourth += TSums.Load(from + 3 * lanes);
            }

            TSums.Store(first, sums + i);
            TSums.Store(second, sums + i + lanes);
            TSums.Store(third, sums + i + 2 * lanes);
            TSums.Store(fourth, sums + i + 3 * lanes);
        }
    }

    /// <summary>The gradients of windows that chose the tap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void AddChosen(TSum* values, TSum* numbers, GradientTaps<TSum> taps, TSum* sums, long length)
    {
        long lanes = TSums.Count;
        for (long i = 0; i < length; i += 4 * lanes)
        {
            TSums first = default, second = default, third = default, fourth = default;
            TSum* place = values + i, numberPlace = numbers + i;
            for (GradientTap<TSum>* tap = taps.First; tap != taps.End; tap++)
            {
                TSums number = TSums.Fill(tap->Bits);
                TSum* from = place + tap->Shift, chosen = numberPlace + tap->Shift;
                first = TSums.AddWhereSame(first, from, chosen, number);
                second = TSums.AddWhereSame(second, from + lanes, chosen + lanes, number);
                third = TSums.AddWhereSame(third, from + 2 * lanes, chosen + 2 * lanes, number);
                fourth = TSums.AddWhereSame(fourth, from + 3 * lanes, chosen + 3 * lanes, number);
            }

            TSums.Store(first, sums + i);
            TSums.Store(second, sums + i + lanes);
            TSums.Store(third, sums + i + 2 * lanes);
            TSums.Store(fourth, sums + i + 3 * lanes);
        }
    }
}
