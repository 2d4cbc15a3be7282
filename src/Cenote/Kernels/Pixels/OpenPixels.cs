using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Windows of one row of taps where channels lie side by side: a register of channels is walked along the row, and what the windows still open come to stays on registers, so that each tap
/// is loaded once for all windows that share it. Maxima of the taps that windows share are made once, too.
/// </summary>
internal static unsafe class OpenPixels
{
    /// <summary>The most windows that are open at once.</summary>
    private const long MostOpen = 8;

    private const long FewestSums = 5;

    /// <summary>Input of pixels that are walked along together, register after register, in bytes: a part of the first-level cache, with room for as many outputs.</summary>
    private const long BlockBytes = 16 << 10;

    /// <summary>Whether windows are made so. With 32 registers there is room for all that are open.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool MayBe<T, TTap, TState, TAcc, TReducer>()
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        Registers.Exist(64) && sizeof(TAcc) == sizeof(TTap) && (default(TReducer) is ITapSum || (TReducer.IsIdempotent && default(TReducer) is ITapState));

    public static bool Fit(in PixelOutputs outputs, in PixelTaps taps) =>
        outputs.Pixels > 1 && taps is { Rows: 1, ByRows: false, Next: > 0 } && outputs.From % taps.Next == 0 && outputs.From > 0 && taps.Columns <= MostOpen * (outputs.From / taps.Next);

    /// <summary>Whether neighbours at stride 1 are better made so than as one pixel with more channels, of which each tap is loaded for itself. Measured: maxima 0.5 to 0.9 of the time, sums of five to seven taps 0.6 to 1.1, of two and three 1.3 to 2.</summary>
    public static bool Pay<TReducer>(long taps)
        where TReducer : struct => taps is > 1 and <= MostOpen && (default(TReducer) is not ITapSum || taps >= FewestSums);

    /// <summary>Makes a block of outputs.</summary>
    public static void Pool<T, TTap, TState, TAcc, TReducer>(TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long stride = outputs.From / taps.Next, open = (taps.Columns + stride - 1) / stride;
        switch (open)
        {
            case 1: Pool<T, TTap, TState, TAcc, One, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            case 2: Pool<T, TTap, TState, TAcc, Two, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            case 3: Pool<T, TTap, TState, TAcc, Three, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            case 4: Pool<T, TTap, TState, TAcc, Four, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            case 5: Pool<T, TTap, TState, TAcc, Five, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            case 6: Pool<T, TTap, TState, TAcc, Six, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            case 7: Pool<T, TTap, TState, TAcc, Seven, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
            default: Pool<T, TTap, TState, TAcc, Eight, TReducer>(reducer, from, to, outputs, taps, ones, ref watch); break;
        }
    }

