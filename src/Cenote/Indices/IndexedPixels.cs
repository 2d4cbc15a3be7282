namespace Cenote;

/// <summary>
/// Channels that lie side by side, lanes across them: as <see cref="PixelWindows{T, TTap, TState, TAcc}"/>, so that all lanes count the same taps.
/// Four registers of outputs are made together: four of one pixel where it has so many, else one each of four pixels.
/// </summary>
internal readonly unsafe struct IndexedPixels<T, TTap, TNumber, TNumbers> : IIndexedWindows<IndexedPixels<T, TTap, TNumber, TNumbers>, T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to, _marks;
    private readonly int _size;
    private readonly PixelTable _pixels;

    /// <summary>Numbers of pixels whose outputs are made together.</summary>
    private readonly TNumber* _numbers;

    private readonly bool _isWhole;

    private readonly long _pitch;

    private readonly PixelChoice<T, TTap, TNumber, TNumbers> _choice;

    private IndexedPixels(in PoolJob job, PixelTable pixels, byte* numbers)
    {
        (_plan, _from, _to, _marks, _size, _pixels) = (job.Plan, job.InputLayout, job.OutputLayout, job.Offsets.Layout, job.Offsets.Size, pixels);
        _numbers = (TNumber*)numbers;
        // Of windows that are all there is each tap is pages apart from the one before.
        _isWhole = PlaneList<T>.IsEven(_plan, _from, out _pitch) && _plan.Taps == _plan.MaxCount && _plan.IsGlobal;
        _choice = new(new(_plan.Channels, _from.Width, _plan.Width.Stride, _to.Width, _plan.Channels)
        {
            Ahead = Prefetch.Multiple(_from.Width * sizeof(T)),
            Fresh = Prefetch.Pays(_plan.InputElements * sizeof(T)) ? _plan.Height.Stride : 0,
        });
    }

    public static string Name => "pixels";

    public static bool Accepts(in PoolJob job) =>
        job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && job.Offsets.Layout.Channel == 1 && Registers.Suit<TTap, T>(job.Plan.Channels) && PixelTable.Fits(job.Plan)
        && (job.Offsets.Layout.Width == job.Plan.Channels || job.Plan.Width.OutputLength == 1);

    public static long Channels(PoolPlan plan) => 1;

    public static long Lines(PoolPlan plan) => 1;

    public static IndexedPixels<T, TTap, TNumber, TNumbers> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long tableBytes = PixelTable.Bytes(job.Plan);
        // A pixel of fewer channels than lanes stores a whole register.
        byte* scratch = Scratch.Of(tableBytes + (Together(job.Plan) * job.Plan.Channels + TTap.Count) * sizeof(T));
        return new(job, PixelTable.Write(job, scratch), scratch + tableBytes);
    }

    public void Pool<TReducer>(TReducer reducer, in IndexedSlice<T> slice, long first, long end, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        if (_isWhole)
        {
            watch = PlaneChoice<T, TTap, TNumber, TNumbers>.Choose(reducer, slice.Input, _pitch, _plan.MaxCount, slice.Output, _numbers, _plan.Channels, watch);
            NumberLine.Write<TNumbers, TNumber>(_numbers, _plan.Channels, slice.Offsets, _size);
        }
        else if (_plan.Channels >= TTap.Count) Pool(new UnitLoad<T, TTap>(), reducer, slice, first, end, ref watch);
        else Pool(new ShortLoad<T, TTap>(_plan.Channels, reducer.Padding), reducer, slice, first, end, ref watch);
    }

    /// <summary>Pixels whose outputs are made together.</summary>
    private static long Together(PoolPlan plan) => Math.Max(1, Math.Min(NumberLine.Most / plan.Channels, plan.Width.OutputLength));

    private void Pool<TLoad, TReducer>(TLoad load, TReducer reducer, in IndexedSlice<T> slice, long first, long end, ref TTap watch)
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        AxisPlan columns = _plan.Width;
        long together = Together(_plan), channels = _plan.Channels;
        Window depth = slice.Depth;
        for (long h = first; h < end; h++)
        {
            Window height = _plan.Height[h];
            T* corner = slice.Input + depth.Start * _from.Depth + height.Start * _from.Height, row = slice.Output + h * _to.Height;
            byte* offsets = slice.Offsets + h * _marks.Height * _size;
            long number = (depth.Before * _plan.Height.Kernel + height.Before) * columns.Kernel;
            for (long chunk = 0; chunk < _pixels.Count; chunk += together)
            {
                long chunkEnd = Math.Min(_pixels.Count, chunk + together);
                for (long pixel = chunk, alike; pixel < chunkEnd; pixel += alike)
                {
                    PixelTable.Entry entry = _pixels[pixel];
                    alike = Math.Min(entry.Alike, chunkEnd - pixel);
                    var taps = new NumberedTaps(depth.Count, height.Count, entry.Count, depth.Step * _from.Depth, height.Step * _from.Height, _pixels.Step, number + entry.Before, 1, columns.Kernel, (_plan.Height.Kernel - height.Count) * columns.Kernel);
                    watch = _choice.Choose(load, reducer, corner + entry.Start, row + pixel * _to.Width, _numbers + (pixel - chunk) * channels, taps, alike, watch);
                }

                NumberLine.Write<TNumbers, TNumber>(_numbers, (chunkEnd - chunk) * channels, offsets + chunk * channels * _size, _size);
            }
        }
    }
}
