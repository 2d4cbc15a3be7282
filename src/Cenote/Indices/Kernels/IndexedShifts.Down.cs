using System.Runtime.CompilerServices;

namespace Cenote;

// Down the lines: what windows choose of their rows.
internal readonly unsafe partial struct IndexedShifts<T, TTap, TNumber, TNumbers>
{
    /// <summary>Less than a register of outputs.</summary>
    private void DownPart<TReducer>(TReducer reducer, long count, T* output, byte* marks)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        TTap values = default;
        TNumbers numbers = default;
        Down(reducer, TTap.Count, (T*)&values, (byte*)&numbers);
        TTap.StorePart(values, output, count);
        for (long i = 0; i < count; i++) marks[i] = ((byte*)&numbers)[i];
    }

    private void Down<TReducer>(TReducer reducer, long count, T* output, byte* marks)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        if (_kernel == 3) Down<Three, TReducer>(reducer, Pairs<Three, TReducer>(reducer, count, output, marks), count, output, marks);
        else Down<Five, TReducer>(reducer, Pairs<Five, TReducer>(reducer, count, output, marks), count, output, marks);
    }

    /// <summary>Chooses for two windows one below the other, which share all lines but one; how many outputs it has made.</summary>
    // Bounds: the last register of neighbours steps back.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private long Pairs<TTaps, TReducer>(TReducer reducer, long count, T* output, byte* marks)
        where TTaps : struct, ISide
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long taps = TTaps.Of(0), next = _step * _width, last = next - TTap.Count, pairs = last < 0 ? 0 : count / (2 * next);
        T* values = _values;
        TNumber* numbers = _numbers;
        for (long pair = 0; pair < pairs; pair++, values += 2 * next, numbers += 2 * next, output += 2 * next, marks += 2 * next)
        {
            long i = 0;
            while (true)
            {
                T* line = values + i;
                TNumber* place = numbers + i;
                var shared = new Chosen<TReducer>(reducer, TTap.Load(line + next), TNumbers.Load(place + next));
                shared.Take(TTap.Load(line + 2 * next), TNumbers.Load(place + 2 * next), taps);
                if (taps > 3)
                {
                    shared.Take(TTap.Load(line + 3 * next), TNumbers.Load(place + 3 * next), 2 * taps);
                    shared.Take(TTap.Load(line + 4 * next), TNumbers.Load(place + 4 * next), 3 * taps);
                }

                var upper = new Chosen<TReducer>(reducer, TTap.Load(line), TNumbers.Load(place));
                upper.Take(shared.Values, shared.Numbers, taps);
                shared.Take(TTap.Load(line + taps * next), TNumbers.Load(place + taps * next), (taps - 1) * taps);
                Prefetch.Line((byte*)(output + i) + OutputDistance);
                Prefetch.Line((byte*)(output + next + i) + OutputDistance);
                TTap.Store(reducer.Finish(upper.Values, null, 1), output + i);
                TNumbers.StoreNarrow(upper.Numbers, marks + i, 1);
                TTap.Store(reducer.Finish(shared.Values, null, 1), output + next + i);
                TNumbers.StoreNarrow(shared.Numbers, marks + next + i, 1);
                i += TTap.Count;
                if (i <= last) continue;
                if (i == next) break;
                i = last;
            }
        }

        return pairs * 2 * next;
    }

    /// <summary>Chooses of the lines of each window's rows.</summary>
    // Bounds: at least a register, of which the last steps back over outputs already written.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Down<TTaps, TReducer>(TReducer reducer, long first, long count, T* output, byte* marks)
        where TTaps : struct, ISide
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        if (first == count) return;
        long taps = TTaps.Of(0), next = _step * _width, last = count - TTap.Count, i = Math.Min(first, last);
        T* values = _values;
        TNumber* numbers = _numbers;
        while (true)
        {
            T* line = values + i;
            TNumber* place = numbers + i;
            var chosen = new Chosen<TReducer>(reducer, TTap.Load(line), TNumbers.Load(place));
            chosen.Take(TTap.Load(line + next), TNumbers.Load(place + next), taps);
            chosen.Take(TTap.Load(line + 2 * next), TNumbers.Load(place + 2 * next), 2 * taps);
            if (taps > 3)
            {
                chosen.Take(TTap.Load(line + 3 * next), TNumbers.Load(place + 3 * next), 3 * taps);
                chosen.Take(TTap.Load(line + 4 * next), TNumbers.Load(place + 4 * next), 4 * taps);
            }

            Prefetch.Line((byte*)(output + i) + OutputDistance);
            TTap.Store(reducer.Finish(chosen.Values, null, 1), output + i);
            TNumbers.StoreNarrow(chosen.Numbers, marks + i, 1);
            i += TTap.Count;
            if (i <= last) continue;
            if (i == count) return;
            i = last;
        }
    }
}
