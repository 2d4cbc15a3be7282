using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Windows that share rows, where channels lie side by side: a few registers of outputs are walked down the rows, and what the windows still open come to stays on registers, so that
/// each tap is loaded once for all windows above each other. With registers as wide as a cache line loads decide: nearly every one crosses two lines where pixels are no multiple of it.
/// Windows cut off by the border are steps of the same walk as the others.
/// </summary>
internal static unsafe class PixelStrips
{
    /// <summary>The most windows that are open at once.</summary>
    public const long MostOpen = 4;

    /// <summary>The most registers side by side; with as many open windows there are twice as many sums as additions on their way.</summary>
    public const long Most = 4;

    /// <summary>Makes a block of outputs with the same columns of taps.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="from">The first tap of the first pixel, in the input's first row.</param>
    /// <param name="to">Its output in the first row.</param>
    /// <param name="outputs">The block: its rows are images, a pixel has up to <see cref="Most"/> registers, the last of which steps back, and brings new elements to each row, if these are to be asked for.</param>
    /// <param name="taps">The columns of a row; rows are those of the steps.</param>
    /// <param name="steps">The way down.</param>
    /// <param name="ones">Extents of one.</param>
    /// <param name="watch">Notes the taps.</param>
    public static void Pool<T, TTap, TState, TAcc, TReducer>(TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, in PixelSteps steps, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long last = outputs.Length - TTap.Count, registers = (outputs.Length + TTap.Count - 1) / TTap.Count;
        Places places = new(Math.Min(TTap.Count, last), Math.Min(2 * TTap.Count, last), Math.Min(3 * TTap.Count, last));
        long pixels = outputs.Pixels;
        if (registers > 2 || pixels == 1)
        {
            Pool<T, TTap, TState, TAcc, TReducer>(registers, reducer, from, to, outputs, places, places, taps, steps, ones, ref watch);
            return;
        }

        // Pixels of one or two registers go side by side, as many as there is room for.
        long together = Math.Min(Most / registers, pixels), groups = pixels / together, rest = pixels - groups * together;
        long nextFrom = outputs.From, nextTo = outputs.To;
        (Places fromPlaces, Places toPlaces) = registers == 1
            ? (new Places(nextFrom, 2 * nextFrom, 3 * nextFrom), new Places(nextTo, 2 * nextTo, 3 * nextTo))
            : (new Places(last, nextFrom, nextFrom + last), new Places(last, nextTo, nextTo + last));
        PixelOutputs block = outputs with { Pixels = groups, From = together * nextFrom, To = together * nextTo };
        Pool<T, TTap, TState, TAcc, TReducer>(together * registers, reducer, from, to, block, fromPlaces, toPlaces, taps, steps, ones, ref watch);
        if (rest == 0) return;
        from += groups * block.From;
        to += groups * block.To;
        Pool<T, TTap, TState, TAcc, TReducer>(rest * registers, reducer, from, to, outputs with { Pixels = 1 }, fromPlaces, toPlaces, taps, steps, ones, ref watch);
    }

    private static void Pool<T, TTap, TState, TAcc, TReducer>(long registers, TReducer reducer, T* from, T* to, in PixelOutputs outputs, in Places fromPlaces, in Places toPlaces, in PixelTaps taps, in PixelSteps steps, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        switch (registers)
        {
            case 1: Pool<T, TTap, TState, TAcc, One, TReducer>(reducer, from, to, outputs, fromPlaces, toPlaces, taps, steps, ones, ref watch); break;
            case 2: Pool<T, TTap, TState, TAcc, Two, TReducer>(reducer, from, to, outputs, fromPlaces, toPlaces, taps, steps, ones, ref watch); break;
            case 3: Pool<T, TTap, TState, TAcc, Three, TReducer>(reducer, from, to, outputs, fromPlaces, toPlaces, taps, steps, ones, ref watch); break;
            default: Pool<T, TTap, TState, TAcc, Four, TReducer>(reducer, from, to, outputs, fromPlaces, toPlaces, taps, steps, ones, ref watch); break;
        }
    }

    private static void Pool<T, TTap, TState, TAcc, TSide, TReducer>(TReducer reducer, T* from, T* to, in PixelOutputs outputs, in Places fromPlaces, in Places toPlaces, in PixelTaps taps, in PixelSteps steps, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TSide : struct, ISide
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (default(TReducer) is not ITapSum || taps.ByRows) RowFirst<T, TTap, TState, TAcc, TSide, TReducer>(reducer, from, to, outputs, fromPlaces, toPlaces, taps, steps, ones, ref watch);
        else TapByTap<T, TTap, TState, TAcc, TSide, TReducer>(reducer, from, to, outputs, fromPlaces, toPlaces, taps, steps, ones);
    }

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

