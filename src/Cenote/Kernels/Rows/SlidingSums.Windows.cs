using System.Runtime.CompilerServices;

namespace Cenote;

// Along the width: windows of a line of columns.
internal readonly unsafe partial struct SlidingSums<T, TTap, TState, TAcc>
{
    /// <summary>A row that no other row shares: its taps are the columns.</summary>
    private void Row<TReducer>(TReducer reducer, T* row, long factor, T* to)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan width = _plan.Width;
        // Columns that lie inside the row, and the windows all of whose loads do.
        long begin = width.Before - _first, end = begin + width.InputLength, ahead = (_taps - 1) * _step + _reach;
        T* taps = row - begin;
        long from = Math.Max(0, begin + _step + _period - 1) / _period * _period, periods = Math.Max(0, Math.Min(_outputs - _reach, end - ahead) - from + _period) / _period;
        Begin(reducer, new ClippedColumns<T, TTap, TState, TAcc>(taps, _step == 1 ? Math.Max(begin, -1) : begin, end));
        var clipped = new ClippedColumns<T, TTap, TState, TAcc>(taps, begin, end);
        if (periods > 0)
        {
            Windows(reducer, clipped, 0, from, factor, to);
            Windows(reducer, new TapColumns<T, TTap, TState, TAcc>(taps), from, from + periods * _period, factor, to);
            Windows(reducer, clipped, from + periods * _period, _outputs, factor, to);
        }
        else
        {
            Windows(reducer, clipped, 0, _outputs, factor, to);
        }
    }

    /// <summary>Adds up the windows before the first ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Begin<TReducer, TColumns>(TReducer reducer, TColumns columns)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TColumns : struct, IColumns<T, TTap, TState, TAcc>
    {
        long taps = _taps;
        if (_step == 1)
        {
            TAcc sum = default, before = default;
            for (long i = taps - 1; i > -1;) sum = reducer.Combine(sum, columns.At(reducer, i -= TTap.Count));
            TReducer.RunningSums(sum, ref before);
            TAcc.Store(before, _windows);
            return;
        }

        for (long i = 0; i < _step; i += TTap.Count)
        {
            TAcc sum = default;
            for (long k = 0; k < taps; k++) sum = reducer.Combine(sum, columns.At(reducer, i + (k - 1) * _step));
            TAcc.Store(sum, _windows + i);
        }
    }

    /// <summary>Whole periods, and the rest by way of a copy.</summary>
    private void Windows<TReducer, TColumns>(TReducer reducer, TColumns columns, long from, long end, long factor, T* to)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TColumns : struct, IColumns<T, TTap, TState, TAcc>
    {
        from = Periods(reducer, columns, from, end == _outputs ? _outputs - _reach : end - _period, factor, to);
        if (from >= end) return;
        Periods(reducer, columns, from, end - 1, factor, _rest - from);
        Buffer.MemoryCopy(_rest, to + from, (end - from) * sizeof(T), (end - from) * sizeof(T));
    }

    /// <summary>The windows of periods that begin up to <paramref name="last"/>; returns where the next one does.</summary>
    private long Periods<TReducer, TColumns>(TReducer reducer, TColumns columns, long from, long last, long factor, T* to)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TColumns : struct, IColumns<T, TTap, TState, TAcc> =>
        _step == 1 ? Neighbours(reducer, columns, from, last, factor, to) : Apart(reducer, columns, from, last, factor, to);

    /// <summary>Each window begins a lane behind the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private long Neighbours<TReducer, TColumns>(TReducer reducer, TColumns columns, long from, long last, long factor, T* to)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TColumns : struct, IColumns<T, TTap, TState, TAcc>
    {
        long ahead = _taps - 1, i = from;
        LaneExtents extents = _extents;
        TAcc before = TAcc.Load(_windows);
        for (; i <= last; i += TTap.Count)
        {
            Prefetch.Along(to + i, sizeof(TTap), OutputDistance);
            TAcc windows = TReducer.RunningSums(columns.Change(reducer, i + ahead, i - 1), ref before);
            TTap.Store(reducer.Finish(windows, extents.At(_first + i), factor), to + i);
        }

        TAcc.Store(before, _windows);
        return i;
    }

    /// <summary>Each window begins whole registers behind the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private long Apart<TReducer, TColumns>(TReducer reducer, TColumns columns, long from, long last, long factor, T* to)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TColumns : struct, IColumns<T, TTap, TState, TAcc>
    {
        long step = _step, ahead = (_taps - 1) * step, i = from;
        LaneExtents extents = _extents;
        TState* before = _windows;
        for (; i <= last; i += step)
        {
            for (long j = 0; j < step; j += TTap.Count)
            {
                Prefetch.Along(to + i + j, sizeof(TTap), OutputDistance);
                TAcc windows = reducer.Combine(TAcc.Load(before + j), columns.Change(reducer, i + j + ahead, i + j - step));
                TAcc.Store(windows, before + j);
                TTap.Store(reducer.Finish(windows, extents.At(_first + i + j), factor), to + i + j);
            }
        }

        return i;
    }

    /// <summary>Windows that begin two columns behind each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void EverySecond<TReducer>(TReducer reducer, TState* columns, long factor, T* to)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long outputs = _outputs, pairs = _taps / 2, single = _taps % 2;
        LaneExtents extents = _extents;
        for (long i = 0; i < outputs; i += TTap.Count)
        {
            // The last register steps back over outputs already written.
            i = Math.Min(i, outputs - TTap.Count);
            Prefetch.Along(to + i, sizeof(TTap), OutputDistance);
            TState* column = columns + 2 * i;
            TAcc sum = default;
            for (long k = 0; k < pairs; k++, column += 2)
            {
                var (even, odd) = TAcc.Unzip(TAcc.Load(column), TAcc.Load(column + TAcc.Count));
                sum = reducer.Combine(sum, reducer.Combine(even, odd));
            }

            if (single > 0) sum = reducer.Combine(sum, TAcc.Unzip(TAcc.Load(column), TAcc.Load(column + TAcc.Count)).Even);
            TTap.Store(reducer.Finish(sum, extents.At(_first + i), factor), to + i);
        }
    }
}
