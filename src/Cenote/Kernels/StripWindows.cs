using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Small windows that overlap from row to row, of rows of contiguous elements: lanes across the width. A band of rows is copied with its padding, and strips of a
/// register of outputs are walked down: what the windows that are still open come to stays on registers, and every row of a strip is loaded once. Depths come one after the other.
/// Whether a row is folded first, or each tap goes to every window that it belongs to, in row-major order, is the catalog's to say: of a reducer only one is compiled.
/// </summary>
internal readonly unsafe struct StripWindows<T, TTap, TState, TAcc, TOrder> : ILineWindows<StripWindows<T, TTap, TState, TAcc, TOrder>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TOrder : struct, ITapOrder
{
    /// <summary>Input rows of a band, depths counted: of each a strip reads two or three cache lines, of which its neighbour finds two in the first-level cache.</summary>
    private const long BandRows = 128;

    /// <summary>The fewest output rows of a band: each begins with rows that the one before has read.</summary>
    private const long ShortestBand = 16;

    /// <summary>The longest row, in bytes: longer ones fill a register of outputs at a time anyway, and are walked in the order of memory.</summary>
    private const long LongestRow = 2048;

    /// <summary>What the copies of a band may take: half of a second-level cache.</summary>
    private const long MostCopyBytes = 1 << 18;

    /// <summary>The most taps of a row, and the most windows that are open at once: what registers hold.</summary>
    private const long MostTaps = 7, Most = 5;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;

    /// <summary>Output rows of a band, strips of a row, and of each strip what its lanes divide by.</summary>
    private readonly long _band, _strips;
    private readonly byte* _extents;

    /// <summary>What an average divides by on behalf of depth and height, for each row of a band; and which rows these are.</summary>
    private readonly long* _factors;
    private readonly Factors* _of;

    /// <summary>What the windows come to over the depths before, where there are several.</summary>
    private readonly TState* _sums;

    /// <summary>The copied rows; elements of one, and of all those of a depth.</summary>
    private readonly PaddedRow<T, TTap> _row;
    private readonly T* _copies;
    private readonly long _room, _depthRoom;

    private StripWindows(in PoolJob job, byte* extents, byte* scratch)
    {
        (_plan, _from, _to) = (job.Plan, job.InputLayout, job.OutputLayout);
        _extents = extents;
        (_band, _strips, _row) = (Band(_plan), Strips(_plan), Row(_plan));
        (_room, _depthRoom) = (Room(_plan), Room(_plan) * Capacity(_plan));
        _of = (Factors*)scratch;
        *_of = default;
        _factors = (long*)(_of + 1);
        _sums = (TState*)(scratch + FactorBytes(_plan));
        _copies = (T*)(scratch + FactorBytes(_plan) + SumBytes(_plan)) + _row.Shift;
    }

    public static string Name => "strips";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan height = job.Plan.Height, width = job.Plan.Width;
        return job.Plan.Slides && reducer.FoldsInAnyOrder(job.Plan) == TOrder.IsRowFirst && job.InputLayout.Width == 1 && job.OutputLayout.Width == 1
            && height.OutputLength > 1 && height.Kernel > height.Stride && height.Kernel < Runs.ManyRows && height.Span <= BandRows && Open(height) <= MostOpen(job.Plan)
            && (width.LaneStride == 1 ? height.Stride == 1 : width.LaneStride <= StridedLoad.Dense && height.Dilation == 1 && width.Dilation == 1)
            && width.OutputLength >= TTap.Count && Math.Max(width.InputLength, width.Span) <= LongestRow / sizeof(T) && width.Kernel <= MostTaps
            && MostRows(job.Plan) >= ShortestBand && CopyElements(job.Plan) * sizeof(T) <= MostCopyBytes;
    }

    public static long Channels(PoolPlan plan) => plan.Channels;

    public static long Lines(PoolPlan plan) => 1;

    public static StripWindows<T, TTap, TState, TAcc, TOrder> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        long extentBytes = Scratch.Round(Strips(plan) * TTap.Count * reducer.ExtentSize);
        byte* scratch = Scratch.Of(extentBytes + FactorBytes(plan) + SumBytes(plan) + CopyElements(plan) * sizeof(T));
        var windows = new StripWindows<T, TTap, TState, TAcc, TOrder>(job, scratch, scratch + extentBytes);
        for (long i = 0; i < plan.Depth.MaxCount * Capacity(plan); i++) windows._row.Clear(reducer.Padding, windows._copies + i * windows._room);
        // Divisors lie in the order in which taps are loaded.
        for (long i = 0; i < windows._strips * TTap.Count && reducer.ExtentSize > 0; i++)
        {
            int place = (int)(i % TTap.Count);
            long output = windows.Output(i / TTap.Count) + (plan.Width.LaneStride == 2 ? CrossedLoad<T, TTap>.Lane(place) : place);
            reducer.WriteExtent(scratch, i, plan.LaneDivisor(plan.Width[output].Extent));
        }

        return windows;
    }

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        var rows = new Rows(input + depth.Start * _from.Depth, output, depth, first, end);
        switch (_plan.Width.LaneStride)
        {
            case 1 when depth.Count > 1: Few<Any, Any, One, UnitLoad<T, TTap>, TReducer>(new(), reducer, rows, ref watch); break;
            case 1 when _plan.Width.Kernel == 3: Many<Three, UnitLoad<T, TTap>, TReducer>(new(), reducer, rows, ref watch); break;
            case 1: Many<Any, UnitLoad<T, TTap>, TReducer>(new(), reducer, rows, ref watch); break;
            case 2 when depth.Count > 1: Few<Any, Any, Any, CrossedLoad<T, TTap>, TReducer>(new(), reducer, rows, ref watch); break;
            case 2 when _plan.Width.Kernel == 3 && Open(_plan.Height) == 2: Bands<One, Three, Any, MoreOpen<OneOpen<TAcc>, TAcc>, CrossedLoad<T, TTap>, TReducer>(new(), reducer, rows, ref watch); break;
            case 2: Few<One, Any, Any, CrossedLoad<T, TTap>, TReducer>(new(), reducer, rows, ref watch); break;
            case 3: Bands<One, Any, Any, MoreOpen<OneOpen<TAcc>, TAcc>, ThirdLoad<T, TTap>, TReducer>(new(), reducer, rows, ref watch); break;
            default: Bands<One, Any, Any, MoreOpen<OneOpen<TAcc>, TAcc>, FourthLoad<T, TTap>, TReducer>(new(), reducer, rows, ref watch); break;
        }
    }

    /// <summary>How many windows, one below the other, share a row.</summary>
    private static long Open(AxisPlan height) => (height.Kernel + height.Stride - 1) / height.Stride;

    /// <summary>How many may be open: what is compiled, for each number takes a method of its own.</summary>
    private static long MostOpen(PoolPlan plan) => plan.Width.LaneStride > 2 ? (plan.Depth.MaxCount > 1 ? 0 : 2) : plan.Width.LaneStride == 2 || plan.Depth.MaxCount > 1 ? 3 : Most;

    private static long Strips(PoolPlan plan) => (plan.Width.OutputLength + TTap.Count - 1) / TTap.Count;

    private static long Band(PoolPlan plan) => Math.Min(Math.Max(BandRows / plan.Depth.MaxCount / plan.Height.Stride, ShortestBand), Math.Min(plan.Height.OutputLength, MostRows(plan)));

    /// <summary>How many output rows find room in the first-level cache until both strips that write a line have done so: fewer where all rows compete for the same places.</summary>
    private static long MostRows(PoolPlan plan)
    {
        const long Sets = 64, Ways = 4;
        var (lines, rest) = Math.DivRem(plan.Width.OutputLength * sizeof(T), Prefetch.CacheLine);
        return rest != 0 ? Sets * Ways : Math.Max(1, Sets / (lines & -lines)) * Ways;
    }

    /// <summary>How many rows of one depth a band reads.</summary>
    private static long Capacity(PoolPlan plan) => (Band(plan) - 1) * plan.Height.Stride + plan.Height.Span;

    private static PaddedRow<T, TTap> Row(PoolPlan plan) => new(-plan.Width.Before, StridedLoad.Need<TTap, T>(plan.Width, plan.Width.OutputLength), plan.Width.InputLength);

    /// <summary>Elements from copy to copy: an odd number of cache lines, so that those of a column do not compete for the same places.</summary>
    private static long Room(PoolPlan plan)
    {
        PaddedRow<T, TTap> row = Row(plan);
        long registers = (row.Need + TTap.Count - 1) / TTap.Count;
        return (Scratch.Round((row.Shift + registers * TTap.Count) * sizeof(T)) / Prefetch.CacheLine | 1) * Prefetch.CacheLine / sizeof(T);
    }

    private static long CopyElements(PoolPlan plan) => plan.Depth.MaxCount * Capacity(plan) * Room(plan);

    private static long FactorBytes(PoolPlan plan) => Scratch.Round(sizeof(Factors) + Band(plan) * sizeof(long));

    // More than the band has: windows below it begin, and never end.
    private static long SumBytes(PoolPlan plan) => plan.Depth.MaxCount == 1 ? 0 : Scratch.Round((Band(plan) + Most * plan.Height.Dilation) * TTap.Count * sizeof(TState));

    /// <summary>The first output of a strip; the last strip steps back over the one before.</summary>
    private long Output(long strip) => Math.Min(strip * TTap.Count, _plan.Width.OutputLength - TTap.Count);

    private void Many<TTaps, TLoad, TReducer>(TLoad load, TReducer reducer, in Rows rows, ref TTap watch)
        where TTaps : struct, ISide
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        switch (Open(_plan.Height))
        {
            case 4: Bands<One, TTaps, One, MoreOpen<MoreOpen<MoreOpen<OneOpen<TAcc>, TAcc>, TAcc>, TAcc>, TLoad, TReducer>(load, reducer, rows, ref watch); break;
            case 5: Bands<One, TTaps, One, MoreOpen<MoreOpen<MoreOpen<MoreOpen<OneOpen<TAcc>, TAcc>, TAcc>, TAcc>, TAcc>, TLoad, TReducer>(load, reducer, rows, ref watch); break;
            default: Few<One, TTaps, One, TLoad, TReducer>(load, reducer, rows, ref watch); break;
        }
    }

    private void Few<TDepths, TTaps, TStride, TLoad, TReducer>(TLoad load, TReducer reducer, in Rows rows, ref TTap watch)
        where TDepths : struct, ISide
        where TTaps : struct, ISide
        where TStride : struct, ISide
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (Open(_plan.Height) == 2) Bands<TDepths, TTaps, TStride, MoreOpen<OneOpen<TAcc>, TAcc>, TLoad, TReducer>(load, reducer, rows, ref watch);
        else Bands<TDepths, TTaps, TStride, MoreOpen<MoreOpen<OneOpen<TAcc>, TAcc>, TAcc>, TLoad, TReducer>(load, reducer, rows, ref watch);
    }

    /// <summary>Copies every band, and walks down its strips, depth by depth.</summary>
    private void Bands<TDepths, TTaps, TStride, TOpen, TLoad, TReducer>(TLoad load, TReducer reducer, in Rows rows, ref TTap watch)
        where TDepths : struct, ISide
        where TTaps : struct, ISide
        where TStride : struct, ISide
        where TOpen : struct, IOpenWindows<TOpen, TAcc>
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan height = _plan.Height;
        Window depth = rows.Depth;
        for (long h = rows.First; h < rows.End; h += _band)
        {
            long end = Math.Min(rows.End, h + _band);
            if (reducer.ExtentSize > 0) WriteFactors(new(h, end, depth.Extent));
            for (long d = 0; d < Math.Max(1, depth.Count); d++)
                watch = Copy(reducer, rows.Input + d * depth.Step * _from.Depth, h, end, d < depth.Count, _copies + d * _depthRoom, watch);

            // Dilated windows of stride 1 are dense ones of every n-th row.
            for (long strip = 0; strip < _strips; strip++)
                for (long phase = h; phase < Math.Min(h + height.Dilation, end); phase++)
                    for (long d = 0; d < Math.Max(1, depth.Count); d++)
                        Down<TDepths, TTaps, TStride, TOpen, TLoad, TReducer>(load, reducer, new(strip, d, phase, end), rows, phase - h);
        }
    }

    /// <summary>Copies what a band reads of one depth; rows outside the input are padding.</summary>
    private TTap Copy<TReducer>(TReducer reducer, T* input, long first, long end, bool exists, T* copies, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan height = _plan.Height;
        long top = height.Start(first), bottom = height.Start(end - 1) + height.Span, from = Math.Clamp(0, top, bottom), to = exists ? Math.Clamp(height.InputLength, from, bottom) : from;
        for (long row = top; row < from; row++) _row.Clear(reducer.Padding, copies + (row - top) * _room);
        if (to > from) watch = _row.Copy(reducer, input + from * _from.Height, to - from, _from.Height, copies + (from - top) * _room, _room, watch);
        for (long row = to; row < bottom; row++) _row.Clear(reducer.Padding, copies + (row - top) * _room);
        return watch;
    }

    private void WriteFactors(Factors factors)
    {
        if (*_of == factors) return;
        *_of = factors;
        for (long h = factors.First; h < factors.End; h++) _factors[h - factors.First] = _plan.OuterDivisor(factors.Extent * _plan.Height[h].Extent);
    }

    /// <summary>Walks down one strip of one depth.</summary>
    // Bounds: copies hold all that a strip loads.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Down<TDepths, TTaps, TStride, TOpen, TLoad, TReducer>(TLoad load, TReducer reducer, in Walk walk, in Rows job, long place)
        where TDepths : struct, ISide
        where TTaps : struct, ISide
        where TStride : struct, ISide
        where TOpen : struct, IOpenWindows<TOpen, TAcc>
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan height = _plan.Height;
        long taps = TTaps.Of(_plan.Width.Kernel), dilation = _plan.Width.Dilation, stride = TStride.Of(height.Stride), step = height.Dilation;
        // Of the rows from one window to the next, those that belong to the oldest open one too.
        long shared = TStride.Of(height.Kernel - (TOpen.Count - 1) * stride), rowStep = _room * step, toStep = _to.Height * step, left = step == 1 ? walk.End - walk.First : (walk.End - walk.First + step - 1) / step;
        bool addsOn = walk.Depth > 0, goesOn = walk.Depth + 1 < job.Depth.Count;
        byte* extents = _extents + walk.Strip * TTap.Count * reducer.ExtentSize;
        long output = Output(walk.Strip);
        T* from = _copies + walk.Depth * _depthRoom + place * _room + output * _plan.Width.LaneStride, to = job.Output + output + walk.First * _to.Height;
        // What the next band, slice or plane is written to, in the order of memory, which is not the walk's: a strip's share of a row each time.
        long nextStep = _to.Height * sizeof(T) / _strips;
        byte* next = Next(job, walk.End) + (walk.Strip * (walk.End - walk.First) + place) * nextStep;
        TState* sums = _sums + (place - (TOpen.Count - 1) * step) * TTap.Count;
        long* factors = _factors + place;
        TAcc none = reducer.Lift(reducer.Padding);
        TOpen open = default;
        for (int i = 1; i < TOpen.Count; i++) open.Shift(none);
        for (long before = TOpen.Count - 1; ; before--)
        {
            open.Shift(typeof(TDepths) == typeof(Any) && addsOn ? TAcc.Load(sums + (TOpen.Count - 1) * step * TTap.Count) : none);
            // Types are compared, and the steps written out, that the compiler sees one of the branches only: with more to inline it keeps the windows in memory.
            if (typeof(TStride) == typeof(One))
            {
                if (typeof(TOrder) == typeof(RowFirst))
                {
                    open.Take(reducer, Fold(load, reducer, from, taps, dilation, none));
                }
                else
                {
                    var all = new AllWindows<TOpen, TReducer>(reducer, open);
                    load.Walk(ref all, from, taps, dilation);
                    open = all.Open;
                }

                from += rowStep;
            }
            else
            {
                for (long i = 0; i < shared; i++, from += rowStep)
                {
                    if (typeof(TOrder) == typeof(RowFirst))
                    {
                        open.Take(reducer, Fold(load, reducer, from, taps, dilation, none));
                    }
                    else
                    {
                        var all = new AllWindows<TOpen, TReducer>(reducer, open);
                        load.Walk(ref all, from, taps, dilation);
                        open = all.Open;
                    }
                }
            }

            if (before <= 0)
            {
                if (typeof(TDepths) == typeof(Any) && goesOn)
                {
                    TAcc.Store(open.Oldest, sums);
                }
                else
                {
                    Prefetch.Line(next);
                    TTap.Store(TLoad.Settle(reducer.Finish(open.Oldest, extents, reducer.ExtentSize > 0 ? *factors : 1)), to);
                }

                if (--left == 0) return;
                to += toStep;
                next += nextStep;
                if (reducer.ExtentSize > 0) factors += step;
            }

            if (typeof(TDepths) == typeof(Any)) sums += step * TTap.Count;
            if (typeof(TStride) == typeof(One)) continue;
            for (long i = shared; i < stride; i++, from += rowStep)
            {
                if (typeof(TOrder) == typeof(RowFirst))
                {
                    open.TakeNewer(reducer, Fold(load, reducer, from, taps, dilation, none));
                }
                else
                {
                    var newer = new NewerWindows<TOpen, TReducer>(reducer, open);
                    load.Walk(ref newer, from, taps, dilation);
                    open = newer.Open;
                }
            }
        }
    }

    /// <summary>The taps of a row, combined.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TAcc Fold<TLoad, TReducer>(TLoad load, TReducer reducer, T* from, long taps, long dilation, TAcc none)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        var row = new OneWindow<T, TTap, TState, TAcc, TReducer>(reducer, none);
        load.Walk(ref row, from, taps, dilation);
        return row.State;
    }

    /// <summary>Where the outputs lie that are made after those up to row <paramref name="end"/>.</summary>
    private byte* Next(in Rows job, long end) =>
        (byte*)(job.Output + (end < _plan.Height.OutputLength ? end * _to.Height : _plan.Depth.OutputLength > 1 ? _to.Depth : _to.Channel));

    /// <summary>Open windows that share their taps.</summary>
    private struct AllWindows<TOpen, TReducer>(TReducer reducer, TOpen open) : ITapSink<TTap>
        where TOpen : struct, IOpenWindows<TOpen, TAcc>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        public TOpen Open = open;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(TTap tap) => Open.Take(reducer, reducer.Lift(tap));
    }

    /// <summary>All but the oldest, which has ended.</summary>
    private struct NewerWindows<TOpen, TReducer>(TReducer reducer, TOpen open) : ITapSink<TTap>
        where TOpen : struct, IOpenWindows<TOpen, TAcc>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        public TOpen Open = open;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(TTap tap) => Open.TakeNewer(reducer, reducer.Lift(tap));
    }

    /// <summary>Output rows, and where they and their taps lie.</summary>
    private readonly struct Rows(T* input, T* output, in Window depth, long first, long end)
    {
        public readonly T* Input = input, Output = output;
        public readonly Window Depth = depth;
        public readonly long First = first, End = end;
    }

    /// <summary>One way down a strip.</summary>
    /// <param name="strip">Which strip.</param>
    /// <param name="depth">Which of the window's depths.</param>
    /// <param name="first">The first output row.</param>
    /// <param name="end">The row behind the band.</param>
    private readonly struct Walk(long strip, long depth, long first, long end)
    {
        public readonly long Strip = strip, Depth = depth, First = first, End = end;
    }

    /// <summary>For which rows and depth divisors have been written.</summary>
    private readonly record struct Factors(long First, long End, long Extent);
}

/// <summary>In which order taps are combined.</summary>
internal interface ITapOrder
{
    static abstract bool IsRowFirst { get; }
}

/// <summary>Row by row, and then the rows.</summary>
internal readonly struct RowFirst : ITapOrder
{
    public static bool IsRowFirst => true;
}

/// <summary>One after the other, in row-major order.</summary>
internal readonly struct TapByTap : ITapOrder
{
    public static bool IsRowFirst => false;
}