    /// <summary>Each tap is added to all open windows, in row-major order.</summary>
    // Bounds: windows are clipped to the input, and registers to the channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TapByTap<T, TTap, TState, TAcc, TSide, TReducer>(TReducer reducer, T* firstFrom, T* firstTo, in PixelOutputs outputs, in Places fromPlaces, in Places toPlaces, in PixelTaps taps, in PixelSteps steps, byte* ones)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TSide : struct, ISide
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        long columns = taps.Columns, next = taps.Next, nextRow = steps.NextRow, divisor = taps.Divisor;
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
                        T* tap = row;
                        if (open == 1)
                        {
                            for (long k = columns; k > 0; k--, tap += next)
                            {
                                a = AddFrom<T, TTap, TAcc>(a, tap);
                                if (TSide.Of(0) > 1) a2 = AddFrom<T, TTap, TAcc>(a2, tap + second);
                                if (TSide.Of(0) > 2) a3 = AddFrom<T, TTap, TAcc>(a3, tap + third);
                                if (TSide.Of(0) > 3) a4 = AddFrom<T, TTap, TAcc>(a4, tap + fourth);
                            }
                        }
                        else if (open == 2)
                        {
                            for (long k = columns; k > 0; k--, tap += next)
                            {
                                TAcc taken = reducer.Lift(TTap.Load(tap));
                                (a, b) = (reducer.Combine(a, taken), reducer.Combine(b, taken));
                                if (TSide.Of(0) > 1)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + second));
                                    (a2, b2) = (reducer.Combine(a2, taken), reducer.Combine(b2, taken));
                                }

                                if (TSide.Of(0) > 2)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + third));
                                    (a3, b3) = (reducer.Combine(a3, taken), reducer.Combine(b3, taken));
                                }

                                if (TSide.Of(0) > 3)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + fourth));
                                    (a4, b4) = (reducer.Combine(a4, taken), reducer.Combine(b4, taken));
                                }
                            }
                        }
                        else if (open == 3)
                        {
                            for (long k = columns; k > 0; k--, tap += next)
                            {
                                TAcc taken = reducer.Lift(TTap.Load(tap));
                                (a, b, c) = (reducer.Combine(a, taken), reducer.Combine(b, taken), reducer.Combine(c, taken));
                                if (TSide.Of(0) > 1)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + second));
                                    (a2, b2, c2) = (reducer.Combine(a2, taken), reducer.Combine(b2, taken), reducer.Combine(c2, taken));
                                }

                                if (TSide.Of(0) > 2)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + third));
                                    (a3, b3, c3) = (reducer.Combine(a3, taken), reducer.Combine(b3, taken), reducer.Combine(c3, taken));
                                }

                                if (TSide.Of(0) > 3)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + fourth));
                                    (a4, b4, c4) = (reducer.Combine(a4, taken), reducer.Combine(b4, taken), reducer.Combine(c4, taken));
                                }
                            }
                        }
                        else
                        {
                            for (long k = columns; k > 0; k--, tap += next)
                            {
                                TAcc taken = reducer.Lift(TTap.Load(tap));
                                (a, b, c, d) = (reducer.Combine(a, taken), reducer.Combine(b, taken), reducer.Combine(c, taken), reducer.Combine(d, taken));
                                if (TSide.Of(0) > 1)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + second));
                                    (a2, b2, c2, d2) = (reducer.Combine(a2, taken), reducer.Combine(b2, taken), reducer.Combine(c2, taken), reducer.Combine(d2, taken));
                                }

                                if (TSide.Of(0) > 2)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + third));
                                    (a3, b3, c3, d3) = (reducer.Combine(a3, taken), reducer.Combine(b3, taken), reducer.Combine(c3, taken), reducer.Combine(d3, taken));
                                }

                                if (TSide.Of(0) > 3)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + fourth));
                                    (a4, b4, c4, d4) = (reducer.Combine(a4, taken), reducer.Combine(b4, taken), reducer.Combine(c4, taken), reducer.Combine(d4, taken));
                                }
                            }
                        }
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
    }

    /// <summary>A sum with a tap, where it lies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TAcc AddFrom<T, TTap, TAcc>(TAcc sum, T* tap)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TAcc : unmanaged => Unsafe.BitCast<TTap, TAcc>(TTap.AddFrom(Unsafe.BitCast<TAcc, TTap>(sum), tap));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTap Finish<T, TTap, TState, TAcc, TReducer>(TReducer reducer, TAcc state, byte* ones, long factor, TTap by)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        default(TReducer) is IOneDivisor ? reducer.Quotient(Unsafe.BitCast<TAcc, TTap>(state), by) : reducer.Finish(state, ones, factor);

    /// <summary>Where registers lie behind the first, in elements.</summary>
    private readonly record struct Places(long Second, long Third, long Fourth);
}
