using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Windows folded one axis at a time: every input row along the width, once, then the folded lines of a window along height and depth. For
/// reducers whose taps may be combined in any grouping.
/// </summary>
internal readonly unsafe struct FoldedWindows<T, TTap, TState, TAcc, TFold> : ILineWindows<FoldedWindows<T, TTap, TState, TAcc, TFold>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TFold : struct, IRowFold<TFold, T, TTap, TState, TAcc>
{
    /// <summary>From so many rows in a window on, runs of rows that windows share are combined once.</summary>
    private const long ManyRows = 17;

    /// <summary>Output rows that are made together, where the lines they need fit into so many bytes of the first-level cache.</summary>
    private const long MostBand = 16, BandBytes = 24 << 10;

    /// <summary>Lines of one window that take more memory than this are not worth it.</summary>
    private const long MostLineBytes = 1 << 28;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly Line _line;
    private readonly TFold _fold;

    /// <summary>Folded lines, by their row modulo <see cref="_ring"/>, for each depth of a window.</summary>
    private readonly TState* _lines;

    /// <summary>The lines of one or two windows.</summary>
    private readonly TState** _window;

    private readonly long _ring, _band;

    private FoldedWindows(in PoolJob job, in Line line, TFold fold, TState* lines, TState** window)
    {
        (_plan, _from, _to, _line, _fold) = (job.Plan, job.InputLayout, job.OutputLayout, line, fold);
        (_ring, _band) = (Ring(_plan, line), Band(_plan, line));
        _lines = lines;
        _window = window;
    }

    /// <summary>Whether runs of rows pay.</summary>
    private static bool HasRuns(PoolPlan plan) =>
        plan.Depth.MaxCount == 1 && plan.Height is { Dilation: 1, Kernel: >= ManyRows } height && height.Stride < height.Kernel && height.Kernel <= 2 * height.InputLength;

    /// <summary>How many output rows are made together: at least two, that they may share lines.</summary>
    private static long Band(PoolPlan plan, in Line line)
    {
        AxisPlan height = plan.Height;
        long fits = BandBytes / (plan.Depth.MaxCount * line.Length * sizeof(TState));
        return Math.Clamp((fits - height.Span) / height.Stride + 1, 2, MostBand);
    }

    /// <summary>How many folded lines of one depth are kept.</summary>
    private static long Ring(PoolPlan plan, in Line line)
    {
        AxisPlan height = plan.Height;
        return HasRuns(plan) ? height.Kernel + 1 : Math.Min(height.Span + (Band(plan, line) - 1) * height.Stride, height.InputLength);
    }

    /// <summary>How much memory the lines of a window take.</summary>
    private static long LineBytes(PoolPlan plan, in Line line) => Scratch.Round(plan.Depth.MaxCount * Ring(plan, line) * line.Length * sizeof(TState));

    public static string Name => TFold.Name;

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        if (!reducer.FoldsInAnyOrder(plan) || !TFold.Accepts(job) || LineBytes(plan, TFold.LineAt(plan, 0)) > MostLineBytes) return false;
        // Where no row is read twice, folding it into a line of its own gains nothing.
        return plan.Height.Kernel > plan.Height.Stride || plan.Width.Kernel > 2 * plan.Width.Stride + 2;
    }

    public static long Channels(PoolPlan plan) => TFold.Channels(plan);

    public static long Lines(PoolPlan plan) => TFold.Lines(plan);

    public static FoldedWindows<T, TTap, TState, TAcc, TFold> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        Line line = TFold.LineAt(plan, number);
        long foldBytes = TFold.ScratchBytes(reducer, plan, line), lineBytes = LineBytes(plan, line);
        byte* scratch = Scratch.Of(foldBytes + lineBytes + (plan.Depth.MaxCount * Ring(plan, line) + 1) * sizeof(TState*));
        TFold fold = TFold.Create(reducer, job, line, scratch);
        return new(job, line, fold, (TState*)(scratch + foldBytes), (TState**)(scratch + foldBytes + lineBytes));
    }

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        input += depth.Start * _from.Depth;
        output += _line.Start;
        if (HasRuns(_plan) && depth.Count == 1) PoolRuns(reducer, input, output, depth.Extent, first, end, ref watch);
        else PoolRows(reducer, input, output, depth, first, end, ref watch);
    }

    /// <summary>Few rows per window: bands of output rows, whose lines are folded first and then combined.</summary>
    private void PoolRows<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan height = _plan.Height;
        bool shares = height.Dilation == 1 && height.Stride < height.Kernel;
        long folded = 0;
        for (long h = first; h < end;)
        {
            long bandEnd = Math.Min(end, h + _band);
            Window rows = height[h];
            long from = Math.Max(folded, h * height.Stride - height.Before), to = Math.Min(height.InputLength, (bandEnd - 1) * height.Stride - height.Before + height.Span);
            FoldRows(reducer, input, depth, from, to, ref watch);
            folded = Math.Max(folded, to);
            while (h < bandEnd)
            {
                T* target = output + h * _to.Height;
                long factor = _plan.OuterDivisor(depth.Extent * rows.Extent);
                Window next = h + 1 < bandEnd ? height[h + 1] : default;
                long apart = next.Start - rows.Start, both = apart + next.Count;
                if (shares && h + 1 < bandEnd && apart < rows.Count && both > rows.Count)
                {
                    Find(depth, rows.Start, both, 1);
                    FinishTwo(reducer, depth.Count, apart, rows.Count, both, target, factor, _plan.OuterDivisor(depth.Extent * next.Extent));
                    h += 2;
                    if (h < bandEnd) rows = height[h];
                    continue;
                }

                Find(depth, rows.Start, rows.Count, rows.Step);
                Finish(reducer, depth.Count * rows.Count, target, factor);
                h++;
                rows = next;
            }
        }
    }

    /// <summary>Folds input rows of every depth into their places in the ring.</summary>
    private void FoldRows<TReducer>(TReducer reducer, T* input, in Window depth, long from, long to, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        while (from < to)
        {
            long slot = Slot(from), count = Math.Min(to - from, _ring - slot);
            for (long i = 0; i < depth.Count; i++)
                _fold.Fold(reducer, input + i * depth.Step * _from.Depth + from * _from.Height, count, _from.Height, _lines + (i * _ring + slot) * _line.Length, ref watch);
            from += count;
        }
    }

    // A ring that holds all rows needs no division.
    private long Slot(long row) => row < _ring ? row : row % _ring;

    /// <summary>Points <see cref="_window"/> at the lines of rows.</summary>
    private void Find(in Window depth, long start, long count, long step)
    {
        TState** window = _window;
        for (long i = 0; i < depth.Count; i++)
        {
            long slot = Slot(start);
            for (long j = 0; j < count; j++)
            {
                *window++ = _lines + (i * _ring + slot) * _line.Length;
                slot += step;
                if (slot >= _ring) slot %= _ring;
            }
        }
    }

    /// <summary>
    /// Many rows per window, by the method of van Herk, Gil and Werman: rows come in blocks as long as a window, so that every window is the end
    /// of one block and the beginning of the next, and from window to window both change by one row.
    /// </summary>
    private void PoolRuns<TReducer>(TReducer reducer, T* input, T* output, long depthExtent, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan height = _plan.Height;
        long kernel = height.Kernel, rows = height.InputLength, top = first * height.Stride - height.Before, h = first;
        // Ends of the block: what its rows from the j-th on come to, in the place of the j-th; null where none is inside the input.
        TState** ends = _window + 2;
        TState* spare = _lines + kernel * _line.Length;
        for (long block = top; ; block += kernel)
        {
            TState* rest = null;
            for (long j = kernel - 1; j >= 0; j--)
            {
                long row = block + j;
                if (row >= 0 && row < rows)
                {
                    TState* line = _lines + j * _line.Length;
                    if (block == top || j == kernel - 1) _fold.Fold(reducer, input + row * _from.Height, 1, _from.Height, line, ref watch);
                    if (rest != null) Merge(reducer, line, rest, line);
                    rest = line;
                }

                ends[j] = rest;
            }

            TState* beginning = null;
            for (long j = 0; j < kernel; j++)
            {
                long row = block + kernel + j - 1;
                if (j > 0 && row >= 0 && row < rows)
                {
                    // No window begins at the block's row before this one any more: its place is free.
                    TState* line = _lines + (j - 1) * _line.Length;
                    _fold.Fold(reducer, input + row * _from.Height, 1, _from.Height, line, ref watch);
                    if (beginning != null) Merge(reducer, beginning, line, spare);
                    beginning = beginning == null ? line : spare;
                }

                if (block + j != h * height.Stride - height.Before) continue;
                long count = 0;
                if (ends[j] != null) _window[count++] = ends[j];
                if (beginning != null) _window[count++] = beginning;
                Finish(reducer, count, output + h * _to.Height, _plan.OuterDivisor(depthExtent * height[h].Extent));
                if (++h == end) return;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Merge<TReducer>(TReducer reducer, TState* earlier, TState* later, TState* to)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long length = _line.Length;
        for (long i = 0; i < length; i += TAcc.Count) TAcc.Store(reducer.Combine(TAcc.Load(earlier + i), TAcc.Load(later + i)), to + i);
    }

    /// <summary>Combines the first lines of <see cref="_window"/> and writes the outputs.</summary>
    // Bounds: lines hold a whole register per pixel at least; outputs are stored up to the block's end only.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish<TReducer>(TReducer reducer, long count, T* output, long factor)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long block = _line.Block, offset = 0;
        bool whole = block >= TTap.Count;
        TState** window = _window;
        TAcc none = reducer.Lift(reducer.Padding);
        for (long pixel = 0; pixel < _line.Pixels; pixel++, offset += _line.Pitch, output += _to.Width)
        {
            long divisor = factor * _fold.Factor(pixel);
            for (long i = 0; i < block; i += TTap.Count)
            {
                // The last register steps back over outputs already written, where there is room.
                if (i + TTap.Count > block) i = Math.Max(0, block - TTap.Count);
                long place = offset + i;
                TAcc state = none;
                if (count > 0)
                {
                    state = TAcc.Load(window[0] + place);
                    if (count > 1) state = reducer.Combine(state, TAcc.Load(window[1] + place));
                    if (count > 2) state = reducer.Combine(state, TAcc.Load(window[2] + place));
                    for (long k = 3; k < count; k++) state = reducer.Combine(state, TAcc.Load(window[k] + place));
                }

                TTap result = reducer.Finish(state, _fold.Extents(i), divisor);
                if (whole) TTap.Store(result, output + i);
                else TTap.StorePart(result, output, block);
            }
        }
    }

    /// <summary>Writes two rows of outputs: of every depth's lines the first row has those up to <paramref name="end"/>, the second those from <paramref name="apart"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FinishTwo<TReducer>(TReducer reducer, long depths, long apart, long end, long count, T* output, long factor, long nextFactor)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long block = _line.Block, offset = 0;
        bool whole = block >= TTap.Count;
        T* below = output + _to.Height;
        TAcc none = reducer.Lift(reducer.Padding);
        for (long pixel = 0; pixel < _line.Pixels; pixel++, offset += _line.Pitch, output += _to.Width, below += _to.Width)
        {
            long shared = _fold.Factor(pixel);
            for (long i = 0; i < block; i += TTap.Count)
            {
                if (i + TTap.Count > block) i = Math.Max(0, block - TTap.Count);
                TAcc state = none, next = none;
                TState** lines = _window;
                long place = offset + i;
                for (long d = 0; d < depths; d++, lines += count)
                {
                    long j = 0;
                    for (; j < apart; j++) state = reducer.Combine(state, TAcc.Load(lines[j] + place));
                    TAcc both = TAcc.Load(lines[j++] + place);
                    for (; j < end; j++) both = reducer.Combine(both, TAcc.Load(lines[j] + place));
                    state = reducer.Combine(state, both);
                    next = reducer.Combine(next, both);
                    for (; j < count; j++) next = reducer.Combine(next, TAcc.Load(lines[j] + place));
                }

                TTap result = reducer.Finish(state, _fold.Extents(i), factor * shared), resultBelow = reducer.Finish(next, _fold.Extents(i), nextFactor * shared);
                if (whole)
                {
                    TTap.Store(result, output + i);
                    TTap.Store(resultBelow, below + i);
                }
                else
                {
                    TTap.StorePart(result, output, block);
                    TTap.StorePart(resultBelow, below, block);
                }
            }
        }
    }
}
