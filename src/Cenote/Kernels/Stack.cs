using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Rows of equal length folded on top of each other into one row of states: every register of a row has a state of its own.</summary>
/// <param name="length">Elements of a row.</param>
/// <param name="pitch">From one row to the next.</param>
/// <param name="states">Room for <see cref="Bytes"/>.</param>
internal readonly unsafe struct Stack<T, TTap, TState, TAcc>(long length, long pitch, TAcc* states)
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>Rows that are combined before the states are stored again.</summary>
    public const long Group = 8;

    private readonly long _columns = Columns(length);

    /// <summary>How many columns further on memory is asked for, so that the distance comes to some kilobytes.</summary>
    private static long Ahead
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Prefetch.Distance / (Group * sizeof(TTap));
    }

    public static long Bytes(long length) => Columns(length) * sizeof(TAcc);

    public void Clear<TReducer>(TReducer reducer)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        for (long j = 0; j < _columns; j++) states[j] = none;
    }

    /// <summary>Combines so many rows, at most <see cref="Group"/>.</summary>
    public TTap Fold<TReducer>(TReducer reducer, T* rows, long count, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        length >= TTap.Count ? Fold(new UnitLoad<T, TTap>(), reducer, rows, count, watch) : Fold(new ShortLoad<T, TTap>(length, reducer.Padding), reducer, rows, count, watch);

    /// <summary>Combines the beginning of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public TTap FoldPart<TReducer>(TReducer reducer, T* row, long part, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (long j = 0; j < _columns && Start(j) < part; j++)
        {
            TTap taps = TTap.LoadPart(row + Start(j), 0, part - Start(j), reducer.Padding);
            watch = reducer.Watch(watch, taps);
            states[j] = reducer.Combine(states[j], reducer.Lift(taps));
        }

        return watch;
    }

    /// <summary>Writes a state per element, and up to a register more.</summary>
    public void Store(TState* to)
    {
        for (long j = 0; j < _columns; j++) TAcc.Store(states[j], to + Start(j));
    }

    // Bounds: the last column steps back over the one before, where there is room; both then hold the same states of the lanes that they share.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private TTap Fold<TLoad, TReducer>(TLoad load, TReducer reducer, T* rows, long count, TTap watch)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long step = pitch, columns = _columns, ahead = Ahead;
        TAcc* slots = states;
        for (long j = 0; j < columns; j++)
        {
            T* from = rows + Start(j), asked = j + ahead < columns ? from + ahead * TTap.Count : rows + Group * step + (j + ahead - columns) * TTap.Count;
            var column = new OneWindow<T, TTap, TState, TAcc, TReducer>(reducer, slots[j]);
            for (long row = 0; row < count; row++)
            {
                Prefetch.Behind(asked, sizeof(TTap), 0);
                load.Walk(ref column, from, taps: 1, step);
                from += step;
                asked += step;
            }

            slots[j] = column.State;
            watch = reducer.Watch(watch, column.Seen);
        }

        return watch;
    }

    private static long Columns(long length) => (length + TTap.Count - 1) / TTap.Count;

    /// <summary>Where a column starts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Start(long column) => Math.Max(0, Math.Min(column * TTap.Count, length - TTap.Count));
}
