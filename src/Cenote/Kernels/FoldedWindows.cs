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
    private const long ManyRows = 9;

    /// <summary>Lines of one window that take more memory than this are not worth it.</summary>
    private const long MostLineBytes = 1 << 28;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly Line _line;
    private readonly TFold _fold;

    /// <summary>Folded lines, by their row modulo <see cref="_ring"/>, for each depth of a window.</summary>
    private readonly TState* _lines;

    /// <summary>Which input row a folded line is.</summary>
    private readonly long* _rows;

    /// <summary>The lines of one window.</summary>
    private readonly TState** _window;

    private readonly long _ring;

    private FoldedWindows(in PoolJob job, in Line line, TFold fold, long ring, TState* lines, long* rows, TState** window)
    {
        (_plan, _from, _to, _line, _fold) = (job.Plan, job.InputLayout, job.OutputLayout, line, fold);
        _ring = ring;
        _lines = lines;
        _rows = rows;
        _window = window;
    }

    /// <summary>Whether runs of rows pay.</summary>
    private static bool HasRuns(AxisPlan height) =>
        height.Dilation == 1 && height.Kernel >= ManyRows && height.Stride < height.Kernel && height.Kernel <= 2 * height.InputLength;

    /// <summary>How many folded lines of one depth are kept.</summary>
    private static long Ring(AxisPlan height) => HasRuns(height) ? height.Kernel + 1 : Math.Min(height.Span, height.InputLength);

    /// <summary>How much memory the lines of a window take.</summary>
    private static long LineBytes(PoolPlan plan, in Line line) => Scratch.Round(plan.Depth.MaxCount * Ring(plan.Height) * line.Length * sizeof(TState));

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
        long ring = Ring(plan.Height), slots = plan.Depth.MaxCount * ring;
        long foldBytes = TFold.ScratchBytes(reducer, plan, line), lineBytes = LineBytes(plan, line);
        byte* scratch = Scratch.Of(foldBytes + lineBytes + slots * sizeof(long) + (slots + 1) * sizeof(TState*));
        TFold fold = TFold.Create(reducer, job, line, scratch);
        var lines = (TState*)(scratch + foldBytes);
        var rows = (long*)((byte*)lines + lineBytes);
        return new(job, line, fold, ring, lines, rows, (TState**)(rows + slots));
    }

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        input += depth.Start * _from.Depth;
        output += _line.Start;
        if (HasRuns(_plan.Height) && depth.Count == 1) PoolRuns(reducer, input, output, depth.Extent, first, end, ref watch);
        else PoolRows(reducer, input, output, depth, first, end, ref watch);
    }

    private void PoolRows<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (long slot = 0; slot < depth.Count * _ring; slot++) _rows[slot] = -1;
        for (long h = first; h < end; h++)
        {
            Window rows = _plan.Height[h];
            TState** window = _window;
            for (long i = 0; i < depth.Count; i++)
            {
                long row = rows.Start, slot = row % _ring;
                for (long j = 0; j < rows.Count; j++, row += rows.Step)
                {
                    long place = i * _ring + slot;
                    TState* line = _lines + place * _line.Length;
                    if (_rows[place] != row) _fold.Fold(reducer, input + i * depth.Step * _from.Depth + row * _from.Height, line, ref watch);
                    _rows[place] = row;
                    *window++ = line;
                    slot += rows.Step;
                    if (slot >= _ring) slot %= _ring;
                }
            }

            Finish(reducer, window - _window, output + h * _to.Height, _plan.OuterDivisor(depth.Extent * rows.Extent));
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
        // Blocks lie where they would for the first row of all, so that sums do not depend on the run.
        long kernel = height.Kernel, rows = height.InputLength, top = first * height.Stride / kernel * kernel - height.Before, h = first;
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
                    if (block == top || j == kernel - 1) _fold.Fold(reducer, input + row * _from.Height, line, ref watch);
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
                    _fold.Fold(reducer, input + row * _from.Height, line, ref watch);
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
}
