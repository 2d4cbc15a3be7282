using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The stretch of an input row that a line's windows read, with what stands for positions outside the input: so that no loop over taps has to clip.</summary>
/// <param name="from">The first position read; negative in the padding.</param>
/// <param name="need">How many positions the loads touch from there on.</param>
/// <param name="length">The row's length.</param>
internal readonly unsafe struct PaddedRow<T, TTap>(long from, long need, long length)
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    public long From => from;

    public long Need => need;

    /// <summary>Whether the row can be read where it lies.</summary>
    public bool IsInside => from >= 0 && from + need <= length;

    /// <summary>Elements of room for a copy: whole registers, and one more for its shift.</summary>
    public static long Room(long need) => (need + 3 * TTap.Count - 1) / TTap.Count * TTap.Count;

    /// <summary>How far behind a register's place a copy begins, that what it takes from the input be stored to whole cache lines.</summary>
    public long Shift => from >= 0 ? 0 : (TTap.Count + from % TTap.Count) % TTap.Count;

    /// <summary>Fills a copy's place with padding, once: every row then covers the same part of it.</summary>
    public void Clear(TTap padding, T* copy)
    {
        for (long i = 0; i < need; i += TTap.Count) TTap.Store(padding, copy + i);
    }

    /// <summary>Copies the part of each row that lies inside the input; copies follow each other by whole registers.</summary>
    public TTap Copy<TWatch>(TWatch reducer, T* row, long rows, long rowStep, T* copy, TTap watch)
        where TWatch : struct, ITapWatch<TTap> => Copy(reducer, row, rows, rowStep, copy, Room(need), watch);

    /// <summary>Copies the part of each row that lies inside the input; copies follow each other by <paramref name="room"/> elements.</summary>
    // Bounds: the last register is stored whole, with padding behind the row's end; Room has space for it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public TTap Copy<TWatch>(TWatch reducer, T* row, long rows, long rowStep, T* copy, long room, TTap watch)
        where TWatch : struct, ITapWatch<TTap>
    {
        long start = Math.Max(0, -from), end = Math.Min(need, length - from);
        // Not the parameter, which the compiler would keep on the stack.
        TTap padding = reducer.Padding, seen = default, seenToo = default;
        for (row += from; rows > 0; rows--, row += rowStep, copy += room)
        {
            long i = start;
            // By twos: what was seen is a sum, and would wait for itself.
            for (; i + 2 * TTap.Count <= end; i += 2 * TTap.Count)
            {
                TTap taps = TTap.Load(row + i), more = TTap.Load(row + i + TTap.Count);
                Prefetch.Behind(row + i, 2 * sizeof(TTap));
                seen = reducer.Watch(seen, taps);
                seenToo = reducer.Watch(seenToo, more);
                TTap.Store(TWatch.Keep(taps), copy + i);
                TTap.Store(TWatch.Keep(more), copy + i + TTap.Count);
            }

            if (i + TTap.Count <= end)
            {
                TTap taps = TTap.Load(row + i);
                Prefetch.Behind(row + i, sizeof(TTap));
                seen = reducer.Watch(seen, taps);
                TTap.Store(TWatch.Keep(taps), copy + i);
                i += TTap.Count;
            }

            if (i >= end) continue;
            Prefetch.Behind(row + i, sizeof(TTap));
            // Of such elements part of a register is many instructions: where the row is long enough, one steps back.
            bool isWhole = sizeof(T) <= 2 && end - start >= TTap.Count;
            if (isWhole) i = end - TTap.Count;
            TTap rest = isWhole ? TTap.Load(row + i) : TTap.LoadPart(row + i, end - i, padding);
            seen = reducer.Watch(seen, rest);
            TTap.Store(TWatch.Keep(rest), copy + i);
        }

        return reducer.Watch(reducer.Watch(watch, seen), seenToo);
    }
}