    // Bounds: windows are clipped to the input, and registers to the channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Pool<T, TTap, TState, TAcc, TOpen, TReducer>(TReducer reducer, T* firstFrom, T* firstTo, in PixelOutputs outputs, in PixelTaps taps, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TOpen : struct, ISide
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        TTap seen = watch, by = TReducer.Divisor(ones, taps.Divisor);
        long next = taps.Next, stride = outputs.From / next, divisor = taps.Divisor, nextTo = outputs.To, older = TOpen.Of(0) - 1;
        // The oldest window ends in the middle of a stride, or with it.
        long ends = taps.Columns - older * stride, begins = stride - ends, gap = begins * next;
        long length = outputs.Length, last = Math.Max(0, length - TTap.Count), block = Math.Max(4 * TOpen.Of(0), BlockBytes / sizeof(T) / outputs.From);
        long ask = taps.Asks > 0 ? outputs.Fresh * sizeof(T) : 0;
        for (long row = 0; row < outputs.Rows; row++)
        {
            for (long first = 0; first < outputs.Pixels; first += block)
            {
                T* from = firstFrom + row * outputs.FromRow + first * outputs.From, to = firstTo + row * outputs.ToRow + first * nextTo;
                long pixels = Math.Min(block, outputs.Pixels - first);
                T* asked = from + block * outputs.From;
                for (long i = 0; ; i = Math.Min(i + TTap.Count, last))
                {
                    TAcc a = none, b = none, c = none, d = none, e = none, f = none, g = none, h = none, fold = none;
                    T* tap = from + i, at = to + i;
                    // The first windows open.
                    for (long k = older; k > 0; k--)
                    {
                        Begin<T, TTap, TState, TAcc, TOpen, TReducer>(reducer, tap, ref fold, ref seen, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
                        tap += next;
                        for (long j = stride; j > 1; j--, tap += next) Take<T, TTap, TState, TAcc, TOpen, TReducer>(reducer, tap, ref fold, ref seen, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
                        Shift<T, TTap, TState, TAcc, TOpen, TReducer>(reducer, none, fold, ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
                    }

                    for (long pixel = pixels; ; at += nextTo)
                    {
                        if (default(TReducer) is ITapSum) a = AddFrom<T, TTap, TAcc>(a, tap);
                        Begin<T, TTap, TState, TAcc, TOpen, TReducer>(reducer, tap, ref fold, ref seen, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
                        tap += next;
                        for (long j = ends; j > 1; j--, tap += next)
                        {
                            if (default(TReducer) is ITapSum) a = AddFrom<T, TTap, TAcc>(a, tap);
                            Take<T, TTap, TState, TAcc, TOpen, TReducer>(reducer, tap, ref fold, ref seen, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
                        }

                        TAcc made = default(TReducer) is ITapSum ? a : TOpen.Of(0) == 1 ? fold : reducer.Combine(a, fold);
                        TTap.Store(default(TReducer) is IOneDivisor ? reducer.Quotient(Unsafe.BitCast<TAcc, TTap>(made), by) : reducer.Finish(made, ones, divisor), at);
                        if (ask > 0)
                        {
                            Prefetch.Behind(asked, ask, 0);
                            asked = (T*)((byte*)asked + ask);
                        }

                        if (--pixel == 0) break;
                        if (TOpen.Of(0) == 1) tap += gap;
                        else for (long j = begins; j > 0; j--, tap += next) Take<T, TTap, TState, TAcc, TOpen, TReducer>(reducer, tap, ref fold, ref seen, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
                        Shift<T, TTap, TState, TAcc, TOpen, TReducer>(reducer, none, fold, ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
                    }

                    if (i >= last) break;
                }
            }
        }

        watch = seen;
    }

    /// <summary>Takes the first tap of a stride, with which a window opens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Begin<T, TTap, TState, TAcc, TOpen, TReducer>(TReducer reducer, T* tap, ref TAcc fold, ref TTap seen, ref TAcc b, ref TAcc c, ref TAcc d, ref TAcc e, ref TAcc f, ref TAcc g, ref TAcc h)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TOpen : struct, ISide
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (default(TReducer) is ITapSum)
        {
            Take<T, TTap, TState, TAcc, TOpen, TReducer>(reducer, tap, ref fold, ref seen, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            return;
        }

        TTap taken = TTap.Load(tap);
        seen = reducer.Watch(seen, taken);
        fold = reducer.Lift(taken);
    }

    /// <summary>Takes a tap of all windows but the oldest: sums one by one, of others what a stride comes to is made once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take<T, TTap, TState, TAcc, TOpen, TReducer>(TReducer reducer, T* tap, ref TAcc fold, ref TTap seen, ref TAcc b, ref TAcc c, ref TAcc d, ref TAcc e, ref TAcc f, ref TAcc g, ref TAcc h)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TOpen : struct, ISide
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (default(TReducer) is ITapSum && TOpen.Of(0) == 1) return;
        TTap taken = TTap.Load(tap);
        if (default(TReducer) is not ITapSum)
        {
            seen = reducer.Watch(seen, taken);
            fold = reducer.Combine(fold, reducer.Lift(taken));
            return;
        }

        TAcc lifted = reducer.Lift(taken);
        if (TOpen.Of(0) > 1) b = reducer.Combine(b, lifted);
        if (TOpen.Of(0) > 2) c = reducer.Combine(c, lifted);
        if (TOpen.Of(0) > 3) d = reducer.Combine(d, lifted);
        if (TOpen.Of(0) > 4) e = reducer.Combine(e, lifted);
        if (TOpen.Of(0) > 5) f = reducer.Combine(f, lifted);
        if (TOpen.Of(0) > 6) g = reducer.Combine(g, lifted);
        if (TOpen.Of(0) > 7) h = reducer.Combine(h, lifted);
    }

    /// <summary>At the end of a stride the oldest window has been made, and a new one opens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Shift<T, TTap, TState, TAcc, TOpen, TReducer>(TReducer reducer, TAcc none, TAcc fold, ref TAcc a, ref TAcc b, ref TAcc c, ref TAcc d, ref TAcc e, ref TAcc f, ref TAcc g, ref TAcc h)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TOpen : struct, ISide
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (default(TReducer) is ITapSum)
        {
            (a, b, c, d, e, f, g) = (b, c, d, e, f, g, h);
            if (TOpen.Of(0) == 1) a = none;
            if (TOpen.Of(0) == 2) b = none;
            if (TOpen.Of(0) == 3) c = none;
            if (TOpen.Of(0) == 4) d = none;
            if (TOpen.Of(0) == 5) e = none;
            if (TOpen.Of(0) == 6) f = none;
            if (TOpen.Of(0) == 7) g = none;
            if (TOpen.Of(0) == 8) h = none;
            return;
        }

        // The newest is what the stride came to.
        a = TOpen.Of(0) > 2 ? reducer.Combine(b, fold) : fold;
        b = TOpen.Of(0) > 3 ? reducer.Combine(c, fold) : fold;
        c = TOpen.Of(0) > 4 ? reducer.Combine(d, fold) : fold;
        d = TOpen.Of(0) > 5 ? reducer.Combine(e, fold) : fold;
        e = TOpen.Of(0) > 6 ? reducer.Combine(f, fold) : fold;
        f = TOpen.Of(0) > 7 ? reducer.Combine(g, fold) : fold;
        g = fold;
    }

    /// <summary>A sum with a tap, where it lies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TAcc AddFrom<T, TTap, TAcc>(TAcc sum, T* tap)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TAcc : unmanaged => Unsafe.BitCast<TTap, TAcc>(TTap.AddFrom(Unsafe.BitCast<TAcc, TTap>(sum), tap));
}
