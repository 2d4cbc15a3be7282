using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Lines of chosen taps, each that of one input row: made once, and combined for every window that reads the row. A number counts rows from the
/// input's first one on, so that lines of any rows combine; what lies before a window is taken off at the end, where numbers may have wrapped.
/// </summary>
internal readonly unsafe struct FoldedChoices<T, TTap, TNumber, TNumbers>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    /// <summary>Rows are copied by so many at a time: read again at once, at other places, they would not have left the store buffer yet.</summary>
    private const long Batch = 8;

    /// <summary>The shortest line whose place matters, in cache lines.</summary>
    private const long LongLine = 16;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly long _outputs, _pitch, _room;

    /// <summary>Of the rows: stride, padding and dilation, and how many numbers each has.</summary>
    private readonly long _stride, _before, _step, _numbers;

    private readonly RowChoice<T, TTap, TNumber, TNumbers> _choice;
    private readonly T* _copies;

    /// <param name="job">The job.</param>
    /// <param name="start">The line's first output.</param>
    /// <param name="outputs">How many it has.</param>
    /// <param name="padding">What stands for positions outside the input.</param>
    /// <param name="scratch">Room for <see cref="Bytes"/>.</param>
    public FoldedChoices(in PoolJob job, long start, long outputs, TTap padding, byte* scratch)
    {
        (_plan, _from, _to, _outputs, _pitch) = (job.Plan, job.InputLayout, job.OutputLayout, outputs, Pitch(outputs));
        (_stride, _before, _step, _numbers) = (_plan.Height.Stride, _plan.Height.Before, _plan.Height.Dilation, _plan.Width.Kernel);
        _choice = new(_plan, start, outputs, scratch);
        _room = RowChoice<T, TTap, TNumber, TNumbers>.Room(_plan.Width, outputs);
        _copies = (T*)(scratch + RowChoice<T, TTap, TNumber, TNumbers>.Bytes(_plan.Width, outputs)) + _choice.Row.Shift;
        if (_choice.Row.IsInside) return;
        for (long i = 0; i < Batch; i++) _choice.Row.Clear(padding, _copies + i * _room);
    }

    /// <summary>Elements of a line: its values, and behind them its numbers.</summary>
    public long Length => 2 * _pitch;

    /// <summary>From the values of a line to its numbers.</summary>
    public long ToNumbers => _pitch;

    public static long Bytes(PoolPlan plan, long outputs) =>
        RowChoice<T, TTap, TNumber, TNumbers>.Bytes(plan.Width, outputs) + Scratch.Round(Batch * RowChoice<T, TTap, TNumber, TNumbers>.Room(plan.Width, outputs) * sizeof(T));

    public static long LineBytes(long outputs) => 2 * Pitch(outputs) * sizeof(T);

    /// <summary>From the values of a line to its numbers: whole registers, and of long lines an odd number of cache lines, that what lies above each other does not compete for the same places of the first-level cache.</summary>
    private static long Pitch(long outputs)
    {
        long line = Math.Max(2 * TTap.Count, Prefetch.CacheLine / sizeof(T)), whole = (outputs + 2 * TTap.Count - 1) / (2 * TTap.Count) * (2 * TTap.Count);
        return whole < LongLine * line ? whole : ((whole + line - 1) / line | 1) * line;
    }

    /// <summary>Makes the lines of neighbouring rows.</summary>
    /// <param name="reducer">Chooses.</param>
    /// <param name="input">The first row of the slice.</param>
    /// <param name="depth">Which depth of its windows the slice is.</param>
    /// <param name="row">The first of the rows.</param>
    /// <param name="rows">How many.</param>
    /// <param name="lines">Their lines, one behind the other.</param>
    /// <param name="watch">Notes the taps.</param>
    public void Fold<TReducer>(TReducer reducer, T* input, long depth, long row, long rows, T* lines, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        bool isInside = _choice.Row.IsInside;
        long step = _plan.Height.Dilation, next = isInside ? _from.Height : _room;
        for (long count; rows > 0; row += count, rows -= count, lines += count * Length)
        {
            count = isInside ? rows : Math.Min(rows, Batch);
            T* from = input + row * _from.Height;
            if (!isInside) watch = _choice.Row.Copy(reducer, from, count, _from.Height, _copies, watch);
            // Rows that follow each other in a window are numbered evenly.
            for (long i = 0; i < Math.Min(step, count); i++)
            {
                var taps = new RowTaps<T>
                {
                    First = (isInside ? from + _choice.Row.From : _copies) + i * next,
                    Depths = 1,
                    Rows = 1,
                    Number = (depth * _plan.Height.Kernel + (row + i) / step) * _plan.Width.Kernel,
                    Lines = (count - i + step - 1) / step,
                    NextLine = step * next,
                    LineNumbers = _plan.Width.Kernel,
                };
                T* line = lines + i * Length;
                watch = _choice.Choose(reducer, taps, new(line, step * Length, Numbers(line), step * Length, isOutput: false), watch);
            }
        }
    }

    /// <summary>Combines lines into outputs and their numbers.</summary>
    /// <param name="reducer">Chooses.</param>
    /// <param name="lines">The lines of the first depth.</param>
    /// <param name="lineStep">From one line of a window to the next.</param>
    /// <param name="depths">How many depths a window has.</param>
    /// <param name="depthStep">From one depth's line to the next one's.</param>
    /// <param name="steps">What is to be made of which lines.</param>
    /// <param name="output">The output's first row.</param>
    /// <param name="numbers">The numbers of output row 0, were it kept.</param>
    // Bounds: lines hold whole registers; outputs and numbers are stored in whole registers where a row has so many, else in part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Finish<TReducer>(TReducer reducer, T* lines, long lineStep, long depths, long depthStep, ReadOnlySpan<RowStep> steps, T* output, TNumber* numbers)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long outputs = _outputs;
        foreach (ref readonly RowStep step in steps)
        {
            TNumbers start = NumberLine.Fill<TNumbers, TNumber>(Before(step.Row)), nextStart = step.Two ? NumberLine.Fill<TNumbers, TNumber>(Before(step.Row + 1)) : default;
            T* to = output + step.Row * _to.Height, first = lines + step.Line * Length;
            TNumber* chosen = numbers + step.Row * outputs;
            for (long o = 0; o < outputs; o += TTap.Count)
            {
                // The last register steps back over outputs already written, where there is room.
                if (o + TTap.Count > outputs) o = Math.Max(0, outputs - TTap.Count);
                T* line = first + o;
                if (!step.Two)
                {
                    var only = Load(reducer, line);
                    for (long d = 0; d < depths; d++, line += depthStep)
                        for (long j = d == 0 ? 1 : 0; j < step.Count; j++) Join(ref only, line + j * lineStep);
                    Store(reducer, only.Values, only.Numbers - start, to + o, chosen + o, outputs);
                    continue;
                }

                var earlier = Load(reducer, line);
                var later = Load(reducer, line + step.Apart * lineStep);
                for (long d = 0; d < depths; d++, line += depthStep)
                {
                    for (long j = d == 0 ? 1 : 0; j < step.Apart; j++) Join(ref earlier, line + j * lineStep);
                    var both = Load(reducer, line + step.Apart * lineStep);
                    for (long j = step.Apart + 1; j < step.End; j++) Join(ref both, line + j * lineStep);
                    earlier.Join(both.Values, both.Numbers);
                    if (d == 0) later = both;
                    else later.Join(both.Values, both.Numbers);
                    for (long j = step.End; j < step.Count; j++) Join(ref later, line + j * lineStep);
                }

                Store(reducer, earlier.Values, earlier.Numbers - start, to + o, chosen + o, outputs);
                Store(reducer, later.Values, later.Numbers - nextStart, to + _to.Height + o, chosen + outputs + o, outputs);
            }
        }
    }

    /// <summary>The number, counted as lines do, of the first tap of an output row's windows.</summary>
    private long Before(long row)
    {
        long start = row * _stride - _before;
        // Most windows are not dilated, and a division takes as long as some registers.
        if (_step > 1) start = start >= 0 ? start / _step : -((_step - 1 - start) / _step);
        return start * _numbers;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TNumber* Numbers(T* values) => (TNumber*)(values + _pitch);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Choices<T, TTap, TNumber, TNumbers, TReducer> Load<TReducer>(TReducer reducer, T* line)
        where TReducer : struct, IChoiceLanes<T, TTap> => new(reducer, TTap.Load(line), TNumbers.Load(Numbers(line)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Join<TReducer>(ref Choices<T, TTap, TNumber, TNumbers, TReducer> chosen, T* line)
        where TReducer : struct, IChoiceLanes<T, TTap> => chosen.Join(TTap.Load(line), TNumbers.Load(Numbers(line)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TReducer>(TReducer reducer, TTap values, TNumbers numbers, T* to, TNumber* chosen, long outputs)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        if (outputs >= TTap.Count)
        {
            TTap.Store(reducer.Finish(values, null, 1), to);
            TNumbers.Store(numbers, chosen);
        }
        else
        {
            TTap.StorePart(reducer.Finish(values, null, 1), to, outputs);
            TNumbers.StorePart(numbers, chosen, outputs);
        }
    }
}
