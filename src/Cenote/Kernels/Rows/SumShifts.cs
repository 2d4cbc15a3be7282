using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Exact sums of 3×3 taps at stride 1 around each input: the rows of a window are added up where they lie, and what its columns come to stays on registers, of which
/// neighbours shifted against each other hold the rest of the window. Nothing is copied; a row of padding stands for those outside the input. Where rows would leave much of
/// their last registers empty, those in the middle of a plane are walked as one long row, and what columns of other rows come to is masked.
/// </summary>
internal readonly unsafe struct SumShifts<T, TTap, TSum, TSums> : ILineWindows<SumShifts<T, TTap, TSum, TSums>, T, TTap, TSum, Pair<TSums, TSum>>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TSum : unmanaged
    where TSums : unmanaged, ILanes<TSums, TSum>
{
    /// <summary>How far ahead the output is asked for, in bytes.</summary>
    private const long OutputDistance = 2048;

    private readonly PoolPlan _plan;
    private readonly long _width, _step, _nextRow, _nextDepth;

    /// <summary>What the lanes of a row divide by.</summary>
    private readonly byte* _extents;

    private readonly RowDivisors _divisors;

    private readonly T* _padding;

    /// <summary>For every column of a row, and of its beginning once more, whether another one of the row lies before it; null where rows are walked one by one.</summary>
    private readonly TSum* _sides;

    private SumShifts(in PoolJob job, byte* extents, byte* divisors, T* padding, TSum* sides)
    {
        _plan = job.Plan;
        (_width, _step, _nextRow, _nextDepth) = (job.Plan.Width.InputLength, job.InputLayout.Height, job.OutputLayout.Height, job.InputLayout.Depth);
        _extents = extents;
        _divisors = new(divisors);
        _padding = padding;
        _sides = sides;
    }

    public static string Name => "sums, shifted";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TSum, Pair<TSums, TSum>> =>
        default(TReducer) is ILiftFrom && TReducer.IsExact && RowShifts<T, TTap>.Suits(job);

    public static long Channels(PoolPlan plan) => plan.Channels;

    public static long Lines(PoolPlan plan) => 1;

    public static SumShifts<T, TTap, TSum, TSums> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TSum, Pair<TSums, TSum>>
    {
        PoolPlan plan = job.Plan;
        long width = plan.Width.OutputLength, lanes = Registers(width + TTap.Count) * TTap.Count;
        long extentBytes = Scratch.Round(lanes * TReducer.ExtentSize), divisorBytes = RowDivisors.Bytes(plan.Height.OutputLength), sideBytes = Scratch.Round(lanes * sizeof(TSum));
        byte* divisors = Scratch.Of(extentBytes + divisorBytes + sideBytes + lanes * sizeof(T)) + extentBytes;
        var sides = (TSum*)(divisors + divisorBytes);
        var padding = (T*)(divisors + divisorBytes + sideBytes);
        for (long i = 0; i < lanes; i += TTap.Count) TTap.Store(reducer.Padding, padding + i);
        for (long i = 0; i < lanes; i++) reducer.WriteExtent(divisors - extentBytes, i, plan.LaneDivisor(plan.Width[i % width].Extent));
        new Span<byte>(sides, (int)sideBytes).Fill(byte.MaxValue);
        for (long i = 0; i < lanes; i += width) sides[i] = default;
        return new(job, divisors - extentBytes, divisors, padding, SavesRegisters(job) ? sides : null);
    }

    private static long Registers(long length) => (length + TTap.Count - 1) / TTap.Count;

    /// <summary>Whether a fifth of the registers is saved where all rows but three are one: a mask costs something, too.</summary>
    private static bool SavesRegisters(in PoolJob job)
    {
        long width = job.Plan.Width.InputLength, height = job.Plan.Height.InputLength;
        return job.InputLayout.Height == width && job.OutputLayout.Height == width && 5 * (Registers((height - 3) * width) + 3 * Registers(width)) <= 4 * height * Registers(width);
    }

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TSum, Pair<TSums, TSum>>
    {
        _divisors.Write(_plan, depth.Extent, first, end);
        input += depth.Start * _nextDepth;
        // Behind the last but two a row below each window has room for a register.
        long from = Math.Clamp(1, first, end), to = _sides == null ? from : Math.Clamp(_plan.Height.InputLength - 2, from, end);
        Rows(reducer, input, output, _divisors.First, first, from, end);
        if (to > from) Middle(reducer, input + from * _width, output + from * _width, _divisors.First[from - first], (to - from) * _width, (end - from) * _width);
        Rows(reducer, input, output, _divisors.First + (to - first), to, end, end);
    }

    private void Rows<TReducer>(TReducer reducer, T* input, T* output, long* divisors, long first, long stop, long end)
        where TReducer : struct, ILaneReducer<T, TTap, TSum, Pair<TSums, TSum>>
    {
        // A row's end that fills no register is loaded with what lies behind it; of the last row, which two windows read, in part.
        long rest = _width % TTap.Count, inPart = rest == 0 ? stop : Math.Clamp(_step < _width ? 0 : _plan.Height.InputLength - 2, first, stop);
        if (first < inPart) Rows(new UnitLoad<T, TTap>(), reducer, input, output, divisors, first, inPart, end);
        if (inPart < stop) Rows(new ShortLoad<T, TTap>(rest, reducer.Padding), reducer, input, output, divisors + (inPart - first), inPart, stop, end);
    }

    /// <summary>Rows with others above and below them as one.</summary>
    /// <param name="reducer">Adds up.</param>
    /// <param name="input">Their first tap.</param>
    /// <param name="output">Their first output.</param>
    /// <param name="factor">What all of them divide by.</param>
    /// <param name="count">How many outputs they have.</param>
    /// <param name="room">How many outputs may be written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Middle<TReducer>(TReducer reducer, T* input, T* output, long factor, long count, long room)
        where TReducer : struct, ILaneReducer<T, TTap, TSum, Pair<TSums, TSum>>
    {
        long width = _width, size = TReducer.ExtentSize, column = 0, i = 0;
        TSum* sides = _sides;
        byte* extents = _extents;
        T* above = input - width, below = input + width;
        Pair<TSums, TSum> sums = Column<TReducer>(reducer, above, input, below);
        TSums before = TSums.Neighbours<One>(default, sums.Lower).Before;
        for (long next = TTap.Count; next < count; i = next, next += TTap.Count)
        {
            Pair<TSums, TSum> later = Column<TReducer>(reducer, above + next, input + next, below + next);
            Prefetch.Line((byte*)(below + next) + Prefetch.Distance);
            Prefetch.Line((byte*)(output + i) + OutputDistance);
            TTap.Store(reducer.Finish(Windows(sums, later.Lower, ref before, sides + column), extents + column * size, factor), output + i);
            sums = later;
            column += TTap.Count;
            if (column >= width) column -= width;
        }

        TTap last = reducer.Finish(Windows(sums, default, ref before, sides + column), extents + column * size, factor);
        if (i + TTap.Count <= room) TTap.Store(last, output + i);
        else TTap.StorePart(last, output + i, count - i);
    }

    // Bounds: a row's end is stored over what follows later; of the last row in part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Rows<TLoad, TReducer>(TLoad load, TReducer reducer, T* input, T* output, long* divisors, long first, long stop, long end)
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TSum, Pair<TSums, TSum>>
    {
        long width = _width, rest = width % TTap.Count, whole = width - rest, height = _plan.Height.InputLength, step = _step, nextRow = _nextRow, extentBytes = TTap.Count * TReducer.ExtentSize;
        TTap mask = TTap.First(rest);
        Pair<TSums, TSum> none = reducer.Lift(reducer.Padding);
        T* outside = _padding, row = input + first * step, to = output + first * nextRow;
        for (long h = first; h < stop; h++, row += step, to += nextRow)
        {
            T* above = h > 0 ? row - step : outside, below = h + 1 < height ? row + step : outside;
            long factor = divisors[h - first], i = 0;
            byte* extents = _extents;
            Pair<TSums, TSum> sums = Column<TReducer>(reducer, above, row, below);
            TSums before = TSums.Neighbours<One>(none.Upper, sums.Lower).Before;
            for (long next = TTap.Count; next < whole; next += TTap.Count, i += TTap.Count, extents += extentBytes)
            {
                Pair<TSums, TSum> later = Column<TReducer>(reducer, above + next, row + next, below + next);
                Prefetch.Line((byte*)(below + next) + Prefetch.Distance);
                Prefetch.Line((byte*)(to + i) + OutputDistance);
                TTap.Store(reducer.Finish(Windows(sums, later.Lower, ref before), extents, factor), to + i);
                sums = later;
            }

            if (rest > 0)
            {
                Pair<TSums, TSum> later = reducer.Combine(reducer.Combine(reducer.Lift(load.Load(above + whole) & mask), reducer.Lift(load.Load(row + whole) & mask)), reducer.Lift(load.Load(below + whole) & mask));
                TTap.Store(reducer.Finish(Windows(sums, later.Lower, ref before), extents, factor), to + i);
                sums = later;
                i += TTap.Count;
                extents += extentBytes;
            }

            TTap last = reducer.Finish(Windows(sums, none.Lower, ref before), extents, factor);
            if (rest == 0 || (end - 1 - h) * nextRow >= TTap.Count) TTap.Store(last, to + i);
            else TTap.StorePart(last, to + i, rest);
        }
    }

    /// <summary>Adds up three rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Pair<TSums, TSum> Column<TReducer>(TReducer reducer, T* above, T* row, T* below)
        where TReducer : struct, ILaneReducer<T, TTap, TSum, Pair<TSums, TSum>> =>
        reducer.Combine(reducer.Combine(TReducer.LiftFrom(above), TReducer.LiftFrom(row)), TReducer.LiftFrom(below));

    /// <summary>What the windows of a register of columns come to; of the next one what lies before it is kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Pair<TSums, TSum> Windows(Pair<TSums, TSum> sums, TSums later, ref TSums before)
    {
        var (beforeUpper, behindLower) = TSums.Neighbours<One>(sums.Lower, sums.Upper);
        var (beforeLater, behindUpper) = TSums.Neighbours<One>(sums.Upper, later);
        var windows = new Pair<TSums, TSum>(sums.Lower + before + behindLower, sums.Upper + beforeUpper + behindUpper);
        before = beforeLater;
        return windows;
    }

    /// <summary>The same where what lies before a column may belong to another row.</summary>
    // What lies behind the last column of a row is what the next row's first one lies behind.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Pair<TSums, TSum> Windows(Pair<TSums, TSum> sums, TSums later, ref TSums before, TSum* sides)
    {
        var (beforeUpper, behindLower) = TSums.Neighbours<One>(sums.Lower, sums.Upper);
        var (beforeLater, behindUpper) = TSums.Neighbours<One>(sums.Upper, later);
        var windows = new Pair<TSums, TSum>(
            sums.Lower + (before & TSums.Load(sides)) + (behindLower & TSums.Load(sides + 1)),
            sums.Upper + (beforeUpper & TSums.Load(sides + TSums.Count)) + (behindUpper & TSums.Load(sides + TSums.Count + 1)));
        before = beforeLater;
        return windows;
    }
}
