using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Windows of one row of taps where channels lie side by side: up to five registers of a pixel are walked along the row, in the order of memory, and what the windows still open come to stays on registers
/// (<see cref="IOpenWindows{TSelf, TAcc}"/>), so that each tap is loaded once for all windows that share it. What a stride comes to is made once for all of them, too, unless sums are in order.
/// </summary>
internal static unsafe class OpenPixels
{
    /// <summary>The most windows that are open at once.</summary>
    private const long MostOpen = 8;

    /// <summary>The most registers side by side.</summary>
    private const long Most = 5;

    /// <summary>Registers that hold what is open, and of maxima what a stride comes to and what watches; there are 32, and with more than these some are kept in memory.</summary>
    private const long States = 21;

    /// <summary>Windows of so many taps and more are worth it where neighbours could be one pixel with more channels: maxima take 0.5 to 0.9 of the time, sums of four to seven taps 0.4 to 1.0, of two and three 0.9 to 2. Measured.</summary>
    private const long FewestSums = 4;

    /// <summary>Input of pixels that are walked along together, some registers after the others, in bytes: a part of the first-level cache.</summary>
    private const long BlockBytes = 6 << 10;

    /// <summary>Whether windows are made so: where there are 32 registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool MayBe<T, TTap, TState, TAcc, TReducer>()
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        Registers.Exist(64) && sizeof(TAcc) == sizeof(TTap) && (default(TReducer) is ITapSum || (TReducer.IsIdempotent && default(TReducer) is ITapState));

    /// <summary>Whether neighbours at stride 1 are better walked along than made as one pixel with more channels.</summary>
    public static bool Pay<TReducer>(AxisPlan width)
        where TReducer : struct => width is { Dilation: 1, Kernel: > 1 and <= MostOpen } && (default(TReducer) is not ITapSum || width.Kernel >= FewestSums);

    public static bool Fit(in PixelOutputs outputs, in PixelTaps taps) =>
        outputs is { Pixels: > 1, From: > 0 } && taps is { Rows: 1, ByRows: false, Next: > 0 } && outputs.From % taps.Next == 0 && taps.Columns <= MostOpen * (outputs.From / taps.Next);

    /// <summary>Makes a block of outputs.</summary>
    public static void Pool<T, TTap, TState, TAcc, TReducer>(TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long stride = outputs.From / taps.Next, open = (taps.Columns + stride - 1) / stride;
        long registers = (outputs.Length + TTap.Count - 1) / TTap.Count, most = Math.Min(Most, States / (default(TReducer) is ITapSum ? open : open + 1)), groups = (registers + most - 1) / most;
        long block = groups == 1 ? outputs.Pixels : Math.Max(2 * open, BlockBytes / sizeof(T) / outputs.From);
        for (long row = 0; row < outputs.Rows; row++)
        {
            for (long first = 0; first < outputs.Pixels; first += block)
            {
                T* blockFrom = from + row * outputs.FromRow + first * outputs.From, blockTo = to + row * outputs.ToRow + first * outputs.To;
                PixelOutputs some = outputs with { Rows = 1, Pixels = Math.Min(block, outputs.Pixels - first) };
                // Groups of as many registers as there is room for, as even as can be.
                long left = registers, at = 0;
                for (long group = groups; group > 0; group--)
                {
                    // One that is a part of a register steps back.
                    at = Math.Min(at, Math.Max(0, outputs.Length - TTap.Count));
                    long length = Math.Min(outputs.Length - at, (left + group - 1) / group * TTap.Count);
                    Pool<T, TTap, TState, TAcc, TReducer>(open, reducer, blockFrom + at, blockTo + at, some with { Length = length, Fresh = at > 0 ? 0 : outputs.From }, taps, ones, ref watch);
                    left -= length / TTap.Count;
                    at += length;
                }
            }
        }
    }

    private static void Pool<T, TTap, TState, TAcc, TReducer>(long open, TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (default(TReducer) is not ITapSum && open > 1) Pool<T, TTap, TState, TAcc, RowFirst, TReducer>(open - 1, reducer, from, to, outputs, taps, ones, ref watch);
        else Pool<T, TTap, TState, TAcc, TapByTap, TReducer>(open, reducer, from, to, outputs, taps, ones, ref watch);
    }

