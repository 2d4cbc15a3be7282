using System.Runtime.CompilerServices;

namespace Cenote;

/// <content>
/// Volumes, slice by slice: what windows come to so far lies where their outputs will. Slices are the outermost taps of a window, so that the order is kept, and each is read once and on end.
/// Two windows that share a slice, one behind the other, take its taps together.
/// </content>
internal readonly unsafe partial struct PixelWindows<T, TTap, TState, TAcc>
{
    /// <summary>Whether windows are made so: from memory, where two share a slice, and outputs are fewer than inputs. States must be outputs, in order, and no register may step back over some that were added to.</summary>
    private static bool HasParts<TReducer>(TReducer reducer, PoolPlan plan)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        default(TReducer) is ITapState && sizeof(TAcc) == sizeof(TTap) && !IsNear(plan) && plan.Channels % TTap.Count == 0 && (TReducer.IsExact || !reducer.FoldsInAnyOrder(plan))
        && plan.Depth is { Slides: true, Dilation: 1, Stride: > 1 } depth && depth.Kernel > depth.Stride;

    public static void Pool<TReducer>(in PixelWindows<T, TTap, TState, TAcc> windows, TReducer reducer, T* input, T* output, long nextSlice, in Slices slices, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan depth = slices.Plan.Depth;
        long rows = slices.Plan.Height.OutputLength;
        output -= slices.First * nextSlice;
        if (!HasParts(reducer, slices.Plan))
        {
            windows.PoolSlices(reducer, input, output, 1, slices, ref watch);
            return;
        }

        long begun = slices.First;
        for (long open = slices.First, slice = depth[open].Start; open < slices.End; slice++)
        {
            while (begun < slices.End && depth[begun].Start <= slice) begun++;
            for (long d = open; d < begun; d++)
            {
                Window window = depth[d], next = d + 1 < begun ? depth[d + 1] : default;
                bool ends = slice == window.Start + window.Count - 1, hasNext = slice < next.Start + next.Count - 1;
                Part part = new(slice == window.Start, ends, hasNext ? nextSlice : 0, slice == next.Start);
                windows.Pool(reducer, input, output + d * nextSlice, windows.EndOf(input, 1), window with { Start = slice, Count = 1 }, 0, rows, new(1, 0, 0), part, ref watch);
                if (ends) open = d + 1;
                if (hasNext) d++;
            }
        }
    }

    private void Pool<TReducer>(TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, in Part part, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        switch ((taps.Rows, taps.Columns))
        {
            case (2, 2): Pool<Two, TReducer>(reducer, from, to, outputs, taps, part, ref watch); break;
            case (3, 3): Pool<Three, TReducer>(reducer, from, to, outputs, taps, part, ref watch); break;
            default: Pool<Any, TReducer>(reducer, from, to, outputs, taps, part, ref watch); break;
        }
    }

    private void Pool<TSide, TReducer>(TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, in Part part, ref TTap watch)
        where TSide : struct, ISide
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (part.ToNext != 0) Pool<TSide, Any, TReducer>(reducer, from, to, outputs, taps, part, ref watch);
        else Pool<TSide, None, TReducer>(reducer, from, to, outputs, taps, part, ref watch);
    }

    /// <summary>Takes the taps that windows have in a slice.</summary>
    // Bounds: windows are clipped to the input, and channels are whole registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Pool<TSide, TNext, TReducer>(TReducer reducer, T* firstFrom, T* firstTo, in PixelOutputs outputs, in PixelTaps taps, in Part part, ref TTap watch)
        where TSide : struct, ISide
        where TNext : struct, ISide
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        byte* ones = _ones;
        long* starts = taps.Starts;
        long rows = TSide.Of(taps.Rows), columns = TSide.Of(taps.Columns), next = taps.Next, divisor = taps.Divisor, second = starts[1], third = rows > 2 ? starts[2] : 0;
        long toNext = part.ToNext, length = outputs.Length;
        bool begins = part.Begins, ends = part.Ends, nextBegins = part.NextBegins;
        long ahead = rows * _from.Height, share = _inOrder ? _plan.Height.Stride * outputs.From : 0;
        TTap seen = watch, by = TReducer.Divisor(ones, divisor);
        for (long row = outputs.Rows; row > 0; row--, firstFrom += outputs.FromRow, firstTo += outputs.ToRow)
        {
            T* from = firstFrom, to = firstTo, ask = from + ahead;
            for (long pixel = outputs.Pixels; pixel > 0; pixel--, from += outputs.From, to += outputs.To, ask += share)
            {
                if (share > 0) Prefetch.Behind(ask, share * sizeof(T), 0);
                for (long i = 0; i < length; i += TTap.Count)
                {
                    T* tap = from + i, at = to + i;
                    OneWindow<T, TTap, TState, TAcc, TReducer> window = new(reducer, begins ? none : TAcc.Load((TState*)at)), behind = new(reducer, nextBegins ? none : TAcc.Load((TState*)(at + toNext)));
                    if (typeof(TSide) == typeof(Any))
                    {
                        for (long j = 0; j < rows; j++)
                            for (long k = 0; k < columns; k++) Take<TNext, TReducer>(reducer, ref window, ref behind, tap + starts[j] + k * next);
                    }
                    else
                    {
                        Take<TSide, TNext, TReducer>(reducer, ref window, ref behind, tap, next);
                        Take<TSide, TNext, TReducer>(reducer, ref window, ref behind, tap + second, next);
                        if (typeof(TSide) == typeof(Three)) Take<TSide, TNext, TReducer>(reducer, ref window, ref behind, tap + third, next);
                    }

                    seen = reducer.Watch(seen, window.Seen);
                    if (ends) TTap.Store(window.Finish(ones, divisor, by), at);
                    else TAcc.Store(window.State, (TState*)at);
                    if (typeof(TNext) != typeof(None)) TAcc.Store(behind.State, (TState*)(at + toNext));
                }
            }
        }

        watch = seen;
    }

    /// <summary>Takes a row of two or three taps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take<TSide, TNext, TReducer>(TReducer reducer, ref OneWindow<T, TTap, TState, TAcc, TReducer> window, ref OneWindow<T, TTap, TState, TAcc, TReducer> behind, T* tap, long next)
        where TSide : struct, ISide
        where TNext : struct, ISide
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        Take<TNext, TReducer>(reducer, ref window, ref behind, tap);
        Take<TNext, TReducer>(reducer, ref window, ref behind, tap + next);
        if (typeof(TSide) == typeof(Three)) Take<TNext, TReducer>(reducer, ref window, ref behind, tap + 2 * next);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take<TNext, TReducer>(TReducer reducer, ref OneWindow<T, TTap, TState, TAcc, TReducer> window, ref OneWindow<T, TTap, TState, TAcc, TReducer> behind, T* at)
        where TNext : struct, ISide
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (typeof(TNext) == typeof(None))
        {
            window.Take(new UnitLoad<T, TTap>(), at);
            return;
        }

        TTap tap = TTap.Load(at);
        window.Take(tap);
        behind.State = reducer.Combine(behind.State, reducer.Lift(tap));
    }

    /// <summary>What of their windows a slice is.</summary>
    /// <param name="Begins">Whether it is the first of the window.</param>
    /// <param name="Ends">Whether it is the last.</param>
    /// <param name="ToNext">The distance to the outputs of the window behind, if that reads the slice too and does not end with it; else 0.</param>
    /// <param name="NextBegins">Whether it is the first of that window.</param>
    private readonly record struct Part(bool Begins, bool Ends, long ToNext, bool NextBegins);
}
