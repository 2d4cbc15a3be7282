using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Windows of several depths, row-major: the rows of a window, and those of all its depths, choose first, where they lie, as <see cref="PixelChoice{T, TTap, TNumber, TNumbers}"/> does with a row as one
/// pixel; what they come to, values and numbers, is walked along the width. Of equal taps the lesser number is the first. Of two zeros the sign of the first is lost there, so columns that come to −0 are
/// watched for beside NaN, and slices from the first such one on go to another kernel.
/// </summary>
/// <param name="reducer">Chooses.</param>
/// <param name="inOrder">Takes the taps in their order; its units are output rows too.</param>
internal sealed unsafe class IndexedColumns<T, TTap, TNumber, TNumbers, TReducer>(TReducer reducer, PoolKernel inOrder) : PoolKernel
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
    where TReducer : struct, IChoiceLanes<T, TTap>, ITieWatch<TTap>
{
    /// <summary>The most taps of a row.</summary>
    private const long MostTaps = 7;

    /// <summary>The greatest number that an index has room for.</summary>
    private const long MostNumbers = byte.MaxValue;

    public override string Name => $"indexed columns, {8 * Unsafe.SizeOf<TTap>()} bits";

    // What padding counts as in a line has room behind every tap's number, so that it loses all ties.
    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        AxisPlan width = plan.Width, height = plan.Height;
        return plan.Slides && plan.Depth.Kernel > 1 && height.Kernel <= 2 * height.Stride + 1 && plan.Taps + width.Kernel <= MostNumbers
            && job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && job.Offsets.Layout.Width == 1 && job.Offsets.Size == 1
            && width.Kernel <= MostTaps && width.Span > width.LaneStride && (width.LaneStride == 1 || (width.LaneStride == 2 && width.Dilation == 1)) && ColumnLines<T, TTap>.Fit(width)
            && width.InputLength >= TTap.Count && width.OutputLength >= TTap.Count && inOrder.Accepts(job) && inOrder.Units(job) == Units(job);
    }

    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    public override double Cost(in PoolJob job) => inOrder.Cost(job);

    public override long LeastRun(in PoolJob job) => inOrder.LeastRun(job);

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout, to = job.OutputLayout, marks = job.Offsets.Layout;
        long depths = plan.Depth.OutputLength, rows = plan.Height.OutputLength, next;
        var (slice, row) = Math.DivRem(first, rows);
        (long plane, long d) = Math.DivRem(slice, depths);
        var (n, c) = Math.DivRem(plane, plan.Channels);
        ColumnLines<T, TTap> lines = ColumnLines<T, TTap>.Create(job, reducer.Padding, sets: 2);
        ClearNumbers(plan, lines, lines.Batch);
        for (; first < end; first = next, row = 0)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            next = Math.Min(first - row + rows, end);
            var at = new IndexedSlice<T>(
                (T*)job.Input + n * from.Batch + c * from.Channel,
                (T*)job.Output + n * to.Batch + c * to.Channel + d * to.Depth,
                job.Offsets.Start + n * marks.Batch + c * marks.Channel + d * marks.Depth,
                plan.Depth[d]);
            if (!Slice(job, at, row, row + next - first, lines))
            {
                inOrder.Run(job, first, end);
                return;
            }

            if (++d < depths) continue;
            d = 0;
            if (++c == plan.Channels) (c, n) = (0, n + 1);
        }
    }

    private static void ClearNumbers(PoolPlan plan, in ColumnLines<T, TTap> lines, long count) =>
        lines.Clear(Unsafe.BitCast<TNumbers, TTap>(NumberLine.Fill<TNumbers, TNumber>(MostNumbers - plan.Width.Kernel)), count, lines.Set);

    /// <summary>Pools rows of one slice; false where it holds taps that this order loses.</summary>
    private bool Slice(in PoolJob job, in IndexedSlice<T> slice, long first, long end, in ColumnLines<T, TTap> lines)
    {
        AxisPlan height = job.Plan.Height;
        TTap watch = default, ties = default;
        long wholeFrom = height.WholeFrom, wholeEnd = height.WholeEnd, outputs = job.Plan.Width.OutputLength;
        for (long h = first; h < end; h += lines.Batch)
        {
            long last = Math.Min(end, h + lines.Batch);
            for (long o = 0; o < outputs; o += lines.Outputs)
            {
                // The last piece of a row steps back over outputs already written.
                o = Math.Min(o, outputs - lines.Outputs);
                ColumnLines<T, TTap>.Piece piece = lines.AreCut ? lines.Cut(o) : lines.Whole;
                if (lines.AreCut && piece.IsPadded)
                {
                    lines.Clear(reducer.Padding, last - h);
                    ClearNumbers(job.Plan, lines, last - h);
                }

                for (long row = h, count; row < last && piece.Length > 0; row += count)
                {
                    count = row >= wholeFrom && row < wholeEnd ? Math.Min(wholeEnd, last) - row : 1;
                    watch = Columns(job, slice, height[row], count, piece, piece.Line + (row - h) * lines.Room + piece.Start, lines, watch);
                }

                T* to = slice.Output + h * job.OutputLayout.Height + o;
                byte* marks = slice.Offsets + h * job.Offsets.Layout.Height + o;
                ties = job.Plan.Width.LaneStride == 1 ? Along<One>(job, piece.Line, lines, to, marks, last - h, ties) : Along<Two>(job, piece.Line, lines, to, marks, last - h, ties);
            }
        }

        return !reducer.Alarms(watch) && !reducer.Alarms(default, ties);
    }

    /// <summary>What the rows of windows choose, of several output rows where the windows are alike.</summary>
    private TTap Columns(in PoolJob job, in IndexedSlice<T> slice, in Window window, long count, in ColumnLines<T, TTap>.Piece piece, T* line, in ColumnLines<T, TTap> lines, TTap watch)
    {
        PoolPlan plan = job.Plan;
        TensorLayout layout = job.InputLayout;
        Window depth = slice.Depth;
        // Rows play the taps of a row, and depths the rows.
        long rowNumbers = plan.Width.Kernel, depthNumbers = plan.Height.Kernel * rowNumbers, first = depth.Before * depthNumbers + window.Before * rowNumbers;
        var taps = new NumberedTaps(1, depth.Count, window.Count, 0, depth.Step * layout.Depth, window.Step * layout.Height, first, rowNumbers, depthNumbers, 0);
        var choice = new PixelChoice<T, TTap, TNumber, TNumbers>(new(piece.Length, layout.Height, plan.Height.Stride, lines.Room, lines.Room)
        {
            Ahead = Prefetch.Multiple(layout.Height * sizeof(T)),
            Fresh = lines.Ahead ? plan.Depth.Stride : 0,
        });
        return choice.Choose(new UnitLoad<T, TTap>(), reducer, slice.Input + depth.Start * layout.Depth + window.Start * layout.Height + piece.From, line, (TNumber*)(line + lines.Set), taps, count, watch);
    }

    /// <summary>Chooses of the columns of each line's windows.</summary>
    // Bounds: lines hold all that is loaded, and rows at least a register of outputs; the last one steps back.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Along<TStride>(in PoolJob job, T* line, in ColumnLines<T, TTap> lines, T* output, byte* marks, long count, TTap watch)
        where TStride : struct, ISide
    {
        AxisPlan width = job.Plan.Width;
        long outputs = lines.Outputs, taps = width.Kernel, step = width.Dilation, stride = TStride.Of(0), set = lines.Set, nextRow = job.OutputLayout.Height, nextMarks = job.Offsets.Layout.Height, room = lines.Room;
        TTap seen = watch;
        TNumbers one = NumberLine.Fill<TNumbers, TNumber>(1);
        for (; count > 0; count--, line += room, output += nextRow, marks += nextMarks)
        {
            for (long o = 0; o < outputs; o += TTap.Count)
            {
                o = Math.Min(o, outputs - TTap.Count);
                var row = new Row(reducer, one) { Ties = seen };
                T* from = line + o * stride;
                if (typeof(TStride) == typeof(One))
                {
                    row.Begin(TTap.Load(from), TTap.Load(from + set));
                    for (long k = 1; k < taps; k++) row.Take(TTap.Load(from + k * step), TTap.Load(from + k * step + set));
                }
                else
                {
                    var (even, odd) = Two(from);
                    var (evenNumbers, oddNumbers) = Two(from + set);
                    row.Begin(even, evenNumbers);
                    if (taps > 1) row.Take(odd, oddNumbers);
                    for (long k = 2; k < taps; k += 2)
                    {
                        (even, odd) = Two(from + k);
                        (evenNumbers, oddNumbers) = Two(from + k + set);
                        row.Take(even, evenNumbers);
                        if (k + 1 < taps) row.Take(odd, oddNumbers);
                    }
                }

                seen = row.Ties;
                TTap best = reducer.Finish(row.Values, null, 1), chosen = Unsafe.BitCast<TNumbers, TTap>(row.Numbers);
                if (typeof(TStride) == typeof(Two)) (best, chosen) = (TTap.Uncross(best), TTap.Uncross(chosen));
                TTap.Store(best, output + o);
                TNumbers.StoreNarrow(Unsafe.BitCast<TTap, TNumbers>(chosen), marks + o, 1);
            }
        }

        return seen;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TTap Even, TTap Odd) Two(T* from) => TTap.UnzipCrossed(TTap.Load(from), TTap.Load(from + TTap.Count));

    /// <summary>What a register of windows chooses of a line's columns. Numbers play elements.</summary>
    private struct Row(TReducer reducer, TNumbers one)
    {
        public TTap Values, Ties;
        public TNumbers Numbers;

        /// <summary>What a column's number lacks: its place in the row.</summary>
        private TNumbers _place;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Begin(TTap column, TTap numbers)
        {
            Ties = reducer.WatchTies(Ties, column);
            Values = reducer.Lift(column);
            Numbers = Unsafe.BitCast<TTap, TNumbers>(numbers);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(TTap column, TTap numbers)
        {
            Ties = reducer.WatchTies(Ties, column);
            TTap values = reducer.Lift(column);
            _place += one;
            TNumbers later = Unsafe.BitCast<TTap, TNumbers>(numbers) + _place;
            TTap first = Unsafe.BitCast<TNumbers, TTap>(TNumbers.Min(Numbers, later));
            TTap unless = reducer.Choose(values, Values, first, Unsafe.BitCast<TNumbers, TTap>(Numbers));
            Numbers = Unsafe.BitCast<TTap, TNumbers>(reducer.Choose(Values, values, unless, Unsafe.BitCast<TNumbers, TTap>(later)));
            Values = reducer.Combine(Values, values);
        }
    }
}
