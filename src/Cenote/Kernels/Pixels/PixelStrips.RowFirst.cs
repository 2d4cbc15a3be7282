using System.Runtime.CompilerServices;

namespace Cenote;

/// <content>Strips of maxima, and of sums of rows: each row of a window is combined once for all windows that are open.</content>
internal static unsafe partial class PixelStrips
{
    /// <summary>Each row of taps is combined once, and then with all open windows.</summary>
    // Bounds: windows are clipped to the input, and registers to the channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void RowFirst<T, TTap, TState, TAcc, TSide, TReducer>(TReducer reducer, T* firstFrom, T* firstTo, in PixelOutputs outputs, in Places fromPlaces, in Places toPlaces, in PixelTaps taps, in PixelSteps steps, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TSide : struct, ISide
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        TTap firstSeen = default, secondSeen = default, thirdSeen = default, fourthSeen = default;
        long columns = taps.Columns, next = taps.Next, twice = 2 * next, thrice = 3 * next, nextRow = steps.NextRow, divisor = taps.Divisor;
        long second = fromPlaces.Second, third = fromPlaces.Third, fourth = fromPlaces.Fourth;
        long fresh = outputs.Fresh * sizeof(T), behind = columns * next;
        PixelStep* begin = steps.First, end = begin + steps.Count;
        for (long image = 0; image < outputs.Rows; image++, firstFrom += outputs.FromRow, firstTo += outputs.ToRow)
        {
            T* from = firstFrom, to = firstTo;
            for (long pixel = outputs.Pixels; pixel > 0; pixel--, from += outputs.From, to += outputs.To)
            {
                TAcc a = none, b = none, c = none, d = none, a2 = none, b2 = none, c2 = none, d2 = none, a3 = none, b3 = none, c3 = none, d3 = none, a4 = none, b4 = none, c4 = none, d4 = none;
                for (PixelStep* step = begin; step != end; step++)
                {
                    T* row = from + step->From;
                    long open = step->Open;
                    for (long rows = step->Rows; rows > 0; rows--, row += nextRow)
                    {
                        if (fresh > 0) Prefetch.Behind(row + behind, fresh, 0);
                        TAcc one = none, two = none, three = none, four = none;
                        T* tap = row;
                        // Fours, a pair and a single one: of such tests all rows have the same outcome, while the end of a short loop is guessed wrong.
                        for (long k = columns; k >= 4; k -= 4, tap += 2 * twice)
                        {
                            Fold<T, TTap, TState, TAcc, Four, TReducer>(reducer, tap, next, twice, thrice, ref one, ref firstSeen);
                            if (TSide.Of(0) > 1) Fold<T, TTap, TState, TAcc, Four, TReducer>(reducer, tap + second, next, twice, thrice, ref two, ref secondSeen);
                            if (TSide.Of(0) > 2) Fold<T, TTap, TState, TAcc, Four, TReducer>(reducer, tap + third, next, twice, thrice, ref three, ref thirdSeen);
                            if (TSide.Of(0) > 3) Fold<T, TTap, TState, TAcc, Four, TReducer>(reducer, tap + fourth, next, twice, thrice, ref four, ref fourthSeen);
                        }

                        if ((columns & 2) != 0)
                        {
                            Fold<T, TTap, TState, TAcc, Two, TReducer>(reducer, tap, next, twice, thrice, ref one, ref firstSeen);
                            if (TSide.Of(0) > 1) Fold<T, TTap, TState, TAcc, Two, TReducer>(reducer, tap + second, next, twice, thrice, ref two, ref secondSeen);
                            if (TSide.Of(0) > 2) Fold<T, TTap, TState, TAcc, Two, TReducer>(reducer, tap + third, next, twice, thrice, ref three, ref thirdSeen);
                            if (TSide.Of(0) > 3) Fold<T, TTap, TState, TAcc, Two, TReducer>(reducer, tap + fourth, next, twice, thrice, ref four, ref fourthSeen);
                            tap += twice;
                        }

                        if ((columns & 1) != 0)
                        {
                            Fold<T, TTap, TState, TAcc, One, TReducer>(reducer, tap, next, twice, thrice, ref one, ref firstSeen);
                            if (TSide.Of(0) > 1) Fold<T, TTap, TState, TAcc, One, TReducer>(reducer, tap + second, next, twice, thrice, ref two, ref secondSeen);
                            if (TSide.Of(0) > 2) Fold<T, TTap, TState, TAcc, One, TReducer>(reducer, tap + third, next, twice, thrice, ref three, ref thirdSeen);
                            if (TSide.Of(0) > 3) Fold<T, TTap, TState, TAcc, One, TReducer>(reducer, tap + fourth, next, twice, thrice, ref four, ref fourthSeen);
                        }

                        a = reducer.Combine(a, one);
                        if (TSide.Of(0) > 1) a2 = reducer.Combine(a2, two);
                        if (TSide.Of(0) > 2) a3 = reducer.Combine(a3, three);
                        if (TSide.Of(0) > 3) a4 = reducer.Combine(a4, four);
                        if (open < 2) continue;
                        b = reducer.Combine(b, one);
                        if (TSide.Of(0) > 1) b2 = reducer.Combine(b2, two);
                        if (TSide.Of(0) > 2) b3 = reducer.Combine(b3, three);
                        if (TSide.Of(0) > 3) b4 = reducer.Combine(b4, four);
                        if (open < 3) continue;
                        c = reducer.Combine(c, one);
                        if (TSide.Of(0) > 1) c2 = reducer.Combine(c2, two);
                        if (TSide.Of(0) > 2) c3 = reducer.Combine(c3, three);
                        if (TSide.Of(0) > 3) c4 = reducer.Combine(c4, four);
                        if (open < 4) continue;
                        d = reducer.Combine(d, one);
                        if (TSide.Of(0) > 1) d2 = reducer.Combine(d2, two);
                        if (TSide.Of(0) > 2) d3 = reducer.Combine(d3, three);
                        if (TSide.Of(0) > 3) d4 = reducer.Combine(d4, four);
                    }

                    if (step->To < 0) continue;
                    T* at = to + step->To;
                    long factor = step->Factor * divisor;
                    TTap by = TReducer.Divisor(ones, factor);
                    TTap.Store(Finish<T, TTap, TState, TAcc, TReducer>(reducer, a, ones, factor, by), at);
                    if (TSide.Of(0) > 1) TTap.Store(Finish<T, TTap, TState, TAcc, TReducer>(reducer, a2, ones, factor, by), at + toPlaces.Second);
                    if (TSide.Of(0) > 2) TTap.Store(Finish<T, TTap, TState, TAcc, TReducer>(reducer, a3, ones, factor, by), at + toPlaces.Third);
                    if (TSide.Of(0) > 3) TTap.Store(Finish<T, TTap, TState, TAcc, TReducer>(reducer, a4, ones, factor, by), at + toPlaces.Fourth);
                    (a, b, c, d) = (b, c, d, none);
                    if (TSide.Of(0) > 1) (a2, b2, c2, d2) = (b2, c2, d2, none);
                    if (TSide.Of(0) > 2) (a3, b3, c3, d3) = (b3, c3, d3, none);
                    if (TSide.Of(0) > 3) (a4, b4, c4, d4) = (b4, c4, d4, none);
                }
            }
        }

