using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Rows of inputs that are summed up as <see cref="GradientSums{TSum, TSums}"/> does, and written where they belong at once.</summary>
/// <typeparam name="TSum">A lane.</typeparam>
/// <typeparam name="TSums">A register of sums.</typeparam>
/// <typeparam name="TGiven"><see cref="ToChosen"/> or <see cref="ToAll"/>.</typeparam>
// Bounds: what is read is what the sums of a tile read; a last register steps back over elements already written, or is stored in part.
internal static unsafe class GradientRows<TSum, TSums, TGiven>
    where TSum : unmanaged
    where TSums : unmanaged, ILanes<TSums, TSum>
    where TGiven : struct
{
    /// <summary>Whether rows are made so: at strides of one and two, where they fill the registers that are worked on together.</summary>
    public static bool Suit(long rowStride, long stride, long length) => rowStride <= 2 && stride <= 2 && length >= 4 * TSums.Count;

    /// <summary>Rows of one phase.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void One(TSum* values, TSum* numbers, GradientTaps<TSum> taps, TSum* to, long length)
    {
        long lanes = TSums.Count, i = 0;
        for (; length - i > 2 * lanes; i += 4 * lanes)
        {
            // Three registers are rather made with one again; one or two are not worth it.
            i = Math.Min(i, length - 4 * lanes);
            TSums first = default, second = default, third = default, fourth = default;
            TSum* place = values + i, numberPlace = numbers + i;
            for (GradientTap<TSum>* tap = taps.First; tap != taps.End; tap++)
            {
                TSums number = TSums.Fill(tap->Bits);
                TSum* from = place + tap->Shift, chosen = numberPlace + tap->Shift;
                first = Add(first, from, chosen, number);
                second = Add(second, from + lanes, chosen + lanes, number);
                third = Add(third, from + 2 * lanes, chosen + 2 * lanes, number);
                fourth = Add(fourth, from + 3 * lanes, chosen + 3 * lanes, number);
            }

            Prefetch.Behind(to + i, 4 * sizeof(TSums));
            TSums.Store(first, to + i);
            TSums.Store(second, to + i + lanes);
            TSums.Store(third, to + i + 2 * lanes);
            TSums.Store(fourth, to + i + 3 * lanes);
        }

        for (; i < length; i += lanes)
        {
            i = Math.Min(i, length - lanes);
            TSums sum = default;
            TSum* place = values + i, numberPlace = numbers + i;
            for (GradientTap<TSum>* tap = taps.First; tap != taps.End; tap++) sum = Add(sum, place + tap->Shift, numberPlace + tap->Shift, TSums.Fill(tap->Bits));
            Prefetch.Behind(to + i, sizeof(TSums));
            TSums.Store(sum, to + i);
        }
    }

    /// <summary>Rows of two phases in turn.</summary>
    /// <param name="values">The first input's quotient in the gradients.</param>
    /// <param name="numbers">And in the numbers.</param>
    /// <param name="taps">Those of the first input's phase.</param>
    /// <param name="otherTaps">Those of the second's, as they lie from the first one's quotient.</param>
    /// <param name="phases">Puts them together.</param>
    /// <param name="to">The row.</param>
    /// <param name="length">How many inputs.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Two(TSum* values, TSum* numbers, GradientTaps<TSum> taps, GradientTaps<TSum> otherTaps, in PhaseRows<TSum, TSums> phases, TSum* to, long length)
    {
        long lanes = TSums.Count;
        TSums low = phases.Lower, high = phases.Upper;
        for (; length > 0; length -= 4 * lanes, to += 4 * lanes, values += 2 * lanes, numbers += 2 * lanes)
        {
            TSums first = default, second = default, other = default, otherSecond = default;
            for (GradientTap<TSum>* tap = taps.First; tap != taps.End; tap++)
            {
                TSums number = TSums.Fill(tap->Bits);
                TSum* from = values + tap->Shift, chosen = numbers + tap->Shift;
                first = Add(first, from, chosen, number);
                second = Add(second, from + lanes, chosen + lanes, number);
            }

            for (GradientTap<TSum>* tap = otherTaps.First; tap != otherTaps.End; tap++)
            {
                TSums number = TSums.Fill(tap->Bits);
                TSum* from = values + tap->Shift, chosen = numbers + tap->Shift;
                other = Add(other, from, chosen, number);
                otherSecond = Add(otherSecond, from + lanes, chosen + lanes, number);
            }

            Prefetch.Behind(to, 4 * sizeof(TSums));
            TSums lower = TSums.Pick(first, other, low), upper = TSums.Pick(first, other, high);
            TSums secondLower = TSums.Pick(second, otherSecond, low), secondUpper = TSums.Pick(second, otherSecond, high);
            if (length >= 4 * lanes)
            {
                TSums.Store(lower, to);
                TSums.Store(upper, to + lanes);
                TSums.Store(secondLower, to + 2 * lanes);
                TSums.Store(secondUpper, to + 3 * lanes);
                continue;
            }

            StorePart(lower, to, length);
            StorePart(upper, to + lanes, length - lanes);
            StorePart(secondLower, to + 2 * lanes, length - 2 * lanes);
            StorePart(secondUpper, to + 3 * lanes, length - 3 * lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSums Add(TSums sums, TSum* values, TSum* numbers, TSums number) =>
        typeof(TGiven) == typeof(ToChosen) ? TSums.AddWhereSame(sums, values, numbers, number) : TSums.AddFrom(sums, values);

    private static void StorePart(TSums sums, TSum* to, long length)
    {
        if (length >= TSums.Count) TSums.Store(sums, to);
        else if (length > 0) TSums.StorePart(sums, to, length);
    }
}

/// <summary>A window gives to the tap that it has chosen.</summary>
internal readonly struct ToChosen;

/// <summary>A window gives to all of its taps.</summary>
internal readonly struct ToAll;
