using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Sums of taps in order where channels lie side by side, a group of registers at a time: an addition takes three cycles, and two begin in each, so that one sum would wait for itself.
/// A group is all registers of a pixel, or as many as there is room for, so that what a tap reads lies on end; of three or four registers it is two pixels, of one or two it is one register of four.
/// </summary>
internal static unsafe class PixelSums
{
    /// <summary>The most registers of a group.</summary>
    private const long Most = 8;

    /// <summary>The most pixels of a group.</summary>
    private const long MostPixels = 4;

    /// <summary>Makes a block of outputs.</summary>
    public static void Pool<T, TTap, TState, TAcc, TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, byte* ones)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        Pool<T, TTap, TState, TAcc, None, TLoad, TReducer>(load, reducer, from, to, new(outputs, TTap.Count), taps, outputs.Fresh, ones);
    }

    /// <summary>Makes a block of sums, divided by nothing.</summary>
    public static void Fold<T, TTap, TState, TAcc, TReducer>(TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, byte* ones)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        Pool<T, TTap, TState, TAcc, One, UnitLoad<T, TTap>, TReducer>(default, reducer, from, to, new(outputs, TTap.Count), taps, outputs.Fresh, ones);
    }

    private static void Pool<T, TTap, TState, TAcc, TUndivided, TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, in Sides sides, in PixelTaps taps, long fresh, byte* ones)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TUndivided : struct, ISide
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        // What cannot be is not compiled: a load of part of a register has no pixels of three registers.
        if (sides.Registers < 3 || typeof(TLoad) != typeof(UnitLoad<T, TTap>))
        {
            if (sides.Together < 4) Pool<T, TTap, TState, TAcc, Three, Any, TUndivided, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones);
            else Pool<T, TTap, TState, TAcc, Four, Any, TUndivided, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones);
            return;
        }

        switch (sides.Together)
        {
            case 3: Pool<T, TTap, TState, TAcc, Three, One, TUndivided, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones); break;
            case 4: Pool<T, TTap, TState, TAcc, Four, One, TUndivided, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones); break;
            case 5: Pool<T, TTap, TState, TAcc, Five, One, TUndivided, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones); break;
            case 6 when sides.Registers == 3: Pool<T, TTap, TState, TAcc, Six, Two, TUndivided, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones); break;
            case 6: Pool<T, TTap, TState, TAcc, Six, One, TUndivided, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones); break;
            case 7: Pool<T, TTap, TState, TAcc, Seven, One, TUndivided, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones); break;
            case 8 when sides.Registers == 4: Pool<T, TTap, TState, TAcc, Eight, Two, TUndivided, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones); break;
            default: Pool<T, TTap, TState, TAcc, Eight, One, TUndivided, TLoad, TReducer>(load, reducer, from, to, sides, taps, fresh, ones); break;
        }
    }

    /// <summary>Where a register of a group lies, in bytes; within a pixel as a number that the compiler knows.</summary>
    /// <param name="number">Which it is.</param>
    /// <param name="place">Where it lies where the compiler does not know.</param>
    /// <param name="pixel">The distance to the second of two pixels.</param>
    // An address of two registers takes the Zen 3 longer: 1.2 of the time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long At<TSide, TAlong, TTap>(long number, long place, long pixel = 0)
        where TSide : struct, ISide
        where TAlong : struct, ISide
        where TTap : unmanaged
    {
        if (typeof(TAlong) == typeof(Any)) return place;
        long each = TSide.Of(0) / TAlong.Of(0);
        return (number % each + 1 < each ? number % each * sizeof(TTap) : place) + (number < each ? 0 : pixel);
    }

    // TAlong is One where a group is registers of a pixel, Two where it is all those of two pixels, Any where it is pixels; TUndivided is One where sums are stored as they are.
    // Bounds: windows are clipped to the input, and registers to the channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Pool<T, TTap, TState, TAcc, TSide, TAlong, TUndivided, TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, in Sides sides, in PixelTaps taps, long fresh, byte* ones)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TSide : struct, ISide
        where TAlong : struct, ISide
        where TUndivided : struct, ISide
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        // In bytes: an address is then the sum of two registers, which needs no instruction of its own.
        long columns = taps.Columns, divisor = taps.Divisor, next = taps.Next * sizeof(T), bytes = sides.From * sizeof(T), bytesTo = sides.To * sizeof(T), unit = sides.UnitFrom * sizeof(T), unitTo = sides.UnitTo * sizeof(T);
        long pixel = sides.Next * bytes, pixelTo = sides.Next * bytesTo;
        long second = At<TSide, TAlong, TTap>(1, sides.Place(1) * unit), third = At<TSide, TAlong, TTap>(2, sides.Place(2) * unit), fourth = At<TSide, TAlong, TTap>(3, sides.Place(3) * unit), fifth = At<TSide, TAlong, TTap>(4, sides.Place(4) * unit), sixth = At<TSide, TAlong, TTap>(5, sides.Place(5) * unit), seventh = At<TSide, TAlong, TTap>(6, sides.Place(6) * unit), eighth = At<TSide, TAlong, TTap>(7, sides.Place(7) * unit);
        long secondTo = At<TSide, TAlong, TTap>(1, sides.Place(1) * unitTo), thirdTo = At<TSide, TAlong, TTap>(2, sides.Place(2) * unitTo), fourthTo = At<TSide, TAlong, TTap>(3, sides.Place(3) * unitTo, pixelTo), fifthTo = At<TSide, TAlong, TTap>(4, sides.Place(4) * unitTo, pixelTo), sixthTo = At<TSide, TAlong, TTap>(5, sides.Place(5) * unitTo, pixelTo), seventhTo = At<TSide, TAlong, TTap>(6, sides.Place(6) * unitTo, pixelTo), eighthTo = At<TSide, TAlong, TTap>(7, sides.Place(7) * unitTo, pixelTo);
        long* starts = taps.Starts, end = starts + taps.Rows, asks = taps.AskStarts, asksEnd = asks + taps.Asks;
        TTap by = TReducer.Divisor(ones, divisor);
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
                    for (long* row = starts; row != end; row++)
                    {
                        byte* p = (byte*)(aFrom + *row);
                        for (long k = columns; k != 0; p += next, k--)
                        {
                            a.Take(load, (T*)p);
                            b.Take(load, (T*)(p + second));
                            if (TSide.Of(0) > 2) c.Take(load, (T*)(p + third));
                            if (typeof(TAlong) == typeof(Two))
                            {
                                byte* q = p + pixel;
                                if (typeof(TSide) == typeof(Eight)) d.Take(load, (T*)(p + fourth));
                                else d.Take(load, (T*)q);
                                e.Take(load, (T*)(q + fifth));
                                f.Take(load, (T*)(q + sixth));
                                if (typeof(TSide) != typeof(Eight)) continue;
                                g.Take(load, (T*)(q + seventh));
                                h.Take(load, (T*)(q + eighth));
                                continue;
                            }

                            if (TSide.Of(0) > 3) d.Take(load, (T*)(p + fourth));
                            if (TSide.Of(0) > 4) e.Take(load, (T*)(p + fifth));
                            if (TSide.Of(0) > 5) f.Take(load, (T*)(p + sixth));
                            if (TSide.Of(0) > 6) g.Take(load, (T*)(p + seventh));
                            if (TSide.Of(0) > 7) h.Take(load, (T*)(p + eighth));
                        }
                    }

                    for (long* start = asks; start < asksEnd; start++) Prefetch.Behind(ask + *start, fresh * sizeof(T), 0);
                    ask += fresh;
                    Store<T, TTap, TState, TAcc, TUndivided, TLoad, TReducer>(load, a, ones, divisor, by, aTo);
                    Store<T, TTap, TState, TAcc, TUndivided, TLoad, TReducer>(load, b, ones, divisor, by, (T*)((byte*)aTo + secondTo));
                    if (TSide.Of(0) > 2) Store<T, TTap, TState, TAcc, TUndivided, TLoad, TReducer>(load, c, ones, divisor, by, (T*)((byte*)aTo + thirdTo));
                    if (TSide.Of(0) > 3) Store<T, TTap, TState, TAcc, TUndivided, TLoad, TReducer>(load, d, ones, divisor, by, (T*)((byte*)aTo + fourthTo));
                    if (TSide.Of(0) > 4) Store<T, TTap, TState, TAcc, TUndivided, TLoad, TReducer>(load, e, ones, divisor, by, (T*)((byte*)aTo + fifthTo));
                    if (TSide.Of(0) > 5) Store<T, TTap, TState, TAcc, TUndivided, TLoad, TReducer>(load, f, ones, divisor, by, (T*)((byte*)aTo + sixthTo));
                    if (TSide.Of(0) > 6) Store<T, TTap, TState, TAcc, TUndivided, TLoad, TReducer>(load, g, ones, divisor, by, (T*)((byte*)aTo + seventhTo));
                    if (TSide.Of(0) > 7) Store<T, TTap, TState, TAcc, TUndivided, TLoad, TReducer>(load, h, ones, divisor, by, (T*)((byte*)aTo + eighthTo));
                    if (at == last) break;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T, TTap, TState, TAcc, TUndivided, TLoad, TReducer>(TLoad load, in OneWindow<T, TTap, TState, TAcc, TReducer> window, byte* ones, long divisor, TTap by, T* to)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (typeof(TUndivided) == typeof(One)) TAcc.Store(window.State, (TState*)to);
        else load.Store(window.Finish(ones, divisor, by), to);
    }

    /// <summary>Where the groups of a block lie: along one of its sides, the last of which steps back over outputs already written, where there is room; for each of the others, row by row.</summary>
    internal readonly struct Sides
    {
        private readonly long _unit, _length;

        /// <param name="outputs">The block.</param>
        /// <param name="register">Lanes of a register.</param>
        public Sides(in PixelOutputs outputs, long register)
        {
            PixelOutputs block = outputs;
            Registers = (outputs.Length + register - 1) / register;
            (_unit, _length, UnitFrom, UnitTo) = (register, outputs.Length, 1, 1);
            long pixels = Registers <= 2 ? MostPixels : Registers <= 4 && Math.Max(outputs.Pixels, outputs.Rows) > 1 ? 2 : 1;
            if (pixels == 1)
            {
                (From, To) = (1, 1);
                (Others, NextFrom, NextTo) = (outputs.Pixels, outputs.From, outputs.To);
                Together = Even(Registers, Most);
                Group = Together * register;
                Last = Math.Max(0, _length - Group);
            }
            else
            {
                if (outputs.Pixels < 3 && outputs.Rows > outputs.Pixels) block = outputs.Turned;
                (From, To) = (block.From, block.To);
                Others = 1;
                (Group, Together) = (pixels, pixels * Registers);
                if (Registers <= 2)
                {
                    (_unit, _length, UnitFrom, UnitTo) = (1, block.Pixels, From, To);
                    NextFrom = NextTo = Math.Max(0, outputs.Length - register);
                    if (NextFrom > 0) Others = 2;
                    Group = Together = Even(block.Pixels, pixels);
                }

                Last = Math.Max(0, block.Pixels - Group);
                Next = Math.Min(1, block.Pixels - 1);
            }

            (Rows, RowFrom, RowTo) = (block.Rows, block.FromRow, block.ToRow);
        }

        /// <summary>How many registers a pixel has.</summary>
        public long Registers { get; }

        /// <summary>How many registers a group has.</summary>
        public long Together { get; }

        /// <summary>The distance between groups along the side, as positions.</summary>
        public long Group { get; }

        /// <summary>Where the last group begins.</summary>
        public long Last { get; }

        /// <summary>How many positions on the second pixel of a group lies; none where there is only one.</summary>
        public long Next { get; }

        /// <summary>The distance between positions along the side in the input.</summary>
        public long From { get; }

        /// <summary>The same in the output.</summary>
        public long To { get; }

        /// <summary>The distance between the places of registers in the input.</summary>
        public long UnitFrom { get; }

        /// <summary>The same in the output.</summary>
        public long UnitTo { get; }

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

        /// <summary>The place of a register in its group; where there are fewer, some are made twice.</summary>
        public long Place(long number) => Math.Min(number * _unit, Math.Max(0, _length - _unit));

        /// <summary>How many of some neighbours a group takes: as even as can be, so that few are made twice.</summary>
        private static long Even(long neighbours, long most)
        {
            if (neighbours <= most) return neighbours;
            long groups = (neighbours + most - 1) / most;
            return (neighbours + groups - 1) / groups;
        }
    }
}
