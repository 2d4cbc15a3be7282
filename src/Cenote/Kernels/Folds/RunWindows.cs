using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Long windows along the width of rows that no other row shares: a row passes through a <see cref="RunTape{TState, TAcc}"/>, a few cache lines at a time, so that memory is read and written
/// on end while runs of taps are made, and a window of states is all that the caches hold.
/// </summary>
internal readonly unsafe struct RunWindows<T, TTap, TState, TAcc> : ILineWindows<RunWindows<T, TTap, TState, TAcc>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>Windows of fewer taps are combined tap by tap.</summary>
    private const long FewestTaps = 12;

    /// <summary>Taps that are taken at a time: what is asked for at once must not be more than memory answers at once.</summary>
    private const long ChunkBytes = 1024;

    /// <summary>The shortest stretch of a row that is a line of its own, in outputs, and in windows: it begins with the taps of one.</summary>
    private const long ShortestStretch = 1 << 15, FewestWindows = 32;

    /// <summary>How far ahead the outputs' place is asked for, in bytes.</summary>
    private const long Ahead = 1024;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly LaneExtents _extents;
    private readonly byte* _tape;

    /// <summary>The line's first output, and how many it has.</summary>
    private readonly long _first, _outputs;

    private RunWindows(in PoolJob job, long number, LaneExtents extents, byte* tape)
    {
        (_plan, _from, _to, _extents) = (job.Plan, job.InputLayout, job.OutputLayout, extents);
        _tape = tape;
        (_first, _outputs) = Line.Cut(_plan.Width.OutputLength, Lines(_plan), TTap.Count, number);
    }

    public static string Name => "runs";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        return plan.Slides && plan.Depth.Kernel == 1 && plan.Height.Kernel == 1 && plan.Width is { LaneStride: 1, Kernel: >= FewestTaps } width
            && job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && reducer.FoldsInAnyOrder(plan)
            && Registers.Fill<TTap, T>(width.OutputLength) && LaneExtents.Covers(width) && RunTape<TState, TAcc>.Fits(width);
    }

    public static long Channels(PoolPlan plan) => plan.Channels;

    public static long Lines(PoolPlan plan)
    {
        long wanted = Math.Max(ShortestStretch, FewestWindows * plan.Width.Span);
        return (plan.Width.OutputLength + wanted - 1) / wanted;
    }

    public static RunWindows<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan width = job.Plan.Width;
        long extentBytes = LaneExtents.Bytes(width, TReducer.ExtentSize, TTap.Count);
        byte* scratch = Scratch.Of(extentBytes + RunTape<TState, TAcc>.Bytes(width, TReducer.IsIdempotent));
        return new(job, number, LaneExtents.Write<T, TTap, TState, TAcc, TReducer>(reducer, job.Plan, scratch), scratch + extentBytes);
    }

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (long h = first; h < end; h++)
        {
            Window height = _plan.Height[h];
            T* row = input + depth.Start * _from.Depth + height.Start * _from.Height, to = output + h * _to.Height + _first;
            var tape = new RunTape<TState, TAcc>(_plan.Width, TReducer.IsIdempotent, _tape);
            long need = tape.Need(_outputs), chunk = ChunkBytes / sizeof(T);
            for (long done = 0; done < _outputs;)
            {
                long taps = Math.Min(chunk, need - tape.Taken), from = _first - _plan.Width.Before + tape.Taken;
                watch = Lift(reducer, row, from, taps, tape.Append(taps), watch);
                tape.Combine<T, TTap, TReducer>(reducer);
                long made = Math.Min(_outputs, tape.Made);
                if (made <= done) continue;
                long factor = _plan.OuterDivisor(depth.Extent * height.Extent), whole = made & -TTap.Count;
                Finish(reducer, tape.Parts, tape.Runs(done), whole - done, _first + done, factor, to + done);
                if (made > whole) FinishPart(reducer, tape.Parts, tape.Runs(whole), made - whole, _first + whole, factor, to + whole);
                tape.Drop(done = made);
            }
        }
    }

    /// <summary>Takes taps of a row; what lies outside it is padding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Lift<TReducer>(TReducer reducer, T* row, long from, long count, TState* states, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long length = _plan.Width.InputLength, i = 0;
        if (from >= 0 && from + count <= length) watch = Lift(reducer, row + from, i = count & -(2 * TTap.Count), states, watch);
        for (; i < count; i += TTap.Count)
        {
            TTap taps = Clipped(row, from + i, length, reducer.Padding);
            watch = reducer.Watch(watch, taps);
            TAcc.Store(reducer.Lift(taps), states + i);
        }

        return watch;
    }

    /// <summary>Takes taps that all lie inside the row, by twos: what was seen is a sum, and would wait for itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TTap Lift<TReducer>(TReducer reducer, T* taps, long count, TState* states, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TTap seen = default, seenToo = default;
        for (long i = 0; i < count; i += 2 * TTap.Count)
        {
            Prefetch.Line((byte*)(taps + i) + Prefetch.Distance);
            if (2 * sizeof(TTap) > Prefetch.CacheLine) Prefetch.Line((byte*)(taps + i) + Prefetch.Distance + Prefetch.CacheLine);
            TTap tap = TTap.Load(taps + i), next = TTap.Load(taps + i + TTap.Count);
            seen = reducer.Watch(seen, tap);
            seenToo = reducer.Watch(seenToo, next);
            TAcc.Store(reducer.Lift(tap), states + i);
            TAcc.Store(reducer.Lift(next), states + i + TTap.Count);
        }

        return reducer.Watch(reducer.Watch(watch, seen), seenToo);
    }

    /// <summary>A register of a row, which may lie partly outside.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TTap Clipped(T* row, long from, long length, TTap padding)
    {
        if (from >= 0) return TTap.LoadPart(row + from, length - from, padding);
        T* taps = stackalloc T[TTap.Count];
        TTap.Store(padding, taps);
        for (long i = -from; i < TTap.Count && from + i < length; i++) taps[i] = row[from + i];
        return TTap.Load(taps);
    }

    /// <summary>Combines the longest runs of each window and writes whole registers of outputs.</summary>
    private void Finish<TReducer>(TReducer reducer, in RunParts parts, RunSource<TState> runs, long count, long output, long factor, T* to)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        switch (parts.Count, parts.HasSingle)
        {
            case (2, false): Finish<TReducer, Two, None>(reducer, runs, count, output, factor, to); break;
            case (2, true): Finish<TReducer, Two, One>(reducer, runs, count, output, factor, to); break;
            case (3, false): Finish<TReducer, Three, None>(reducer, runs, count, output, factor, to); break;
            case (3, true): Finish<TReducer, Three, One>(reducer, runs, count, output, factor, to); break;
            case (_, false): Finish<TReducer, Four, None>(reducer, runs, count, output, factor, to); break;
            case (_, true): Finish<TReducer, Four, One>(reducer, runs, count, output, factor, to); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Finish<TReducer, TParts, TSingles>(TReducer reducer, RunSource<TState> runs, long count, long output, long factor, T* to)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TParts : struct, ISide
        where TSingles : struct, ISide
    {
        LaneExtents extents = _extents;
        for (long i = 0; i < count; i += TTap.Count)
        {
            Prefetch.Line((byte*)(to + i) + Ahead);
            TAcc state = runs.Combine<T, TTap, TAcc, TReducer, TParts, TSingles>(reducer, i);
            TTap.Store(reducer.Finish(state, extents.At(output + i), factor), to + i);
        }
    }

    /// <summary>Writes the row's last outputs, which fill no register.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FinishPart<TReducer>(TReducer reducer, in RunParts parts, RunSource<TState> runs, long count, long output, long factor, T* to)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        T* outputs = stackalloc T[TTap.Count];
        Finish(reducer, parts, runs, TTap.Count, output, factor, outputs);
        TTap.StorePart(TTap.Load(outputs), to, count);
    }
}
