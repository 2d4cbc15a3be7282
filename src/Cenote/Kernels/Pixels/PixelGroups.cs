using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Sums of taps in order where channels lie side by side, a group of registers at a time: an addition takes three cycles, and two begin in each, so that one sum would wait for itself.
/// A group is all registers of a pixel, or as many as there is room for, so that what a tap reads lies on end; of pixels of one or two registers it is pixels.
/// Maxima of rows, and of the lines that they make, go the same way.
/// </summary>
internal static unsafe class PixelGroups
{
    /// <summary>The most registers of a group.</summary>
    private const long Most = 8;

    /// <summary>The most where sums of rows take registers of their own.</summary>
    private const long MostByRows = 6;

    /// <summary>The most pixels of a group where there are sixteen registers; places of more have to be kept in memory. With 32 sums of as many as have room gain. Measured.</summary>
    private const long MostPixels = 4;

    /// <summary>Whether there are 32 registers, which come with those of 512 bits.</summary>
    private static bool AreMany
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Registers.Exist(64);
    }

    /// <summary>Makes a block of outputs.</summary>
    public static void Pool<T, TTap, TState, TAcc, TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, byte* ones)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TTap none = default;
        Sides sides = new(outputs, TTap.Count, taps.ByRows ? MostByRows : Most);
        if (taps.ByRows) Pool<T, TTap, TState, TAcc, Any, TLoad, TReducer>(load, reducer, from, to, sides, taps, outputs.Fresh, ones, ref none);
        else Pool<T, TTap, TState, TAcc, None, TLoad, TReducer>(load, reducer, from, to, sides, taps, outputs.Fresh, ones, ref none);
    }

    /// <summary>Makes a block of sums, divided by nothing, or what other states come to, whose taps are watched.</summary>
    public static void Fold<T, TTap, TState, TAcc, TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        Pool<T, TTap, TState, TAcc, One, TLoad, TReducer>(load, reducer, from, to, new(outputs, TTap.Count, Most), taps, outputs.Fresh, ones, ref watch);
    }

    private static void Pool<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, in Sides sides, in PixelTaps taps, long fresh, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TByRows : struct, ISide
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        // What cannot be is not compiled: a load of part of a register has no pixels of three registers, and sums of rows leave no room for seven.
        if (!sides.IsPixel || typeof(TLoad) != typeof(UnitLoad<T, TTap>))
        {
            switch (sides.Together)
            {
                case 5 when AreMany: Pool<T, TTap, TState, TAcc, Five, Any, TByRows, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones, ref watch); break;
                case 6 when AreMany: Pool<T, TTap, TState, TAcc, Six, Any, TByRows, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones, ref watch); break;
                case 7 when AreMany && typeof(TByRows) != typeof(Any): Pool<T, TTap, TState, TAcc, Seven, Any, TByRows, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones, ref watch); break;
                case 8 when AreMany && typeof(TByRows) != typeof(Any): Pool<T, TTap, TState, TAcc, Eight, Any, TByRows, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones, ref watch); break;
                case 4: Pool<T, TTap, TState, TAcc, Four, Any, TByRows, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones, ref watch); break;
                default: Pool<T, TTap, TState, TAcc, Three, Any, TByRows, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones, ref watch); break;
            }

            return;
        }

        switch (sides.Together)
        {
            case 3: Pool<T, TTap, TState, TAcc, Three, One, TByRows, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones, ref watch); break;
            case 4: Pool<T, TTap, TState, TAcc, Four, One, TByRows, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones, ref watch); break;
            case 5: Pool<T, TTap, TState, TAcc, Five, One, TByRows, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones, ref watch); break;
            case 7 when typeof(TByRows) != typeof(Any): Pool<T, TTap, TState, TAcc, Seven, One, TByRows, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones, ref watch); break;
            case 8 when typeof(TByRows) != typeof(Any): Pool<T, TTap, TState, TAcc, Eight, One, TByRows, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones, ref watch); break;
            default: Pool<T, TTap, TState, TAcc, Six, One, TByRows, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones, ref watch); break;
        }
    }

    /// <summary>Where a register of a group lies, in bytes; within a pixel as a number that the compiler knows.</summary>
    // An address of two registers takes the Zen 3 longer: 1.2 of the time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long At<TSide, TAlong, TTap>(long number, long place)
        where TSide : struct, ISide
        where TAlong : struct, ISide
        where TTap : unmanaged => typeof(TAlong) == typeof(One) && number + 1 < TSide.Of(0) ? number * sizeof(TTap) : place;

    // TByRows is Any where sums are made row by row, None where they are not, One where they are not divided either, and taps watched.
    // Bounds: windows are clipped to the input, and registers to the channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Pool<T, TTap, TState, TAcc, TSide, TAlong, TByRows, TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, in Sides sides, in PixelTaps taps, long fresh, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TSide : struct, ISide
        where TAlong : struct, ISide
        where TByRows : struct, ISide
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        // In bytes: an address is then the sum of two registers, which needs no instruction of its own.
        long columns = taps.Columns, divisor = taps.Divisor, next = taps.Next * sizeof(T), bytes = sides.From * sizeof(T), bytesTo = sides.To * sizeof(T);
        long second = At<TSide, TAlong, TTap>(1, sides.Place(1) * bytes), third = At<TSide, TAlong, TTap>(2, sides.Place(2) * bytes), fourth = At<TSide, TAlong, TTap>(3, sides.Place(3) * bytes), fifth = At<TSide, TAlong, TTap>(4, sides.Place(4) * bytes), sixth = At<TSide, TAlong, TTap>(5, sides.Place(5) * bytes), seventh = At<TSide, TAlong, TTap>(6, sides.Place(6) * bytes), eighth = At<TSide, TAlong, TTap>(7, sides.Place(7) * bytes);
        long secondTo = At<TSide, TAlong, TTap>(1, sides.Place(1) * bytesTo), thirdTo = At<TSide, TAlong, TTap>(2, sides.Place(2) * bytesTo), fourthTo = At<TSide, TAlong, TTap>(3, sides.Place(3) * bytesTo), fifthTo = At<TSide, TAlong, TTap>(4, sides.Place(4) * bytesTo), sixthTo = At<TSide, TAlong, TTap>(5, sides.Place(5) * bytesTo), seventhTo = At<TSide, TAlong, TTap>(6, sides.Place(6) * bytesTo), eighthTo = At<TSide, TAlong, TTap>(7, sides.Place(7) * bytesTo);
        long* starts = taps.Starts, end = starts + taps.Rows, asks = taps.AskStarts, asksEnd = asks + taps.Asks;
        TTap by = TReducer.Divisor(ones, divisor), seen = default;
        long fromStep = sides.From, toStep = sides.To, group = sides.Group, last = sides.Last, nextFrom = sides.NextFrom, nextTo = sides.NextTo;
        fresh *= TSide.Of(0);
        for (long line = sides.Rows; line > 0; line--, from += sides.RowFrom, to += sides.RowTo)
        {
            T* ask = from, sideFrom = from, sideTo = to;
            for (long other = sides.Others; other > 0; other--, sideFrom += nextFrom, sideTo += nextTo)
            {
                for (long at = 0; ; at = Math.Min(at + group, last))
                {
                    T* aFrom = sideFrom + at * fromStep, aTo = sideTo + at * toStep;
                    OneWindow<T, TTap, TState, TAcc, TReducer> a = new(reducer, none), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
                    TAcc aRows = none, bRows = none, cRows = none, dRows = none, eRows = none, fRows = none;
                    for (long* row = starts; row != end; row++)
                    {
                        byte* p = (byte*)(aFrom + *row);
                        for (long k = columns; k != 0; p += next, k--)
                        {
                            Take<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, ref a, (T*)p);
                            Take<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, ref b, (T*)(p + second));
                            if (TSide.Of(0) > 2) Take<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, ref c, (T*)(p + third));
                            if (TSide.Of(0) > 3) Take<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, ref d, (T*)(p + fourth));
                            if (TSide.Of(0) > 4) Take<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, ref e, (T*)(p + fifth));
                            if (TSide.Of(0) > 5) Take<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, ref f, (T*)(p + sixth));
                            if (TSide.Of(0) > 6) Take<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, ref g, (T*)(p + seventh));
                            if (TSide.Of(0) > 7) Take<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, ref h, (T*)(p + eighth));
                        }

                        if (typeof(TByRows) != typeof(Any)) continue;
                        aRows = reducer.Combine(aRows, a.State);
                        bRows = reducer.Combine(bRows, b.State);
                        if (TSide.Of(0) > 2) cRows = reducer.Combine(cRows, c.State);
                        if (TSide.Of(0) > 3) dRows = reducer.Combine(dRows, d.State);
                        if (TSide.Of(0) > 4) eRows = reducer.Combine(eRows, e.State);
                        if (TSide.Of(0) > 5) fRows = reducer.Combine(fRows, f.State);
                        a.State = b.State = c.State = d.State = e.State = f.State = none;
                    }

                    if (typeof(TByRows) == typeof(Any))
                    {
                        a.State = aRows;
                        b.State = bRows;
                        c.State = cRows;
                        d.State = dRows;
                        e.State = eRows;
                        f.State = fRows;
                    }

                    if (typeof(TByRows) == typeof(One) && default(TReducer) is not ITapSum)
                    {
                        seen = reducer.Watch(reducer.Watch(seen, a.Seen), b.Seen);
                        if (TSide.Of(0) > 2) seen = reducer.Watch(seen, c.Seen);
                        if (TSide.Of(0) > 3) seen = reducer.Watch(seen, d.Seen);
                        if (TSide.Of(0) > 4) seen = reducer.Watch(seen, e.Seen);
                        if (TSide.Of(0) > 5) seen = reducer.Watch(seen, f.Seen);
                        if (TSide.Of(0) > 6) seen = reducer.Watch(seen, g.Seen);
                        if (TSide.Of(0) > 7) seen = reducer.Watch(seen, h.Seen);
                    }

                    for (long* start = asks; start < asksEnd; start++) Prefetch.Behind(ask + *start, fresh * sizeof(T), 0);
                    ask += fresh;
                    Store<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, a, ones, divisor, by, aTo);
                    Store<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, b, ones, divisor, by, (T*)((byte*)aTo + secondTo));
                    if (TSide.Of(0) > 2) Store<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, c, ones, divisor, by, (T*)((byte*)aTo + thirdTo));
                    if (TSide.Of(0) > 3) Store<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, d, ones, divisor, by, (T*)((byte*)aTo + fourthTo));
                    if (TSide.Of(0) > 4) Store<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, e, ones, divisor, by, (T*)((byte*)aTo + fifthTo));
                    if (TSide.Of(0) > 5) Store<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, f, ones, divisor, by, (T*)((byte*)aTo + sixthTo));
                    if (TSide.Of(0) > 6) Store<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, g, ones, divisor, by, (T*)((byte*)aTo + seventhTo));
                    if (TSide.Of(0) > 7) Store<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(load, h, ones, divisor, by, (T*)((byte*)aTo + eighthTo));
                    if (at == last) break;
                }
            }
        }

        if (typeof(TByRows) == typeof(One) && default(TReducer) is not ITapSum) watch = reducer.Watch(watch, seen);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take<T, TTap, TState, TAcc, TByRows, TLoad, TReducer>(TLoad load, ref OneWindow<T, TTap, TState, TAcc, TReducer> window, T* tap)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (typeof(TByRows) == typeof(One)) window.Take(load, tap);
        else window.TakeSeen(load, tap);
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
        private readonly long _unit, _length;

        /// <param name="outputs">The block.</param>
        /// <param name="register">Lanes of a register.</param>
        /// <param name="most">The most registers of a group; groups are as even as can be, so that few registers are made twice.</param>
        public Sides(in PixelOutputs outputs, long register, long most)
        {
            PixelOutputs block = outputs;
            long neighbours;
            IsPixel = outputs.Length > 2 * register;
            if (IsPixel)
            {
                (_unit, _length, From, To) = (register, outputs.Length, 1, 1);
                (Others, NextFrom, NextTo) = (outputs.Pixels, outputs.From, outputs.To);
                neighbours = (outputs.Length + register - 1) / register;
            }
            else
            {
                if (outputs.Pixels < 3 && outputs.Rows > outputs.Pixels) block = outputs.Turned;
                (_unit, _length, From, To) = (1, block.Pixels, block.From, block.To);
                NextFrom = NextTo = Math.Max(0, outputs.Length - register);
                Others = NextFrom > 0 ? 2 : 1;
                neighbours = block.Pixels;
                most = AreMany ? most : MostPixels;
            }

            (Rows, RowFrom, RowTo) = (block.Rows, block.FromRow, block.ToRow);
            long groups = neighbours <= most ? 1 : (neighbours + most - 1) / most;
            Together = groups == 1 ? neighbours : (neighbours + groups - 1) / groups;
            Group = Together * _unit;
            Last = Math.Max(0, _length - Group);
        }

        /// <summary>Whether groups are registers of a pixel.</summary>
        public bool IsPixel { get; }

        /// <summary>How many registers a group has.</summary>
        public long Together { get; }

        /// <summary>The distance between groups along the side, as positions.</summary>
        public long Group { get; }

        /// <summary>Where the last group begins.</summary>
        public long Last { get; }

        /// <summary>The distance between positions along the side in the input.</summary>
        public long From { get; }

        /// <summary>The same in the output.</summary>
        public long To { get; }

        /// <summary>How many such sides a row has.</summary>
        public long Others { get; }

        /// <summary>From one to the next, in the input.</summary>
        public long NextFrom { get; }

        /// <summary>The same in the output.</summary>
        public long NextTo { get; }

        public long Rows { get; }

        /// <summary>From row to row, in the input.</summary>
        public long RowFrom { get; }

        /// <summary>The same in the output.</summary>
        public long RowTo { get; }

        /// <summary>The position of a neighbour in its group; where there are fewer, some are made twice.</summary>
        public long Place(long number) => Math.Min(number * _unit, Math.Max(0, _length - _unit));
    }
}
