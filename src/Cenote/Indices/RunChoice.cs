using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Chooses taps along rows of long windows by ever longer runs, as <see cref="Runs"/> folds them: the work grows with the logarithm of the window. A
/// tap's number is, until the window is known, its position in dilations; where two windows tie, or share taps, the earlier one wins as ever.
/// </summary>
internal readonly unsafe struct RunChoice<T, TTap, TNumber, TNumbers>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    /// <summary>From so many taps on, runs pay.</summary>
    private const long ManyTaps = 12;

    /// <summary>Runs grow by this factor in a pass.</summary>
    private const long Growth = 4;

    private readonly long _outputs, _taps, _step, _stride, _need;
    private readonly TNumber* _heads;

    /// <summary>The positions, in dilations, of a row's elements; and the values and positions that runs have chosen.</summary>
    private readonly TNumber* _positions, _numbers;
    private readonly T* _values;

    public RunChoice(AxisPlan width, long outputs, long need, TNumber* heads, byte* scratch)
    {
        (_outputs, _taps, _step, _stride, _need) = (outputs, width.Kernel, width.Dilation, width.LaneStride, need);
        _heads = heads;
        long length = Length(need);
        _values = (T*)scratch;
        _numbers = (TNumber*)(_values + length);
        _positions = _numbers + length;
        // Whole registers at a time: ones of neighbours, or of equal positions that the next position's overwrite in part.
        TNumbers next = TNumbers.Every(1, 0), count = NumberLine.Fill<TNumbers, TNumber>(TNumbers.Count);
        if (_step == 1)
            for (long i = 0; i + TNumbers.Count <= length; i += TNumbers.Count, next += count) TNumbers.Store(next, _positions + i);
        else
            for (long position = 0; position * _step < length; position++)
                for (long i = position * _step; i < Math.Min(length, (position + 1) * _step); i += TNumbers.Count) TNumbers.Store(NumberLine.Fill<TNumbers, TNumber>(position), _positions + i);
    }

    public bool IsUsed => _values != null;

    public static bool Pays(AxisPlan width) => width.Kernel >= ManyTaps * Math.Min(width.LaneStride, 4);

    public static long Bytes(AxisPlan width, long outputs, long need) => Scratch.Round((3 * Length(need) + TTap.Count) * sizeof(T));

    /// <summary>A row in whole registers, one more behind it, and one for what is written past the last window.</summary>
    private static long Length(long need) => (need + TTap.Count - 1) / TTap.Count * TTap.Count + 2 * TTap.Count;

    /// <summary>Chooses over windows of one row each.</summary>
    public TTap Choose<TReducer>(TReducer reducer, in RowTaps<T> taps, in ChoiceLines<T, TNumber> to, TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long count = (_outputs - 1) * _stride + 1;
        for (long line = 0; line < taps.Lines; line++)
        {
            watch = Lift(reducer, taps.First + line * taps.NextLine, watch);
            TNumber* numbers = _positions;
            long run = 1;
            for (; run * Growth <= _taps; run *= Growth, numbers = _numbers)
                Pass(reducer, numbers, count + (_taps - Growth * run) * _step, Growth, run * _step, run * _step);
            // The last run of a window overlaps the one before it.
            long whole = (_taps + run - 1) / run;
            if (whole > 1) Pass(reducer, numbers, count, whole, run * _step, (_taps - (whole - 1) * run) * _step);
            Place(reducer, to.Values + line * to.Pitch, to.Numbers + line * to.NumberPitch, taps.Number + line * taps.LineNumbers, to.IsOutput);
        }

        return watch;
    }

    /// <summary>The row's elements, with padding behind them to fill a register.</summary>
    // Bounds: whole registers as far as they lie in the row's need, the rest in part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private TTap Lift<TReducer>(TReducer reducer, T* from, TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long i = 0;
        TTap padding = reducer.Padding, seen = default;
        for (; i + TTap.Count <= _need; i += TTap.Count)
        {
            TTap taps = TTap.Load(from + i);
            Prefetch.Behind(from + i, sizeof(TTap));
            seen = reducer.Watch(seen, taps);
            TTap.Store(reducer.Lift(taps), _values + i);
        }

        TTap rest = TTap.LoadPart(from + i, _need - i, padding);
        seen = reducer.Watch(seen, rest);
        TTap.Store(reducer.Lift(rest), _values + i);
        TTap.Store(reducer.Lift(padding), _values + i + TTap.Count);
        return reducer.Watch(watch, seen);
    }

    /// <summary>Combines <paramref name="parts"/> runs, each <paramref name="distance"/> behind the one before, the last one <paramref name="lastDistance"/>.</summary>
    // Bounds: a register from the last of count windows on reads less than two registers behind the row's need.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pass<TReducer>(TReducer reducer, TNumber* numbers, long count, long parts, long distance, long lastDistance)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        // Ascending: what is written was read before, so that output and input may be the same.
        for (long i = 0; i < count; i += TTap.Count)
        {
            var chosen = new Choices<T, TTap, TNumber, TNumbers, TReducer>(reducer, TTap.Load(_values + i), TNumbers.Load(numbers + i));
            long part = i;
            for (long k = 1; k < parts; k++)
            {
                part += k == parts - 1 ? lastDistance : distance;
                chosen.Join(TTap.Load(_values + part), TNumbers.Load(numbers + part));
            }

            TTap.Store(chosen.Values, _values + i);
            TNumbers.Store(chosen.Numbers, _numbers + i);
        }
    }

    /// <summary>Turns positions into numbers of taps, and puts them where they belong.</summary>
    /// <param name="reducer">Finishes outputs.</param>
    /// <param name="values">Where the values go.</param>
    /// <param name="numbers">Where their numbers go.</param>
    /// <param name="start">The number of the row's first tap.</param>
    /// <param name="isOutput">Whether the values are outputs.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Place<TReducer>(TReducer reducer, T* values, TNumber* numbers, long start, bool isOutput)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        TNumbers first = NumberLine.Fill<TNumbers, TNumber>(start);
        if (_stride > 1)
        {
            for (long o = 0; o < _outputs; o++) (_values[o], _numbers[o]) = (_values[o * _stride], _numbers[o * _stride]);
        }

        for (long o = 0; o < _outputs; o += TTap.Count)
        {
            if (o + TTap.Count > _outputs) o = Math.Max(0, _outputs - TTap.Count);
            // A window of nothing but the lowest value may have kept padding before the input: its first tap is the one.
            TNumbers within = TNumbers.Load(_numbers + o) - Starts(o);
            TNumbers.Store(first + TNumbers.Max(within, TNumbers.Load(_heads + o)), numbers + o);
            TTap chosen = TTap.Load(_values + o);
            if (!isOutput) TTap.Store(chosen, values + o);
            else if (_outputs >= TTap.Count) TTap.Store(reducer.Finish(chosen, null, 1), values + o);
            else TTap.StorePart(reducer.Finish(chosen, null, 1), values + o, _outputs);
        }
    }

    /// <summary>The positions of the first taps of the windows from one on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TNumbers Starts(long output)
    {
        if (_stride == 1) return TNumbers.Load(_positions + output);
        TNumbers starts = default;
        for (int lane = 0; lane < TTap.Count; lane++)
            ((TNumber*)&starts)[lane] = _positions[Math.Min(output + lane, _outputs - 1) * _stride];
        return starts;
    }
}
