using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Windows of many rows, as <see cref="RowRuns{T, TTap, TState, TAcc, TFold}"/> makes them, where the chosen taps' numbers are wanted too: two registers of a line at a time go down the rows, so that what a
/// beginning comes to stays on registers. Where a window has no ending or no further row, one that it already has stands for it: whichever is chosen is chosen again.
/// </summary>
internal readonly unsafe struct RowChoiceRuns<T, TTap, TNumber, TNumbers>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    /// <summary>Rows that are folded together, and then combined while the first-level cache holds them.</summary>
    private const long Batch = 4;

    /// <summary>How far ahead the outputs' place is asked for, in bytes.</summary>
    private const long Ahead = 512;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly OffsetMemory _offsets;
    private readonly long _start, _outputs, _places;
    private readonly FoldedChoices<T, TTap, TNumber, TNumbers> _fold;

    /// <summary>Lines of input rows, each in the place of its number modulo <see cref="_places"/>; behind them what a block's rows come to from its first one on, before and after a batch.</summary>
    private readonly T* _lines;

    public RowChoiceRuns(PoolPlan plan, in TensorLayout from, in TensorLayout to, OffsetMemory offsets, long start, long outputs, FoldedChoices<T, TTap, TNumber, TNumbers> fold, T* lines)
    {
        (_plan, _from, _to, _offsets, _start, _outputs, _places) = (plan, from, to, offsets, start, outputs, plan.Height.Kernel + Batch);
        _fold = fold;
        _lines = lines;
    }

    /// <summary>How many lines are kept.</summary>
    public static long Lines(AxisPlan height) => height.Kernel + Batch + 2;

    public void Pool<TReducer>(TReducer reducer, in IndexedSlice<T> slice, long first, long end, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        AxisPlan height = _plan.Height;
        T* input = slice.Input + slice.Depth.Start * _from.Depth;
        long kernel = height.Kernel, h = first, start = height.Start(h), last = Math.Min(height.Start(end - 1) + kernel, height.InputLength), lowest = Math.Max(start, 0);
        ChoiceStep<T>* steps = stackalloc ChoiceStep<T>[(int)Batch];
        for (long block = start; ; block += kernel)
        {
            T* before = null, after = Line(_places);
            long top = Math.Max(block, lowest);
            for (long row = block, to; row < block + kernel; row = to)
            {
                to = Math.Min(row + Batch, block + kernel);
                Fold(reducer, input, slice.Depth.Before, Math.Max(row, lowest), Math.Min(to, last), ref watch);
                int count = 0;
                for (long r = Math.Max(row, lowest); r < to && h < end; r++)
                {
                    long from = r - kernel + 1, number = start * _plan.Width.Kernel;
                    bool isWindow = from == start;
                    if (!isWindow && r >= last) continue;
                    T* ending = from == block || from >= last ? null : At(Math.Max(from, lowest)), line = At(Math.Min(r, last - 1));
                    steps[count++] = new(line, ending == null ? At(top) : ending, isWindow ? slice.Output + h * _to.Height + _start : null, slice.Offsets + (h * _offsets.Layout.Height + _start) * _offsets.Size, number);
                    if (isWindow && ++h < end) start = height.Start(h);
                }

                if (count > 0)
                {
                    Windows(reducer, new(steps, count), before == null ? steps->Line : before, after);
                    before = after;
                    after = after == Line(_places) ? Line(_places + 1) : Line(_places);
                }

                if (h == end) return;
            }

            Endings(reducer, top, Math.Min(block + kernel, last));
        }
    }

    private T* Line(long place) => _lines + place * _fold.Length;

    private T* At(long row) => Line(row % _places);

    private void Fold<TReducer>(TReducer reducer, T* input, long depth, long row, long end, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        for (long count; row < end; row += count)
        {
            count = Math.Min(end - row, _places - row % _places);
            _fold.Fold(reducer, input, depth, row, count, At(row), ref watch);
        }
    }

    /// <summary>Makes of each line of a block what it and those behind it come to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Endings<TReducer>(TReducer reducer, long from, long end)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        if (end - from < 2) return;
        var combine = new ChoiceCombine<T, TTap, TNumber, TNumbers, TReducer>(reducer);
        long pitch = _fold.ToNumbers, length = _fold.Length;
        T* bottom = At(end - 1), ring = Line(_places - 1);
        // A line has an even number of registers.
        for (long i = 0, count = TTap.Count; i < pitch; i += 2 * count)
        {
            T* line = bottom + i, first = _lines + i;
            Choice<TTap, TNumbers> state = Load(line), next = Load(line + count);
            for (long rows = end - from - 1; rows > 0; rows--)
            {
                line = line == first ? ring + i : line - length;
                state = combine.Combine(Load(line), state);
                next = combine.Combine(Load(line + count), next);
                Store(state, line);
                Store(next, line + count);
            }
        }
    }

    /// <summary>Takes rows into the beginnings, and writes the windows that end with them.</summary>
    // Bounds: lines have two registers of outputs at least.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Windows<TReducer>(TReducer reducer, ReadOnlySpan<ChoiceStep<T>> steps, T* before, T* after)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        var combine = new ChoiceCombine<T, TTap, TNumber, TNumbers, TReducer>(reducer);
        long outputs = _outputs;
        int size = _offsets.Size;
        for (long o = 0, count = TTap.Count; o < outputs; o += 2 * count)
        {
            // The last registers step back over outputs already written: beginnings are read in one place, and written in another.
            o = Math.Min(o, outputs - 2 * count);
            Choice<TTap, TNumbers> state = Load(before + o), next = Load(before + o + count);
            foreach (ref readonly ChoiceStep<T> step in steps)
            {
                T* line = step.Line + o, ending = step.Ending + o;
                state = combine.Combine(state, Load(line));
                next = combine.Combine(next, Load(line + count));
                if (step.To == null) continue;
                T* to = step.To + o;
                byte* marks = step.Marks + o * size;
                TNumbers number = NumberLine.Fill<TNumbers, TNumber>(step.Number);
                Prefetch.Line((byte*)to + Ahead);
                Prefetch.Line(marks + Ahead);
                Choice<TTap, TNumbers> window = combine.Combine(Load(ending), state);
                TTap.Store(reducer.Finish(window.Values, null, 1), to);
                TNumbers.StoreNarrow(window.Numbers - number, marks, size);
                window = combine.Combine(Load(ending + count), next);
                TTap.Store(reducer.Finish(window.Values, null, 1), to + count);
                TNumbers.StoreNarrow(window.Numbers - number, marks + count * size, size);
            }

            Store(state, after + o);
            Store(next, after + o + count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Choice<TTap, TNumbers> Load(T* line) => new(TTap.Load(line), TNumbers.Load((TNumber*)(line + _fold.ToNumbers)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store(in Choice<TTap, TNumbers> choice, T* line)
    {
        TTap.Store(choice.Values, line);
        TNumbers.Store(choice.Numbers, (TNumber*)(line + _fold.ToNumbers));
    }
}

/// <summary>A row of a block: its line, the end of the block before that makes a window with the rows up to it, where that window's outputs and numbers go, or null, and the number of its first tap.</summary>
internal readonly unsafe struct ChoiceStep<T>(T* line, T* ending, T* to, byte* marks, long number)
    where T : unmanaged
{
    public readonly T* Line = line, Ending = ending, To = to;
    public readonly byte* Marks = marks;
    public readonly long Number = number;
}
