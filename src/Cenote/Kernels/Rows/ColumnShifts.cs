using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Small windows of stride 1 around each input, but for a margin where there is less padding than windows reach: the rows of a window are combined where they lie, and what its columns come to stays on registers, of which two neighbours shifted
/// against each other hold the rest of the window. Nothing is copied and no line is stored; rows are read and written in the order of memory.
/// </summary>
internal readonly unsafe struct ColumnShifts<T, TTap, TReducer>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TReducer : struct, IChoiceLanes<T, TTap>, ITieWatch<TTap>
{
    /// <summary>How far ahead the output is asked for, in bytes.</summary>
    private const long OutputDistance = 2048;

    private readonly TReducer _reducer;
    private readonly AxisPlan _height;

    /// <summary>Inputs and outputs of a row, and how many inputs lie before the first one in the middle of a window.</summary>
    private readonly long _width, _outputs, _margin;

    private readonly long _step, _nextRow;

    /// <summary>Where the last register of the input begins: of any row before it a register may be read, whatever lies behind the row's end.</summary>
    private readonly T* _lastInput;

    private readonly ColumnPlanes<T, TTap, TReducer> _planes;

    /// <param name="reducer">Combines.</param>
    /// <param name="job">What <see cref="Suit"/> accepts.</param>
    /// <param name="rows">How many output rows will be made.</param>
    public ColumnShifts(TReducer reducer, in PoolJob job, long rows)
    {
        _reducer = reducer;
        _height = job.Plan.Height;
        (_width, _outputs, _margin) = (job.Plan.Width.InputLength, job.Plan.Width.OutputLength, Margin(job.Plan.Width));
        (_step, _nextRow) = (job.InputLayout.Height, job.OutputLayout.Height);
        _lastInput = (T*)job.Input + LastElement(job) + 1 - TTap.Count;
        if (ColumnPlanes<T, TTap, TReducer>.Suit(job, rows)) _planes = new(reducer, job, _lastInput + TTap.Count);
    }

    /// <summary>The place of the input's last element.</summary>
    internal static long LastElement(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        TensorLayout layout = job.InputLayout;
        return (plan.Batch - 1) * Math.Max(0, layout.Batch) + (plan.Channels - 1) * Math.Max(0, layout.Channel)
            + (plan.Depth.InputLength - 1) * Math.Max(0, layout.Depth) + (plan.Height.InputLength - 1) * layout.Height + plan.Width.InputLength - 1;
    }

    /// <summary>Whether windows are such that this is compiled for, and rows lie so that a register may go on behind them.</summary>
    public static bool Suit(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        AxisPlan height = plan.Height, width = plan.Width;
        // With a margin rows fill a register, and the last one of a row holds an output at least.
        return plan.Depth.Kernel == 1 && IsCentered(height) && IsCentered(width) && height.Kernel == width.Kernel && height.Dilation == width.Dilation
            && (width.Kernel == 3 ? width.Dilation <= 2 : width.Kernel == 5 && width.Dilation == 1)
            && height.InputLength >= height.Dilation && (Margin(width) == 0 ? Registers.Suit<TTap, T>(width.InputLength) : width.OutputLength >= TTap.Count && Margin(width) < TTap.Count)
            && job.InputLayout.Height >= 0 && (job.OutputLayout.Height == width.OutputLength || (width.OutputLength % TTap.Count == 0 && Margin(width) == 0));
    }

    /// <summary>Whether each window has an input in its middle, and as many at one end have none as at the other.</summary>
    private static bool IsCentered(AxisPlan axis) => axis.Stride == 1 && Margin(axis) is var margin && margin >= 0 && axis.OutputLength == axis.InputLength - 2 * margin;

    private static long Margin(AxisPlan axis) => (axis.Span - 1) / 2 - axis.Before;

    /// <summary>Pools output rows of a slice.</summary>
    /// <param name="limit">Where outputs end that may be written over, because they are written later.</param>
    public void Pool(T* input, T* output, T* limit, long first, long end, ref ColumnWatches<TTap> watches)
    {
        // From here on rows are those in the middle of windows.
        long reach = (_height.Span - 1) / 2, margin = Margin(_height);
        (first, end) = (first + margin, end + margin);
        output -= margin * _nextRow;
        // They are watched: what is left are rows that other runs have in the middle, or none.
        for (long h = Math.Max(0, first - reach); h < first; h++) Watch(_reducer, input + h * _step, _width, ref watches);
        for (long h = end; h < Math.Min(_height.InputLength, end + reach); h++) Watch(_reducer, input + h * _step, _width, ref watches);
        if (_planes.Pool(input, output, limit, first, end, ref watches)) return;
        // Behind its last whole register a row is read into the next one, and so it is written; the last rows in part.
        long columns = _width - _margin, rest = columns % TTap.Count, restOutputs = _outputs % TTap.Count, inPart = end;
        T* lastInput = _lastInput - (_width - rest), lastOutput = limit - TTap.Count - (_outputs - restOutputs);
        while (rest + restOutputs > 0 && inPart > first && ((rest > 0 && input + Math.Min(inPart - 1 + reach, _height.InputLength - 1) * _step > lastInput) || (restOutputs > 0 && output + (inPart - 1) * _nextRow > lastOutput))) inPart--;
        Rows(new UnitLoad<T, TTap>(), new UnitLoad<T, TTap>(), input, output, first, inPart, ref watches);
        if (inPart < end) Rows(new ShortLoad<T, TTap>(rest, _reducer.Padding), new ShortLoad<T, TTap>(restOutputs > 0 ? restOutputs : TTap.Count, _reducer.Padding), input, output, inPart, end, ref watches);
    }

    /// <summary>Looks at the taps of a row.</summary>
    internal static void Watch(TReducer reducer, T* row, long width, ref ColumnWatches<TTap> watches)
    {
        for (long i = 0; i < width; i += TTap.Count)
        {
            TTap taps = width < TTap.Count ? TTap.LoadPart(row, width, reducer.Padding) : TTap.Load(row + Math.Min(i, width - TTap.Count));
            watches.NaN = reducer.WatchNaN(watches.NaN, taps);
            watches.Ties = reducer.WatchTies(watches.Ties, taps);
        }
    }

    /// <param name="load">Loads the columns behind the last whole register.</param>
    /// <param name="last">Stores the last outputs.</param>
    /// <param name="input">The input.</param>
    /// <param name="output">The output.</param>
    /// <param name="first">The first row.</param>
    /// <param name="end">The row behind the last one.</param>
    /// <param name="watches">Notes the taps.</param>
    private void Rows<TLoad>(TLoad load, TLoad last, T* input, T* output, long first, long end, ref ColumnWatches<TTap> watches)
        where TLoad : struct, ITapLoad<T, TTap>
    {
        if (_height.Kernel == 5) Rows<Five, One, TLoad>(load, last, input, output, first, end, ref watches);
        else if (_height.Dilation == 2) Rows<Three, Two, TLoad>(load, last, input, output, first, end, ref watches);
        else Rows<Three, One, TLoad>(load, last, input, output, first, end, ref watches);
    }

    private void Rows<TTaps, TDilation, TLoad>(TLoad load, TLoad last, T* input, T* output, long first, long end, ref ColumnWatches<TTap> watches)
        where TTaps : struct, ISide
        where TDilation : struct, ISide
        where TLoad : struct, ITapLoad<T, TTap>
    {
        if (_width < TTap.Count) Short<TTaps, TDilation, TLoad>(load, last, input, output, first, end, ref watches);
        else Long<TTaps, TDilation, TLoad>(load, last, input, output, first, end, ref watches);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Long<TTaps, TDilation, TLoad>(TLoad load, TLoad last, T* input, T* output, long first, long end, ref ColumnWatches<TTap> watches)
        where TTaps : struct, ISide
        where TDilation : struct, ISide
        where TLoad : struct, ITapLoad<T, TTap>
    {
        TReducer reducer = _reducer;
        long margin = _margin, width = _width - margin, step = _step, nextRow = _nextRow, rest = width % TTap.Count, whole = width - rest, height = _height.InputLength, dilation = TDilation.Of(0);
        TTap none = reducer.Lift(reducer.Padding), mask = TTap.First(rest);
        T* row = input + first * step + margin;
        ColumnWatches<TTap> seen = watches;
        output += first * nextRow;
        for (long h = first; h < end; h++, row += step, output += nextRow)
        {
            // The row in the middle stands for those outside the input: it may be combined twice.
            long above = h >= dilation ? -dilation * step : 0, below = h + dilation < height ? dilation * step : 0;
            long top = h >= 2 * dilation ? -2 * dilation * step : 0, bottom = TTaps.Of(0) > 3 && h + 2 * dilation < height ? 2 * dilation * step : below;
            T* from = row, to = output, stop = row + whole;
            TTap before = none;
            if (margin > 0)
            {
                TTap edge = Column<TTaps, UnitLoad<T, TTap>>(new(), from - margin, above, below, top, bottom, ref seen);
                before = margin == 1 ? TTap.Neighbours<One>(none, edge).Behind : TTap.Neighbours<Two>(none, edge).Behind;
            }

            var window = new Shifted<TTaps, TDilation>(Column<TTaps, UnitLoad<T, TTap>>(new(), from, above, below, top, bottom, ref seen), before);
            from += TTap.Count;
            // By twos: what is done besides costs as much as a register.
            for (; typeof(TTaps) == typeof(Three) && from + TTap.Count < stop; from += 2 * TTap.Count, to += 2 * TTap.Count)
            {
                TTap next = Column<TTaps, UnitLoad<T, TTap>>(new(), from, above, below, top, bottom, ref seen);
                TTap later = Column<TTaps, UnitLoad<T, TTap>>(new(), from + TTap.Count, above, below, top, bottom, ref seen);
                Prefetch.Behind(from + bottom, 2 * sizeof(TTap));
                Prefetch.Behind(to, 2 * sizeof(TTap), OutputDistance);
                TTap.Store(reducer.Finish(window.Next(reducer, next), null, 1), to);
                TTap.Store(reducer.Finish(window.Next(reducer, later), null, 1), to + TTap.Count);
            }

            for (; from < stop; from += TTap.Count, to += TTap.Count)
            {
                TTap next = Column<TTaps, UnitLoad<T, TTap>>(new(), from, above, below, top, bottom, ref seen);
                Prefetch.Line((byte*)(from + bottom) + Prefetch.Distance);
                Prefetch.Line((byte*)to + OutputDistance);
                TTap.Store(reducer.Finish(window.Next(reducer, next), null, 1), to);
            }

            TTap behind = none;
            if (rest > 0)
            {
                behind = TTap.Select(mask, Column<TTaps, TLoad>(load, from, above, below, top, bottom, ref seen), none);
                // Of columns no more than the margin none is in the middle of a window.
                if (rest > margin)
                {
                    TTap.Store(reducer.Finish(window.Next(reducer, behind), null, 1), to);
                    to += TTap.Count;
                    behind = none;
                }
            }

            last.Store(reducer.Finish(window.Next(reducer, behind), null, 1), to);
        }

        watches = seen;
    }

    /// <summary>The same of rows that fill no register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Short<TTaps, TDilation, TLoad>(TLoad load, TLoad last, T* input, T* output, long first, long end, ref ColumnWatches<TTap> watches)
        where TTaps : struct, ISide
        where TDilation : struct, ISide
        where TLoad : struct, ITapLoad<T, TTap>
    {
        TReducer reducer = _reducer;
        long step = _step, nextRow = _nextRow, height = _height.InputLength, dilation = TDilation.Of(0), reach = TTaps.Of(0) / 2 * dilation;
        TTap none = reducer.Lift(reducer.Padding), mask = TTap.First(_width);
        T* row = input + first * step;
        ColumnWatches<TTap> seen = watches;
        output += first * nextRow;
        for (long h = first, stop; h < end; h = stop)
        {
            long above = h >= dilation ? -dilation * step : 0, below = h + dilation < height ? dilation * step : 0;
            long top = h >= 2 * dilation ? -2 * dilation * step : 0, bottom = TTaps.Of(0) > 3 && h + 2 * dilation < height ? 2 * dilation * step : below;
            stop = h < reach || h + reach >= height ? h + 1 : Math.Min(end, height - reach);
            for (; h < stop; h++, row += step, output += nextRow)
            {
                TTap columns = TTap.Select(mask, Column<TTaps, TLoad>(load, row, above, below, top, bottom, ref seen), none);
                Prefetch.Line((byte*)(row + bottom) + Prefetch.Distance);
                Prefetch.Line((byte*)output + OutputDistance);
                last.Store(reducer.Finish(new Shifted<TTaps, TDilation>(columns, none).Next(reducer, none), null, 1), output);
            }
        }

        watches = seen;
    }

    /// <summary>Combines the rows of a window, which lie so far from the one in the middle.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TTap Column<TTaps, TLoad>(TLoad load, T* middle, long above, long below, long top, long bottom, ref ColumnWatches<TTap> seen)
        where TTaps : struct, ISide
        where TLoad : struct, ITapLoad<T, TTap>
    {
        TTap taps = load.Load(middle);
        seen.NaN = _reducer.WatchNaN(seen.NaN, taps);
        seen.Ties = _reducer.WatchTies(seen.Ties, taps);
        TTap state = _reducer.Combine(_reducer.Lift(taps), _reducer.Lift(load.Load(middle + above)));
        state = _reducer.Combine(state, _reducer.Lift(load.Load(middle + below)));
        if (TTaps.Of(0) == 3) return state;
        state = _reducer.Combine(state, _reducer.Lift(load.Load(middle + top)));
        return _reducer.Combine(state, _reducer.Lift(load.Load(middle + bottom)));
    }

    /// <summary>A register of columns, and its neighbours to the left.</summary>
    private struct Shifted<TTaps, TDilation>
        where TTaps : struct, ISide
        where TDilation : struct, ISide
    {
        private TTap _columns, _near, _far;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Shifted(TTap columns, TTap before)
        {
            _columns = columns;
            (_near, _) = TTap.Neighbours<TDilation>(before, columns);
            if (TTaps.Of(0) > 3) (_far, _) = TTap.Neighbours<Two>(before, columns);
        }

        /// <summary>What the windows of a register come to; the next one takes its place.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TTap Next(TReducer reducer, TTap next)
        {
            (TTap near, TTap behind) = TTap.Neighbours<TDilation>(_columns, next);
            TTap state = reducer.Combine(reducer.Combine(_columns, _near), behind);
            _near = near;
            if (TTaps.Of(0) > 3)
            {
                (TTap far, behind) = TTap.Neighbours<Two>(_columns, next);
                state = reducer.Combine(reducer.Combine(state, _far), behind);
                _far = far;
            }

            _columns = next;
            return state;
        }
    }
}
