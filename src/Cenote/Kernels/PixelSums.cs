using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Sums of taps in order where channels lie side by side, two groups of registers at a time: an addition takes three cycles, and two begin in each, so that fewer sums would wait for themselves.
/// A group is three or four neighbours, whose distances are found once: registers of a pixel, which lie in both halves of cache lines (two loads of the same half do not begin together); where a pixel has fewer than three, pixels.
/// </summary>
internal static unsafe class PixelSums
{
    /// <summary>Makes a block of outputs.</summary>
    public static void Pool<T, TTap, TState, TAcc, TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, byte* ones)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        // Sums of rows take registers of their own, for which fours leave no room.
        Sides sides = new(outputs, TTap.Count, inThrees: taps.ByRows);
        if (taps.ByRows) Pool<T, TTap, TState, TAcc, Three, Any, TLoad, TReducer>(load, reducer, from, to, sides, taps, outputs.Fresh, ones);
        else if (sides.InThrees) Pool<T, TTap, TState, TAcc, Three, None, TLoad, TReducer>(load, reducer, from, to, sides, taps, outputs.Fresh, ones);
        else Pool<T, TTap, TState, TAcc, Four, None, TLoad, TReducer>(load, reducer, from, to, sides, taps, outputs.Fresh, ones);
    }

    /// <summary>Makes a block of sums, divided by nothing.</summary>
    public static void Fold<T, TTap, TState, TAcc, TReducer>(TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, byte* ones)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        Sides sides = new(outputs, TTap.Count, inThrees: false);
        if (sides.InThrees) Pool<T, TTap, TState, TAcc, Three, One, UnitLoad<T, TTap>, TReducer>(default, reducer, from, to, sides, taps, 0, ones);
        else Pool<T, TTap, TState, TAcc, Four, One, UnitLoad<T, TTap>, TReducer>(default, reducer, from, to, sides, taps, 0, ones);
    }

    // TByRows is Any where sums are made row by row, None where they are not, One where they are not divided either.
    // Bounds: windows are clipped to the input, and registers to the channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Pool<T, TTap, TState, TAcc, TSide, TByRows, TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, in Sides sides, in PixelTaps taps, long fresh, byte* ones)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TSide : struct, ISide
        where TByRows : struct, ISide
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        // In bytes: an address is then the sum of two registers, which needs no instruction of its own.
        long columns = taps.Columns, divisor = taps.Divisor, next = taps.Next * sizeof(T), second = sides.Place(1) * sides.From * sizeof(T), third = sides.Place(2) * sides.From * sizeof(T), fourth = sides.Place(3) * sides.From * sizeof(T);
        long* starts = taps.Starts, end = starts + taps.Rows, asks = taps.AskStarts, asksEnd = asks + taps.Asks;
        TTap by = TReducer.Divisor(ones, divisor);
        long at = 0, other = sides.Others, secondTo = sides.Place(1) * sides.To, thirdTo = sides.Place(2) * sides.To, fourthTo = sides.Place(3) * sides.To;
        fresh *= 2 * TSide.Of(0);
        T* ask = from;
        for (long left = sides.Count; left > 0; left -= 2)
        {
            // Where one is left, it is made twice.
            T* a = from + at * sides.From, aTo = to + at * sides.To;
            if (left > 1 && sides.Step(ref from, ref to, ref at, ref other)) ask = from;
            T* b = from + at * sides.From, bTo = to + at * sides.To;
            if (left > 2 && sides.Step(ref from, ref to, ref at, ref other)) ask = from;
            OneWindow<T, TTap, TState, TAcc, TReducer> a0 = new(reducer, none), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
            TAcc a0Rows = none, a1Rows = none, a2Rows = none, b0Rows = none, b1Rows = none, b2Rows = none;
            for (long* row = starts; row != end; row++)
            {
                byte* p = (byte*)(a + *row), q = (byte*)(b + *row);
                for (long k = columns; k != 0; k--, p += next, q += next)
                {
                    a0.Take(load, (T*)p);
                    a1.Take(load, (T*)(p + second));
                    a2.Take(load, (T*)(p + third));
                    if (typeof(TSide) == typeof(Four)) a3.Take(load, (T*)(p + fourth));
                    b0.Take(load, (T*)q);
                    b1.Take(load, (T*)(q + second));
                    b2.Take(load, (T*)(q + third));
                    if (typeof(TSide) == typeof(Four)) b3.Take(load, (T*)(q + fourth));
                }

                if (typeof(TByRows) != typeof(Any)) continue;
                SixWindows.EndRow<T, TTap, TState, TAcc, TReducer>(reducer, none, ref a0.State, ref a0Rows);
                SixWindows.EndRow<T, TTap, TState, TAcc, TReducer>(reducer, none, ref a1.State, ref a1Rows);
                SixWindows.EndRow<T, TTap, TState, TAcc, TReducer>(reducer, none, ref a2.State, ref a2Rows);
                SixWindows.EndRow<T, TTap, TState, TAcc, TReducer>(reducer, none, ref b0.State, ref b0Rows);
                SixWindows.EndRow<T, TTap, TState, TAcc, TReducer>(reducer, none, ref b1.State, ref b1Rows);
                SixWindows.EndRow<T, TTap, TState, TAcc, TReducer>(reducer, none, ref b2.State, ref b2Rows);
            }

            if (typeof(TByRows) == typeof(Any)) (a0.State, a1.State, a2.State, b0.State, b1.State, b2.State) = (a0Rows, a1Rows, a2Rows, b0Rows, b1Rows, b2Rows);
            for (long* start = asks; start < asksEnd; start++) Prefetch.Behind(ask + *start, fresh * sizeof(T), 0);
            ask += fresh;
            Store<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, a0, ones, divisor, by, aTo);
            Store<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, a1, ones, divisor, by, aTo + secondTo);
            Store<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, a2, ones, divisor, by, aTo + thirdTo);
            if (typeof(TSide) == typeof(Four)) Store<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, a3, ones, divisor, by, aTo + fourthTo);
            Store<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, b0, ones, divisor, by, bTo);
            Store<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, b1, ones, divisor, by, bTo + secondTo);
            Store<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, b2, ones, divisor, by, bTo + thirdTo);
            if (typeof(TSide) == typeof(Four)) Store<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, b3, ones, divisor, by, bTo + fourthTo);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(TLoad load, in OneWindow<T, TTap, TState, TAcc, TReducer> window, byte* ones, long divisor, TTap by, T* to)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (typeof(TByRows) == typeof(One)) TAcc.Store(window.State, (TState*)to);
        else load.Store(window.Finish(ones, divisor, by), to);
    }

    /// <summary>Where the groups of a block lie: along one of its sides, the last of which steps back over outputs already written, where there is room; for each of the others, row by row.</summary>
    internal readonly struct Sides
    {
        private readonly long _unit, _length, _last, _group, _nextFrom, _nextTo, _rowFrom, _rowTo;

        /// <param name="outputs">The block.</param>
        /// <param name="register">Lanes of a register.</param>
        /// <param name="inThrees">Whether groups must be threes; else they are what makes fewer registers twice.</param>
        public Sides(in PixelOutputs outputs, long register, bool inThrees)
        {
            long rows = outputs.Rows, neighbours;
            if (outputs.Length > 2 * register)
            {
                (_unit, _length, From, To) = (register, outputs.Length, 1, 1);
                (Others, _nextFrom, _nextTo) = (outputs.Pixels, outputs.From, outputs.To);
                (_rowFrom, _rowTo) = (outputs.FromRow - (outputs.Pixels - 1) * outputs.From, outputs.ToRow - (outputs.Pixels - 1) * outputs.To);
                neighbours = (outputs.Length + register - 1) / register;
            }
            else
            {
                PixelOutputs block = outputs.Pixels < 3 && outputs.Rows > outputs.Pixels ? outputs.Turned : outputs;
                long second = Math.Max(0, outputs.Length - register);
                (_unit, _length, From, To) = (1, block.Pixels, block.From, block.To);
                (Others, _nextFrom, _nextTo) = (second > 0 ? 2 : 1, second, second);
                (_rowFrom, _rowTo) = (block.FromRow - second, block.ToRow - second);
                (rows, neighbours) = (block.Rows, block.Pixels);
            }

            long threes = (neighbours + 2) / 3, fours = (neighbours + 3) / 4;
            InThrees = inThrees || 3 * threes < 4 * fours;
            _group = (InThrees ? 3 : 4) * _unit;
            _last = Math.Max(0, _length - _group);
            Count = rows * Others * (InThrees ? threes : fours);
        }

        public bool InThrees { get; }

        /// <summary>How many groups there are.</summary>
        public long Count { get; }

        /// <summary>The distance between positions along the side in the input.</summary>
        public long From { get; }

        /// <summary>The same in the output.</summary>
        public long To { get; }

        /// <summary>How many such sides a row has.</summary>
        public long Others { get; }

        /// <summary>The position of a neighbour in its group; where there are fewer, some are made twice.</summary>
        public long Place(long number) => Math.Min(number * _unit, Math.Max(0, _length - _unit));

        /// <summary>To the next group.</summary>
        /// <returns>Whether that is in another row.</returns>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Step<T>(ref T* from, ref T* to, ref long at, ref long other)
            where T : unmanaged
        {
            if (at < _last)
            {
                at = Math.Min(at + _group, _last);
                return false;
            }

            at = 0;
            if (--other > 0)
            {
                from += _nextFrom;
                to += _nextTo;
                return false;
            }

            other = Others;
            from += _rowFrom;
            to += _rowTo;
            return true;
        }
    }
}
