using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Exact sums of 3×3 taps at stride 1 around each input: the rows of a window are added up where they lie, and what its columns come to stays on registers, of which
/// neighbours shifted against each other hold the rest of the window. Nothing is copied; a row of padding stands for those outside the input.
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

    private SumShifts(in PoolJob job, byte* extents, byte* divisors, T* padding)
    {
        _plan = job.Plan;
        (_width, _step, _nextRow, _nextDepth) = (job.Plan.Width.InputLength, job.InputLayout.Height, job.OutputLayout.Height, job.InputLayout.Depth);
        _extents = extents;
        _divisors = new(divisors);
        _padding = padding;
    }

    public static string Name => "sums, shifted";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TSum, Pair<TSums, TSum>> =>
        default(TReducer) is ILiftFrom && reducer.IsExact && RowShifts<T, TTap>.Suits(job);

    public static long Channels(PoolPlan plan) => plan.Channels;

    public static long Lines(PoolPlan plan) => 1;

    public static SumShifts<T, TTap, TSum, TSums> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TSum, Pair<TSums, TSum>>
    {
        PoolPlan plan = job.Plan;
        long width = plan.Width.OutputLength, lanes = (width + TTap.Count - 1) / TTap.Count * TTap.Count;
        long extentBytes = Scratch.Round(lanes * reducer.ExtentSize), divisorBytes = RowDivisors.Bytes(plan.Height.OutputLength);
        byte* scratch = Scratch.Of(extentBytes + divisorBytes + lanes * sizeof(T));
        var padding = (T*)(scratch + extentBytes + divisorBytes);
        for (long i = 0; i < lanes; i += TTap.Count) TTap.Store(reducer.Padding, padding + i);
        for (long i = 0; i < lanes; i++) reducer.WriteExtent(scratch, i, plan.LaneDivisor(plan.Width[Math.Min(i, width - 1)].Extent));
        return new(job, scratch, scratch + extentBytes, padding);
    }

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TSum, Pair<TSums, TSum>>
    {
        _divisors.Write(_plan, depth.Extent, first, end);
        // A row's end that fills no register is loaded with what lies behind it; of the last row, which two windows read, in part.
        long rest = _width % TTap.Count, inPart = rest == 0 ? end : _step < _width ? first : Math.Clamp(_plan.Height.InputLength - 2, first, end);
        input += depth.Start * _nextDepth;
        Rows(new UnitLoad<T, TTap>(), reducer, input, output, _divisors.First, first, inPart, end);
        if (inPart < end) Rows(new ShortLoad<T, TTap>(rest, reducer.Padding), reducer, input, output, _divisors.First + (inPart - first), inPart, end, end);
    }

    // Bounds: a row's end is stored over what follows later; of the last row in part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Rows<TLoad, TReducer>(TLoad load, TReducer reducer, T* input, T* output, long* divisors, long first, long stop, long end)
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TSum, Pair<TSums, TSum>>
    {
        long width = _width, rest = width % TTap.Count, whole = width - rest, height = _plan.Height.InputLength, step = _step, nextRow = _nextRow, extentBytes = TTap.Count * reducer.ExtentSize;
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
}
