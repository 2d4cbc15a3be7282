using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>What was seen of the taps.</summary>
internal struct ColumnWatches<TTap>
    where TTap : unmanaged
{
    public TTap NaN, Ties;
}

/// <summary>Combines rows that lie below each other, and slices behind each other, where they lie: for several output rows.</summary>
/// <param name="reducer">Combines.</param>
/// <param name="first">The first row of the first window.</param>
/// <param name="step">From row to row of a window.</param>
/// <param name="nextDepth">From slice to slice of a window.</param>
/// <param name="stride">From window to window.</param>
/// <param name="count">How many windows.</param>
/// <param name="length">Elements of a row, a register or more.</param>
/// <param name="goesOn">Whether the lines hold what earlier rows come to.</param>
/// <param name="ahead">Whether to ask for memory ahead.</param>
internal readonly unsafe struct ColumnFold<T, TTap, TReducer>(TReducer reducer, T* first, long step, long nextDepth, long stride, long count, long length, bool goesOn, bool ahead)
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TReducer : struct, ILaneReducer<T, TTap, T, TTap>, ITieWatch<TTap>
{
    /// <summary>Combines <typeparamref name="TRows"/> rows of <typeparamref name="TDepths"/> slices each; of the rows the first <typeparamref name="TOld"/> have been watched before.</summary>
    public void Fold<TDepths, TRows, TOld>(T* line, long room, ref ColumnWatches<TTap> watches)
        where TDepths : struct, ISide
        where TRows : struct, ISide
        where TOld : struct, ISide
    {
        // What was watched was read, too.
        if (ahead && TRows.Of(0) > TOld.Of(0)) Fold<TDepths, TRows, TOld, One>(line, room, ref watches);
        else Fold<TDepths, TRows, TOld, None>(line, room, ref watches);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Fold<TDepths, TRows, TOld, TAhead>(T* line, long room, ref ColumnWatches<TTap> watches)
        where TDepths : struct, ISide
        where TRows : struct, ISide
        where TOld : struct, ISide
        where TAhead : struct, ISide
    {
        long fresh = TRows.Of(0) - TOld.Of(0);
        bool inOrder = !goesOn && Prefetch.InOrder(stride * sizeof(T));
        long askFirst = inOrder ? 0 : TOld.Of(0) * step, askNext = inOrder ? TTap.Count : step, askStep = inOrder ? fresh * TTap.Count : TTap.Count;
        T* start = first;
        long left = count, below = stride, deeper = nextDepth;
        bool adds = goesOn;
        TTap none = reducer.Lift(reducer.Padding);
        var seen = new Seen(step) { NaN = watches.NaN, Ties = watches.Ties };
        for (; left > 0; left--, start += below, line += room)
        {
            T* row = start, to = line, ask = start + askFirst, end = start + length - TTap.Count;
            while (true)
            {
                TTap state = Take<TRows, TOld>(adds ? TTap.Load(to) : none, row, ref seen);
                if (typeof(TDepths) == typeof(Three))
                {
                    state = Take<TRows, TOld>(state, row + deeper, ref seen);
                    state = Take<TRows, TOld>(state, row + 2 * deeper, ref seen);
                }

                if (typeof(TAhead) == typeof(One))
                {
                    Ask(ask, askNext, fresh);
                    if (typeof(TDepths) == typeof(Three))
                    {
                        Ask(ask + deeper, askNext, fresh);
                        Ask(ask + 2 * deeper, askNext, fresh);
                    }

                    ask += askStep;
                }

                TTap.Store(state, to);
                row += TTap.Count;
                to += TTap.Count;
                if (row <= end) continue;
                if (row == end + TTap.Count) break;
                // The last register steps back over what is done.
                to -= row - end;
                row = end;
            }
        }

        watches.NaN = reducer.WatchNaN(seen.NaN, seen.NaNToo);
        watches.Ties = reducer.WatchTies(seen.Ties, seen.TiesToo);
    }

    /// <summary>Asks for up to three lines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ask(T* first, long next, long count)
    {
        Prefetch.Behind(first, sizeof(TTap));
        if (count > 1) Prefetch.Behind(first + next, sizeof(TTap));
        if (count > 2) Prefetch.Behind(first + 2 * next, sizeof(TTap));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TTap Take<TRows, TOld>(TTap state, T* row, ref Seen seen)
        where TRows : struct, ISide
        where TOld : struct, ISide
    {
        TTap taps = TTap.Load(row);
        state = reducer.Combine(state, reducer.Lift(taps));
        if (typeof(TOld) == typeof(None)) Watch(taps, ref seen);
        if (typeof(TRows) == typeof(One)) return state;
        taps = TTap.Load(row + seen.Step);
        state = reducer.Combine(state, reducer.Lift(taps));
        if (typeof(TOld) != typeof(Three))
        {
            seen.NaNToo = reducer.WatchNaN(seen.NaNToo, taps);
            seen.TiesToo = reducer.WatchTies(seen.TiesToo, taps);
        }

        if (typeof(TRows) == typeof(Two)) return state;
        taps = TTap.Load(row + 2 * seen.Step);
        state = reducer.Combine(state, reducer.Lift(taps));
        if (typeof(TOld) != typeof(Three)) Watch(taps, ref seen);
        return state;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Watch(TTap taps, ref Seen seen)
    {
        seen.NaN = reducer.WatchNaN(seen.NaN, taps);
        seen.Ties = reducer.WatchTies(seen.Ties, taps);
    }

    /// <summary>What was seen, in two parts that do not wait for each other.</summary>
    private struct Seen(long step)
    {
        public readonly long Step = step;
        public TTap NaN, NaNToo, Ties, TiesToo;
    }
}