    private static void Pool<T, TTap, TState, TAcc, TOrder, TReducer>(long open, TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TOrder : struct
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        switch (open)
        {
            case 1: Pool<T, TTap, TState, TAcc, TOrder, OneOpen<TAcc>, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            case 2: Pool<T, TTap, TState, TAcc, TOrder, MoreOpen<OneOpen<TAcc>, TAcc>, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            case 3: Pool<T, TTap, TState, TAcc, TOrder, MoreOpen<MoreOpen<OneOpen<TAcc>, TAcc>, TAcc>, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            case 4: Pool<T, TTap, TState, TAcc, TOrder, MoreOpen<MoreOpen<MoreOpen<OneOpen<TAcc>, TAcc>, TAcc>, TAcc>, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            case 5: Pool<T, TTap, TState, TAcc, TOrder, MoreOpen<MoreOpen<MoreOpen<MoreOpen<OneOpen<TAcc>, TAcc>, TAcc>, TAcc>, TAcc>, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            case 6: Pool<T, TTap, TState, TAcc, TOrder, MoreOpen<MoreOpen<MoreOpen<MoreOpen<MoreOpen<OneOpen<TAcc>, TAcc>, TAcc>, TAcc>, TAcc>, TAcc>, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            case 7: Pool<T, TTap, TState, TAcc, TOrder, MoreOpen<MoreOpen<MoreOpen<MoreOpen<MoreOpen<MoreOpen<OneOpen<TAcc>, TAcc>, TAcc>, TAcc>, TAcc>, TAcc>, TAcc>, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            default: Pool<T, TTap, TState, TAcc, TOrder, MoreOpen<MoreOpen<MoreOpen<MoreOpen<MoreOpen<MoreOpen<MoreOpen<OneOpen<TAcc>, TAcc>, TAcc>, TAcc>, TAcc>, TAcc>, TAcc>, TAcc>, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
        }
    }

    private static void Pool<T, TTap, TState, TAcc, TOrder, TOpen, TReducer>(TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TOrder : struct
        where TOpen : struct, IOpenWindows<TOpen, TAcc>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        switch ((outputs.Length + TTap.Count - 1) / TTap.Count)
        {
            case 1: Pool<T, TTap, TState, TAcc, TOrder, One, TOpen, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            case 2: Pool<T, TTap, TState, TAcc, TOrder, Two, TOpen, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            case 3: Pool<T, TTap, TState, TAcc, TOrder, Three, TOpen, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            case 4: Pool<T, TTap, TState, TAcc, TOrder, Four, TOpen, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            default: Pool<T, TTap, TState, TAcc, TOrder, Five, TOpen, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
        }
    }

