using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Small windows that overlap from row to row, of rows of contiguous elements: lanes across the width. A band of rows is copied with its padding, and strips of a
/// register of outputs are walked down: what the windows that are still open come to stays on registers, and every row of a strip is loaded once.
/// Whether a row is folded first, or each tap goes to every window that it belongs to, in row-major order, is the catalog's to say: of a reducer only one is compiled.
/// </summary>
internal readonly unsafe struct StripWindows<T, TTap, TState, TAcc, TOrder> : ILineWindows<StripWindows<T, TTap, TState, TAcc, TOrder>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TOrder : struct, ITapOrder
{
    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;

    private readonly StripPlan<T, TTap> _cut;

    /// <summary>Of each strip what its lanes divide by.</summary>
    private readonly byte* _extents;

    private readonly RowDivisors _divisors;

    /// <summary>The copied rows.</summary>
    private readonly T* _copies;

    private StripWindows(in PoolJob job, in StripPlan<T, TTap> cut, byte* extents, byte* scratch)
    {
        (_plan, _from, _to, _cut) = (job.Plan, job.InputLayout, job.OutputLayout, cut);
        _extents = extents;
        _divisors = new(scratch);
        _copies = (T*)(scratch + RowDivisors.Bytes(cut.Band)) + cut.Row.Shift;
    }

    public static string Name => "strips";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && reducer.FoldsInAnyOrder(job.Plan) == TOrder.IsRowFirst && (!TOrder.IsRowFirst || job.Plan.Width.LaneStride <= 2)
        && StripPlan<T, TTap>.Suits(job.Plan);

    public static long Channels(PoolPlan plan) => plan.Channels;

    public static long Lines(PoolPlan plan) => 1;

    public static StripWindows<T, TTap, TState, TAcc, TOrder> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        var cut = new StripPlan<T, TTap>(plan);
        long extentBytes = Scratch.Round(cut.Strips * TTap.Count * TReducer.ExtentSize);
        byte* scratch = Scratch.Of(extentBytes + RowDivisors.Bytes(cut.Band) + cut.CopyBytes);
        var windows = new StripWindows<T, TTap, TState, TAcc, TOrder>(job, cut, scratch, scratch + extentBytes);
        TTap padding = default(TReducer) is ILiftedOnce ? LiftedTaps<T, TTap, TState, TAcc, TReducer>.Keep(reducer.Padding) : reducer.Padding;
        for (long i = 0; i < cut.Rows; i++) cut.Row.Clear(padding, windows._copies + i * cut.Room);
        // Divisors lie in the order in which taps are loaded.
        for (long i = 0; i < cut.Strips * TTap.Count && TReducer.ExtentSize > 0; i++)
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
        if (default(TReducer) is ILiftedOnce) Pool(new LiftedTaps<T, TTap, TState, TAcc, TReducer>(reducer), rows, ref watch);
        else Pool(reducer, rows, ref watch);
    }

    private void Pool<TReducer>(TReducer reducer, in Rows rows, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        // Types are compared for the compiler's sake: of what columns combine first, strips of wide strides would never run.
        switch (_plan.Width.LaneStride)
        {
            case 1 when _plan.Width.Kernel == 3: Many<Three, UnitLoad<T, TTap>, TReducer>(new(), reducer, rows, ref watch); break;
            case 1: Many<Any, UnitLoad<T, TTap>, TReducer>(new(), reducer, rows, ref watch); break;
            case 2 when _plan.Width.Kernel == 3 && _cut.Open == 2: Bands<Three, Any, MoreOpen<OneOpen<TAcc>, TAcc>, CrossedLoad<T, TTap>, TReducer>(new(), reducer, rows, ref watch); break;
            case 2: Few<Any, Any, CrossedLoad<T, TTap>, TReducer>(new(), reducer, rows, ref watch); break;
            case 3 when typeof(TOrder) == typeof(TapByTap): Bands<Any, Any, MoreOpen<OneOpen<TAcc>, TAcc>, ThirdLoad<T, TTap>, TReducer>(new(), reducer, rows, ref watch); break;
            case 4 when typeof(TOrder) == typeof(TapByTap): Bands<Any, Any, MoreOpen<OneOpen<TAcc>, TAcc>, FourthLoad<T, TTap>, TReducer>(new(), reducer, rows, ref watch); break;
            case var stride: throw new InvalidOperationException($"strips are not made for a stride of {stride}.");
        }
    }

    /// <summary>The first output of a strip; the last strip steps back over the one before.</summary>
    private long Output(long strip) => Math.Min(strip * TTap.Count, _plan.Width.OutputLength - TTap.Count);

    private void Many<TTaps, TLoad, TReducer>(TLoad load, TReducer reducer, in Rows rows, ref TTap watch)
        where TTaps : struct, ISide
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        switch (_cut.Open)
        {
            case 4: Bands<TTaps, One, MoreOpen<MoreOpen<MoreOpen<OneOpen<TAcc>, TAcc>, TAcc>, TAcc>, TLoad, TReducer>(load, reducer, rows, ref watch); break;
            case 5: Bands<TTaps, One, MoreOpen<MoreOpen<MoreOpen<MoreOpen<OneOpen<TAcc>, TAcc>, TAcc>, TAcc>, TAcc>, TLoad, TReducer>(load, reducer, rows, ref watch); break;
            default: Few<TTaps, One, TLoad, TReducer>(load, reducer, rows, ref watch); break;
        }
    }

    private void Few<TTaps, TStride, TLoad, TReducer>(TLoad load, TReducer reducer, in Rows rows, ref TTap watch)
        where TTaps : struct, ISide
        where TStride : struct, ISide
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (_cut.Open == 2) Bands<TTaps, TStride, MoreOpen<OneOpen<TAcc>, TAcc>, TLoad, TReducer>(load, reducer, rows, ref watch);
        else Bands<TTaps, TStride, MoreOpen<MoreOpen<OneOpen<TAcc>, TAcc>, TAcc>, TLoad, TReducer>(load, reducer, rows, ref watch);
    }

    /// <summary>Copies every band, and walks down its strips.</summary>
    private void Bands<TTaps, TStride, TOpen, TLoad, TReducer>(TLoad load, TReducer reducer, in Rows rows, ref TTap watch)
        where TTaps : struct, ISide
        where TStride : struct, ISide
        where TOpen : struct, IOpenWindows<TOpen, TAcc>
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan height = _plan.Height;
        for (long h = rows.First; h < rows.End; h += _cut.Band)
        {
            long end = Math.Min(rows.End, h + _cut.Band);
            if (TReducer.ExtentSize > 0) _divisors.Write(_plan, rows.Depth.Extent, h, end);
            watch = Copy(reducer, rows.Input, h, end, rows.Depth.Count > 0, watch);

            // Dilated windows of stride 1 are dense ones of every n-th row.
            for (long strip = 0; strip < _cut.Strips; strip++)
                for (long phase = h; phase < Math.Min(h + height.Dilation, end); phase++)
                    Down<TTaps, TStride, TOpen, TLoad, TReducer>(load, reducer, new(strip, phase, end), rows, phase - h);
        }
    }

    /// <summary>Copies what a band reads; rows outside the input are padding, and so are all of a slice outside it.</summary>
    private TTap Copy<TReducer>(TReducer reducer, T* input, long first, long end, bool exists, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (exists) return _cut.Copy(reducer, _plan.Height, input, _from.Height, first, end, _copies, watch);
        for (long row = 0; row < (end - 1 - first) * _plan.Height.Stride + _plan.Height.Span; row++) _cut.Row.Clear(TReducer.Keep(reducer.Padding), _copies + row * _cut.Room);
        return watch;
    }

    /// <summary>Walks down one strip.</summary>
    // Bounds: copies hold all that a strip loads.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Down<TTaps, TStride, TOpen, TLoad, TReducer>(TLoad load, TReducer reducer, in Walk walk, in Rows job, long place)
        where TTaps : struct, ISide
        where TStride : struct, ISide
        where TOpen : struct, IOpenWindows<TOpen, TAcc>
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan height = _plan.Height;
        long taps = TTaps.Of(_plan.Width.Kernel), dilation = _plan.Width.Dilation, stride = TStride.Of(height.Stride), step = height.Dilation;
        // Of the rows from one window to the next, those that belong to the oldest open one too.
        long shared = TStride.Of(height.Kernel - (TOpen.Count - 1) * stride), rowStep = _cut.Room * step, toStep = _to.Height * step, left = step == 1 ? walk.End - walk.First : (walk.End - walk.First + step - 1) / step;
        byte* extents = _extents + walk.Strip * TTap.Count * TReducer.ExtentSize;
        long output = Output(walk.Strip);
        T* from = _copies + place * _cut.Room + output * _plan.Width.LaneStride, to = job.Output + output + walk.First * _to.Height;
        // What the next band, slice or plane is written to, in the order of memory, which is not the walk's: a strip's share of a row each time.
        long nextStep = _to.Height * sizeof(T) / _cut.Strips;
        byte* next = Next(job, walk.End) + (walk.Strip * (walk.End - walk.First) + place) * nextStep;
        long* factors = _divisors.First + place;
        TAcc none = reducer.Lift(TReducer.Keep(reducer.Padding));
        TOpen open = default;
        for (int i = 1; i < TOpen.Count; i++) open.Shift(none);
        for (long before = TOpen.Count - 1; ; before--)
        {
            open.Shift(none);
            // Types are compared, that the compiler sees one of the branches only: with more to inline it keeps the windows in memory.
            if (typeof(TStride) == typeof(One))
            {
                Take<Every, TOpen, TLoad, TReducer>(load, reducer, ref open, from, taps, dilation, none);
                from += rowStep;
            }
            else
            {
                for (long i = 0; i < shared; i++, from += rowStep) Take<Every, TOpen, TLoad, TReducer>(load, reducer, ref open, from, taps, dilation, none);
            }

            if (before <= 0)
            {
                Prefetch.Line(next);
                TTap.Store(TLoad.Settle(reducer.Finish(open.Oldest, extents, TReducer.ExtentSize > 0 ? *factors : 1)), to);
                if (--left == 0) return;
                to += toStep;
                next += nextStep;
                if (TReducer.ExtentSize > 0) factors += step;
            }

            if (typeof(TStride) == typeof(One)) continue;
            for (long i = shared; i < stride; i++, from += rowStep) Take<Newer, TOpen, TLoad, TReducer>(load, reducer, ref open, from, taps, dilation, none);
        }
    }

    /// <summary>Gives the taps of a row to open windows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take<TWindows, TOpen, TLoad, TReducer>(TLoad load, TReducer reducer, ref TOpen open, T* from, long taps, long dilation, TAcc none)
        where TWindows : struct
        where TOpen : struct, IOpenWindows<TOpen, TAcc>
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (typeof(TOrder) == typeof(RowFirst))
        {
            var row = new OneWindow<T, TTap, TState, TAcc, TReducer>(reducer, none);
            load.Walk(ref row, from, taps, dilation);
            if (typeof(TWindows) == typeof(Newer)) open.TakeNewer(reducer, row.State);
            else open.Take(reducer, row.State);
        }
        else
        {
            var windows = new TapByTapWindows<TWindows, TOpen, TReducer>(reducer, open);
            load.Walk(ref windows, from, taps, dilation);
            open = windows.Open;
        }
    }

    /// <summary>Where the outputs lie that are made after those up to row <paramref name="end"/>.</summary>
    private byte* Next(in Rows job, long end) =>
        (byte*)(job.Output + (end < _plan.Height.OutputLength ? end * _to.Height : _plan.Depth.OutputLength > 1 ? _to.Depth : _to.Channel));

    /// <summary>Open windows that share their taps.</summary>
    private struct TapByTapWindows<TWindows, TOpen, TReducer>(TReducer reducer, TOpen open) : ITapSink<TTap>
        where TWindows : struct
        where TOpen : struct, IOpenWindows<TOpen, TAcc>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        public TOpen Open = open;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(TTap tap)
        {
            if (typeof(TWindows) == typeof(Newer)) Open.TakeNewer(reducer, reducer.Lift(tap));
            else Open.Take(reducer, reducer.Lift(tap));
        }
    }

    /// <summary>Every open window.</summary>
    private readonly struct Every;

    /// <summary>All but the oldest, which has ended.</summary>
    private readonly struct Newer;

    /// <summary>Output rows, and where they and their taps lie.</summary>
    private readonly struct Rows(T* input, T* output, in Window depth, long first, long end)
    {
        public readonly T* Input = input, Output = output;
        public readonly Window Depth = depth;
        public readonly long First = first, End = end;
    }

    /// <summary>One way down a strip.</summary>
    /// <param name="strip">Which strip.</param>
    /// <param name="first">The first output row.</param>
    /// <param name="end">The row behind the band.</param>
    private readonly struct Walk(long strip, long first, long end)
    {
        public readonly long Strip = strip, First = first, End = end;
    }
}
