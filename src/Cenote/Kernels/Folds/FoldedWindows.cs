using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Windows folded one axis at a time: every input row along the width, once, then the folded lines of a window along height and depth. Of large windows of volumes every slice is folded
/// along width and height, once, then the slices. For reducers whose taps may be combined in any grouping.
/// </summary>
internal readonly unsafe struct FoldedWindows<T, TTap, TState, TAcc, TFold> : ILineWindows<FoldedWindows<T, TTap, TState, TAcc, TFold>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TFold : struct, IRowFold<TFold, T, TTap, TState, TAcc>
{
    /// <summary>What the lines of output rows made together may take: a part of the second-level cache, for in the first-level one they are moved as often as made.</summary>
    private const long BandBytes = 192 << 10;

    /// <summary>The slices of a window: what the second-level cache holds beside the input. Parts of slices have the rows of so many windows at least. Measured.</summary>
    private const long SliceCacheBytes = 512 << 10, SliceWindows = 2;

    /// <summary>Lines of one window that take more memory than this are not worth it.</summary>
    private const long MostLineBytes = 1 << 28;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly Line _line;
    private readonly TFold _fold;

    /// <summary>Output rows made together, and the lines that they need of each depth.</summary>
    private readonly long _band, _capacity;

    /// <summary>Folded lines, for each depth of a window.</summary>
    private readonly TState* _lines;

    /// <summary>Which lines make which outputs.</summary>
    private readonly RowSteps _steps;

    /// <summary>Room for where the lines of a window begin.</summary>
    private readonly long* _starts;

    /// <summary>Whether all outputs of a row divide by the same along the width.</summary>
    private readonly bool _isEven;

    /// <summary>The same of many rows per window, and of one slice of many.</summary>
    private readonly RowRuns<T, TTap, TState, TAcc, TFold> _runs;

    /// <summary>Room for slices, and how many of their output rows are made together.</summary>
    private readonly byte* _slices;
    private readonly long _sliceRows;

    private FoldedWindows(in PoolJob job, in Line line, TFold fold, bool inTwos, byte* scratch)
    {
        (_plan, _from, _to, _line, _fold) = (job.Plan, job.InputLayout, job.OutputLayout, line, fold);
        (_band, _capacity) = (Band(_plan, line), Capacity(_plan, line));
        _lines = (TState*)scratch;
        if (HasRuns(_plan, line))
        {
            _runs = new(_plan.Height, _from.Height, line, fold, scratch);
            _slices = scratch + RowRuns<T, TTap, TState, TAcc, TFold>.Bytes(_plan.Height, line);
            _sliceRows = SliceRows(_plan, line);
            return;
        }

        _steps = new(_plan.Height, _band, inTwos, scratch + LineBytes(_plan, line));
        _starts = (long*)(scratch + LineBytes(_plan, line) + RowSteps.Bytes(_plan.Height, _band));
        _isEven = line.Pixels == 1 && line.Block >= TTap.Count && (_plan.DivisorOverride is not null || _plan.Width.HasOneExtent);
    }

    /// <summary>How many output rows are made together: at least two, that they may share lines.</summary>
    private static long Band(PoolPlan plan, in Line line)
    {
        AxisPlan height = plan.Height;
        long fits = BandBytes / (plan.Depth.MaxCount * line.Length * sizeof(TState));
        return Math.Min(Math.Max((fits - height.Span) / height.Stride + 1, 2), height.OutputLength);
    }

    /// <summary>How many folded lines of one depth are kept.</summary>
    private static long Capacity(PoolPlan plan, in Line line) => Math.Min(plan.Height.Span + (Band(plan, line) - 1) * plan.Height.Stride, plan.Height.InputLength);

    private static long LineBytes(PoolPlan plan, in Line line) => HasRuns(plan, line)
        ? RowRuns<T, TTap, TState, TAcc, TFold>.Bytes(plan.Height, line) + (plan.FoldsSlices ? SliceBytes(plan, line) : 0)
        : Scratch.Round(plan.Depth.MaxCount * Capacity(plan, line) * line.Length * sizeof(TState));

    /// <summary>Whether rows go by runs: those of planes, where that pays, and those of slices that are folded by themselves.</summary>
    private static bool HasRuns(PoolPlan plan, in Line line) => plan.FoldsSlices || (plan.Depth.Kernel == 1 && RowRuns<T, TTap, TState, TAcc, TFold>.Suit(plan.Height, line));

    /// <summary>How many output rows of slices are made together, that caches hold those of a window: but some windows, for neighbours both read the rows of one.</summary>
    private static long SliceRows(PoolPlan plan, in Line line)
    {
        AxisPlan height = plan.Height;
        long wanted = Math.Max(SliceCacheBytes / (plan.Depth.Kernel * line.Length * sizeof(TState)), SliceWindows * height.Kernel / height.LaneStride), parts = (height.OutputLength + wanted - 1) / wanted;
        return (height.OutputLength + parts - 1) / parts;
    }

    private static long SliceBytes(PoolPlan plan, in Line line) =>
        RowRuns<T, TTap, TState, TAcc, SliceFold<T, TTap, TState, TAcc, TFold>>.Bytes(plan.Depth, line with { Pixels = SliceRows(plan, line) * line.Pixels });

    /// <summary>Bytes of where the lines of a window begin.</summary>
    private static long StartBytes(PoolPlan plan) => Scratch.Round(plan.Depth.MaxCount * plan.Height.MaxCount * sizeof(long));

    public static string Name => TFold.Name;

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        if (!reducer.FoldsInAnyOrder(plan) || !TFold.Accepts(job) || LineBytes(plan, TFold.LineAt(plan, 0)) > MostLineBytes) return false;
        // Sums over uneven windows have the same bits in every memory order, and so one grouping, which is another.
        if (!plan.Slides && !TReducer.IsExact) return false;
        if (plan.FoldsSlices) return true;
        bool hasOther = TReducer.IsExact || (!HasRuns(plan, TFold.LineAt(plan, 0)) && !TReducer.IsLong && sizeof(TAcc) == sizeof(TTap));
        return (!hasOther || TFold.Pays(plan)) && (TReducer.IsExact ? plan.SharesRows : plan.FoldsRows);
    }

    public static long Channels(PoolPlan plan) => TFold.Channels(plan);

    public static long Lines(PoolPlan plan) => TFold.Lines(plan);

    public static FoldedWindows<T, TTap, TState, TAcc, TFold> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        Line line = TFold.LineAt(plan, number);
        long foldBytes = TFold.ScratchBytes(reducer, plan, line);
        byte* scratch = Scratch.Of(foldBytes + LineBytes(plan, line) + RowSteps.Bytes(plan.Height, Band(plan, line)) + StartBytes(plan));
        // In twos the lines of a window are grouped otherwise than one by one: which rows meet must then not show in a sum.
        return new(job, line, TFold.Create(reducer, job, line, scratch), inTwos: TReducer.IsExact, scratch + foldBytes);
    }

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        output += _line.Start;
        if (_plan.FoldsSlices)
        {
            long d = (depth.Start - depth.Before + _plan.Depth.Before) / _plan.Depth.Stride;
            PoolSlices(reducer, input, output - d * _to.Depth, d, d + 1, first, end, ref watch);
            return;
        }

        input += depth.Start * _from.Depth;
        if (HasRuns(_plan, _line)) _runs.Pool<TReducer, T, Finished<T, TTap, TState, TAcc>>(reducer, input, output, new(_to.Height, 0, _to.Width, _line.Pixels, _plan.DivisorOverride, depth.Extent), first, end, ref watch);
        else PoolRows(reducer, input, output, depth, first, end, ref watch);
    }

    public static void Pool<TReducer>(in FoldedWindows<T, TTap, TState, TAcc, TFold> windows, TReducer reducer, T* input, T* output, long nextSlice, in Slices slices, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = slices.Plan;
        if (plan.FoldsSlices)
        {
            windows.PoolSlices(reducer, input, output + windows._line.Start - slices.First * nextSlice, slices.First, slices.End, 0, plan.Height.OutputLength, ref watch);
            return;
        }

        for (long d = slices.First; d < slices.End; d++, output += nextSlice) windows.Pool(reducer, input, output, plan.Depth[d], 0, plan.Height.OutputLength, ref watch);
    }

    /// <summary>Many slices per window, those of all depths at a time for some rows.</summary>
    private void PoolSlices<TReducer>(TReducer reducer, T* input, T* output, long firstSlice, long endSlice, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        var layout = new RunLayout(_to.Depth, _to.Height, _to.Width, _line.Pixels, _plan.DivisorOverride, 1);
        for (long h = first, next; h < end; h = next)
        {
            next = Math.Min(end, h + _sliceRows);
            var fold = new SliceFold<T, TTap, TState, TAcc, TFold>(_plan, _runs, _fold, _line, _from.Height, h, next);
            var slices = new RowRuns<T, TTap, TState, TAcc, SliceFold<T, TTap, TState, TAcc, TFold>>(_plan.Depth, _from.Depth, fold.Line, fold, _slices);
            slices.Pool<TReducer, T, Finished<T, TTap, TState, TAcc>>(reducer, input, output + h * _to.Height, layout, firstSlice, endSlice, ref watch);
        }
    }

    /// <summary>Few rows per window: bands of output rows, whose lines are folded first and then combined.</summary>
    private void PoolRows<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan height = _plan.Height;
        long kept = 0, folded = 0;
        for (long h = first; h < end; h += _band)
        {
            long last = Math.Min(end, h + _band) - 1, from = RowStep.From(height, h), to = RowStep.To(height, last);
            if (folded > from) Move(depth.Count, from - kept, folded - from);
            else folded = from;
            kept = from;
            for (long i = 0; i < depth.Count && folded < to; i++)
                _fold.Fold(reducer, input + i * depth.Step * _from.Depth + folded * _from.Height, to - folded, _from.Height, _lines + (i * _capacity + folded - from) * _line.Length, _line.Length, ref watch);
            folded = Math.Max(folded, to);
            if (default(TReducer) is ITapSum && _isEven) Add(reducer, depth, height.Dilation * _line.Length, _steps.Of(first, end, h), output);
            else Finish(reducer, _lines, depth, height.Dilation * _line.Length, _steps.Of(first, end, h), output);
        }
    }

    /// <summary>Lines that the next band needs again, to the front.</summary>
    private void Move(long depths, long from, long count)
    {
        if (from == 0) return;
        long bytes = count * _line.Length * sizeof(TState);
        for (long i = 0; i < depths; i++)
        {
            TState* lines = _lines + i * _capacity * _line.Length;
            Buffer.MemoryCopy(lines + from * _line.Length, lines, bytes, bytes);
        }
    }

    /// <summary>Adds up lines, all rows together that have as many, and writes the outputs.</summary>
    /// <inheritdoc cref="Finish{TReducer}(TReducer, TState*, in Window, long, ReadOnlySpan{RowStep}, T*)"/>
    private void Add<TReducer>(TReducer reducer, in Window depth, long lineStep, ReadOnlySpan<RowStep> steps, T* output)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (int i = 0, alike; i < steps.Length; i += alike)
        {
            RowStep step = steps[i];
            long next = i + 1 < steps.Length ? steps[i + 1].Line - step.Line : 0;
            for (alike = 1; i + alike < steps.Length && steps[i + alike].IsLike(step) && steps[i + alike].Line == step.Line + alike * next;) alike++;
            long* start = _starts;
            for (long d = 0; d < depth.Count; d++)
                for (long j = 0; j < step.Count; j++) *start++ = d * _capacity * _line.Length + j * lineStep;
            var taps = new PixelTaps((nint)_starts, start - _starts, 0, 0, 1, 0, _plan.OuterDivisor(depth.Extent * step.Extent) * _fold.Factor(0, 0), ByRows: false);
            PixelOutputs outputs = new(alike, next * _line.Length, _to.Height, 1, 0, 0, _line.Block, 0);
            PixelGroups.Pool<T, TTap, TState, TAcc, UnitLoad<T, TTap>, TReducer>(default, reducer, (T*)_lines + step.Line * _line.Length, output + step.Row * _to.Height, outputs, taps, _fold.Extents(0));
        }
    }

    /// <summary>Combines lines and writes the outputs.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="lines">The lines of the first depth.</param>
    /// <param name="depth">The window along the depth.</param>
    /// <param name="lineStep">From one line of a window to the next, in states.</param>
    /// <param name="steps">What is to be made of which lines.</param>
    /// <param name="output">The output's first row.</param>
    // Bounds: lines hold whole registers for every pixel; outputs are stored up to the block's end only.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Finish<TReducer>(TReducer reducer, TState* lines, in Window depth, long lineStep, ReadOnlySpan<RowStep> steps, T* output)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long block = _line.Block, depthStep = _capacity * _line.Length;
        TAcc none = reducer.Lift(reducer.Padding);
        foreach (ref readonly RowStep step in steps)
        {
            long factor = _plan.OuterDivisor(depth.Extent * step.Extent), nextFactor = _plan.OuterDivisor(depth.Extent * step.NextExtent);
            T* to = output + step.Row * _to.Height;
            TState* first = lines + step.Line * _line.Length;
            for (long pixel = 0; pixel < _line.Pixels; pixel++, first += _line.Pitch, to += _to.Width)
            {
                long shared = _fold.Factor(0, pixel);
                for (long i = 0; i < block; i += TTap.Count)
                {
                    // The last register steps back over outputs already written, where there is room.
                    if (i + TTap.Count > block) i = Math.Max(0, block - TTap.Count);
                    TAcc state = none, next = none;
                    TState* slice = first + i;
                    for (long d = 0; d < depth.Count; d++, slice += depthStep)
                    {
                        TState* line = slice;
                        long j = 0;
                        for (; j < step.Apart; j++, line += lineStep) state = reducer.Combine(state, TAcc.Load(line));
                        if (j == step.Count) continue;
                        TAcc both = TAcc.Load(line);
                        line += lineStep;
                        for (j++; j < step.End; j++, line += lineStep) both = reducer.Combine(both, TAcc.Load(line));
                        state = reducer.Combine(state, both);
                        next = reducer.Combine(next, both);
                        for (; j < step.Count; j++, line += lineStep) next = reducer.Combine(next, TAcc.Load(line));
                    }

                    Store(reducer.Finish(state, _fold.Extents(i), factor * shared), to + i, block);
                    if (step.Two) Store(reducer.Finish(next, _fold.Extents(i), nextFactor * shared), to + _to.Height + i, block);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TTap result, T* output, long outputs)
    {
        if (outputs >= TTap.Count) TTap.Store(result, output);
        else TTap.StorePart(result, output, outputs);
    }
}
