using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Rows of contiguous elements, lanes across the width: the taps of a window come one after the other in row-major order, so that sums are the
/// reference's own to the last bit. Two output rows whose windows overlap are made together, and share what they load.
/// </summary>
internal readonly unsafe partial struct RowWindows<T, TTap, TState, TAcc> : ILineWindows<RowWindows<T, TTap, TState, TAcc>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>The longest line, in outputs.</summary>
    private const long LongestLine = 4096;

    /// <summary>Output rows made together: no more than their copies fit into the first-level cache, and never more than this.</summary>
    private const long CopyCache = 24 << 10, LongestBand = 64;

    /// <summary>Copies of rows that take more memory than this are not worth it.</summary>
    private const long MostCopyBytes = 1 << 28;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly long _start, _outputs, _band, _capacity, _room;
    private readonly LaneExtents _extents;
    private readonly PaddedRow<T, TTap> _row;
    private readonly RowSteps _steps;

    /// <summary>Whether outputs are the inputs of the same places, each a window of its own.</summary>
    private readonly bool _isCopy;

    /// <summary>Whether windows are pairs of pairs of taps, all inside along the width; along the height some may be clipped.</summary>
    private readonly bool _isPairs;

    /// <summary>Whether rows of such windows are shorter than a register, and made as if they were not: all but the last may be read and written over.</summary>
    private readonly bool _runsOver;

    /// <summary>Copies of rows with padding, for each depth of a window.</summary>
    private readonly T* _copies;

    private RowWindows(in PoolJob job, long start, long outputs, long band, LaneExtents extents, bool inTwos, bool runsOver, byte* scratch)
    {
        (_plan, _from, _to, _start, _outputs, _extents) = (job.Plan, job.InputLayout, job.OutputLayout, start, outputs, extents);
        AxisPlan width = _plan.Width;
        _row = new(start * width.LaneStride - width.Before, StridedLoad.Need<TTap, T>(width, outputs), width.InputLength);
        _isCopy = width is { Kernel: 1, LaneStride: 1 } && _plan.HasSingleTaps;
        _runsOver = runsOver;
        _isPairs = _row.IsInside && ArePairs(_plan);
        (_band, _capacity, _room) = (band, Capacity(_plan, band), Room(_plan, outputs));
        _steps = new(_plan.Height, _band, inTwos, scratch);
        _copies = (T*)(scratch + RowSteps.Bytes(_plan.Height, _band)) + _row.Shift;
    }

    public static string Name => "rows";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        job.Plan.Slides && job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && LaneExtents.Covers(job.Plan.Width)
        && Math.Min(LongestLine, job.Plan.Width.OutputLength) is var longest && CopyBytes(job.Plan, longest, Band(job.Plan, longest)) <= MostCopyBytes && (Registers.Fill<TTap, T>(job.Plan.Width.OutputLength) || RunsOver(reducer, job));

    public static long Channels(PoolPlan plan) => plan.Channels;

    public static long Lines(PoolPlan plan) => (plan.Width.OutputLength + LongestLine - 1) / LongestLine;

    public static RowWindows<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        var (start, outputs) = Line.Cut(plan.Width.OutputLength, Lines(plan), TTap.Count, number);
        long extentBytes = LaneExtents.Bytes(plan.Width, TReducer.ExtentSize, TTap.Count);
        long band = Band(plan, outputs);
        byte* scratch = Scratch.Of(extentBytes + RowSteps.Bytes(plan.Height, band) + CopyBytes(plan, outputs, band));
        LaneExtents extents = LaneExtents.Write<T, TTap, TState, TAcc, TReducer>(reducer, plan, scratch);
        var windows = new RowWindows<T, TTap, TState, TAcc>(job, start, outputs, band, extents, inTwos: !TReducer.IsLong && plan.Width.LaneStride <= 2, RunsOver(reducer, job), scratch + extentBytes);
        if (windows._row.IsInside) return windows;
        for (long i = 0; i < plan.Depth.MaxCount * windows._capacity; i++) windows._row.Clear(reducer.Padding, windows._copies + i * windows._room);
        return windows;
    }

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        switch (_plan.Width.LaneStride)
        {
            case 2 when _runsOver: ShortPairs(reducer, input + depth.Start * _from.Depth, output, depth, first, end, ref watch); break;
            case 1 when _isCopy: Copy(reducer, input + depth.Start * _from.Depth, output, first, end); break;
            case 1 when TReducer.IsLong: Pool(new LoopLoad<T, TTap>(), reducer, input, output, depth, first, end, ref watch); break;
            case 1: Pool(new UnitLoad<T, TTap>(), reducer, input, output, depth, first, end, ref watch); break;
            case 2: Pool(new SecondLoad<T, TTap>(), reducer, input, output, depth, first, end, ref watch); break;
            case 3: Pool(new ThirdLoad<T, TTap>(), reducer, input, output, depth, first, end, ref watch); break;
            case 4: Pool(new FourthLoad<T, TTap>(), reducer, input, output, depth, first, end, ref watch); break;
            case var stride: Pool(new GatherLoad<T, TTap>(stride), reducer, input, output, depth, first, end, ref watch); break;
        }
    }

    /// <summary>Rows whose windows are single taps: one stretch where they follow each other without a gap.</summary>
    private void Copy<TReducer>(TReducer reducer, T* input, T* output, long first, long end)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long nextRow = _plan.Height.Stride * _from.Height, rows = end - first, length = _outputs;
        if (nextRow == length && _to.Height == length) (length, rows) = (length * rows, 1);
        T* from = input + first * nextRow + _start, to = output + first * _to.Height + _start;
        for (; rows > 0; rows--, from += nextRow, to += _to.Height)
            SingleTaps<T, TTap, TState, TAcc>.Copy(reducer, from, to, length, _extents.At(_start), _plan.OuterDivisor(1));
    }

    private static long Room(PoolPlan plan, long outputs) => PaddedRow<T, TTap>.Room(StridedLoad.Need<TTap, T>(plan.Width, outputs));

    /// <summary>How many output rows are made together: at least two, that they may share what they load.</summary>
    private static long Band(PoolPlan plan, long outputs)
    {
        long fits = CopyCache / (plan.Depth.MaxCount * Room(plan, outputs) * sizeof(T));
        return Math.Min(Math.Clamp((fits - plan.Height.Span) / plan.Height.Stride + 1, 2, LongestBand), plan.Height.OutputLength);
    }

    /// <summary>How many rows of one depth a band reads.</summary>
    private static long Capacity(PoolPlan plan, long band) =>
        Math.Min(plan.Height.Span + (band - 1) * plan.Height.Stride, plan.Height.InputLength);

    private static long CopyBytes(PoolPlan plan, long outputs, long band) => Scratch.Round(plan.Depth.MaxCount * Capacity(plan, band) * Room(plan, outputs) * sizeof(T));

    private void Pool<TLoad, TReducer>(TLoad load, TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan height = _plan.Height;
        input += depth.Start * _from.Depth;
        output += _start;
        long nextDepth = depth.Step * _from.Depth, room = _room, copied = 0, kept = 0;
        for (long h = first; h < end; h += _band)
        {
            long last = Math.Min(end, h + _band) - 1, from = RowStep.From(height, h), to = RowStep.To(height, last);
            ReadOnlySpan<RowStep> steps = _steps.Of(first, end, h);
            if (_row.IsInside)
            {
                watch = Finish(load, reducer, new(input + _row.From + from * _from.Height, _from.Height, nextDepth, depth), steps, output, watch);
                continue;
            }

            // Copies that this band needs again come to the front.
            long again = Math.Max(0, copied - from);
            for (long i = 0; i < depth.Count; i++)
            {
                T* copies = _copies + i * _capacity * room;
                if (again > 0 && from > kept) Buffer.MemoryCopy(copies + (from - kept) * room, copies, again * room * sizeof(T), (again * room - _row.Shift) * sizeof(T));
                watch = _row.Copy(reducer, input + i * nextDepth + (from + again) * _from.Height, to - from - again, _from.Height, copies + again * room, watch);
            }

            (kept, copied) = (from, Math.Max(copied, to));
            watch = Finish(load, reducer, new(_copies, room, _capacity * room, depth), steps, output, watch);
        }
    }

    /// <summary>Makes a band of outputs.</summary>
    private TTap Finish<TLoad, TReducer>(TLoad load, TReducer reducer, in Rows rows, ReadOnlySpan<RowStep> steps, T* output, TTap watch)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        while (steps.Length > 0)
        {
            int alike = 1;
            while (alike < steps.Length && steps[alike].Two == steps[0].Two && (!_isPairs || steps[alike].Count == steps[0].Count)) alike++;
            watch = _isPairs && steps[0].Count == 2 && (!TReducer.IsLong || default(TReducer) is IPairSum) ? Pairs(reducer, rows, steps[..alike], output, _outputs, watch)
                : steps[0].Two ? TwoRows(load, reducer, rows, steps[..alike], output, watch)
                : _plan.Height.Kernel == 1 && _plan.Depth.Kernel == 1 ? Single(load, reducer, rows, steps[..alike], output, watch)
                : OneRow(load, reducer, rows, steps[..alike], output, watch);
            steps = steps[alike..];
        }

        return watch;
    }

    /// <summary>Makes rows of outputs one by one.</summary>
    // Bounds: Need says how far the loads go; outputs are stored up to the line's end only. (One method with the next would be too large to inline what it calls.)
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap OneRow<TLoad, TReducer>(TLoad load, TReducer reducer, in Rows rows, ReadOnlySpan<RowStep> steps, T* output, TTap watch)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long outputs = _outputs, taps = _plan.Width.Kernel, dilation = _plan.Width.Dilation, stride = _plan.Width.LaneStride, rowStep = rows.Step * _plan.Height.Dilation;
        long depths = rows.Depth.Count, fresh = _row.IsInside && Prefetch.Pays(_plan.InputElements * sizeof(T)) ? _plan.Height.Stride : 0;
        bool inOrder = fresh > 0 && Prefetch.InOrder(fresh * rowStep * sizeof(T));
        TAcc none = reducer.Lift(reducer.Padding);
        foreach (ref readonly RowStep step in steps)
        {
            long factor = _plan.OuterDivisor(rows.Depth.Extent * step.Extent), firstFresh = Math.Max(0, step.Count - fresh);
            T* to = output + step.Row * _to.Height, first = rows.First + step.Line * rows.Step;
            for (long o = 0; o < outputs; o += TTap.Count)
            {
                // The last register steps back over outputs already written, where there is room.
                if (o + TTap.Count > outputs) o = Math.Max(0, outputs - TTap.Count);
                var window = new OneWindow<T, TTap, TState, TAcc, TReducer>(reducer, none);
                T* slice = first + o * stride;
                for (long d = 0; d < depths; d++, slice += rows.NextDepth)
                {
                    // Rows that no step before has read.
                    if (inOrder) Prefetch.Behind(slice + firstFresh * rowStep + (fresh - 1) * o * stride, fresh * stride * sizeof(TTap));
                    else for (long j = firstFresh; j < step.Count; j++) Prefetch.Behind(slice + j * rowStep, stride * sizeof(TTap));
                    T* row = slice;
                    for (long j = 0; j < step.Count; j++, row += rowStep) load.Walk(ref window, row, taps, dilation);
                }

                watch = TReducer.WatchState(reducer.Watch(watch, window.Seen), window.State);
                Store(reducer.Finish(window.State, _extents.At(_start + o), factor), to + o, outputs);
            }
        }

        return watch;
    }

    /// <summary>Makes rows of outputs two by two, with the taps that they share loaded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap TwoRows<TLoad, TReducer>(TLoad load, TReducer reducer, in Rows rows, ReadOnlySpan<RowStep> steps, T* output, TTap watch)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long outputs = _outputs, taps = _plan.Width.Kernel, dilation = _plan.Width.Dilation, stride = _plan.Width.LaneStride, rowStep = rows.Step;
        long depths = rows.Depth.Count, fresh = _row.IsInside && Prefetch.Pays(_plan.InputElements * sizeof(T)) ? 2 * _plan.Height.Stride : 0;
        TAcc none = reducer.Lift(reducer.Padding);
        foreach (ref readonly RowStep step in steps)
        {
            long factor = _plan.OuterDivisor(rows.Depth.Extent * step.Extent), nextFactor = _plan.OuterDivisor(rows.Depth.Extent * step.NextExtent);
            long firstFresh = Math.Max(0, step.Count - fresh);
            T* to = output + step.Row * _to.Height, first = rows.First + step.Line * rows.Step;
            for (long o = 0; o < outputs; o += TTap.Count)
            {
                if (o + TTap.Count > outputs) o = Math.Max(0, outputs - TTap.Count);
                OneWindow<T, TTap, TState, TAcc, TReducer> one = new(reducer, none), other = new(reducer, none);
                T* slice = first + o * stride;
                for (long d = 0; d < depths; d++, slice += rows.NextDepth)
                {
                    for (long i = firstFresh; i < step.Count; i++) Prefetch.Behind(slice + i * rowStep, stride * sizeof(TTap));
                    T* row = slice;
                    long j = 0;
                    for (; j < step.Apart; j++, row += rowStep) load.Walk(ref one, row, taps, dilation);
                    var both = new TwoWindows<T, TTap, TState, TAcc, TReducer>(reducer, one.State, other.State);
                    for (; j < step.End; j++, row += rowStep) load.Walk(ref both, row, taps, dilation);
                    (one.State, other.State) = (both.State, both.Next);
                    watch = reducer.Watch(watch, both.Seen);
                    for (; j < step.Count; j++, row += rowStep) load.Walk(ref other, row, taps, dilation);
                }

                watch = TReducer.WatchState(TReducer.WatchState(reducer.Watch(reducer.Watch(watch, one.Seen), other.Seen), one.State), other.State);
                Store(reducer.Finish(one.State, _extents.At(_start + o), factor), to + o, outputs);
                Store(reducer.Finish(other.State, _extents.At(_start + o), nextFactor), to + _to.Height + o, outputs);
            }
        }

        return watch;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TTap result, T* output, long outputs)
    {
        if (outputs >= TTap.Count) TTap.Store(result, output);
        else TTap.StorePart(result, output, outputs);
    }

    /// <summary>Where the rows of a band lie.</summary>
    /// <param name="first">The first tap of the first row.</param>
    /// <param name="step">The distance between rows.</param>
    /// <param name="nextDepth">The distance between the depths of a window.</param>
    /// <param name="depth">The window along the depth.</param>
    private readonly struct Rows(T* first, long step, long nextDepth, in Window depth)
    {
        public readonly T* First = first;
        public readonly long Step = step, NextDepth = nextDepth;
        public readonly Window Depth = depth;
    }
}
