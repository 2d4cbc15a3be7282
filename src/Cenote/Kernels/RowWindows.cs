using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Rows of contiguous elements, lanes across the width: the taps of a window come one after the other in row-major order, so that sums are the
/// reference's own to the last bit. Two output rows whose windows overlap are made together, and share what they load.
/// </summary>
internal readonly unsafe struct RowWindows<T, TTap, TState, TAcc> : ILineWindows<RowWindows<T, TTap, TState, TAcc>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>The longest line, in outputs.</summary>
    private const long LongestLine = 4096;

    /// <summary>Copies of rows that take more memory than this are not worth it.</summary>
    private const long MostCopyBytes = 1 << 28;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly long _start, _outputs, _ring, _room;
    private readonly LaneExtents _extents;
    private readonly PaddedRow<T, TTap> _row;

    /// <summary>Copies of rows with padding, by their row modulo <see cref="_ring"/>, for each depth of a window.</summary>
    private readonly T* _copies;

    /// <summary>Which input row a copy is of.</summary>
    private readonly long* _copied;

    /// <summary>The rows that are read for one or two rows of outputs.</summary>
    private readonly T** _rows;

    private RowWindows(in PoolJob job, long start, long outputs, LaneExtents extents, byte* scratch)
    {
        (_plan, _from, _to, _start, _outputs, _extents) = (job.Plan, job.InputLayout, job.OutputLayout, start, outputs, extents);
        AxisPlan width = _plan.Width;
        _row = new(start * width.LaneStride - width.Before, StridedLoad.Need<TTap, T>(width, outputs), width.InputLength);
        (_ring, _room) = (Ring(_plan), PaddedRow<T, TTap>.Room(_row.Need));
        long slots = _plan.Depth.MaxCount * _ring;
        _copies = (T*)scratch;
        _copied = (long*)(scratch + CopyBytes(_plan, outputs));
        _rows = (T**)(_copied + slots);
    }

    public static string Name => "rows";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && LaneExtents.Covers(job.Plan.Width) && CopyBytes(job.Plan, LongestLine) <= MostCopyBytes
        && Registers.Suit<TTap, T>(job.Plan.Width.OutputLength);

    public static long Channels(PoolPlan plan) => plan.Channels;

    public static long Lines(PoolPlan plan) => (plan.Width.OutputLength + LongestLine - 1) / LongestLine;

    public static RowWindows<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        var (start, outputs) = Line.Cut(plan.Width.OutputLength, Lines(plan), TTap.Count, number);
        long extentBytes = LaneExtents.Bytes(plan.Width, reducer.ExtentSize, TTap.Count), slots = plan.Depth.MaxCount * Ring(plan);
        byte* scratch = Scratch.Of(extentBytes + CopyBytes(plan, outputs) + slots * (sizeof(long) + sizeof(T*)));
        LaneExtents extents = LaneExtents.Write<T, TTap, TState, TAcc, TReducer>(reducer, plan, scratch);
        var windows = new RowWindows<T, TTap, TState, TAcc>(job, start, outputs, extents, scratch + extentBytes);
        if (windows._row.IsInside) return windows;
        for (long slot = 0; slot < slots; slot++) windows._row.Clear(reducer.Padding, windows._copies + slot * windows._room);
        return windows;
    }

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        switch (_plan.Width.LaneStride)
        {
            case 1: Pool(new UnitLoad<T, TTap>(), reducer, input, output, depth, first, end, ref watch); break;
            case 2: Pool(new SecondLoad<T, TTap>(), reducer, input, output, depth, first, end, ref watch); break;
            case 3: Pool(new ThirdLoad<T, TTap>(), reducer, input, output, depth, first, end, ref watch); break;
            case 4: Pool(new FourthLoad<T, TTap>(), reducer, input, output, depth, first, end, ref watch); break;
            case var stride: Pool(new GatherLoad<T, TTap>(stride), reducer, input, output, depth, first, end, ref watch); break;
        }
    }

    /// <summary>How many rows of one depth two windows read.</summary>
    private static long Ring(PoolPlan plan) => Math.Min(plan.Height.Span + plan.Height.Stride, plan.Height.InputLength);

    private static long CopyBytes(PoolPlan plan, long outputs) =>
        Scratch.Round(plan.Depth.MaxCount * Ring(plan) * PaddedRow<T, TTap>.Room(StridedLoad.Need<TTap, T>(plan.Width, outputs)) * sizeof(T));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pool<TLoad, TReducer>(TLoad load, TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan height = _plan.Height;
        bool overlap = height.Dilation == 1 && height.Stride < height.Kernel;
        input += depth.Start * _from.Depth;
        output += _start;
        if (!_row.IsInside)
            for (long slot = 0; slot < depth.Count * _ring; slot++) _copied[slot] = -1;
        for (long h = first; h < end; h++)
        {
            Window rows = height[h], next = default;
            T* to = output + h * _to.Height;
            long factor = _plan.OuterDivisor(depth.Extent * rows.Extent);
            if (overlap && h + 1 < end) next = height[h + 1];
            long shift = next.Start - rows.Start;
            if (rows.Count == 0 || next.Count == 0 || shift + next.Count <= rows.Count)
            {
                Find(reducer, input, depth, rows.Start, rows.Count, rows.Step, ref watch);
                Row(load, reducer, depth.Count * rows.Count, to, factor, ref watch);
                continue;
            }

            Find(reducer, input, depth, rows.Start, shift + next.Count, 1, ref watch);
            TwoRows(load, reducer, depth.Count, shift, rows.Count, shift + next.Count, to, factor, _plan.OuterDivisor(depth.Extent * next.Extent), ref watch);
            h++;
        }
    }

    /// <summary>Points <see cref="_rows"/> at rows of every depth of a window: where they lie, or at copies with padding.</summary>
    private void Find<TReducer>(TReducer reducer, T* input, in Window depth, long start, long count, long step, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        T** rows = _rows;
        bool inside = _row.IsInside;
        for (long i = 0; i < depth.Count; i++, input += depth.Step * _from.Depth)
        {
            T* row = input + start * _from.Height;
            if (inside)
            {
                for (long j = 0; j < count; j++, row += step * _from.Height)
                {
                    Prefetch.Behind(row + _row.From, _row.Need * sizeof(T));
                    *rows++ = row + _row.From;
                }

                continue;
            }

            long slot = start < _ring ? start : start % _ring;
            for (long j = 0; j < count; j++, row += step * _from.Height)
            {
                long place = i * _ring + slot;
                T* copy = _copies + place * _room;
                if (_copied[place] != start + j * step) watch = _row.Copy(reducer, row, 1, 0, copy, watch);
                _copied[place] = start + j * step;
                *rows++ = copy;
                slot += step;
                if (slot >= _ring) slot %= _ring;
            }
        }
    }

    /// <summary>One row of outputs.</summary>
    // Bounds: Need says how far the loads go; outputs are stored up to the line's end only.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Row<TLoad, TReducer>(TLoad load, TReducer reducer, long count, T* output, long factor, ref TTap watch)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long outputs = _outputs, taps = _plan.Width.Kernel, step = _plan.Width.Dilation, stride = _plan.Width.LaneStride;
        T** rows = _rows;
        TAcc none = reducer.Lift(reducer.Padding);
        TTap watched = watch;
        for (long o = 0; o < outputs; o += TTap.Count)
        {
            // The last register steps back over outputs already written, where there is room.
            if (o + TTap.Count > outputs) o = Math.Max(0, outputs - TTap.Count);
            var window = new OneWindow<T, TTap, TState, TAcc, TReducer>(none);
            for (long i = 0; i < count; i++) Walk(load, reducer, ref window, rows[i] + o * stride, taps, step);
            watched = reducer.Watch(watched, window.Seen);
            Store(reducer.Finish(window.State, _extents.At(_start + o), factor), output + o, outputs);
        }

        watch = watched;
    }

    /// <summary>Two rows of outputs: of every depth's rows the first has those up to <paramref name="end"/>, the second those from <paramref name="shift"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TwoRows<TLoad, TReducer>(TLoad load, TReducer reducer, long depths, long shift, long end, long count, T* output, long factor, long nextFactor, ref TTap watch)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long outputs = _outputs, taps = _plan.Width.Kernel, step = _plan.Width.Dilation, stride = _plan.Width.LaneStride;
        T* below = output + _to.Height;
        TAcc none = reducer.Lift(reducer.Padding);
        TTap watched = watch;
        for (long o = 0; o < outputs; o += TTap.Count)
        {
            if (o + TTap.Count > outputs) o = Math.Max(0, outputs - TTap.Count);
            OneWindow<T, TTap, TState, TAcc, TReducer> first = new(none), second = new(none);
            T** rows = _rows;
            for (long i = 0; i < depths; i++, rows += count)
            {
                long j = 0;
                for (; j < shift; j++) Walk(load, reducer, ref first, rows[j] + o * stride, taps, step);
                var both = new TwoWindows<T, TTap, TState, TAcc, TReducer>(first.State, second.State);
                for (; j < end; j++) Walk(load, reducer, ref both, rows[j] + o * stride, taps, step);
                (first.State, second.State) = (both.State, both.Next);
                watched = reducer.Watch(watched, both.Seen);
                for (; j < count; j++) Walk(load, reducer, ref second, rows[j] + o * stride, taps, step);
            }

            watched = reducer.Watch(reducer.Watch(watched, first.Seen), second.Seen);
            Store(reducer.Finish(first.State, _extents.At(_start + o), factor), output + o, outputs);
            Store(reducer.Finish(second.State, _extents.At(_start + o), nextFactor), below + o, outputs);
        }

        watch = watched;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TTap result, T* output, long outputs)
    {
        if (outputs >= TTap.Count) TTap.Store(result, output);
        else TTap.StorePart(result, output, outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Walk<TLoad, TReducer, TSink>(TLoad load, TReducer reducer, ref TSink sink, T* row, long taps, long step)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TSink : struct, ITapSink<T, TTap, TState, TAcc, TReducer> =>
        TapRow.Walk<T, TTap, TState, TAcc, TReducer, TLoad, TSink>(load, reducer, ref sink, row, taps, step);
}
