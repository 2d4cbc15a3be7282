using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Rows of inputs that are summed up as <see cref="GradientSums{TSum, TSums}"/> does, and written where they belong at once.</summary>
// Bounds: what is read is what the sums of a tile read; a last register steps back over elements already written, or is stored in part.
internal static unsafe class GradientRows<TSum, TSums>
    where TSum : unmanaged
    where TSums : unmanaged, ILanes<TSums, TSum>
{
    /// <summary>Whether rows are made so: at strides of one and two, where they fill the registers that are worked on together.</summary>
    public static bool Suit(long rowStride, long stride, long length) => rowStride <= 2 && stride <= 2 && length >= 4 * TSums.Count;

    /// <summary>Rows of one phase.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(TSum* values, TSum* numbers, ReadOnlySpan<GradientTap<TSum>> taps, TSum* to, long length)
    {
        long lanes = TSums.Count, i = 0;
        for (; i + 4 * lanes <= length; i += 4 * lanes)
        {
            TSums first = default, second = default, third = default, fourth = default;
            foreach (ref readonly GradientTap<TSum> tap in taps)
            {
                TSums number = TSums.Fill(tap.Bits);
                TSum* from = values + tap.Shift + i;
                TSum* chosen = numbers + tap.Shift + i;
                first = TSums.AddWhereSame(first, TSums.Load(from), TSums.Load(chosen), number);
                second = TSums.AddWhereSame(second, TSums.Load(from + lanes), TSums.Load(chosen + lanes), number);
                third = TSums.AddWhereSame(third, TSums.Load(from + 2 * lanes), TSums.Load(chosen + 2 * lanes), number);
                fourth = TSums.AddWhereSame(fourth, TSums.Load(from + 3 * lanes), TSums.Load(chosen + 3 * lanes), number);
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
            foreach (ref readonly GradientTap<TSum> tap in taps) sum = TSums.AddWhereSame(sum, TSums.Load(values + tap.Shift + i), TSums.Load(numbers + tap.Shift + i), TSums.Fill(tap.Bits));
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Two(TSum* values, TSum* numbers, ReadOnlySpan<GradientTap<TSum>> taps, ReadOnlySpan<GradientTap<TSum>> otherTaps, in PhaseRows<TSum, TSums> phases, TSum* to, long length)
    {
        long lanes = TSums.Count;
        TSums low = phases.Lower, high = phases.Upper;
        for (; length > 0; length -= 4 * lanes, to += 4 * lanes, values += 2 * lanes, numbers += 2 * lanes)
        {
            TSums first = default, second = default, other = default, otherSecond = default;
            foreach (ref readonly GradientTap<TSum> tap in taps)
            {
                TSums number = TSums.Fill(tap.Bits);
                first = TSums.AddWhereSame(first, TSums.Load(values + tap.Shift), TSums.Load(numbers + tap.Shift), number);
                second = TSums.AddWhereSame(second, TSums.Load(values + tap.Shift + lanes), TSums.Load(numbers + tap.Shift + lanes), number);
            }

            foreach (ref readonly GradientTap<TSum> tap in otherTaps)
            {
                TSums number = TSums.Fill(tap.Bits);
                other = TSums.AddWhereSame(other, TSums.Load(values + tap.Shift), TSums.Load(numbers + tap.Shift), number);
                otherSecond = TSums.AddWhereSame(otherSecond, TSums.Load(values + tap.Shift + lanes), TSums.Load(numbers + tap.Shift + lanes), number);
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

    private static void StorePart(TSums sums, TSum* to, long length)
    {
        if (length >= TSums.Count) TSums.Store(sums, to);
        else if (length > 0) TSums.StorePart(sums, to, length);
    }
}
