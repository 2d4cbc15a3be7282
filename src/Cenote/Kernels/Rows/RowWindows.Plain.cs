using System.Runtime.CompilerServices;

namespace Cenote;

// Windows that need no loop over rows and depths: of short ones it would cost as much as their taps.
internal readonly unsafe partial struct RowWindows<T, TTap, TState, TAcc>
{
    /// <summary>How far ahead outputs are asked for, in bytes.</summary>
    private const long OutputDistance = 2048;

    /// <summary>Whether windows have two taps each way, and share none.</summary>
    public static bool ArePairs(PoolPlan plan) => plan.Width is { Kernel: 2, LaneStride: 2, Dilation: 1 } && plan.Height is { Kernel: 2, Stride: > 1 };

    /// <summary>Whether rows of pairs fill more than half of a register, but not all of it, and follow each other so that the next ones lie behind them.</summary>
    private static bool RunsOver<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        long outputs = plan.Width.OutputLength;
        return reducer is IPairSum && ArePairs(plan) && outputs < TTap.Count && outputs > TTap.Count / 2 && plan.Width.MostClipped == 0 && plan.Height is { MostClipped: 0, Dilation: 1 }
            && plan.Depth.Kernel == 1 && job.InputLayout.Height >= plan.Width.InputLength && job.OutputLayout.Height == outputs;
    }

    /// <summary>Makes rows of such pairs: all but the last read where they lie, with what lies behind them, and stored over what follows later.</summary>
    private void ShortPairs<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (long h = first; h < end; h += _band)
        {
            ReadOnlySpan<RowStep> steps = _steps.Of(first, end, h);
            T* from = input + RowStep.From(_plan.Height, h) * _from.Height;
            int whole = h + _band < end ? steps.Length : steps.Length - 1;
            watch = Pairs(reducer, new(from, _from.Height, 0, depth), steps[..whole], output, TTap.Count, watch);
            if (whole == steps.Length) continue;
            watch = _row.Copy(reducer, from + steps[whole].Line * _from.Height, 2, _from.Height, _copies, watch);
            watch = Pairs(reducer, new(_copies - steps[whole].Line * _room, _room, 0, depth), steps[whole..], output, _outputs, watch);
        }
    }

    /// <summary>Whether outputs go past the caches: whole registers at least, of rows on end together.</summary>
    private bool Streams(T* output, long outputs, long rows) =>
        outputs >= TTap.Count && ResultStream.Pays(_plan, sizeof(T)) && ResultStream.Suits(output, outputs % TTap.Count == 0 && _to.Height == outputs ? rows * outputs : outputs);

    /// <summary>Makes rows of outputs one by one, with windows of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Single<TLoad, TReducer>(TLoad load, TReducer reducer, in Rows rows, ReadOnlySpan<RowStep> steps, T* output, TTap watch)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long outputs = _outputs, taps = _plan.Width.Kernel, dilation = _plan.Width.Dilation, stride = _plan.Width.LaneStride;
        bool ahead = _row.IsInside && Prefetch.Pays(_plan.InputElements * sizeof(T)), streams = ResultStream.Exists<TTap>() && Streams(output, outputs, steps.Length);
        TAcc none = reducer.Lift(reducer.Padding);
        TTap before = default, pattern = default;
        T* begun = null, next = null;
        foreach (ref readonly RowStep step in steps)
        {
            long factor = _plan.OuterDivisor(rows.Depth.Extent * step.Extent);
            T* to = output + step.Row * _to.Height, row = rows.First + step.Line * rows.Step;
            if (ResultStream.Exists<TTap>() && streams) ResultStream.Turn(before, ref pattern, ref begun, ref next, to);
            for (long o = 0; o < outputs; o += TTap.Count)
            {
                if (o + TTap.Count > outputs) o = Math.Max(0, outputs - TTap.Count);
                var window = new OneWindow<T, TTap, TState, TAcc, TReducer>(reducer, none);
                load.Walk(ref window, row + o * stride, taps, dilation);
                if (ahead)
                {
                    Prefetch.Behind(row + o * stride, stride * sizeof(TTap));
                    if (!streams) Prefetch.Along(to + o, sizeof(TTap), OutputDistance);
                }

                watch = TReducer.WatchState(reducer.Watch(watch, window.Seen), window.State);
                TTap results = reducer.Finish(window.State, _extents.At(_start + o), factor);
                if (ResultStream.Exists<TTap>() && to + o == next)
                {
                    ResultStream.Store(ref before, results, pattern, begun, next);
                    next += TTap.Count;
                }
                else Store(results, to + o, outputs);
            }
        }

        if (ResultStream.Exists<TTap>() && streams) ResultStream.End(before, next);
        return watch;
    }

    /// <summary>Makes rows of outputs one by one, with windows of two taps by two that share none: no loop over taps, and one divisor for all. The lanes stay crossed until the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Pairs<TReducer>(TReducer reducer, in Rows rows, ReadOnlySpan<RowStep> steps, T* output, long outputs, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long rowStep = rows.Step * _plan.Height.Dilation, nextDepth = rows.NextDepth, depths = rows.Depth.Count;
        bool streams = ResultStream.Exists<TTap>() && Streams(output, outputs, steps.Length);
        bool ahead = Prefetch.Pays(_plan.InputElements * sizeof(T)), inOrder = Prefetch.InOrder(2 * rowStep * sizeof(T));
        long distance = Prefetch.Rows((depths > 1 ? depths * nextDepth : 2 * rowStep) * sizeof(T));
        byte* extents = _extents.At(_start);
        TAcc none = reducer.Lift(reducer.Padding);
        var load = new CrossedLoad<T, TTap>();
        TTap before = default, pattern = default;
        T* begun = null, next = null;
        foreach (ref readonly RowStep step in steps)
        {
            long factor = _plan.OuterDivisor(rows.Depth.Extent * step.Extent);
            T* to = output + step.Row * _to.Height, first = rows.First + step.Line * rows.Step;
            if (ResultStream.Exists<TTap>() && streams) ResultStream.Turn(before, ref pattern, ref begun, ref next, to);
            for (long o = 0; o < outputs; o += TTap.Count)
            {
                if (o + TTap.Count > outputs) o = Math.Max(0, outputs - TTap.Count);
                var window = new OneWindow<T, TTap, TState, TAcc, TReducer>(reducer, none);
                T* row = first + 2 * o;
                for (long d = depths; d > 0; d--, row += nextDepth)
                {
                    if (default(TReducer) is IPairSum) window.State = TReducer.AddPairs(TReducer.AddPairs(window.State, row, ref window.Seen), row + rowStep, ref window.Seen);
                    else
                    {
                        load.Walk(ref window, row, 2, 1);
                        load.Walk(ref window, row + rowStep, 2, 1);
                    }

                    if (!ahead) continue;
                    if (inOrder) Prefetch.Behind(row + 2 * o, 4 * sizeof(TTap), distance);
                    else
                    {
                        Prefetch.Behind(row, 2 * sizeof(TTap), distance);
                        Prefetch.Behind(row + rowStep, 2 * sizeof(TTap), distance);
                    }
                }

                watch = TReducer.WatchState(reducer.Watch(watch, window.Seen), window.State);
                TTap results = reducer.Finish(window.State, extents, factor);
                if (default(TReducer) is not IPairSum) results = TTap.Uncross(results);
                if (ResultStream.Exists<TTap>() && to + o == next)
                {
                    ResultStream.Store(ref before, results, pattern, begun, next);
                    next += TTap.Count;
                }
                else Store(results, to + o, outputs);
            }
        }

        if (ResultStream.Exists<TTap>() && streams) ResultStream.End(before, next);
        return watch;
    }
}
