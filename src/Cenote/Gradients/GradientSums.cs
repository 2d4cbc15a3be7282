using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>A tap that reads the inputs of one phase.</summary>
/// <param name="Shift">Where its window's gradient lies in a copy, from the place of the input.</param>
/// <param name="Number">Its number in the window.</param>
internal readonly record struct GradientTap<TSum>(long Shift, TSum Number);

/// <summary>Adds up what each input of a phase gets, in the order of the windows: lanes across neighbouring inputs of the phase, whose windows are neighbours too.</summary>
// Bounds: the copies have room for four registers more than they have elements, and so have the sums. Methods of one loop each: the inliner has a budget.
internal static unsafe class GradientSums<TSum, TSums>
    where TSum : unmanaged
    where TSums : unmanaged, ILanes<TSums, TSum>
{
    /// <summary>All of the gradients.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(TSum* values, ReadOnlySpan<GradientTap<TSum>> taps, TSum* sums, long length)
    {
        long lanes = TSums.Count;
        for (long i = 0; i < length; i += 4 * lanes)
        {
            TSums first = default, second = default, third = default, fourth = default;
            foreach (ref readonly GradientTap<TSum> tap in taps)
            {
                TSum* from = values + tap.Shift + i;
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddChosen(TSum* values, TSum* numbers, ReadOnlySpan<GradientTap<TSum>> taps, TSum* sums, long length)
    {
        long lanes = TSums.Count;
        for (long i = 0; i < length; i += 4 * lanes)
        {
            TSums first = default, second = default, third = default, fourth = default;
            foreach (ref readonly GradientTap<TSum> tap in taps)
            {
                TSums number = TSums.Fill(tap.Number);
                TSum* from = values + tap.Shift + i, chosen = numbers + tap.Shift + i;
                first = TSums.Select(TSums.Equal(TSums.Load(chosen), number), first + TSums.Load(from), first);
                second = TSums.Select(TSums.Equal(TSums.Load(chosen + lanes), number), second + TSums.Load(from + lanes), second);
                third = TSums.Select(TSums.Equal(TSums.Load(chosen + 2 * lanes), number), third + TSums.Load(from + 2 * lanes), third);
                fourth = TSums.Select(TSums.Equal(TSums.Load(chosen + 3 * lanes), number), fourth + TSums.Load(from + 3 * lanes), fourth);
            }

            TSums.Store(first, sums + i);
            TSums.Store(second, sums + i + lanes);
            TSums.Store(third, sums + i + 2 * lanes);
            TSums.Store(fourth, sums + i + 3 * lanes);
        }
    }
}
