namespace Cenote;

/// <summary>
/// Small windows that overlap from row to row, as in <see cref="StripWindows{T, TTap, TState, TAcc, TOrder}"/>: what is still open on registers is a value and a number. Numbers count the taps
/// of a band's rows; what lies before a window is taken off as it is stored (<see cref="StripChoice{T, TTap, TNumber, TNumbers}"/>).
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

    /// <summary>Where nothing is copied.</summary>
    private readonly TripleChoice<T, TTap, TNumber, TNumbers>? _triples;

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

    private IndexedStrips(in PoolJob job, in TripleChoice<T, TTap, TNumber, TNumbers> triples) => (_plan, _from, _triples) = (job.Plan, job.InputLayout, triples);

    public static string Name => "strips";

    // Fewer are compiled than without indices: the most common. Of windows of several depths the padded ones would count as taps, even where the input has one depth.
    public static bool Accepts(in PoolJob job) =>
        job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && job.Offsets.Layout.Width == 1 && job.Offsets.Size == 1
        && StripChoice<T, TTap, TNumber, TNumbers>.Suits(job.Plan) && StripPlan<T, TTap>.Suits(job.Plan);

    public static long Channels(in PoolJob job) => job.Plan.Channels;

    public static long Lines(PoolPlan plan) => 1;

    public static IndexedStrips<T, TTap, TNumber, TNumbers> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        if (TripleChoice<T, TTap, TNumber, TNumbers>.Exist && TripleChoice<T, TTap, TNumber, TNumbers>.Suits(job)) return new(job, new TripleChoice<T, TTap, TNumber, TNumbers>(job, (TNumber*)Scratch.Of(sizeof(TTap))));
        var cut = new StripPlan<T, TTap>(job.Plan);
        var windows = new IndexedStrips<T, TTap, TNumber, TNumbers>(job, cut, Scratch.Of(HeadBytes(cut) + cut.CopyBytes));
        for (long i = 0; i < cut.Rows; i++) cut.Row.Clear(reducer.Padding, windows._copies + i * cut.Room);
        return windows;
    }

    /// <summary>Copies every band, and walks down its strips.</summary>
    public void Pool<TReducer>(TReducer reducer, in IndexedSlice<T> slice, long first, long end, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        T* input = slice.Input + slice.Depth.Start * _from.Depth;
        if (TripleChoice<T, TTap, TNumber, TNumbers>.Exist && _triples is { } triples)
        {
            triples.Pool(reducer, input, slice.Output, slice.Offsets, first, end, ref watch);
            return;
        }

        long step = _plan.Height.Dilation, nextStep = _to.Height * sizeof(T) / _cut.Strips;
        for (long h = first; h < end; h += _cut.Band)
        {
            long last = Math.Min(end, h + _cut.Band);
            watch = _cut.Copy(reducer, _plan.Height, input, _from.Height, h, last, _copies, watch);
            byte* next = (byte*)(slice.Output + (last < _plan.Height.OutputLength ? last * _to.Height : _plan.Depth.OutputLength > 1 ? _to.Depth : _to.Channel));
            // Dilated windows of stride 1 are dense ones of every n-th row.
            for (long strip = 0; strip < _cut.Strips; strip++)
            {
                long output = Output(strip);
                for (long phase = h; phase < Math.Min(h + step, last); phase++)
                {
                    long place = phase - h;
                    StripChoice<T, TTap, TNumber, TNumbers>.Down(reducer, new(_plan, _heads + strip * TTap.Count, phase, last)
                    {
                        From = _copies + place * _cut.Room + output * _plan.Width.LaneStride,
                        RowStep = _cut.Room * step,
                        TapStep = _plan.Width.Dilation,
                        To = slice.Output + output + phase * _to.Height,
                        ToStep = _to.Height * step,
                        Marks = slice.Offsets + output + phase * _marks.Height,
                        MarkStep = _marks.Height * step,
                        Next = next + (strip * (last - phase) + place) * nextStep,
                        NextStep = nextStep,
                    });
                }
            }
        }
    }

    private static long HeadBytes(in StripPlan<T, TTap> cut) => Scratch.Round(cut.Strips * TTap.Count * sizeof(TNumber));

    /// <summary>The first output of a strip; the last strip steps back over the one before.</summary>
    private long Output(long strip) => Math.Min(strip * TTap.Count, _plan.Width.OutputLength - TTap.Count);
}
