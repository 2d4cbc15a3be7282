using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Maxima and minima of rows: the rows of a window are combined first, where they lie, and what they come to is walked along the width. Every output row then costs one walk,
/// however many rows and depths its windows have. Of two zeros it is not known any more which came first, so that −0 is watched for, as NaN is; planes from the first such one on go to another kernel.
/// </summary>
/// <param name="reducer">Combines.</param>
/// <param name="others">Kernels whose units are output rows too; the first that accepts the job takes over.</param>
internal sealed unsafe class ColumnKernel<T, TTap, TReducer>(TReducer reducer, PoolKernel[] others) : PoolKernel
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TReducer : struct, ILaneReducer<T, TTap, T, TTap>, ITieWatch<TTap>
{
    private const double BytesPerNanosecond = 10;

    /// <summary>The most taps of a row: longer runs are doubled, not walked.</summary>
    private const long MostTaps = 11;

    /// <summary>What output rows are combined to before the first is walked, in bytes: a part of the first-level cache.</summary>
    private const long BatchBytes = 12 << 10;

    /// <summary>So many rows are combined before the first is walked: read again at once, at other places, they would not have left the store buffer yet.</summary>
    private const long LeastBatch = 4, MostBatch = 64;

    /// <summary>From so many output rows on, taps that windows share are watched once.</summary>
    private const long ManyRows = 16;

    /// <summary>The longest row, in bytes: what a batch of rows takes stays in the first-level cache.</summary>
    private const long LongestRow = 2048;

    public override string Name => $"columns, {8 * Unsafe.SizeOf<TTap>()} bits";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        AxisPlan height = plan.Height, width = plan.Width;
        return Registers.Exist(Unsafe.SizeOf<TTap>()) && plan.Slides && !plan.ReadsPadding && job.InputLayout.Width == 1 && job.OutputLayout.Width == 1
            && (height.Kernel > 1 || plan.Depth.Kernel > 1) && width.Kernel <= MostTaps && (width.LaneStride == 1 || width.Dilation == 1)
            && width.InputLength >= TTap.Count && Math.Max(width.InputLength, width.Span) <= LongestRow / sizeof(T)
            && (plan.Depth.Kernel > 1 ? height.Kernel <= 3 * height.Stride : height.Stride > 1 && height.Kernel <= 4 * height.Stride)
            && (width.OutputLength >= TTap.Count || job.OutputLayout.Height == width.OutputLength)
            // Rows read once, where they lie, are bound by memory.
            && (height.Kernel > height.Stride || plan.Depth.Kernel > plan.Depth.Stride || width.Before > 0 || !Prefetch.Pays(plan.InputElements * sizeof(T)));
    }

    public override long Units(in PoolJob job) => others[^1].Units(job);

    public override double Cost(in PoolJob job) => (job.Plan.InputElements + job.Plan.OutputElements) * sizeof(T) / BytesPerNanosecond;

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        AxisPlan width = plan.Width;
        long rows = plan.Height.OutputLength, next;
        var (slice, row) = Math.DivRem(first, rows);
        (long plane, long d) = Math.DivRem(slice, plan.Depth.OutputLength);
        var (n, c) = Math.DivRem(plane, plan.Channels);
        var line = new PaddedRow<T, TTap>(-width.Before, StridedLoad.Need<TTap, T>(width, width.OutputLength), width.InputLength);
        long room = PaddedRow<T, TTap>.Room(line.Need), batch = Math.Min(Math.Clamp(BatchBytes / (room * sizeof(T)), LeastBatch, MostBatch), rows);
        T* memory = (T*)Scratch.Of(batch * room * sizeof(T)) + line.Shift;
        for (long i = 0; i < batch; i++) line.Clear(reducer.Lift(reducer.Padding), memory + i * room);
        long start = Math.Max(0, line.From);
        var lines = new Lines(memory, room, batch, start, start - line.From, Math.Min(line.From + line.Need, width.InputLength) - start, Prefetch.Pays(plan.InputElements * sizeof(T)));
        for (; first < end; first = next, row = 0)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            next = Math.Min(first - row + rows, end);
            T* input = (T*)job.Input + n * job.InputLayout.Batch + c * job.InputLayout.Channel;
            T* output = (T*)job.Output + n * job.OutputLayout.Batch + c * job.OutputLayout.Channel + d * job.OutputLayout.Depth;
            if (!Slice(job, new(input, output, plan.Depth[d], row, row + next - first), lines))
            {
                Other(job).Run(job, first, end);
                return;
            }

            if (++d < plan.Depth.OutputLength) continue;
            d = 0;
            if (++c == plan.Channels) (c, n) = (0, n + 1);
        }
    }

    private PoolKernel Other(in PoolJob job)
    {
        foreach (PoolKernel kernel in others)
            if (kernel.Accepts(job)) return kernel;
        throw new InvalidOperationException("the last of the others takes every job.");
    }

    /// <summary>Pools rows of one slice; false where it holds taps that cannot be combined in this order.</summary>
    private bool Slice(in PoolJob job, in Rows rows, in Lines lines)
    {
        AxisPlan height = job.Plan.Height;
        Watches watches = default;
        // Windows that are whole; of long slices all but the first, of which no tap has been watched yet.
        bool watchesOnce = rows.End - rows.First >= ManyRows && height.Dilation == 1;
        long wholeFrom = Math.Max(height.WholeFrom, rows.First + (watchesOnce ? 1 : 0)), wholeEnd = Math.Max(wholeFrom, height.WholeEnd);
        for (long h = rows.First; h < rows.End; h += lines.Batch)
        {
            long end = Math.Min(rows.End, h + lines.Batch);
            for (long row = h; row < end;)
            {
                bool isWhole = row >= wholeFrom && row < wholeEnd;
                long count = isWhole ? Math.Min(wholeEnd, end) - row : 1;
                Columns(job, rows, row, count, isWhole && watchesOnce, lines.First + (row - h) * lines.Room, lines, ref watches);
                row += count;
            }

            T* output = rows.Output + h * job.OutputLayout.Height, limit = rows.Output + (rows.End - 1) * job.OutputLayout.Height + job.Plan.Width.OutputLength;
            switch (job.Plan.Width.LaneStride)
            {
                case 1: Along<Any, UnitLoad<T, TTap>>(new(), job, lines, output, end - h, limit); break;
                case 2 when job.Plan.Width.Kernel == 2: Along<Two, CrossedLoad<T, TTap>>(new(), job, lines, output, end - h, limit); break;
                case 2 when job.Plan.Width.Kernel == 3: Along<Three, CrossedLoad<T, TTap>>(new(), job, lines, output, end - h, limit); break;
                case 2: Along<Any, CrossedLoad<T, TTap>>(new(), job, lines, output, end - h, limit); break;
                case 3: Along<Any, ThirdLoad<T, TTap>>(new(), job, lines, output, end - h, limit); break;
                case 4: Along<Any, FourthLoad<T, TTap>>(new(), job, lines, output, end - h, limit); break;
                case var stride: Along<Any, GatherLoad<T, TTap>>(new(stride), job, lines, output, end - h, limit); break;
            }
        }

        return !reducer.Alarms(watches.Taps) && !reducer.AlarmsOfTies(watches.Ties);
    }

    /// <summary>Combines the rows of windows, of several output rows where the windows are whole.</summary>
    private void Columns(in PoolJob job, in Rows rows, long row, long count, bool watchesOnce, T* to, in Lines lines, ref Watches watches)
    {
        AxisPlan height = job.Plan.Height;
        Window window = height[row], depth = rows.Depth;
        long step = window.Step * job.InputLayout.Height;
        to += lines.Start;
        if (window.Count * depth.Count == 0)
            for (long i = 0; i < lines.Length; i++) TTap.StorePart(reducer.Lift(reducer.Padding), to + i, 1);
        // Three depths at once, where each has three rows; else one after the other.
        long depths = depth.Count == 3 && window.Count == 3 ? 3 : 1;
        for (long d = 0; d < depth.Count; d += depths)
        {
            T* from = rows.Input + lines.Input + (depth.Start + d * depth.Step) * job.InputLayout.Depth + window.Start * job.InputLayout.Height;
            long taken, old = watchesOnce ? window.Count - height.Stride : 0;
            for (long left = window.Count; left > 0; left -= taken, old -= taken, from += taken * step)
            {
                taken = left is 3 or > 4 ? 3 : Math.Min(left, 2);
                var sources = new Sources(from, step, depth.Step * job.InputLayout.Depth, height.Stride * job.InputLayout.Height, count, goesOn: d > 0 || left < window.Count, lines.Ahead);
                switch (taken)
                {
                    case 3 when depths == 3 && old == 1: Combine<Three, Three, One>(sources, to, lines, ref watches); break;
                    case 3 when depths == 3: Combine<Three, Three, Any>(sources, to, lines, ref watches); break;
                    case 3 when old == 1: Combine<One, Three, One>(sources, to, lines, ref watches); break;
                    case 3: Combine<One, Three, Any>(sources, to, lines, ref watches); break;
                    case 2: Combine<One, Two, Any>(sources, to, lines, ref watches); break;
                    default: Combine<One, One, Any>(sources, to, lines, ref watches); break;
                }
            }
        }
    }

    /// <summary>Combines rows of one output row after the other, and what the line holds where there are earlier ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Combine<TDepths, TRows, TOld>(in Sources from, T* line, in Lines lines, ref Watches watches)
        where TDepths : struct, ISide
        where TRows : struct, ISide
        where TOld : struct, ISide
    {
        T* first = from.First;
        long second = from.Step, third = 2 * from.Step, nextDepth = from.NextDepth, stride = from.Stride, last = lines.Length - TTap.Count, room = lines.Room;
        bool goesOn = from.GoesOn, ahead = from.Ahead;
        TTap none = reducer.Lift(reducer.Padding), seen = watches.Taps, ties = watches.Ties, seenToo = default, tiesToo = default;
        for (long left = from.Count; left > 0; left--, first += stride, line += room)
        {
            T* row = first, to = line, end = first + last;
            while (true)
            {
                TTap state = goesOn ? TTap.Load(to) : none;
                state = Take<TRows, TOld>(state, row, second, third, ahead, ref seen, ref seenToo, ref ties, ref tiesToo);
                if (TDepths.Of(0) > 1)
                {
                    state = Take<TRows, TOld>(state, row + nextDepth, second, third, ahead, ref seen, ref seenToo, ref ties, ref tiesToo);
                    state = Take<TRows, TOld>(state, row + 2 * nextDepth, second, third, ahead, ref seen, ref seenToo, ref ties, ref tiesToo);
                }

                TTap.Store(state, to);
                row += TTap.Count;
                to += TTap.Count;
                if (row <= end) continue;
                if (row == end + TTap.Count) break;
                // The last register steps back over what is done.
                to -= row - end;
                row = end;
            }
        }

        watches.Taps = reducer.Watch(seen, seenToo);
        watches.Ties = reducer.WatchTies(ties, tiesToo);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TTap Take<TRows, TOld>(TTap state, T* row, long second, long third, bool ahead, ref TTap seen, ref TTap seenToo, ref TTap ties, ref TTap tiesToo)
        where TRows : struct, ISide
        where TOld : struct, ISide
    {
        TTap taps = TTap.Load(row);
        if (ahead && typeof(TOld) == typeof(Any)) Prefetch.Behind(row, sizeof(TTap));
        state = reducer.Combine(state, reducer.Lift(taps));
        if (typeof(TOld) == typeof(Any))
        {
            seen = reducer.Watch(seen, taps);
            ties = reducer.WatchTies(ties, taps);
        }

        if (TRows.Of(0) == 1) return state;
        taps = TTap.Load(row + second);
        if (ahead) Prefetch.Behind(row + second, sizeof(TTap));
        state = reducer.Combine(state, reducer.Lift(taps));
        seenToo = reducer.Watch(seenToo, taps);
        tiesToo = reducer.WatchTies(tiesToo, taps);
        if (TRows.Of(0) == 2) return state;
        taps = TTap.Load(row + third);
        if (ahead) Prefetch.Behind(row + third, sizeof(TTap));
        state = reducer.Combine(state, reducer.Lift(taps));
        seen = reducer.Watch(seen, taps);
        ties = reducer.WatchTies(ties, taps);
        return state;
    }

    /// <summary>Walks lines along the width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Along<TTaps, TLoad>(TLoad load, in PoolJob job, in Lines lines, T* output, long rows, T* limit)
        where TTaps : struct, ISide
        where TLoad : struct, IStridedLoad<T, TTap>
    {
        AxisPlan width = job.Plan.Width;
        long outputs = width.OutputLength, taps = TTaps.Of(width.Kernel), dilation = width.Dilation, stride = width.LaneStride, nextRow = job.OutputLayout.Height;
        TTap none = reducer.Lift(reducer.Padding);
        T* line = lines.First;
        long next = lines.Batch * nextRow;
        for (; rows > 0; rows--, line += lines.Room, output += nextRow)
        {
            for (long o = 0; o < outputs; o += TTap.Count)
            {
                // The last register steps back over outputs already written, where there is room; of short rows it goes on over those that follow, which are written later.
                if (o + TTap.Count > outputs) o = Math.Max(0, outputs - TTap.Count);
                var window = new LiftedWindow(reducer, none);
                load.Walk(ref window, line + o * stride, taps, dilation);
                TTap result = TLoad.Settle(reducer.Finish(window.State, null, 1));
                // Where the next batch will be written.
                if (lines.Ahead) Prefetch.Line(output + o + next);
                if (output + o + TTap.Count <= limit) TTap.Store(result, output + o);
                else TTap.StorePart(result, output, outputs);
            }
        }
    }

    /// <summary>Combines what was lifted before.</summary>
    private struct LiftedWindow(TReducer reducer, TTap state) : ITapSink<TTap>
    {
        public TTap State = state;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(TTap tap) => State = reducer.Combine(State, tap);
    }

    /// <summary>What was seen of the taps.</summary>
    private struct Watches
    {
        public TTap Taps, Ties;
    }

    /// <summary>Rows that are combined, for several output rows.</summary>
    private readonly struct Sources(T* first, long step, long nextDepth, long stride, long count, bool goesOn, bool ahead)
    {
        public readonly T* First = first;
        public readonly long Step = step, NextDepth = nextDepth, Stride = stride, Count = count;
        public readonly bool GoesOn = goesOn, Ahead = ahead;
    }

    /// <summary>What rows come to, with padding.</summary>
    private readonly struct Lines(T* first, long room, long batch, long input, long start, long length, bool ahead)
    {
        public readonly T* First = first;
        public readonly long Room = room, Batch = batch, Input = input, Start = start, Length = length;
        public readonly bool Ahead = ahead;
    }

    /// <summary>Output rows of a slice, and where they and their taps lie.</summary>
    private readonly struct Rows(T* input, T* output, in Window depth, long first, long end)
    {
        public readonly T* Input = input, Output = output;
        public readonly Window Depth = depth;
        public readonly long First = first, End = end;
    }
}
