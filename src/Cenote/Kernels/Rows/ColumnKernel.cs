using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Maxima and minima of rows: the rows of a window are combined first, where they lie, and what they come to is walked along the width. Every output row then
/// costs one walk, however many rows and depths its windows have. Of two zeros it is not known any more which came first: −0 is watched for, as NaN is, and slices that hold such a tap go to another kernel.
/// </summary>
/// <param name="reducer">Combines.</param>
/// <param name="others">Kernels that keep the order; the first whose units are output rows too takes over, at the latest the last one.</param>
internal sealed unsafe class ColumnKernel<T, TTap, TReducer>(TReducer reducer, KernelList others) : PoolKernel
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TReducer : struct, IChoiceLanes<T, TTap>, ITieWatch<TTap>
{
    private const double BytesPerNanosecond = 10;

    /// <summary>The most taps of a row: longer runs are doubled, not walked.</summary>
    private const long MostTaps = 11;

    /// <summary>The most rows of windows of several depths, in strides: more are combined slice by slice. Measured.</summary>
    private const long MostRows = 24;

    /// <summary>The longest rows, in outputs: kernels that keep the order cut longer ones.</summary>
    private const long MostOutputs = 4096;

    /// <summary>What the last-level cache holds at least.</summary>
    private const long CacheBytes = 8 << 20;

    /// <summary>From so many output rows on, taps that windows share are watched once.</summary>
    private const long ManyRows = 16;

    public override string Name => $"columns, {8 * Unsafe.SizeOf<TTap>()} bits";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        AxisPlan width = plan.Width;
        return plan.Slides && !plan.ReadsPadding && job.InputLayout.Width == 1 && job.OutputLayout.Width == 1
            && width.Kernel <= MostTaps && (width.LaneStride == 1 || width.Dilation == 1) && ColumnLines<T, TTap>.Fit(width)
            // Outputs of rows shorter than a register are stored over the next one's place.
            && width.OutputLength <= MostOutputs && (width.OutputLength >= TTap.Count || job.OutputLayout.Height == width.OutputLength)
            // Whether blocks of planes are faster is decided with narrower registers: the widest do more of the same. Measured: 0.77 to 0.87 of columns on narrower ones.
            && (ColumnShifts<T, TTap, TReducer>.Suit(job) || (width.InputLength >= TTap.Count && CombinesLittle(plan) && !WaitsForMemory(plan) && (sizeof(TTap) == Prefetch.CacheLine || !BlockKernel<T, TTap>.Suits(job, BlockRows.Extremes))));
    }

    /// <summary>Whether few windows share a row: else it is better walked once than combined as often. Measured.</summary>
    private static bool CombinesLittle(PoolPlan plan)
    {
        AxisPlan height = plan.Height;
        if (plan.Depth.Kernel > 1) return height.Kernel <= 2 * height.Stride + 1 && plan.Depth.Kernel * height.Kernel <= MostRows * plan.Depth.Stride * height.Stride;
        // At a stride of two strips keep windows of four rows and more; above, rows folded along the width one by one take up to three times as long.
        return height.Stride > 1 && height.Kernel < (height.Stride > 2 ? 4 : 2) * height.Stride;
    }

    /// <summary>Whether rows are read once, where they lie, and from memory: then the other kernels' order of reading and writing is the better one.</summary>
    private static bool WaitsForMemory(PoolPlan plan) =>
        plan.Height.Kernel <= plan.Height.Stride && plan.Depth.Kernel <= plan.Depth.Stride && plan.Width.Before == 0 && plan.InputElements * sizeof(T) > CacheBytes;

    /// <summary>One unit is one row of the output.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    public override double Cost(in PoolJob job) => (job.Plan.InputElements + job.Plan.OutputElements) * sizeof(T) / BytesPerNanosecond;

    /// <summary>A run begins with the rows of a window.</summary>
    public override long LeastRun(in PoolJob job) => 4 * Math.Min(job.Plan.Height.Span, job.Plan.Height.InputLength) / job.Plan.Height.Stride + 1;

    public override void Run(in PoolJob job, long first, long end)
    {
        long rows = job.Plan.Height.OutputLength, share = 1;
        while (true)
        {
            long met = Slices(job, first, end);
            if (met == end) return;
            // Such taps are rare, or there are many: the others take a slice, and twice as many where they took most since the last one.
            share = met - first < share * rows ? 2 * share : 1;
            first = Math.Min(end, (met / rows + share) * rows);
            Other(job).Run(job, met, first);
        }
    }

    /// <summary>Pools output rows; those from the result on are left, because their slice holds taps that cannot be combined in this order.</summary>
    private long Slices(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        long rows = plan.Height.OutputLength, next;
        var (slices, row) = Math.DivRem(first, rows);
        (long plane, long d) = Math.DivRem(slices, plan.Depth.OutputLength);
        var (n, c) = Math.DivRem(plane, plan.Channels);
        bool shifts = ColumnShifts<T, TTap, TReducer>.Suit(job), pairs = ColumnPairs<T, TTap, TReducer>.Exist && ColumnPairs<T, TTap, TReducer>.Suit(job);
        ColumnShifts<T, TTap, TReducer> windows = shifts ? new(reducer, job, end - first) : default;
        ColumnPairs<T, TTap, TReducer> windowsOfPairs = ColumnPairs<T, TTap, TReducer>.Exist && pairs ? new(reducer, job) : default;
        ColumnLines<T, TTap> lines = shifts || pairs ? default : ColumnLines<T, TTap>.Create(job, reducer.Lift(reducer.Padding));
        Window depth = plan.Depth[d];
        bool onEnd = job.OutputLayout == TensorLayout.RowMajor(plan.Channels, plan.Depth.OutputLength, rows, plan.Width.OutputLength).Along(plan.Batch, plan.Channels, plan.Depth.OutputLength, rows, plan.Width.OutputLength);
        for (; first < end; first = next, row = 0)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            next = Math.Min(first - row + rows, end);
            T* input = (T*)job.Input + n * job.InputLayout.Batch + c * job.InputLayout.Channel;
            T* output = (T*)job.Output + n * job.OutputLayout.Batch + c * job.OutputLayout.Channel + d * job.OutputLayout.Depth;
            T* limit = onEnd ? (T*)job.Output + end * plan.Width.OutputLength : output + (row + next - first - 1) * job.OutputLayout.Height + plan.Width.OutputLength;
            var slice = new Rows(input, output, limit, depth, row, row + next - first);
            if (!(shifts ? Shifts(job, windows, slice) : ColumnPairs<T, TTap, TReducer>.Exist && pairs ? Pairs(job, windowsOfPairs, slice) : Slice(job, slice, lines))) return first;
            if (++d == plan.Depth.OutputLength) d = 0;
            if (plan.Depth.OutputLength > 1) depth = plan.Depth[d];
            if (d > 0) continue;
            if (++c == plan.Channels) (c, n) = (0, n + 1);
        }

        return end;
    }

    private PoolKernel Other(in PoolJob job) => others.Find(job, Units(job)) ?? throw new InvalidOperationException("the last of the others takes every job.");

    /// <summary>Pools rows of one slice with what their columns come to on registers; false as below.</summary>
    private bool Shifts(in PoolJob job, in ColumnShifts<T, TTap, TReducer> windows, in Rows rows)
    {
        ColumnWatches<TTap> watches = default;
        windows.Pool(rows.Input + rows.Depth.Start * job.InputLayout.Depth, rows.Output, rows.Limit, rows.First, rows.End, ref watches);
        return AreRight(watches, job, rows);
    }

    /// <summary>The same of windows at strides of two.</summary>
    private bool Pairs(in PoolJob job, in ColumnPairs<T, TTap, TReducer> windows, in Rows rows)
    {
        ColumnWatches<TTap> watches = default;
        windows.Pool(rows.Input + rows.Depth.Start * job.InputLayout.Depth, rows.Output, rows.Limit, rows.Depth.Count, rows.First, rows.End, ref watches);
        return AreRight(watches, job, rows);
    }

    /// <summary>Pools rows of one slice; false where it holds taps that cannot be combined in this order.</summary>
    private bool Slice(in PoolJob job, in Rows rows, in ColumnLines<T, TTap> lines)
    {
        AxisPlan height = job.Plan.Height;
        ColumnWatches<TTap> watches = default;
        // Windows that are whole; of long slices all but the first, of which no tap has been watched yet.
        bool watchesOnce = rows.End - rows.First >= ManyRows && height.Dilation == 1;
        long wholeFrom = Math.Max(height.WholeFrom, rows.First + (watchesOnce ? 1 : 0)), wholeEnd = Math.Max(wholeFrom, height.WholeEnd), outputs = job.Plan.Width.OutputLength;
        for (long h = rows.First; h < rows.End; h += lines.Batch)
        {
            long end = Math.Min(rows.End, h + lines.Batch);
            for (long o = 0; o < outputs; o += lines.Outputs)
            {
                // The last piece of a row steps back over outputs already written.
                o = Math.Min(o, outputs - lines.Outputs);
                ColumnLines<T, TTap>.Piece piece = lines.AreCut ? lines.Cut(o) : lines.Whole;
                if (lines.AreCut && piece.IsPadded) lines.Clear(reducer.Lift(reducer.Padding), end - h);
                for (long row = h; row < end;)
                {
                    bool isWhole = row >= wholeFrom && row < wholeEnd;
                    long count = isWhole ? Math.Min(wholeEnd, end) - row : 1;
                    Columns(job, rows, count, height[row], isWhole && watchesOnce ? height.Kernel - height.Stride : 0, piece, piece.Line + (row - h) * lines.Room, lines, ref watches);
                    row += count;
                }

                Walk(job, rows, h, end, o, piece.Line, lines);
            }
        }

        return AreRight(watches, job, rows);
    }

    /// <summary>Whether outputs are right, by what was seen of their taps.</summary>
    private bool AreRight(in ColumnWatches<TTap> watches, in PoolJob job, in Rows rows) =>
        !reducer.Alarms(watches.NaN, watches.Ties) || (!reducer.Alarms(watches.NaN, default) && !Zeros.AreIn(job.Plan, job.OutputLayout, rows.Output, rows.First, rows.End));

    /// <summary>Combines the rows of windows, of several output rows where the windows are whole.</summary>
    private void Columns(in PoolJob job, in Rows rows, long count, in Window window, long watched, in ColumnLines<T, TTap>.Piece piece, T* line, in ColumnLines<T, TTap> lines, ref ColumnWatches<TTap> watches)
    {
        AxisPlan height = job.Plan.Height;
        Window depth = rows.Depth;
        TensorLayout layout = job.InputLayout;
        long step = window.Step * layout.Height;
        if (piece.Length == 0) return;
        line += piece.Start;
        for (long i = 0; i < count && window.Count * depth.Count == 0; i++)
            for (long j = 0; j < piece.Length; j += TTap.Count) TTap.Store(reducer.Lift(reducer.Padding), line + i * lines.Room + Math.Min(j, piece.Length - TTap.Count));

        // Three depths at once, where each has three rows; else one after the other.
        long depths = depth.Count == 3 && window.Count == 3 ? 3 : 1;
        for (long d = 0; d < depth.Count; d += depths)
        {
            T* from = rows.Input + piece.From + (depth.Start + d * depth.Step) * layout.Depth + window.Start * layout.Height;
            long taken, old = watched;
            for (long left = window.Count; left > 0; left -= taken, old -= taken, from += taken * step)
            {
                taken = left is 3 or > 4 ? 3 : Math.Min(left, 2);
                var columns = new ColumnFold<T, TTap, TReducer>(reducer, from, step, depth.Step * layout.Depth, height.Stride * layout.Height, count, piece.Length, goesOn: d > 0 || left < window.Count, lines.Ahead);
                switch (taken)
                {
                    case 3 when depths == 3 && old == 1: columns.Fold<Three, Three, One>(line, lines.Room, ref watches); break;
                    case 3 when depths == 3: columns.Fold<Three, Three, None>(line, lines.Room, ref watches); break;
                    case 3 when old >= 3: columns.Fold<One, Three, Three>(line, lines.Room, ref watches); break;
                    case 3 when old == 1: columns.Fold<One, Three, One>(line, lines.Room, ref watches); break;
                    case 3: columns.Fold<One, Three, None>(line, lines.Room, ref watches); break;
                    case 2: columns.Fold<One, Two, None>(line, lines.Room, ref watches); break;
                    default: columns.Fold<One, One, None>(line, lines.Room, ref watches); break;
                }
            }
        }
    }

    /// <summary>Walks lines along the width.</summary>
    private void Walk(in PoolJob job, in Rows rows, long first, long end, long output, T* line, in ColumnLines<T, TTap> lines)
    {
        T* to = rows.Output + first * job.OutputLayout.Height + output;
        T* limit = rows.Limit;
        switch (job.Plan.Width.LaneStride)
        {
            case 1: Along<Any, UnitLoad<T, TTap>>(new(), job, line, lines, to, end - first, limit); break;
            case 2 when job.Plan.Width.Kernel == 2: Along<Two, CrossedLoad<T, TTap>>(new(), job, line, lines, to, end - first, limit); break;
            case 2 when job.Plan.Width.Kernel == 3: Along<Three, CrossedLoad<T, TTap>>(new(), job, line, lines, to, end - first, limit); break;
            case 2: Along<Any, CrossedLoad<T, TTap>>(new(), job, line, lines, to, end - first, limit); break;
            case 3: Along<Any, ThirdLoad<T, TTap>>(new(), job, line, lines, to, end - first, limit); break;
            case 4: Along<Any, FourthLoad<T, TTap>>(new(), job, line, lines, to, end - first, limit); break;
            case var stride: Along<Any, GatherLoad<T, TTap>>(new(stride), job, line, lines, to, end - first, limit); break;
        }
    }

    /// <summary>Combines the taps of each line's windows.</summary>
    // Bounds: of short rows a register goes on over those that follow, which are written later; the last ones are stored in part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Along<TTaps, TLoad>(TLoad load, in PoolJob job, T* line, in ColumnLines<T, TTap> lines, T* output, long count, T* limit)
        where TTaps : struct, ISide
        where TLoad : struct, IStridedLoad<T, TTap>
    {
        AxisPlan width = job.Plan.Width;
        long outputs = lines.Outputs, taps = width.Kernel, dilation = width.Dilation, stride = width.LaneStride, nextRow = job.OutputLayout.Height, next = lines.Batch * nextRow;
        bool ahead = lines.Ahead;
        TTap none = reducer.Lift(reducer.Padding);
        if (lines.AreOne) (outputs, count) = (outputs * count, 1);
        for (; count > 0; count--, line += lines.Room, output += nextRow)
        {
            for (long o = 0; o < outputs; o += TTap.Count)
            {
                if (o + TTap.Count > outputs) o = Math.Max(0, outputs - TTap.Count);
                var window = new Combination(reducer, none);
                load.Walk(ref window, line + o * stride, TTaps.Of(taps), dilation);
                TTap result = TLoad.Settle(reducer.Finish(window.State, null, 1));
                // Where the next batch will be written.
                if (ahead) Prefetch.Line(output + o + next);
                if (outputs >= TTap.Count || output + TTap.Count <= limit) TTap.Store(result, output + o);
                else TTap.StorePart(result, output + o, outputs - o);
            }
        }
    }

    /// <summary>Combines what was lifted before.</summary>
    private struct Combination(TReducer reducer, TTap state) : ITapSink<TTap>
    {
        public TTap State = state;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(TTap tap) => State = reducer.Combine(State, tap);
    }

    /// <summary>Output rows of a slice, and where they and their taps lie; what lies between them and the limit is written later.</summary>
    private readonly struct Rows(T* input, T* output, T* limit, in Window depth, long first, long end)
    {
        public readonly T* Input = input, Output = output, Limit = limit;
        public readonly Window Depth = depth;
        public readonly long First = first, End = end;
    }
}
