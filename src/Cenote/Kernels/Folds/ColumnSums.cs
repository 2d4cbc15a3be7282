using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Adds up the rows of a window where they lie, slices and all: what each column comes to. Every tap is read once, on end, and without a step between lanes, however memory is laid out.</summary>
/// <param name="layout">The input's strides.</param>
internal readonly unsafe struct ColumnSums<T, TTap, TState, TAcc>(in TensorLayout layout)
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    private readonly long _depth = layout.Depth, _height = layout.Height;

    /// <summary>Adds up columns that lie side by side.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="plane">The first column of the input's first row.</param>
    /// <param name="length">How many columns; the last register is filled with the sums of padding.</param>
    /// <param name="depth">The window along the depth.</param>
    /// <param name="height">The window along the height.</param>
    /// <param name="sums">What they come to.</param>
    /// <param name="step">From register to register of the sums.</param>
    /// <param name="watch">Notes the taps.</param>
    // Bounds: the last register is loaded in part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public TTap Add<TReducer>(TReducer reducer, T* plane, long length, in Window depth, in Window height, TState* sums, long step, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long count = TTap.Count, depths = depth.Count, rows = height.Count, nextDepth = depth.Step * _depth, nextRow = height.Step * _height, i = 0;
        UnitLoad<T, TTap> load = default;
        TAcc none = reducer.Lift(reducer.Padding);
        TTap seen = watch;
        plane += depth.Start * _depth + height.Start * _height;
        // So many rows are read side by side. What lies behind a row's end is the next one, which is here already: asked for are the rows behind the window.
        long window = Math.Max(rows * nextRow, 1), near = Prefetch.Distance / sizeof(T) / Math.Max(rows, 1), turn = length - near, far = window - turn;
        if (turn <= 0) near = far = (Prefetch.Distance / sizeof(T) + window - 1) / window * window;
        for (; i + 4 * count <= length; i += 4 * count)
        {
            long ahead = i < turn ? near : far;
            OneWindow<T, TTap, TState, TAcc, TReducer> first = new(reducer, none), second = new(reducer, none), third = new(reducer, none), fourth = new(reducer, none);
            T* slice = plane + i;
            for (long d = depths; d > 0; d--, slice += nextDepth)
            {
                T* tap = slice;
                for (long j = rows; j > 0; j--, tap += nextRow)
                {
                    Prefetch.Behind(tap + ahead, 4 * sizeof(TTap), 0);
                    first.Take(load, tap);
                    second.Take(load, tap + count);
                    third.Take(load, tap + 2 * count);
                    fourth.Take(load, tap + 3 * count);
                }
            }

            seen = reducer.Watch(reducer.Watch(reducer.Watch(reducer.Watch(seen, first.Seen), second.Seen), third.Seen), fourth.Seen);
            TAcc.Store(first.State, sums);
            TAcc.Store(second.State, sums + step);
            TAcc.Store(third.State, sums + 2 * step);
            TAcc.Store(fourth.State, sums + 3 * step);
            sums += 4 * step;
        }

        for (; i < length; i += count, sums += step)
        {
            OneWindow<T, TTap, TState, TAcc, TReducer> last = new(reducer, none);
            T* slice = plane + i;
            for (long d = depths; d > 0; d--, slice += nextDepth)
            {
                T* tap = slice;
                for (long j = rows; j > 0; j--, tap += nextRow)
                {
                    Prefetch.Line(tap + far);
                    if (i + count <= length) last.Take(load, tap);
                    else last.Take(TTap.LoadPart(tap, length - i, reducer.Padding));
                }
            }

            seen = reducer.Watch(seen, last.Seen);
            TAcc.Store(last.State, sums);
        }

        return seen;
    }
}
