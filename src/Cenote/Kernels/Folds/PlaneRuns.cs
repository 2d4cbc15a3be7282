using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Large windows of stride 1 over small planes, of taps that may be combined twice: a plane is copied with its padding, and all its rows are one long row for what ever longer runs of taps along the
/// width come to, and then along the height. What belongs to no window is made as well: it costs less than to begin and end each row.
/// </summary>
internal readonly unsafe struct PlaneRuns<T, TTap, TState, TAcc> : ILineWindows<PlaneRuns<T, TTap, TState, TAcc>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>Fewer taps each way are combined as they are read. Measured.</summary>
    private const long FewestTaps = 6;

    /// <summary>What a padded plane may take: three such lie in the nearer caches. Measured up to here.</summary>
    private const long MostBytes = 40 << 10;

    /// <summary>How far ahead the output is asked for, in bytes.</summary>
    private const long OutputDistance = 2048;

    private readonly AxisPlan _height, _width;
    private readonly TensorLayout _from, _to;
    private readonly RunChain _along, _down;

    /// <summary>From row to row of a padded plane, in states: what stands behind a row's end stands before the next one, too.</summary>
    private readonly long _pitch;

    /// <summary>The padded plane, what its rows come to, and what runs come to on the way.</summary>
    private readonly TState* _taps, _rows, _runs;

    private PlaneRuns(in PoolJob job, byte* scratch, TAcc none)
    {
        (_height, _width, _from, _to) = (job.Plan.Height, job.Plan.Width, job.InputLayout, job.OutputLayout);
        _pitch = Pitch(_width);
        _along = new(_width.Kernel, _width.Dilation, isIdempotent: true, scratch);
        _down = new(_height.Kernel, _height.Dilation * _pitch, isIdempotent: true, scratch + RunChain.Bytes);
        long room = Room(job.Plan);
        _taps = (TState*)(scratch + 2 * RunChain.Bytes);
        _rows = _taps + room;
        _runs = _rows + room;
        for (long i = 0; i < 2 * room; i += TAcc.Count) TAcc.Store(none, _taps + i);
    }

    public static string Name => "plane runs";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        return TReducer.IsExact && TReducer.IsIdempotent && TReducer.ExtentSize == 0 && plan.Slides && plan.Depth.Kernel == 1 && plan.Height.LaneStride == 1 && plan.Width.LaneStride == 1
            && plan.Height.Kernel >= FewestTaps && plan.Width.Kernel >= FewestTaps && job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && job.InputLayout.Height >= 0
            && 2 * plan.Width.OutputLength > TTap.Count && plan.Height.InputLength <= MostBytes && plan.Width.InputLength <= MostBytes && plan.Height.Span <= MostBytes && plan.Width.Span <= MostBytes
            && Rows(plan.Height) * Pitch(plan.Width) * sizeof(TState) <= MostBytes;
    }

    public static long Channels(PoolPlan plan) => plan.Channels;

    public static long Lines(PoolPlan plan) => 1;

    public static PlaneRuns<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> => new(job, Scratch.Of(2 * RunChain.Bytes + 3 * Room(job.Plan) * sizeof(TState)), reducer.Lift(reducer.Padding));

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        // Rows are numbered as those of the padded plane.
        long start = Math.Max(first, _height.Before), stop = Math.Min(end - 1 + _height.Span, _height.Before + _height.InputLength);
        watch = Copy(reducer, input + depth.Start * _from.Depth, start, stop, watch);
        // Whole registers, that what is written behind the last row is what padding comes to.
        long count = Math.Max(0, stop - start) * _pitch / TTap.Count * TTap.Count + TTap.Count;
        Runs.Fold<T, TTap, TState, TAcc, TReducer>(reducer, _along, At(_taps, start), At(_runs, start), At(_rows, start), count, 1);
        TState* runs = Runs.Shorten<T, TTap, TState, TAcc, TReducer>(reducer, _down, At(_rows, first), At(_runs, first), (end - first) * _pitch, 1).First;
        Write(reducer, new(runs, runs, _down[0].Distance, _down[0].Last), output, first, end);
    }

    private RunRows<TState> At(TState* plane, long row) => new(plane + row * _pitch, 0);

    private static long Pitch(AxisPlan width) => Math.Max(width.OutputLength + width.Span - 1 - width.Before, width.Before + width.InputLength);

    private static long Rows(AxisPlan height) => Math.Max(height.OutputLength + height.Span - 1, height.Before + height.InputLength);

    /// <summary>States of a padded plane, and behind it as many as the loads of the last windows read more.</summary>
    private static long Room(PoolPlan plan) => Scratch.Round(((Rows(plan.Height) + 1) * Pitch(plan.Width) + plan.Width.Span + 4 * TTap.Count) * sizeof(TState)) / sizeof(TState);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Copy<TReducer>(TReducer reducer, T* input, long start, long stop, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long width = _width.InputLength, step = _from.Height, whole = stop;
        T* row = input + (start - _height.Before) * step, last = input + (_height.InputLength - 1) * step + width - TTap.Count;
        TState* to = _taps + start * _pitch + _width.Before;
        if (width >= TTap.Count) return Copy(reducer, row, step, stop - start, width, to, _pitch, watch);
        // A short row is read with what lies behind it; the last ones in part.
        while (whole > start && row + (whole - 1 - start) * step > last) whole--;
        watch = CopyShort(reducer, row, step, whole - start, TTap.First(width), to, _pitch, watch);
        for (; whole < stop; whole++)
        {
            TTap taps = TTap.LoadPart(row + (whole - start) * step, width, reducer.Padding);
            watch = reducer.Watch(watch, taps);
            TAcc.Store(reducer.Lift(taps), to + (whole - start) * _pitch);
        }

        return watch;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TTap Copy<TReducer>(TReducer reducer, T* row, long step, long count, long width, TState* to, long pitch, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TTap seen = watch;
        for (; count > 0; count--, row += step, to += pitch)
        {
            for (long i = 0; ;)
            {
                TTap taps = TTap.Load(row + i);
                Prefetch.Line((byte*)(row + i) + Prefetch.Distance);
                seen = reducer.Watch(seen, taps);
                TAcc.Store(reducer.Lift(taps), to + i);
                if (i == width - TTap.Count) break;
                // The last register steps back over what is done.
                i = Math.Min(i + TTap.Count, width - TTap.Count);
            }
        }

        return seen;
    }

    // Bounds: registers go on over the rows that follow, which are written later, or with padding over padding.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TTap CopyShort<TReducer>(TReducer reducer, T* row, long step, long count, TTap mask, TState* to, long pitch, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TTap seen = watch, inside = mask, outside = TTap.Select(mask, default, reducer.Padding);
        for (; count > 0; count--, row += step, to += pitch)
        {
            TTap taps = (TTap.Load(row) & inside) | outside;
            Prefetch.Line((byte*)row + Prefetch.Distance);
            seen = reducer.Watch(seen, taps);
            TAcc.Store(reducer.Lift(taps), to);
        }

        return seen;
    }

    /// <summary>Makes windows of what runs of rows come to.</summary>
    private void Write<TReducer>(TReducer reducer, RunSource<TState> runs, T* output, long first, long end)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        switch (_down[0].Count)
        {
            case 2: Write<TReducer, Two>(reducer, runs, output, first, end); break;
            case 3: Write<TReducer, Three>(reducer, runs, output, first, end); break;
            default: Write<TReducer, Four>(reducer, runs, output, first, end); break;
        }
    }

    // Bounds: a register of a short row goes on over the rows that follow, which are written later; the last ones are stored in part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Write<TReducer, TParts>(TReducer reducer, RunSource<TState> runs, T* output, long first, long end)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TParts : struct, ISide
    {
        long outputs = _width.OutputLength, pitch = _pitch, step = _to.Height, last = Math.Max(0, outputs - TTap.Count), whole = end - first, from = 0;
        T* to = output + first * step;
        while (outputs < TTap.Count && whole > 0 && (step != outputs || (end - first - whole + 1) * outputs < TTap.Count)) whole--;
        for (long left = end - first; left > 0; left--, from += pitch, to += step)
        {
            Prefetch.Line((byte*)to + OutputDistance);
            for (long o = 0; ;)
            {
                TTap result = reducer.Finish(runs.Combine<T, TTap, TAcc, TReducer, TParts, None>(reducer, from + o), null, 1);
                if (--whole >= 0 || outputs >= TTap.Count) TTap.Store(result, to + o);
                else TTap.StorePart(result, to, outputs);
                if (o == last) break;
                // The last register steps back over what is done.
                o = Math.Min(o + TTap.Count, last);
            }
        }
    }
}
