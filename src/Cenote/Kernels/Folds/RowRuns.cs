using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Windows of many rows, or of many slices of a volume, by the method of van Herk, Gil and Werman: rows come in blocks as long as a window, so that every window is the end of one block and the beginning of the next. Some
/// registers of a line at a time go down the rows, so that what a beginning comes to stays on registers.
/// </summary>
internal readonly unsafe struct RowRuns<T, TTap, TState, TAcc, TFold>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TFold : struct, IFold<T, TTap, TState, TAcc>
{
    /// <summary>The most rows that are folded together, and then combined while the first-level cache holds them.</summary>
    private const long MostBatch = 6;

    /// <summary>How far ahead the outputs' place is asked for, in bytes.</summary>
    private const long Ahead = 512;

    /// <summary>From so many rows in a window on, in strides, this pays for long lines, and how many registers those have. Measured.</summary>
    private const long ManyLongRows = 7, LongLine = 32;

    private readonly AxisPlan _axis;

    /// <summary>From row to row of the input.</summary>
    private readonly long _next;
    private readonly Line _line;
    private readonly TFold _fold;

    /// <summary>Lines of input rows, each in the place of its number modulo <see cref="_places"/>.</summary>
    private readonly TState* _lines;

    /// <summary>What a block's rows come to from its first one on, before and after a batch of them; and a line of no taps.</summary>
    private readonly TState* _before, _after, _none;
    private readonly long _places, _pitch;

    /// <param name="axis">The windows.</param>
    /// <param name="next">From row to row of the input.</param>
    /// <param name="line">What is made of a row.</param>
    /// <param name="fold">Makes it.</param>
    /// <param name="scratch">Room for <see cref="Bytes"/>.</param>
    public RowRuns(AxisPlan axis, long next, in Line line, TFold fold, byte* scratch)
    {
        (_axis, _next, _line, _fold) = (axis, next, line, fold);
        _pitch = Pitch(line);
        _places = axis.Kernel + Batch(axis.Kernel);
        _lines = (TState*)scratch;
        _before = Line(_places);
        _after = Line(_places + 1);
        _none = Line(_places + 2);
    }

    /// <summary>Whether this pays for windows of rows.</summary>
    public static bool Suit(AxisPlan height, in Line line) =>
        height.FitsRuns && height.Stride < height.Kernel && (height.Kernel >= Runs.ManyRows || (height.Kernel >= ManyLongRows * height.Stride && line.Length >= LongLine * TAcc.Count));

    /// <summary>From one line to the next, in states: an odd number of cache lines, that what lies above each other does not compete for the same places of the first-level cache.</summary>
    private static long Pitch(in Line line)
    {
        long states = Prefetch.CacheLine / sizeof(TState);
        return ((line.Length + states - 1) / states | 1) * states;
    }

    public static long Bytes(AxisPlan axis, in Line line) => (axis.Kernel + Batch(axis.Kernel) + 3) * Pitch(line) * sizeof(TState);

    /// <summary>Pools rows of outputs.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="input">The input's first row.</param>
    /// <param name="output">The place of output row 0.</param>
    /// <param name="layout">Where outputs go, and what they divide by besides.</param>
    /// <param name="first">The first output row.</param>
    /// <param name="end">The row behind the last one.</param>
    /// <param name="watch">Notes the taps.</param>
    public void Pool<TReducer, TOutput, TSink>(TReducer reducer, T* input, TOutput* output, in RunLayout layout, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TOutput : unmanaged
        where TSink : struct, IRunSink<T, TTap, TState, TAcc, TOutput>
    {
        long kernel = _axis.Kernel, h = first, start = _axis.Start(h), last = Math.Min(_axis.Start(end - 1) + kernel, _axis.InputLength), lowest = Math.Max(start, 0);
        // Blocks lie where they would for the first row of all, so that sums do not depend on the run.
        long top = first * _axis.Stride / kernel * kernel - _axis.Before, place = Place(top), batch = Batch(kernel);
        TState* highest = Line(Place(lowest));
        for (long i = 0; i < _line.Length; i += TAcc.Count) TAcc.Store(reducer.Lift(TReducer.Keep(reducer.Padding)), _none + i);
        RunStep<TOutput, TState>* steps = stackalloc RunStep<TOutput, TState>[(int)MostBatch];
        for (long block = top; ; block += kernel)
        {
            TState* before = _none, after = _before;
            for (long row = block, to; row < block + kernel; row = to)
            {
                to = Math.Min(row + batch, block + kernel);
                Fold(reducer, input, Math.Max(row, lowest), Math.Min(to, last), ref watch);
                int count = 0;
                for (long r = row; r < to && h < end; r++, place = place + 1 == _places ? 0 : place + 1)
                {
                    long from = r - kernel + 1, oldest = place + _places - kernel + 1;
                    bool isWindow = from == start, isRead = r >= lowest && r < last;
                    if (!isWindow && !isRead) continue;
                    TState* ending = from == block || block == top || from >= last ? _none : from <= lowest ? highest : Line(oldest < _places ? oldest : oldest - _places);
                    steps[count++] = new(isRead ? Line(place) : _none, ending, isWindow ? output + h * layout.Next : null, isWindow && TSink.Divides ? layout.Factor(_axis[h].Extent) : 1);
                    if (isWindow && ++h < end) start = _axis.Start(h);
                }

                if (count == 0) continue;
                Windows<TReducer, TOutput, TSink>(reducer, new(steps, count), before, after, layout);
                if (h == end) return;
                before = after;
                after = after == _before ? _after : _before;
            }

            Endings(reducer, Math.Max(block, lowest), Math.Min(block + kernel, last));
        }
    }

    private TState* Line(long place) => _lines + place * _pitch;

    private TState* At(long row) => Line(Place(row));

    /// <summary>Where the line of a row lies; rows before the input have no line, but a place.</summary>
    private long Place(long row) => (row % _places + _places) % _places;

    /// <summary>How many rows of blocks are taken at a time.</summary>
    private static long Batch(long kernel)
    {
        long parts = (kernel + MostBatch - 1) / MostBatch;
        return (kernel + parts - 1) / parts;
    }

    private void Fold<TReducer>(TReducer reducer, T* input, long row, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (long count; row < end; row += count)
        {
            long place = Place(row);
            count = Math.Min(end - row, _places - place);
            _fold.Fold(reducer, input + row * _next, count, _next, Line(place), _pitch, ref watch);
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
    private void Windows<TReducer, TOutput, TSink>(TReducer reducer, ReadOnlySpan<RunStep<TOutput, TState>> steps, TState* before, TState* after, in RunLayout layout)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TOutput : unmanaged
        where TSink : struct, IRunSink<T, TTap, TState, TAcc, TOutput>
    {
        if (!TReducer.IsLong && _line.Block >= 4 * TTap.Count) Fours<TReducer, TOutput, TSink>(reducer, steps, before, after, layout);
        else Ones<TReducer, TOutput, TSink>(reducer, steps, before, after, layout);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Fours<TReducer, TOutput, TSink>(TReducer reducer, ReadOnlySpan<RunStep<TOutput, TState>> steps, TState* before, TState* after, in RunLayout layout)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TOutput : unmanaged
        where TSink : struct, IRunSink<T, TTap, TState, TAcc, TOutput>
    {
        long block = _line.Block, count = TTap.Count;
        for (long row = 0, start = 0; start < _line.Length; row++)
            for (long pixel = 0; pixel < layout.Pixels; pixel++, start += _line.Pitch)
            {
                long shared = TSink.Divides ? _fold.Factor(row, pixel) : 1, place = row * layout.NextRow + pixel * layout.NextPixel;
                for (long o = 0; o < block; o += 4 * count)
                {
                    // The last registers step back over outputs already written: beginnings are read in one place, and written in another.
                    o = Math.Min(o, block - 4 * count);
                    long i = start + o, output = place + o;
                    TAcc a = TAcc.Load(before + i), b = TAcc.Load(before + i + count), c = TAcc.Load(before + i + 2 * count), d = TAcc.Load(before + i + 3 * count);
                    byte* first = _fold.Extents(o), second = _fold.Extents(o + count), third = _fold.Extents(o + 2 * count), fourth = _fold.Extents(o + 3 * count);
                    foreach (ref readonly RunStep<TOutput, TState> step in steps)
                    {
                        TState* line = step.Line + i, ending = step.Ending + i;
                        a = reducer.Combine(a, TAcc.Load(line));
                        b = reducer.Combine(b, TAcc.Load(line + count));
                        c = reducer.Combine(c, TAcc.Load(line + 2 * count));
                        d = reducer.Combine(d, TAcc.Load(line + 3 * count));
                        if (step.To == null) continue;
                        TOutput* to = step.To + output;
                        TSink.Ask(to, Ahead);
                        long divisor = step.Factor * shared;
                        TSink.Store(reducer, reducer.Combine(TAcc.Load(ending), a), first, divisor, to, count);
                        TSink.Store(reducer, reducer.Combine(TAcc.Load(ending + count), b), second, divisor, to + count, count);
                        TSink.Store(reducer, reducer.Combine(TAcc.Load(ending + 2 * count), c), third, divisor, to + 2 * count, count);
                        TSink.Store(reducer, reducer.Combine(TAcc.Load(ending + 3 * count), d), fourth, divisor, to + 3 * count, count);
                    }

                    TAcc.Store(a, after + i);
                    TAcc.Store(b, after + i + count);
                    TAcc.Store(c, after + i + 2 * count);
                    TAcc.Store(d, after + i + 3 * count);
                }
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Ones<TReducer, TOutput, TSink>(TReducer reducer, ReadOnlySpan<RunStep<TOutput, TState>> steps, TState* before, TState* after, in RunLayout layout)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TOutput : unmanaged
        where TSink : struct, IRunSink<T, TTap, TState, TAcc, TOutput>
    {
        long block = _line.Block, count = TTap.Count;
        for (long row = 0, start = 0; start < _line.Length; row++)
            for (long pixel = 0; pixel < layout.Pixels; pixel++, start += _line.Pitch)
            {
                long shared = TSink.Divides ? _fold.Factor(row, pixel) : 1, place = row * layout.NextRow + pixel * layout.NextPixel;
                for (long o = 0; o < block; o += count)
                {
                    if (o + count > block) o = Math.Max(0, block - count);
                    long i = start + o;
                    TAcc state = TAcc.Load(before + i);
                    byte* extents = _fold.Extents(o);
                    foreach (ref readonly RunStep<TOutput, TState> step in steps)
                    {
                        state = reducer.Combine(state, TAcc.Load(step.Line + i));
                        if (step.To == null) continue;
                        TSink.Store(reducer, reducer.Combine(TAcc.Load(step.Ending + i), state), extents, step.Factor * shared, step.To + place + o, block);
                    }

                    TAcc.Store(state, after + i);
                }
            }
    }
}
