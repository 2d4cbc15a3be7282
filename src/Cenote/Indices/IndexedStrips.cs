using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Small windows that overlap from row to row, as in <see cref="StripWindows{T, TTap, TState, TAcc, TOrder}"/>: what is still open on registers is a value and a number. Numbers count the taps
/// of a band's rows; what lies before a window is taken off as it is stored.
/// </summary>
internal readonly unsafe struct IndexedStrips<T, TTap, TNumber, TNumbers> : IIndexedWindows<IndexedStrips<T, TTap, TNumber, TNumbers>, T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to, _marks;
    private readonly StripPlan<T, TTap> _cut;

    /// <summary>For each lane of each strip the number, in its row, of the first tap inside the input.</summary>
    private readonly TNumber* _heads;

    /// <summary>The copied rows.</summary>
    private readonly T* _copies;

    private IndexedStrips(in PoolJob job, in StripPlan<T, TTap> cut, byte* scratch)
    {
        (_plan, _from, _to, _marks, _cut) = (job.Plan, job.InputLayout, job.OutputLayout, job.Offsets.Layout, cut);
        _heads = (TNumber*)scratch;
        _copies = (T*)(scratch + HeadBytes(cut)) + cut.Row.Shift;
        for (long i = 0; i < cut.Strips * TTap.Count; i++)
        {
            int place = (int)(i % TTap.Count);
            long before = _plan.Width[Output(i / TTap.Count) + (_plan.Width.LaneStride == 2 ? CrossedLoad<T, TTap>.Lane(place) : place)].Before;
            _heads[i] = *(TNumber*)&before;
        }
    }

    public static string Name => "strips";

    // Fewer are compiled than without indices: the most common. Of windows of several depths the padded ones would count as taps, even where the input has one depth.
    public static bool Accepts(in PoolJob job)
    {
        AxisPlan height = job.Plan.Height, width = job.Plan.Width;
        return job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && job.Offsets.Layout.Width == 1 && job.Offsets.Size == 1
            && job.Plan.Depth.Kernel == 1 && height.Kernel == width.Kernel && height.Stride == width.LaneStride
            && (width.Kernel, width.LaneStride) is (3, 1) or (3, 2) or (5, 1) && StripPlan<T, TTap>.Suits(job.Plan);
    }

    public static long Channels(PoolPlan plan) => plan.Channels;

    public static long Lines(PoolPlan plan) => 1;

    public static IndexedStrips<T, TTap, TNumber, TNumbers> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        var cut = new StripPlan<T, TTap>(job.Plan);
        var windows = new IndexedStrips<T, TTap, TNumber, TNumbers>(job, cut, Scratch.Of(HeadBytes(cut) + cut.CopyBytes));
        for (long i = 0; i < cut.Rows; i++) cut.Row.Clear(reducer.Padding, windows._copies + i * cut.Room);
        return windows;
    }

    public void Pool<TReducer>(TReducer reducer, in IndexedSlice<T> slice, long first, long end, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        if (_plan.Width.LaneStride == 2) Bands<Three, Two, MoreOpen<OneOpen<Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, CrossedLoad<T, TTap>, TReducer>(reducer, slice, first, end, ref watch);
        else if (_cut.Open == 3) Bands<Three, One, MoreOpen<MoreOpen<OneOpen<Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, UnitLoad<T, TTap>, TReducer>(reducer, slice, first, end, ref watch);
        // Known to be five, the taps of a row were written out with more registers than there are.
        else Bands<Any, One, MoreOpen<MoreOpen<MoreOpen<MoreOpen<OneOpen<Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, UnitLoad<T, TTap>, TReducer>(reducer, slice, first, end, ref watch);
    }

    private static long HeadBytes(in StripPlan<T, TTap> cut) => Scratch.Round(cut.Strips * TTap.Count * sizeof(TNumber));

    /// <summary>The first output of a strip; the last strip steps back over the one before.</summary>
    private long Output(long strip) => Math.Min(strip * TTap.Count, _plan.Width.OutputLength - TTap.Count);

    /// <summary>Copies every band, and walks down its strips.</summary>
    private void Bands<TTaps, TStride, TOpen, TLoad, TReducer>(TReducer reducer, in IndexedSlice<T> slice, long first, long end, ref TTap watch)
        where TTaps : struct, ISide
        where TStride : struct, ISide
        where TOpen : struct, IOpenWindows<TOpen, Choice<TTap, TNumbers>>
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        T* input = slice.Input + slice.Depth.Start * _from.Depth;
        for (long h = first; h < end; h += _cut.Band)
        {
            long last = Math.Min(end, h + _cut.Band);
            watch = _cut.Copy(reducer, _plan.Height, input, _from.Height, h, last, _copies, watch);
            // Dilated windows of stride 1 are dense ones of every n-th row.
            for (long strip = 0; strip < _cut.Strips; strip++)
                for (long phase = h; phase < Math.Min(h + _plan.Height.Dilation, last); phase++)
                    Down<TTaps, TStride, TOpen, TLoad, TReducer>(reducer, slice, strip, phase, last, phase - h);
        }
    }

    /// <summary>Walks down one strip.</summary>
    // Bounds: copies hold all that a strip loads.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Down<TTaps, TStride, TOpen, TLoad, TReducer>(TReducer reducer, in IndexedSlice<T> slice, long strip, long first, long end, long place)
        where TTaps : struct, ISide
        where TStride : struct, ISide
        where TOpen : struct, IOpenWindows<TOpen, Choice<TTap, TNumbers>>
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        AxisPlan height = _plan.Height;
        long taps = TTaps.Of(_plan.Width.Kernel), dilation = _plan.Width.Dilation, stride = TStride.Of(height.Stride), step = height.Dilation, shared = taps - (TOpen.Count - 1) * stride;
        long rowStep = _cut.Room * step, toStep = _to.Height * step, markStep = _marks.Height * step, left = (end - first + step - 1) / step, output = Output(strip);
        T* from = _copies + place * _cut.Room + output * _plan.Width.LaneStride, to = slice.Output + output + first * _to.Height;
        byte* marks = slice.Offsets + output + first * _marks.Height;
        long nextStep = _to.Height * sizeof(T) / _cut.Strips;
        byte* next = (byte*)(slice.Output + (end < height.OutputLength ? end * _to.Height : _plan.Depth.OutputLength > 1 ? _to.Depth : _to.Channel)) + (strip * (end - first) + place) * nextStep;
        // Windows that begin above the input begin to count at its first row.
        long outside = Math.Max(0, (step - 1 - height.Start(first)) / step);
        TTap none = reducer.Lift(reducer.Padding);
        TNumbers one = NumberLine.Fill<TNumbers, TNumber>(1), row = default, rowTaps = NumberLine.Fill<TNumbers, TNumber>(taps), strideTaps = NumberLine.Fill<TNumbers, TNumber>(stride * taps);
        TNumbers start = NumberLine.Fill<TNumbers, TNumber>((1 - TOpen.Count) * stride * taps);
        TNumbers head = TNumbers.Load(_heads + strip * TTap.Count), begun = head + NumberLine.Fill<TNumbers, TNumber>(outside * taps);
        var combine = new ChoiceCombine<T, TTap, TNumber, TNumbers, TReducer>(reducer);
        TOpen open = default;
        bool everyRow = typeof(TStride) == typeof(One);
        // One place for all rows, since the inliner has a budget: the first of each stride begins a window, and the last that the oldest one reads ends it.
        for (long before = TOpen.Count - 1, i = 0; ; from += rowStep)
        {
            // Before a new window takes up registers.
            Choice<TTap, TNumbers> loaded = Row<TLoad, TReducer>(reducer, from, taps, dilation, row, one);
            if (everyRow || i == 0) open.Shift(new(none, outside > 0 ? begun : row + head));
            row += rowTaps;
            if (everyRow || i < shared) open.Take(combine, loaded);
            else open.TakeNewer(combine, loaded);
            if ((everyRow || ++i == shared) && before <= 0)
            {
                Prefetch.Line(next);
                TTap.Store(TLoad.Settle(reducer.Finish(open.Oldest.Values, null, 1)), to);
                TNumbers.StoreNarrow(Settle<TLoad>(open.Oldest.Numbers - start), marks, 1);
                if (--left == 0) return;
                to += toStep;
                marks += markStep;
                next += nextStep;
            }

            if (!everyRow && i < stride) continue;
            i = 0;
            before--;
            outside -= stride;
            start += strideTaps;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TNumbers Settle<TLoad>(TNumbers numbers)
        where TLoad : struct, IStridedLoad<T, TTap> => Unsafe.BitCast<TTap, TNumbers>(TLoad.Settle(Unsafe.BitCast<TNumbers, TTap>(numbers)));

    /// <summary>What the windows choose of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Choice<TTap, TNumbers> Row<TLoad, TReducer>(TReducer reducer, T* from, long taps, long dilation, TNumbers number, TNumbers one)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        var row = new RowOfTaps<TReducer>(reducer, number, one);
        default(TLoad).Walk(ref row, from, taps, dilation);
        return row.Chosen;
    }

    private struct RowOfTaps<TReducer>(TReducer reducer, TNumbers number, TNumbers one) : ITapSink<TTap>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        public Choice<TTap, TNumbers> Chosen;

        private TNumbers _next = number;
        private bool _any;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(TTap tap)
        {
            var taken = new Choice<TTap, TNumbers>(reducer.Lift(tap), _next);
            Chosen = _any ? new ChoiceCombine<T, TTap, TNumber, TNumbers, TReducer>(reducer).Combine(Chosen, taken) : taken;
            _any = true;
            _next += one;
        }
    }
}
