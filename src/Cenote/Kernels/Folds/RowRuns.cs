using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Windows of many rows, by the method of van Herk, Gil and Werman: rows come in blocks as long as a window, so that every window is the end of one block and the beginning of the next. Some
/// registers of a line at a time go down the rows, so that what a beginning comes to stays on registers.
/// </summary>
internal readonly unsafe struct RowRuns<T, TTap, TState, TAcc, TFold>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TFold : struct, IRowFold<TFold, T, TTap, TState, TAcc>
{
    /// <summary>Rows that are folded together, and then combined while the first-level cache holds them.</summary>
    private const long Batch = 4;

    /// <summary>How far ahead the outputs' place is asked for, in bytes.</summary>
    private const long Ahead = 512;

    /// <summary>From so many rows in a window on, in strides, this pays for long lines, and how many registers those have. Measured.</summary>
    private const long ManyLongRows = 7, LongLine = 32;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly Line _line;
    private readonly TFold _fold;

    /// <summary>Lines of input rows, each in the place of its number modulo <see cref="_places"/>.</summary>
    private readonly TState* _lines;

    /// <summary>What a block's rows come to from its first one on, before and after a batch of them; and a line of no taps.</summary>
    private readonly TState* _before, _after, _none;
    private readonly long _places, _pitch;

    public RowRuns(in PoolJob job, in Line line, TFold fold, byte* scratch)
    {
        (_plan, _from, _to, _line, _fold) = (job.Plan, job.InputLayout, job.OutputLayout, line, fold);
        _pitch = Pitch(line);
        _places = job.Plan.Height.Kernel + Batch;
        _lines = (TState*)scratch;
        _before = Line(_places);
        _after = Line(_places + 1);
        _none = Line(_places + 2);
    }

    /// <summary>Whether this pays for the windows of a line.</summary>
    public static bool Suit(PoolPlan plan, in Line line) =>
        plan.Depth.Kernel == 1 && plan.Height is { Dilation: 1, Slides: true } height && height.Stride < height.Kernel && height.Kernel <= 2 * height.InputLength
        && (height.Kernel >= Runs.ManyRows || (height.Kernel >= ManyLongRows * height.Stride && line.Length >= LongLine * TAcc.Count));

    /// <summary>From one line to the next, in states: an odd number of cache lines, that what lies above each other does not compete for the same places of the first-level cache.</summary>
    private static long Pitch(in Line line)
    {
        long states = Prefetch.CacheLine / sizeof(TState);
        return ((line.Length + states - 1) / states | 1) * states;
    }

    public static long Bytes(PoolPlan plan, in Line line) => (plan.Height.Kernel + Batch + 3) * Pitch(line) * sizeof(TState);

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan height = _plan.Height;
        long kernel = height.Kernel, h = first, start = height.Start(h), last = Math.Min(height.Start(end - 1) + kernel, height.InputLength), lowest = Math.Max(start, 0);
        // Blocks lie where they would for the first row of all, so that sums do not depend on the run.
        long top = first * height.Stride / kernel * kernel - height.Before;
        for (long i = 0; i < _line.Length; i += TAcc.Count) TAcc.Store(reducer.Lift(TReducer.Keep(reducer.Padding)), _none + i);
        RunStep<T, TState>* steps = stackalloc RunStep<T, TState>[(int)Batch];
        for (long block = top; ; block += kernel)
        {
            TState* before = _none, after = _before;
            for (long row = block, to; row < block + kernel; row = to)
            {
                to = Math.Min(row + Batch, block + kernel);
                Fold(reducer, input, Math.Max(row, lowest), Math.Min(to, last), ref watch);
                int count = 0;
                for (long r = row; r < to && h < end; r++)
                {
                    long from = r - kernel + 1;
                    bool isWindow = from == start;
                    if (!isWindow && (r < lowest || r >= last)) continue;
                    TState* ending = from == block || block == top || from >= last ? _none : At(Math.Max(from, lowest));
                    steps[count++] = new(r < lowest || r >= last ? _none : At(r), ending, isWindow ? output + h * _to.Height : null, isWindow ? _plan.OuterDivisor(depth.Extent * height[h].Extent) : 1);
                    if (isWindow && ++h < end) start = height.Start(h);
                }

                Windows(reducer, new(steps, count), before, after);
                if (h == end) return;
                before = after;
                after = after == _before ? _after : _before;
            }

            Endings(reducer, Math.Max(block, lowest), Math.Min(block + kernel, last));
        }
    }

    private TState* Line(long place) => _lines + place * _pitch;

    private TState* At(long row) => Line(row % _places);

    private void Fold<TReducer>(TReducer reducer, T* input, long row, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (long count; row < end; row += count)
        {
            count = Math.Min(end - row, _places - row % _places);
            _fold.Fold(reducer, input + row * _from.Height, count, _from.Height, At(row), _pitch, ref watch);
        }
    }

    /// <summary>Makes of each line of a block what it and those behind it come to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Endings<TReducer>(TReducer reducer, long from, long end)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long length = _line.Length, pitch = _pitch, count = TAcc.Count, i = 0;
        if (end - from < 2) return;
        TState* last = At(end - 1), ring = _lines + (_places - 1) * pitch;
        for (; i + 4 * count <= length; i += 4 * count)
        {
            TState* line = last + i, first = _lines + i;
            TAcc a = TAcc.Load(line), b = TAcc.Load(line + count), c = TAcc.Load(line + 2 * count), d = TAcc.Load(line + 3 * count);
            for (long rows = end - from - 1; rows > 0; rows--)
            {
                line = line == first ? ring + i : line - pitch;
                a = reducer.Combine(TAcc.Load(line), a);
                b = reducer.Combine(TAcc.Load(line + count), b);
                c = reducer.Combine(TAcc.Load(line + 2 * count), c);
                d = reducer.Combine(TAcc.Load(line + 3 * count), d);
                TAcc.Store(a, line);
                TAcc.Store(b, line + count);
                TAcc.Store(c, line + 2 * count);
                TAcc.Store(d, line + 3 * count);
            }
        }

        for (; i < length; i += count)
        {
            TState* line = last + i, first = _lines + i;
            TAcc a = TAcc.Load(line);
            for (long rows = end - from - 1; rows > 0; rows--)
            {
                line = line == first ? ring + i : line - pitch;
                a = reducer.Combine(TAcc.Load(line), a);
                TAcc.Store(a, line);
            }
        }
    }

    /// <summary>Takes rows into the beginnings, and writes the windows that end with them.</summary>
    private void Windows<TReducer>(TReducer reducer, ReadOnlySpan<RunStep<T, TState>> steps, TState* before, TState* after)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        bool inFours = !TReducer.IsLong && _line.Block >= 4 * TTap.Count;
        for (long pixel = 0; pixel < _line.Pixels; pixel++)
        {
            if (inFours) Fours(reducer, steps, before, after, pixel);
            else Ones(reducer, steps, before, after, pixel);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Fours<TReducer>(TReducer reducer, ReadOnlySpan<RunStep<T, TState>> steps, TState* before, TState* after, long pixel)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long block = _line.Block, count = TTap.Count, shared = _fold.Factor(pixel), start = pixel * _line.Pitch, output = pixel * _to.Width;
        for (long o = 0; o < block; o += 4 * count)
        {
            // The last registers step back over outputs already written: beginnings are read in one place, and written in another.
            o = Math.Min(o, block - 4 * count);
            long i = start + o;
            TAcc a = TAcc.Load(before + i), b = TAcc.Load(before + i + count), c = TAcc.Load(before + i + 2 * count), d = TAcc.Load(before + i + 3 * count);
            byte* first = _fold.Extents(o), second = _fold.Extents(o + count), third = _fold.Extents(o + 2 * count), fourth = _fold.Extents(o + 3 * count);
            foreach (ref readonly RunStep<T, TState> step in steps)
            {
                TState* line = step.Line + i, ending = step.Ending + i;
                a = reducer.Combine(a, TAcc.Load(line));
                b = reducer.Combine(b, TAcc.Load(line + count));
                c = reducer.Combine(c, TAcc.Load(line + 2 * count));
                d = reducer.Combine(d, TAcc.Load(line + 3 * count));
                if (step.To == null) continue;
                T* to = step.To + output + o;
                Prefetch.Behind(to, 4 * sizeof(TTap), Ahead);
                long divisor = step.Factor * shared;
                TTap.Store(reducer.Finish(reducer.Combine(TAcc.Load(ending), a), first, divisor), to);
                TTap.Store(reducer.Finish(reducer.Combine(TAcc.Load(ending + count), b), second, divisor), to + count);
                TTap.Store(reducer.Finish(reducer.Combine(TAcc.Load(ending + 2 * count), c), third, divisor), to + 2 * count);
                TTap.Store(reducer.Finish(reducer.Combine(TAcc.Load(ending + 3 * count), d), fourth, divisor), to + 3 * count);
            }

            TAcc.Store(a, after + i);
            TAcc.Store(b, after + i + count);
            TAcc.Store(c, after + i + 2 * count);
            TAcc.Store(d, after + i + 3 * count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Ones<TReducer>(TReducer reducer, ReadOnlySpan<RunStep<T, TState>> steps, TState* before, TState* after, long pixel)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long block = _line.Block, count = TTap.Count, shared = _fold.Factor(pixel), start = pixel * _line.Pitch, output = pixel * _to.Width;
        for (long o = 0; o < block; o += count)
        {
            if (o + count > block) o = Math.Max(0, block - count);
            long i = start + o;
            TAcc state = TAcc.Load(before + i);
            byte* extents = _fold.Extents(o);
            foreach (ref readonly RunStep<T, TState> step in steps)
            {
                state = reducer.Combine(state, TAcc.Load(step.Line + i));
                if (step.To == null) continue;
                TTap result = reducer.Finish(reducer.Combine(TAcc.Load(step.Ending + i), state), extents, step.Factor * shared);
                if (block >= count) TTap.Store(result, step.To + output + o);
                else TTap.StorePart(result, step.To + output + o, block);
            }

            TAcc.Store(state, after + i);
        }
    }
}

/// <summary>A row of a block: its line, the end of the block before that makes a window with the rows up to it, where that window's outputs go, or null, and their divisor.</summary>
internal readonly unsafe struct RunStep<T, TState>(TState* line, TState* ending, T* to, long factor)
    where T : unmanaged
    where TState : unmanaged
{
    public readonly TState* Line = line, Ending = ending;
    public readonly T* To = to;
    public readonly long Factor = factor;
}