        watch = reducer.Watch(watch, firstSeen);
        if (TSide.Of(0) > 1) watch = reducer.Watch(watch, secondSeen);
        if (TSide.Of(0) > 2) watch = reducer.Watch(watch, thirdSeen);
        if (TSide.Of(0) > 3) watch = reducer.Watch(watch, fourthSeen);
    }

    /// <summary>Combines one, two or four neighbours of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fold<T, TTap, TState, TAcc, TCount, TReducer>(TReducer reducer, T* tap, long next, long twice, long thrice, ref TAcc state, ref TTap seen)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TCount : struct, ISide
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        Fold<T, TTap, TState, TAcc, TReducer>(reducer, tap, ref state, ref seen);
        if (typeof(TCount) == typeof(One)) return;
        Fold<T, TTap, TState, TAcc, TReducer>(reducer, tap + next, ref state, ref seen);
        if (typeof(TCount) == typeof(Two)) return;
        Fold<T, TTap, TState, TAcc, TReducer>(reducer, tap + twice, ref state, ref seen);
        Fold<T, TTap, TState, TAcc, TReducer>(reducer, tap + thrice, ref state, ref seen);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fold<T, TTap, TState, TAcc, TReducer>(TReducer reducer, T* tap, ref TAcc state, ref TTap seen)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (default(TReducer) is ITapSum)
        {
            state = AddFrom<T, TTap, TAcc>(state, tap);
            return;
        }

        TTap taken = TTap.Load(tap);
        seen = reducer.Watch(seen, taken);
        state = reducer.Combine(state, reducer.Lift(taken));
    }
}
