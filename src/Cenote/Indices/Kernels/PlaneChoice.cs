using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Chooses a tap of each channel's plane where channels lie side by side: some pixels at a time, all channels of them before the next ones, so that memory is read in its order. What the
/// channels have chosen so far is in the output and the numbers, which stay in the nearest cache.
/// </summary>
internal static unsafe class PlaneChoice<T, TTap, TNumber, TNumbers>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    /// <summary>Pixels at a time: where each is in a page of its own, they compete for few places in the cache.</summary>
    private const long Most = 8;

    /// <summary>Chooses, of so many pixels at equal distances.</summary>
    // Bounds: numbers have room for a register behind the last.
    public static TTap Choose<TReducer>(TReducer reducer, T* input, long pixel, long pixels, T* to, TNumber* numbers, long channels, TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        Begin(reducer, to, numbers, channels);
        long groups = (pixels + Most - 1) / Most, some = (pixels + groups - 1) / groups;
        for (long first = 0; first < pixels; first += some)
        {
            T* row = input + first * pixel;
            long count = Math.Min(some, pixels - first), done = Fours(reducer, row, pixel, count, first, to, numbers, channels, ref watch);
            watch = Rest(reducer, row, pixel, count, first, to, numbers, done, channels, watch);
        }

        Finish(reducer, to, channels);
        return watch;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Begin<TReducer>(TReducer reducer, T* to, TNumber* numbers, long channels)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        TTap none = reducer.Lift(reducer.Padding);
        for (long c = 0; c < channels; c += TTap.Count)
        {
            if (c + TTap.Count <= channels) TTap.Store(none, to + c);
            else TTap.StorePart(none, to + c, channels - c);
            TNumbers.Store(default, numbers + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Finish<TReducer>(TReducer reducer, T* to, long channels)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        for (long c = 0; c < channels; c += TTap.Count)
        {
            if (c + TTap.Count <= channels) TTap.Store(reducer.Finish(TTap.Load(to + c), null, 1), to + c);
            else TTap.StorePart(reducer.Finish(TTap.LoadPart(to + c, channels - c, default), null, 1), to + c, channels - c);
        }
    }

    /// <summary>Takes the channels in fours of registers, as far as they go, and says how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static long Fours<TReducer>(TReducer reducer, T* row, long pixel, long pixels, long first, T* to, TNumber* numbers, long channels, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        // Pixels that all lie in one place have no end to walk to.
        long count = TTap.Count, whole = pixel == 0 ? 0 : channels - channels % (4 * count), ahead = Prefetch.Distance / (Most * sizeof(T)) / count * count;
        TNumbers start = NumberLine.Fill<TNumbers, TNumber>(first), one = NumberLine.Fill<TNumbers, TNumber>(1);
        TTap seen = watch;
        for (long c = 0; c < whole; c += 4 * count)
        {
            T* tap = row + c, end = tap + pixels * pixel;
            // Behind the last channels come the first ones of the next pixels.
            long asked = c + ahead < channels ? ahead : pixels * pixel + ahead - channels;
            TNumbers number = start;
            Choices<T, TTap, TNumber, TNumbers, TReducer> a = Load(reducer, to + c, numbers + c), b = Load(reducer, to + c + count, numbers + c + count);
            Choices<T, TTap, TNumber, TNumbers, TReducer> e = Load(reducer, to + c + 2 * count, numbers + c + 2 * count), f = Load(reducer, to + c + 3 * count, numbers + c + 3 * count);
            for (; tap != end; tap += pixel, number += one)
            {
                Prefetch.Behind(tap, 4 * sizeof(TTap), asked * sizeof(T));
                a.Take(TTap.Load(tap), number);
                b.Take(TTap.Load(tap + count), number);
                e.Take(TTap.Load(tap + 2 * count), number);
                f.Take(TTap.Load(tap + 3 * count), number);
            }

            Store(a, to + c, numbers + c);
            Store(b, to + c + count, numbers + c + count);
            Store(e, to + c + 2 * count, numbers + c + 2 * count);
            Store(f, to + c + 3 * count, numbers + c + 3 * count);
            seen = reducer.Watch(reducer.Watch(reducer.Watch(reducer.Watch(seen, a.Seen), b.Seen), e.Seen), f.Seen);
        }

        watch = seen;
        return whole;
    }

    /// <summary>Takes the other channels, register by register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TTap Rest<TReducer>(TReducer reducer, T* row, long pixel, long pixels, long first, T* to, TNumber* numbers, long channel, long channels, TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        TNumbers start = NumberLine.Fill<TNumbers, TNumber>(first), one = NumberLine.Fill<TNumbers, TNumber>(1);
        for (long c = channel; c < channels; c += TTap.Count)
        {
            long rest = channels - c;
            var chosen = new Choices<T, TTap, TNumber, TNumbers, TReducer>(reducer, TTap.LoadPart(to + c, rest, default), TNumbers.Load(numbers + c));
            TNumbers number = start;
            for (long i = 0; i < pixels; i++, number += one) chosen.Take(TTap.LoadPart(row + c + i * pixel, rest, reducer.Padding), number);
            TTap.StorePart(chosen.Values, to + c, rest);
            TNumbers.Store(chosen.Numbers, numbers + c);
            watch = reducer.Watch(watch, chosen.Seen);
        }

        return watch;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Choices<T, TTap, TNumber, TNumbers, TReducer> Load<TReducer>(TReducer reducer, T* values, TNumber* numbers)
        where TReducer : struct, IChoiceLanes<T, TTap> => new(reducer, TTap.Load(values), TNumbers.Load(numbers));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TReducer>(in Choices<T, TTap, TNumber, TNumbers, TReducer> chosen, T* values, TNumber* numbers)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        TTap.Store(chosen.Values, values);
        TNumbers.Store(chosen.Numbers, numbers);
    }
}