    // Bounds: windows are clipped to the input, and registers to the channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Pool<T, TTap, TState, TAcc, TOrder, TSide, TOpen, TReducer>(TReducer reducer, T* tap, T* to, in PixelOutputs outputs, in PixelTaps taps, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TOrder : struct
        where TSide : struct, ISide
        where TOpen : struct, IOpenWindows<TOpen, TAcc>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding), fold = none, fold2 = none, fold3 = none, fold4 = none, fold5 = none;
        TTap seen = watch, seen2 = default, seen3 = default, seen4 = default, seen5 = default, by = TReducer.Divisor(ones, taps.Divisor);
        TOpen open = default, open2 = default, open3 = default, open4 = default, open5 = default;
        for (int i = 0; i < TOpen.Count; i++)
        {
            open.Shift(none);
            open2.Shift(none);
            open3.Shift(none);
            open4.Shift(none);
            open5.Shift(none);
        }

        long next = taps.Next, stride = outputs.From / next, divisor = taps.Divisor, nextTo = outputs.To, left = outputs.Pixels, length = outputs.Length;
        // Registers lie side by side, the last as far back as it must.
        long second = TSide.Of(0) == 2 ? length - TTap.Count : TTap.Count, third = TSide.Of(0) == 3 ? length - TTap.Count : 2 * TTap.Count, fourth = TSide.Of(0) == 4 ? length - TTap.Count : 3 * TTap.Count, fifth = length - TTap.Count;
        // For so many strides a window is open before the one in whose middle, or with which, it ends.
        long before = (taps.Columns - 1) / stride, ends = taps.Columns - before * stride, begins = stride - ends, gap = begins * next;
        long fresh = taps.Asks > 0 ? outputs.Fresh * sizeof(T) : 0, ahead = taps.AskStarts[0];
        while (true)
        {
            Take<T, TTap, TState, TAcc, TOrder, First, TOpen, TReducer>(reducer, tap, ref open, ref fold, ref seen);
            if (TSide.Of(0) > 1) Take<T, TTap, TState, TAcc, TOrder, First, TOpen, TReducer>(reducer, tap + second, ref open2, ref fold2, ref seen2);
            if (TSide.Of(0) > 2) Take<T, TTap, TState, TAcc, TOrder, First, TOpen, TReducer>(reducer, tap + third, ref open3, ref fold3, ref seen3);
            if (TSide.Of(0) > 3) Take<T, TTap, TState, TAcc, TOrder, First, TOpen, TReducer>(reducer, tap + fourth, ref open4, ref fold4, ref seen4);
            if (TSide.Of(0) > 4) Take<T, TTap, TState, TAcc, TOrder, First, TOpen, TReducer>(reducer, tap + fifth, ref open5, ref fold5, ref seen5);
            tap += next;
            for (long i = ends; i > 1; i--, tap += next)
            {
                Take<T, TTap, TState, TAcc, TOrder, Every, TOpen, TReducer>(reducer, tap, ref open, ref fold, ref seen);
                if (TSide.Of(0) > 1) Take<T, TTap, TState, TAcc, TOrder, Every, TOpen, TReducer>(reducer, tap + second, ref open2, ref fold2, ref seen2);
                if (TSide.Of(0) > 2) Take<T, TTap, TState, TAcc, TOrder, Every, TOpen, TReducer>(reducer, tap + third, ref open3, ref fold3, ref seen3);
                if (TSide.Of(0) > 3) Take<T, TTap, TState, TAcc, TOrder, Every, TOpen, TReducer>(reducer, tap + fourth, ref open4, ref fold4, ref seen4);
                if (TSide.Of(0) > 4) Take<T, TTap, TState, TAcc, TOrder, Every, TOpen, TReducer>(reducer, tap + fifth, ref open5, ref fold5, ref seen5);
            }

            if (--before < 0)
            {
                TTap.Store(Finish<T, TTap, TState, TAcc, TOrder, TOpen, TReducer>(reducer, open, fold, ones, divisor, by), to);
                if (TSide.Of(0) > 1) TTap.Store(Finish<T, TTap, TState, TAcc, TOrder, TOpen, TReducer>(reducer, open2, fold2, ones, divisor, by), to + second);
                if (TSide.Of(0) > 2) TTap.Store(Finish<T, TTap, TState, TAcc, TOrder, TOpen, TReducer>(reducer, open3, fold3, ones, divisor, by), to + third);
                if (TSide.Of(0) > 3) TTap.Store(Finish<T, TTap, TState, TAcc, TOrder, TOpen, TReducer>(reducer, open4, fold4, ones, divisor, by), to + fourth);
                if (TSide.Of(0) > 4) TTap.Store(Finish<T, TTap, TState, TAcc, TOrder, TOpen, TReducer>(reducer, open5, fold5, ones, divisor, by), to + fifth);
                if (fresh > 0) Prefetch.Behind(tap + ahead, fresh, 0);
                if (--left == 0) break;
                to += nextTo;
            }

            // Where no windows overlap, what lies between them is passed over.
            if (typeof(TOrder) == typeof(TapByTap) && TOpen.Count == 1) tap += gap;
            else
            {
                for (long i = begins; i > 0; i--, tap += next)
                {
                    Take<T, TTap, TState, TAcc, TOrder, Newer, TOpen, TReducer>(reducer, tap, ref open, ref fold, ref seen);
                    if (TSide.Of(0) > 1) Take<T, TTap, TState, TAcc, TOrder, Newer, TOpen, TReducer>(reducer, tap + second, ref open2, ref fold2, ref seen2);
                    if (TSide.Of(0) > 2) Take<T, TTap, TState, TAcc, TOrder, Newer, TOpen, TReducer>(reducer, tap + third, ref open3, ref fold3, ref seen3);
                    if (TSide.Of(0) > 3) Take<T, TTap, TState, TAcc, TOrder, Newer, TOpen, TReducer>(reducer, tap + fourth, ref open4, ref fold4, ref seen4);
                    if (TSide.Of(0) > 4) Take<T, TTap, TState, TAcc, TOrder, Newer, TOpen, TReducer>(reducer, tap + fifth, ref open5, ref fold5, ref seen5);
                }
            }

            Shift<TAcc, TOrder, TOpen, TReducer>(reducer, ref open, fold, none);
            if (TSide.Of(0) > 1) Shift<TAcc, TOrder, TOpen, TReducer>(reducer, ref open2, fold2, none);
            if (TSide.Of(0) > 2) Shift<TAcc, TOrder, TOpen, TReducer>(reducer, ref open3, fold3, none);
            if (TSide.Of(0) > 3) Shift<TAcc, TOrder, TOpen, TReducer>(reducer, ref open4, fold4, none);
            if (TSide.Of(0) > 4) Shift<TAcc, TOrder, TOpen, TReducer>(reducer, ref open5, fold5, none);
        }

        watch = seen;
        if (TSide.Of(0) > 1) watch = reducer.Watch(watch, seen2);
        if (TSide.Of(0) > 2) watch = reducer.Watch(watch, seen3);
        if (TSide.Of(0) > 3) watch = reducer.Watch(watch, seen4);
        if (TSide.Of(0) > 4) watch = reducer.Watch(watch, seen5);
    }

    /// <summary>Takes a register of taps: tap by tap with the open windows, else with what the stride comes to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take<T, TTap, TState, TAcc, TOrder, TPart, TOpen, TReducer>(TReducer reducer, T* from, ref TOpen open, ref TAcc fold, ref TTap seen)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TOrder : struct
        where TPart : struct
        where TOpen : struct, IOpenWindows<TOpen, TAcc>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TTap tap = TTap.Load(from);
        if (default(TReducer) is not ITapSum) seen = reducer.Watch(seen, tap);
        if (typeof(TOrder) == typeof(RowFirst)) fold = typeof(TPart) == typeof(First) ? reducer.Lift(tap) : reducer.Combine(fold, reducer.Lift(tap));
        else if (typeof(TPart) == typeof(Newer)) open.TakeNewer(reducer, reducer.Lift(tap));
        else open.Take(reducer, reducer.Lift(tap));
    }

    /// <summary>The oldest window's outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTap Finish<T, TTap, TState, TAcc, TOrder, TOpen, TReducer>(TReducer reducer, in TOpen open, TAcc fold, byte* ones, long divisor, TTap by)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TOrder : struct
        where TOpen : struct, IOpenWindows<TOpen, TAcc>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc made = typeof(TOrder) == typeof(RowFirst) ? reducer.Combine(open.Oldest, fold) : open.Oldest;
        return default(TReducer) is IOneDivisor ? reducer.Quotient(Unsafe.BitCast<TAcc, TTap>(made), by) : reducer.Finish(made, ones, divisor);
    }

    /// <summary>The oldest window goes, and one begins: with nothing, or with what the stride came to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Shift<TAcc, TOrder, TOpen, TReducer>(TReducer reducer, ref TOpen open, TAcc fold, TAcc none)
        where TAcc : unmanaged
        where TOrder : struct
        where TOpen : struct, IOpenWindows<TOpen, TAcc>
        where TReducer : struct, ICombine<TAcc>
    {
        if (typeof(TOrder) == typeof(RowFirst)) open.TakeNewer(reducer, fold);
        open.Shift(typeof(TOrder) == typeof(RowFirst) ? fold : none);
    }

    /// <summary>The first tap of a stride.</summary>
    private readonly struct First;

    /// <summary>One of every open window.</summary>
    private readonly struct Every;

    /// <summary>One of all but the oldest, which has ended.</summary>
    private readonly struct Newer;
}
