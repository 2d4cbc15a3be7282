using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Sums of 3×3 taps in order, at stride 1 around each input: the three rows of a window are loaded where they lie, and shifted against their neighbours on registers.
/// Nothing is copied; a row of padding stands for those outside the input. Rows are read and written in the order of memory.
/// </summary>
internal readonly unsafe struct RowShifts<T, TTap> : ILineWindows<RowShifts<T, TTap>, T, TTap, T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>How far ahead the output is asked for, in bytes.</summary>
    private const long OutputDistance = 2048;

    /// <summary>The longest row: of longer ones the row above has left the nearest cache when it is read again.</summary>
    private const long LongestRow = 8192;

    /// <summary>The most rows: each has a divisor.</summary>
    private const long MostRows = 1 << 14;

    private readonly PoolPlan _plan;
    private readonly long _width, _step, _nextRow, _nextDepth;

    /// <summary>What the lanes of a row divide by.</summary>
    private readonly byte* _extents;

    private readonly RowDivisors _divisors;

    /// <summary>A row outside the input, and room for what the lanes of a row divide by in all.</summary>
    private readonly T* _padding, _quotients;

    private RowShifts(in PoolJob job, byte* extents, byte* divisors, T* padding, T* quotients)
    {
        _plan = job.Plan;
        (_width, _step, _nextRow, _nextDepth) = (job.Plan.Width.InputLength, job.InputLayout.Height, job.OutputLayout.Height, job.InputLayout.Depth);
        _extents = extents;
        _divisors = new(divisors);
        _padding = padding;
        _quotients = quotients;
    }

    public static string Name => "shifts";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, T, TTap> => default(TReducer) is ITapSum && Suits(job);

    /// <summary>Whether windows are 3×3 taps around each input, and rows neither shorter than a register nor too long.</summary>
    public static bool Suits(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        return job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && plan.Slides && plan.Depth.Kernel == 1 && IsAround(plan.Height) && IsAround(plan.Width)
            && plan.Width.InputLength >= TTap.Count && plan.Width.InputLength <= LongestRow / sizeof(T) && plan.Height.OutputLength <= MostRows
            && (job.OutputLayout.Height == plan.Width.OutputLength || plan.Width.OutputLength % TTap.Count == 0);
    }

    /// <summary>Whether windows of an axis are three taps around each input.</summary>
    internal static bool IsAround(AxisPlan axis) => axis is { Kernel: 3, Stride: 1, Dilation: 1, Before: 1 } && axis.OutputLength == axis.InputLength;

    public static long Channels(PoolPlan plan) => plan.Channels;

    public static long Lines(PoolPlan plan) => 1;

    public static RowShifts<T, TTap> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, T, TTap>
    {
        PoolPlan plan = job.Plan;
        long width = plan.Width.OutputLength, lanes = (width + TTap.Count - 1) / TTap.Count * TTap.Count;
        long extentBytes = Scratch.Round(lanes * TReducer.ExtentSize), divisorBytes = RowDivisors.Bytes(plan.Height.OutputLength);
        byte* scratch = Scratch.Of(extentBytes + divisorBytes + 2 * lanes * sizeof(T));
        var padding = (T*)(scratch + extentBytes + divisorBytes);
        for (long i = 0; i < lanes; i += TTap.Count) TTap.Store(reducer.Padding, padding + i);
        for (long i = 0; i < lanes && TReducer.ExtentSize > 0; i++) reducer.WriteExtent(scratch, i, plan.LaneDivisor(plan.Width[Math.Min(i, width - 1)].Extent));
        return new(job, scratch, scratch + extentBytes, padding, padding + lanes);
    }

    // Bounds: the end of a row that fills no register is loaded in part, and stored over what follows later; of the last row it is stored in part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, T, TTap>
    {
        if (TReducer.ExtentSize > 0) _divisors.Write(_plan, depth.Extent, first, end);
        long* divisors = _divisors.First;
        long width = _width, rest = width % TTap.Count, whole = width - rest, height = _plan.Height.InputLength, step = _step, nextRow = _nextRow, extentBytes = TTap.Count * TReducer.ExtentSize;
        TTap padding = reducer.Padding;
        var part = new ShortLoad<T, TTap>(rest, padding);
        long known = 0;
        T* by = _quotients;
        T* outside = _padding, row = input + depth.Start * _nextDepth + first * step, to = output + first * nextRow;
        for (long h = first; h < end; h++, row += step, to += nextRow)
        {
            T* above = h > 0 ? row - step : outside, below = h + 1 < height ? row + step : outside;
            long factor = TReducer.ExtentSize > 0 ? divisors[h - first] : 1, i = 0;
            if (factor != known)
            {
                byte* extents = _extents;
                for (long lane = 0; lane < width; lane += TTap.Count, extents += extentBytes) TTap.Store(TReducer.Divisor(extents, factor), by + lane);
                known = factor;
            }

            Shifted top = new(TTap.Load(above), padding), middle = new(TTap.Load(row), padding), bottom = new(TTap.Load(below), padding);
            for (long next = TTap.Count; next < whole; next += TTap.Count, i += TTap.Count)
            {
                TTap sum = bottom.Add(reducer, middle.Add(reducer, top.First(reducer, TTap.Load(above + next)), TTap.Load(row + next)), TTap.Load(below + next));
                Prefetch.Line((byte*)(below + next) + Prefetch.Distance);
                Prefetch.Line((byte*)(to + i) + OutputDistance);
                TTap.Store(reducer.Quotient(sum, TTap.Load(by + i)), to + i);
            }

            if (rest > 0)
            {
                TTap sum = bottom.Add(reducer, middle.Add(reducer, top.First(reducer, part.Load(above + whole)), part.Load(row + whole)), part.Load(below + whole));
                TTap.Store(reducer.Quotient(sum, TTap.Load(by + i)), to + i);
                i += TTap.Count;
            }

            TTap last = reducer.Quotient(bottom.Add(reducer, middle.Add(reducer, top.First(reducer, padding), padding), padding), TTap.Load(by + i));
            if (rest == 0 || (end - 1 - h) * nextRow >= TTap.Count) TTap.Store(last, to + i);
            else TTap.StorePart(last, to + i, rest);
        }
    }

    /// <summary>A register of a row, and its neighbours to the left.</summary>
    private struct Shifted
    {
        private TTap _taps, _before;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Shifted(TTap taps, TTap padding)
        {
            _taps = taps;
            (_before, _) = TTap.Neighbours<One>(padding, taps);
        }

        /// <summary>The first three taps of each window.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TTap First<TReducer>(TReducer reducer, TTap next)
            where TReducer : struct, ILaneReducer<T, TTap, T, TTap>
        {
            (TTap before, TTap behind) = TTap.Neighbours<One>(_taps, next);
            TTap sum = reducer.Combine(reducer.Combine(_before, _taps), behind);
            _taps = next;
            _before = before;
            return sum;
        }

        /// <summary>Adds three taps of each window; the next register takes the place of this one.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TTap Add<TReducer>(TReducer reducer, TTap sum, TTap next)
            where TReducer : struct, ILaneReducer<T, TTap, T, TTap>
        {
            (TTap before, TTap behind) = TTap.Neighbours<One>(_taps, next);
            sum = reducer.Combine(reducer.Combine(reducer.Combine(sum, _before), _taps), behind);
            _taps = next;
            _before = before;
            return sum;
        }
    }
}
