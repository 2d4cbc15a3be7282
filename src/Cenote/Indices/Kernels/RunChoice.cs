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

    /// <summary>The positions of windows' first taps.</summary>
    private readonly TNumber* _starts;
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
        _starts = _positions;
        if (_stride == 1) return;
        _starts += length;
        for (long o = 0; o < Whole(outputs); o++) _starts[o] = _positions[Math.Min(o, outputs - 1) * _stride];
    }

    public bool IsUsed => _values != null;

    public static bool Pays(AxisPlan width) => width.Kernel >= ManyTaps * Math.Min(width.LaneStride, 4);

    public static long Bytes(AxisPlan width, long outputs, long need) => Scratch.Round((3 * Length(need) + TTap.Count + (width.LaneStride == 1 ? 0 : Whole(outputs))) * sizeof(T));

    /// <summary>A row in whole registers, one more behind it, and one for what is written past the last window.</summary>
    private static long Length(long need) => Whole(need) + 2 * TTap.Count;

    private static long Whole(long length) => (length + TTap.Count - 1) / TTap.Count * TTap.Count;

    /// <summary>Chooses over windows of one row each.</summary>
    public TTap Choose<TReducer>(TReducer reducer, in RowTaps<T> taps, in ChoiceLines<T, TNumber> to, TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long count = (_outputs - 1) * _stride + 1, firstRuns = count + (_taps - Growth) * _step;
        // Elements of fewer bytes may take long to lift and to watch, and should be so only once.
        bool readsRow = sizeof(T) >= sizeof(float) && firstRuns >= TTap.Count;
        for (long line = 0; line < taps.Lines; line++)
        {
            T* from = taps.First + line * taps.NextLine;
            watch = readsRow ? FirstPass(reducer, from, firstRuns, watch) : Lift(reducer, from, watch);
            long run = readsRow ? Growth : 1;
            TNumber* numbers = readsRow ? _numbers : _positions;
            for (; run * Growth <= _taps; run *= Growth, numbers = _numbers) Pass(reducer, numbers, count + (_taps - Growth * run) * _step, new(Growth, run * _step, (Growth - 1) * run * _step));
            // The last run of a window overlaps the one before it.
            long whole = (_taps + run - 1) / run;
            var last = new RunsOfWindow(whole, run * _step, (_taps - run) * _step);
            if (_stride > 1)
            {
                if (whole > 1) Pass(reducer, numbers, count, last);
                for (long o = 0; o < _outputs; o++) (_values[o], _numbers[o]) = (_values[o * _stride], _numbers[o * _stride]);
                numbers = _numbers;
                last = new(1, 0, 0);
            }

            T* values = to.Values + line * to.Pitch;
            bool isPart = to.IsOutput && _outputs < TTap.Count;
            LastPass(reducer, numbers, last, isPart ? _values : values, to.Numbers + line * to.NumberPitch, taps.Number + line * taps.LineNumbers, to.IsOutput);
            if (isPart) TTap.StorePart(TTap.Load(_values), values, _outputs);
        }

        return watch;
    }

    /// <summary>The first runs, of the row where it lies.</summary>
    // Bounds: the last register steps back over runs already made; the last tap of the last one is the row's last.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap FirstPass<TReducer>(TReducer reducer, T* from, long count, TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        TTap seen = default;
        TNumbers one = NumberLine.Fill<TNumbers, TNumber>(1), two = NumberLine.Fill<TNumbers, TNumber>(2), three = NumberLine.Fill<TNumbers, TNumber>(3);
        T* values = _values;
        TNumber* positions = _positions, numbers = _numbers;
        long step = _step;
        for (long i = 0; i < count; i += TTap.Count)
        {
            i = Math.Min(i, count - TTap.Count);
            TTap first = TTap.Load(from + i);
            TNumbers number = TNumbers.Load(positions + i);
            Prefetch.Behind(from + i, sizeof(TTap));
            var chosen = new Choices<T, TTap, TNumber, TNumbers, TReducer>(reducer, reducer.Lift(first), number) { Seen = reducer.Watch(seen, first) };
            chosen.Take(TTap.Load(from + i + step), number + one);
            chosen.Take(TTap.Load(from + i + 2 * step), number + two);
            chosen.Take(TTap.Load(from + i + 3 * step), number + three);
            seen = chosen.Seen;
            TTap.Store(chosen.Values, values + i);
            TNumbers.Store(chosen.Numbers, numbers + i);
        }

        return reducer.Watch(watch, seen);
    }

    /// <summary>The row's elements, with padding behind them to fill a register.</summary>
    // Bounds: whole registers as far as they lie in the row's need, the rest in part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
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

    /// <summary>Combines runs to longer ones.</summary>
    private void Pass<TReducer>(TReducer reducer, TNumber* numbers, long count, in RunsOfWindow runs)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        switch (runs.Count)
        {
            case 2: Pass<TReducer, Two>(reducer, numbers, count, runs); break;
            case 3: Pass<TReducer, Three>(reducer, numbers, count, runs); break;
            default: Pass<TReducer, Four>(reducer, numbers, count, runs); break;
        }
    }

    // Bounds: a register from the last of count windows on reads less than two registers behind the row's need.
    // Ascending: what is written was read before, so that output and input may be the same. By twos, as Runs does.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Pass<TReducer, TParts>(TReducer reducer, TNumber* numbers, long count, in RunsOfWindow runs)
        where TReducer : struct, IChoiceLanes<T, TTap>
        where TParts : struct, ISide
    {
        T* values = _values;
        TNumber* to = _numbers;
        long i = 0, distance = runs.Distance, last = runs.Last;
        for (; i + TTap.Count < count; i += 2 * TTap.Count)
        {
            var chosen = Combine<TReducer, TParts>(reducer, values + i, numbers + i, distance, last);
            var next = Combine<TReducer, TParts>(reducer, values + i + TTap.Count, numbers + i + TTap.Count, distance, last);
            TTap.Store(chosen.Values, values + i);
            TNumbers.Store(chosen.Numbers, to + i);
            TTap.Store(next.Values, values + i + TTap.Count);
            TNumbers.Store(next.Numbers, to + i + TTap.Count);
        }

        if (i >= count) return;
        var rest = Combine<TReducer, TParts>(reducer, values + i, numbers + i, distance, last);
        TTap.Store(rest.Values, values + i);
        TNumbers.Store(rest.Numbers, to + i);
    }

    /// <summary>Combines runs to windows, turns positions into numbers of taps, and puts them where they belong.</summary>
    /// <param name="reducer">Finishes outputs.</param>
    /// <param name="runNumbers">The positions that runs have chosen.</param>
    /// <param name="runs">A window's.</param>
    /// <param name="values">Where the values go.</param>
    /// <param name="numbers">Where their numbers go.</param>
    /// <param name="start">The number of the row's first tap.</param>
    /// <param name="isOutput">Whether the values are outputs.</param>
    private void LastPass<TReducer>(TReducer reducer, TNumber* runNumbers, in RunsOfWindow runs, T* values, TNumber* numbers, long start, bool isOutput)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        switch (runs.Count)
        {
            case 1: LastPass<TReducer, One>(reducer, runNumbers, runs, values, numbers, start, isOutput); break;
            case 2: LastPass<TReducer, Two>(reducer, runNumbers, runs, values, numbers, start, isOutput); break;
            case 3: LastPass<TReducer, Three>(reducer, runNumbers, runs, values, numbers, start, isOutput); break;
            default: LastPass<TReducer, Four>(reducer, runNumbers, runs, values, numbers, start, isOutput); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void LastPass<TReducer, TParts>(TReducer reducer, TNumber* runNumbers, in RunsOfWindow runs, T* values, TNumber* numbers, long start, bool isOutput)
        where TReducer : struct, IChoiceLanes<T, TTap>
        where TParts : struct, ISide
    {
        TNumbers first = NumberLine.Fill<TNumbers, TNumber>(start);
        T* from = _values;
        TNumber* starts = _starts, heads = _heads;
        long outputs = _outputs, distance = runs.Distance, last = runs.Last;
        for (long o = 0; o < outputs; o += TTap.Count)
        {
            if (o + TTap.Count > outputs) o = Math.Max(0, outputs - TTap.Count);
            var chosen = Combine<TReducer, TParts>(reducer, from + o, runNumbers + o, distance, last);
            // A window of nothing but the lowest value may have kept padding before the input: its first tap is the one.
            TNumbers.Store(first + TNumbers.Max(chosen.Numbers - TNumbers.Load(starts + o), TNumbers.Load(heads + o)), numbers + o);
            TTap.Store(isOutput ? reducer.Finish(chosen.Values, null, 1) : chosen.Values, values + o);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Choices<T, TTap, TNumber, TNumbers, TReducer> Combine<TReducer, TParts>(TReducer reducer, T* values, TNumber* numbers, long distance, long last)
        where TReducer : struct, IChoiceLanes<T, TTap>
        where TParts : struct, ISide
    {
        var chosen = new Choices<T, TTap, TNumber, TNumbers, TReducer>(reducer, TTap.Load(values), TNumbers.Load(numbers));
        if (TParts.Of(0) > 2) chosen.Join(TTap.Load(values + distance), TNumbers.Load(numbers + distance));
        if (TParts.Of(0) > 3) chosen.Join(TTap.Load(values + 2 * distance), TNumbers.Load(numbers + 2 * distance));
        if (TParts.Of(0) > 1) chosen.Join(TTap.Load(values + last), TNumbers.Load(numbers + last));
        return chosen;
    }

    /// <summary>The runs that are combined to one.</summary>
    /// <param name="Count">How many.</param>
    /// <param name="Distance">From each to the next, in elements.</param>
    /// <param name="Last">From the first to the last, which may overlap the one before it.</param>
    private readonly record struct RunsOfWindow(long Count, long Distance, long Last);
}
