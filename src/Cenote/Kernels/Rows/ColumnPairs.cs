using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Windows of three taps at strides of two, each way, and of up to three depths: the rows of a window are combined where they lie, and what its columns come to stays on registers. Even and odd
/// columns are taken apart, and the odd ones shifted by one hold the rest of a window. Nothing is copied and no line is stored; rows are read and written in the order of memory.
/// </summary>
internal readonly unsafe struct ColumnPairs<T, TTap, TReducer>
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

    private readonly long _step, _nextDepth, _nextRow;

    /// <summary>Where the last two registers of the input begin: of any row before them two registers may be read, whatever lies behind the row's end.</summary>
    private readonly T* _lastInput;

    private readonly bool _asks;

    /// <param name="reducer">Combines.</param>
    /// <param name="job">What <see cref="Suit"/> accepts.</param>
    public ColumnPairs(TReducer reducer, in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        _reducer = reducer;
        _height = plan.Height;
        (_width, _outputs, _margin) = (plan.Width.InputLength, plan.Width.OutputLength, 1 - plan.Width.Before);
        (_step, _nextDepth, _nextRow) = (job.InputLayout.Height, job.InputLayout.Depth, job.OutputLayout.Height);
        _lastInput = (T*)job.Input + ColumnShifts<T, TTap, TReducer>.LastElement(job) + 1 - 2 * TTap.Count;
        _asks = Prefetch.Pays(plan.InputElements * sizeof(T));
    }

    /// <summary>Whether this is made for registers as wide: inlined, what others would need is left out of programs that are compiled ahead of time.</summary>
    // Taking even and odd apart is one step each on the widest registers only. Measured: of cold memory narrower ones make less than of lines.
    public static bool Exist
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Unsafe.SizeOf<TTap>() == 64;
    }

    /// <summary>Whether windows are such that this is made for, rows fill a register, and lie so that it may go on behind them.</summary>
    public static bool Suit(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        return AreThreeByTwo(plan.Width) && AreThreeByTwo(plan.Height) && plan.Depth is { Kernel: <= 3, Dilation: 1 } && plan.Depth.MostClipped < plan.Depth.Kernel
            && Registers.Fill<TTap, T>(plan.Width.OutputLength) && job.InputLayout.Height >= 0 && job.InputLayout.Depth >= 0
            && (job.OutputLayout.Height == plan.Width.OutputLength || plan.Width.OutputLength % TTap.Count == 0);
    }

    private static bool AreThreeByTwo(AxisPlan axis) => axis is { Kernel: 3, Stride: 2, Dilation: 1, Before: 0 or 1 } && axis.MostClipped < axis.Kernel;

    /// <summary>Pools output rows of a slice.</summary>
    /// <param name="input">The first row of the first of a window's slices.</param>
    /// <param name="output">The first output of the slice.</param>
    /// <param name="limit">Where outputs end that may be written over, because they are written later.</param>
    /// <param name="depths">How many slices a window has.</param>
    /// <param name="first">The first output row.</param>
    /// <param name="end">The row behind the last one.</param>
    /// <param name="watches">Notes the taps.</param>
    public void Pool(T* input, T* output, T* limit, long depths, long first, long end, ref ColumnWatches<TTap> watches)
    {
        // Of every window all rows but the first are watched, which is the last one of the window before.
        for (long d = 0; d < depths; d++) ColumnShifts<T, TTap, TReducer>.Watch(_reducer, input + d * _nextDepth + _height[first].Start * _step, _width, ref watches);
        // Behind its end a row is read into the next one, and so it is written; the last rows in part.
        long whole = (_outputs - 1) / TTap.Count * TTap.Count, rest = Math.Clamp(_width - _margin - 2 * whole, 0, 2 * TTap.Count), inPart = end;
        T* lastInput = _lastInput - _margin - 2 * whole - (depths - 1) * _nextDepth, lastOutput = limit - TTap.Count - whole;
        while (inPart > first && (input + Last(_height[inPart - 1]) * _step > lastInput || output + (inPart - 1) * _nextRow > lastOutput)) inPart--;
        Rows(new UnitLoad<T, TTap>(), new UnitLoad<T, TTap>(), new UnitLoad<T, TTap>(), input, output, depths, first, inPart, ref watches);
        if (inPart == end) return;
        TTap padding = _reducer.Padding;
        Rows(new ShortLoad<T, TTap>(Math.Min(rest, TTap.Count), padding), new ShortLoad<T, TTap>(Math.Max(0, rest - TTap.Count), padding), new ShortLoad<T, TTap>(_outputs - whole, padding), input, output, depths, inPart, end, ref watches);
    }

    /// <param name="low">Loads the columns behind the last whole pair of registers.</param>
    /// <param name="high">The same of the register behind.</param>
    /// <param name="last">Stores the last outputs.</param>
    /// <param name="input">The first row of the first slice.</param>
    /// <param name="output">The first output of the slice.</param>
    /// <param name="depths">How many slices a window has.</param>
    /// <param name="first">The first output row.</param>
    /// <param name="end">The row behind the last one.</param>
    /// <param name="watches">Notes the taps.</param>
    private void Rows<TLoad>(TLoad low, TLoad high, TLoad last, T* input, T* output, long depths, long first, long end, ref ColumnWatches<TTap> watches)
        where TLoad : struct, ITapLoad<T, TTap>
    {
        for (long h = first, next; h < end; h = next)
        {
            // Rows that a window lacks are others of it once more.
            Window window = _height[h];
            next = _height.IsWhole(h) ? Math.Min(end, _height.WholeEnd) : h + 1;
            var rows = new RowsOfWindow(input + window.Start * _step + _margin, window.Count > 1 ? _step : 0, (window.Count - 1) * _step, _nextDepth, depths);
            Alike(low, high, last, rows, output + h * _nextRow, next - h, ref watches);
        }
    }

    private static long Last(in Window window) => window.Start + window.Count - 1;

    /// <summary>Makes rows whose windows have as many rows each.</summary>
    // No call while registers hold what was seen: it would move them to memory, for the whole of the loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Alike<TLoad>(TLoad low, TLoad high, TLoad last, in RowsOfWindow rows, T* output, long count, ref ColumnWatches<TTap> watches)
        where TLoad : struct, ITapLoad<T, TTap>
    {
        TReducer reducer = _reducer;
        long margin = _margin, twoRows = 2 * _step, next = rows.Next, later = rows.Later, nextDepth = rows.NextDepth, depths = rows.Depths, nextRow = _nextRow;
        long whole = (_outputs - 1) / TTap.Count * TTap.Count, rest = _width - margin - 2 * whole;
        bool asks = _asks, inOrder = Prefetch.InOrder(twoRows * sizeof(T));
        T* row = rows.First;
        TTap none = reducer.Lift(reducer.Padding), lowMask = TTap.First(Math.Clamp(rest, 0, TTap.Count)), highMask = TTap.First(Math.Clamp(rest - TTap.Count, 0, TTap.Count));
        // In two parts that do not wait for each other.
        ColumnWatches<TTap> seen = watches, seenToo = watches;
        for (; count > 0; count--, row += twoRows, output += nextRow)
        {
            T* from = row, to = output, stop = from + 2 * whole;
            TTap before = none;
            if (margin > 0)
            {
                for (long d = 0; d < depths; d++) before = Column(new UnitLoad<T, TTap>(), before, from - margin + d * nextDepth, next, later, ref seen);
                before = TTap.Neighbours<One>(none, before).Behind;
            }

            for (; from < stop; from += 2 * TTap.Count, to += TTap.Count)
            {
                TTap lower = none, upper = none;
                T* slice = from;
                for (long d = depths; d > 0; d--, slice += nextDepth)
                {
                    lower = Column(new UnitLoad<T, TTap>(), lower, slice, next, later, ref seen);
                    upper = Column(new UnitLoad<T, TTap>(), upper, slice + TTap.Count, next, later, ref seenToo);
                    if (!asks) continue;
                    // Two rows as one stretch: a register of outputs is two of each.
                    if (inOrder) Prefetch.Behind(slice + (from - row), 4 * sizeof(TTap));
                    else
                    {
                        Prefetch.Behind(slice + next, 2 * sizeof(TTap));
                        Prefetch.Behind(slice + later, 2 * sizeof(TTap));
                    }
                }

                if (asks) Prefetch.Behind(to, sizeof(TTap), OutputDistance);
                TTap.Store(reducer.Finish(Windows(reducer, lower, upper, ref before), null, 1), to);
            }

            TTap lowest = none, highest = none;
            for (long d = 0; d < depths; d++, from += nextDepth)
            {
                lowest = Column(low, lowest, from, next, later, ref seen);
                highest = Column(high, highest, from + TTap.Count, next, later, ref seenToo);
            }

            last.Store(reducer.Finish(Windows(reducer, TTap.Select(lowMask, lowest, none), TTap.Select(highMask, highest, none), ref before), null, 1), to);
        }

        watches.NaN = reducer.WatchNaN(seen.NaN, seenToo.NaN);
        watches.Ties = reducer.WatchTies(seen.Ties, seenToo.Ties);
    }

    /// <summary>Combines three rows, the later two of them so far behind the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TTap Column<TLoad>(TLoad load, TTap state, T* first, long next, long later, ref ColumnWatches<TTap> seen)
        where TLoad : struct, ITapLoad<T, TTap>
    {
        TTap taps = load.Load(first + next), lastTaps = load.Load(first + later);
        seen.NaN = _reducer.WatchNaN(_reducer.WatchNaN(seen.NaN, taps), lastTaps);
        seen.Ties = _reducer.WatchTies(_reducer.WatchTies(seen.Ties, taps), lastTaps);
        state = _reducer.Combine(state, _reducer.Lift(load.Load(first)));
        return _reducer.Combine(_reducer.Combine(state, _reducer.Lift(taps)), _reducer.Lift(lastTaps));
    }

    /// <summary>What the windows of two registers of columns come to.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="lower">The first register.</param>
    /// <param name="upper">The second one.</param>
    /// <param name="before">The odd columns before them; those of this pair come in their place.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTap Windows(TReducer reducer, TTap lower, TTap upper, ref TTap before)
    {
        var (even, odd) = TTap.Unzip(lower, upper);
        TTap left = TTap.Neighbours<One>(before, odd).Before;
        before = odd;
        return reducer.Combine(reducer.Combine(even, odd), left);
    }

    /// <summary>The rows of the first window.</summary>
    /// <param name="first">The first row's first column in the middle of a window.</param>
    /// <param name="next">From there to the next one.</param>
    /// <param name="later">From there to the last one.</param>
    /// <param name="nextDepth">From slice to slice.</param>
    /// <param name="depths">How many slices.</param>
    private readonly struct RowsOfWindow(T* first, long next, long later, long nextDepth, long depths)
    {
        public readonly T* First = first;
        public readonly long Next = next, Later = later, NextDepth = nextDepth, Depths = depths;
    }
}
