using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Windows of many taps where channels lie side by side, six registers of outputs at a time, whichever pixels they belong to: an addition takes
/// three cycles, and two begin in each, so that fewer sums would wait for themselves.
/// </summary>
internal static unsafe class SixWindows
{
    /// <summary>Windows of fewer taps spend more on finding their registers.</summary>
    public const long FewestTaps = 10;

    private const long Together = 6;

    // Bounds: windows are clipped to the input, and registers to the channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static TTap Pool<T, TTap, TState, TAcc, TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, byte* ones, TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        TTap seen = watch;
        // In bytes: an address is then the sum of two registers, which needs no instruction of its own.
        long columns = taps.Columns, next = taps.Next * sizeof(T), divisor = taps.Divisor, i = 0;
        long* starts = taps.Starts, end = starts + taps.Rows, asks = taps.AskStarts, asksEnd = asks + taps.Asks;
        TTap by = TReducer.Divisor(ones, divisor);
        T* ask = from;
        bool byRows = taps.ByRows;
        long fresh = Together * outputs.Fresh;
        for (long left = outputs.Pixels * ((outputs.Length + TTap.Count - 1) / TTap.Count); left > 0; left -= Together)
        {
            // Where fewer are left, the last is made again.
            T* a = from + i, aTo = to + i;
            if (left > 1) Step<T, TTap>(outputs, ref from, ref to, ref i);
            T* b = from + i, bTo = to + i;
            if (left > 2) Step<T, TTap>(outputs, ref from, ref to, ref i);
            T* c = from + i, cTo = to + i;
            if (left > 3) Step<T, TTap>(outputs, ref from, ref to, ref i);
            T* d = from + i, dTo = to + i;
            if (left > 4) Step<T, TTap>(outputs, ref from, ref to, ref i);
            T* e = from + i, eTo = to + i;
            if (left > 5) Step<T, TTap>(outputs, ref from, ref to, ref i);
            T* f = from + i, fTo = to + i;
            if (left > 6) Step<T, TTap>(outputs, ref from, ref to, ref i);
            OneWindow<T, TTap, TState, TAcc, TReducer> first = new(reducer, none), second = new(reducer, none), third = new(reducer, none);
            OneWindow<T, TTap, TState, TAcc, TReducer> fourth = new(reducer, none), fifth = new(reducer, none), sixth = new(reducer, none);
            TAcc firstRows = none, secondRows = none, thirdRows = none, fourthRows = none, fifthRows = none, sixthRows = none;
            for (long* row = starts; row != end; row++)
            {
                long tap = *row * sizeof(T);
                for (long k = columns; k != 0; tap += next, k--)
                {
                    first.Take(load, (T*)((byte*)a + tap));
                    second.Take(load, (T*)((byte*)b + tap));
                    third.Take(load, (T*)((byte*)c + tap));
                    fourth.Take(load, (T*)((byte*)d + tap));
                    fifth.Take(load, (T*)((byte*)e + tap));
                    sixth.Take(load, (T*)((byte*)f + tap));
                }

                if (TReducer.IsExact || !byRows) continue;
                EndRow<T, TTap, TState, TAcc, TReducer>(reducer, none, ref first.State, ref firstRows);
                EndRow<T, TTap, TState, TAcc, TReducer>(reducer, none, ref second.State, ref secondRows);
                EndRow<T, TTap, TState, TAcc, TReducer>(reducer, none, ref third.State, ref thirdRows);
                EndRow<T, TTap, TState, TAcc, TReducer>(reducer, none, ref fourth.State, ref fourthRows);
                EndRow<T, TTap, TState, TAcc, TReducer>(reducer, none, ref fifth.State, ref fifthRows);
                EndRow<T, TTap, TState, TAcc, TReducer>(reducer, none, ref sixth.State, ref sixthRows);
            }

            if (!TReducer.IsExact && byRows) (first.State, second.State, third.State, fourth.State, fifth.State, sixth.State) = (firstRows, secondRows, thirdRows, fourthRows, fifthRows, sixthRows);

            for (long* start = asks; start < asksEnd; start++) Prefetch.Behind(ask + *start, fresh * sizeof(T), 0);
            ask += fresh;
            seen = reducer.Watch(reducer.Watch(reducer.Watch(seen, first.Seen), second.Seen), third.Seen);
            seen = reducer.Watch(reducer.Watch(reducer.Watch(seen, fourth.Seen), fifth.Seen), sixth.Seen);
            load.Store(first.Finish(ones, divisor, by), aTo);
            load.Store(second.Finish(ones, divisor, by), bTo);
            load.Store(third.Finish(ones, divisor, by), cTo);
            load.Store(fourth.Finish(ones, divisor, by), dTo);
            load.Store(fifth.Finish(ones, divisor, by), eTo);
            load.Store(sixth.Finish(ones, divisor, by), fTo);
        }

        return seen;
    }

    /// <summary>Adds what a row of taps comes to to the rows before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EndRow<T, TTap, TState, TAcc, TReducer>(TReducer reducer, TAcc none, ref TAcc row, ref TAcc rows)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        rows = reducer.Combine(rows, row);
        row = none;
    }

    /// <summary>To the next register of outputs: the last of a pixel steps back over outputs already written, where there is room.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<T, TTap>(in PixelOutputs outputs, ref T* from, ref T* to, ref long i)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
    {
        long last = outputs.Length - TTap.Count;
        if (i < last)
        {
            i = Math.Min(i + TTap.Count, last);
            return;
        }

        i = 0;
        from += outputs.From;
        to += outputs.To;
    }
}
