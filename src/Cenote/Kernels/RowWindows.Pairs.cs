using System.Runtime.CompilerServices;

namespace Cenote;

// Windows of two taps by two that share none, as most poolings are: no loop over taps, and one divisor for all.
internal readonly unsafe partial struct RowWindows<T, TTap, TState, TAcc>
{
    /// <summary>Whether windows have two taps each way, and share none.</summary>
    public static bool ArePairs(PoolPlan plan) => plan.Width is { Kernel: 2, LaneStride: 2, Dilation: 1 } && plan.Height is { Kernel: 2, Stride: > 1 };

    /// <summary>Makes rows of outputs one by one. The lanes stay crossed until the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private TTap Pairs<TReducer>(TReducer reducer, in Rows rows, ReadOnlySpan<RowStep> steps, T* output, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long outputs = _outputs, rowStep = rows.Step * _plan.Height.Dilation, nextDepth = rows.NextDepth, depths = rows.Depth.Count;
        bool ahead = Prefetch.Pays(_plan.InputElements * sizeof(T)), inOrder = Prefetch.InOrder(2 * rowStep * sizeof(T));
        byte* extents = _extents.At(_start);
        TAcc none = reducer.Lift(reducer.Padding);
        var load = new CrossedLoad<T, TTap>();
        foreach (ref readonly RowStep step in steps)
        {
            long factor = _plan.OuterDivisor(rows.Depth.Extent * step.Extent);
            T* to = output + step.Row * _to.Height, first = rows.First + step.Line * rows.Step;
            for (long o = 0; o < outputs; o += TTap.Count)
            {
                if (o + TTap.Count > outputs) o = Math.Max(0, outputs - TTap.Count);
                var window = new OneWindow<T, TTap, TState, TAcc, TReducer>(reducer, none);
                T* row = first + 2 * o;
                for (long d = depths; d > 0; d--, row += nextDepth)
                {
                    if (default(TReducer) is IPairSum) window.State = reducer.Combine(window.State, reducer.Combine(TReducer.LiftPairs(row), TReducer.LiftPairs(row + rowStep)));
                    else
                    {
                        load.Walk(ref window, row, 2, 1);
                        load.Walk(ref window, row + rowStep, 2, 1);
                    }

                    if (!ahead) continue;
                    if (inOrder) Prefetch.Behind(row + 2 * o, 4 * sizeof(TTap));
                    else
                    {
                        Prefetch.Behind(row, 2 * sizeof(TTap));
                        Prefetch.Behind(row + rowStep, 2 * sizeof(TTap));
                    }
                }

                watch = reducer.Watch(watch, window.Seen);
                TTap results = reducer.Finish(window.State, extents, factor);
                Store(default(TReducer) is IPairSum ? results : TTap.Uncross(results), to + o, outputs);
            }
        }

        return watch;
    }
}
