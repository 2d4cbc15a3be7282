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
    /// <summary>Rows that are combined before the states are stored again: fewer where each is in a page of its own, for then they compete for few places in the cache.</summary>
    public readonly long Group = pitch * sizeof(T) <= 512 ? 16 : 8;

    /// <summary>Bytes of a row from which machines with the widest registers read rows on end: storing states again costs less there than what lies a page or more apart. Measured: 14×14 pixels of 1024 channels 0.75 of groups of rows.</summary>
    private const long LongRow = 4096;

    private readonly long _columns = Columns(length);

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
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public TTap FoldPart<TReducer>(TReducer reducer, T* row, long part, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (long j = 0; j < _columns && Start(j) < part; j++)
        {
            TTap taps = TTap.LoadPart(row + Start(j), part - Start(j), reducer.Padding);
            watch = reducer.Watch(watch, taps);
            states[j] = reducer.Combine(states[j], reducer.Lift(taps));
        }

        return watch;
    }

    /// <summary>Puts states in the order of the elements.</summary>
    public void Settle<TReducer>()
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (long j = 0; j < _columns; j++) states[j] = TReducer.InOrder(states[j]);
    }

    /// <summary>Writes a state per element, and up to a register more.</summary>
    public void Store(TState* to)
    {
        for (long j = 0; j < _columns; j++) TAcc.Store(states[j], to + Start(j));
    }

    /// <summary>Reads as many.</summary>
    public void Load(TState* from)
    {
        for (long j = 0; j < _columns; j++) states[j] = TAcc.Load(from + Start(j));
    }

    /// <summary>Makes the outputs, and up to a register more. False where one of them depends on the order of its taps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Finish<TReducer, TTotal, TTotals>(TReducer reducer, TTotals totals, byte* ones, long divisor, T* to)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TTotal : unmanaged
        where TTotals : struct, IPlaneTotals<T, TState, TTotal>
    {
        bool settled = true;
        for (long j = 0; j < _columns; j++)
        {
            TTap results = reducer.Finish(states[j], ones, divisor);
            TTap.Store(results, to + Start(j));
            if (totals.DependOnOrder(results)) settled = false;
        }

        return settled;
    }

    // Bounds: the last column steps back over the one before, where there is room; both then hold the same states of the lanes that they share.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Fold<TLoad, TReducer>(TLoad load, TReducer reducer, T* rows, long count, TTap watch)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long step = pitch, columns = _columns, ahead = Prefetch.Distance / (Group * sizeof(TTap));
        TAcc* slots = states;
        long j = 0;
        if (!TReducer.IsLong && length >= 4 * TTap.Count) j = Registers.Exist(64) && pitch * sizeof(T) >= LongRow ? FoldRows(reducer, rows, count, ref watch) : FoldFours(reducer, rows, count, ref watch);
        for (; j < columns; j += 2)
        {
            // Of the rest two columns side by side; the second of an odd number is the first again.
            long k = Math.Min(j + 1, columns - 1);
            T* from = rows + Start(j), end = from + count * step;
            long next = Start(k) - Start(j), asked = j + ahead < columns ? ahead * TTap.Count : Group * step + (j + ahead - columns) * TTap.Count - Start(j);
            OneWindow<T, TTap, TState, TAcc, TReducer> column = new(reducer, slots[j]), other = new(reducer, slots[k]);
            for (; from != end; from += step)
            {
                Prefetch.Line(from + asked);
                if (2 * sizeof(TTap) > Prefetch.CacheLine) Prefetch.Line(from + asked + TTap.Count);
                load.Walk(ref column, from, taps: 1, step);
                load.Walk(ref other, from + next, taps: 1, step);
            }

            slots[k] = other.State;
            slots[j] = column.State;
            watch = reducer.Watch(reducer.Watch(watch, column.Seen), other.Seen);
        }

        return watch;
    }

    /// <summary>Folds the columns in fours, as far as they lie side by side, and says how many: their additions then hide one another's three cycles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private long FoldFours<TReducer>(TReducer reducer, T* rows, long count, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        UnitLoad<T, TTap> load = default;
        long step = pitch, columns = length / TTap.Count / 4 * 4, ahead = Prefetch.Distance / (Group * sizeof(TTap));
        TAcc* slots = states;
        TTap seen = watch;
        for (long j = 0; j < columns; j += 4, slots += 4)
        {
            T* from = rows + j * TTap.Count, end = from + count * step;
            long asked = j + ahead < columns ? ahead * TTap.Count : Group * step + (j + ahead - columns) * TTap.Count - j * TTap.Count;
            OneWindow<T, TTap, TState, TAcc, TReducer> first = new(reducer, slots[0]), second = new(reducer, slots[1]), third = new(reducer, slots[2]), fourth = new(reducer, slots[3]);
            for (; from != end; from += step)
            {
                Prefetch.Line(from + asked);
                if (4 * sizeof(TTap) > Prefetch.CacheLine) Prefetch.Line(from + asked + 2 * TTap.Count);
                first.Take(load, from);
                second.Take(load, from + TTap.Count);
                third.Take(load, from + 2 * TTap.Count);
                fourth.Take(load, from + 3 * TTap.Count);
            }

            slots[0] = first.State;
            slots[1] = second.State;
            slots[2] = third.State;
            slots[3] = fourth.State;
            seen = reducer.Watch(reducer.Watch(reducer.Watch(reducer.Watch(seen, first.Seen), second.Seen), third.Seen), fourth.Seen);
        }

        watch = seen;
        return columns;
    }

    /// <summary>The same row by row, in the order of memory, in which the machine's own prefetchers are the best ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private long FoldRows<TReducer>(TReducer reducer, T* rows, long count, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        UnitLoad<T, TTap> load = default;
        long step = pitch, columns = length / TTap.Count / 4 * 4;
        OneWindow<T, TTap, TState, TAcc, TReducer> first = new(reducer, states[0]), second = first, third = first, fourth = first;
        for (; count > 0; count--, rows += step)
        {
            T* from = rows;
            TAcc* slot = states, end = slot + columns;
            for (; slot != end; slot += 4, from += 4 * TTap.Count)
            {
                first.State = slot[0];
                second.State = slot[1];
                third.State = slot[2];
                fourth.State = slot[3];
                first.Take(load, from);
                second.Take(load, from + TTap.Count);
                third.Take(load, from + 2 * TTap.Count);
                fourth.Take(load, from + 3 * TTap.Count);
                slot[0] = first.State;
                slot[1] = second.State;
                slot[2] = third.State;
                slot[3] = fourth.State;
            }
        }

        watch = reducer.Watch(reducer.Watch(reducer.Watch(reducer.Watch(watch, first.Seen), second.Seen), third.Seen), fourth.Seen);
        return columns;
    }

    private static long Columns(long length) => (length + TTap.Count - 1) / TTap.Count;

    /// <summary>Where a column starts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Start(long column) => Math.Max(0, Math.Min(column * TTap.Count, length - TTap.Count));
}
