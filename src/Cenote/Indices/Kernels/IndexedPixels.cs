namespace Cenote;

/// <summary>What choosing along pixels is worth.</summary>
internal static class IndexedPixels
{
    /// <summary>Windows of rows with more taps are folded along them. Measured.</summary>
    public const long FewTaps = 35;
}

/// <summary>
/// Channels that lie side by side, lanes across them: as <see cref="PixelWindows{T, TTap, TState, TAcc}"/>, so that all lanes count the same taps.
/// Four registers of outputs are made together: four of one pixel where it has so many, else one each of four pixels. Of stride 1 neighbours whose windows are alike are one pixel with more channels;
/// so rows of a single channel are walked, too, where windows have few taps.
/// </summary>
internal readonly unsafe struct IndexedPixels<T, TTap, TNumber, TNumbers> : IIndexedWindows<IndexedPixels<T, TTap, TNumber, TNumbers>, T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    /// <summary>Registers of a row that are worth it. Measured.</summary>
    private const long LongRow = 16;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to, _marks;
    private readonly int _size;
    private readonly PixelTable _pixels;

    /// <summary>Numbers of pixels whose outputs are made together.</summary>
    private readonly TNumber* _numbers;

    private readonly bool _isWhole, _isDense;

    private readonly long _pitch;

    /// <summary>Elements of a pixel.</summary>
    private readonly long _channels;

    private readonly PixelWalk _walk;

    private IndexedPixels(in PoolJob job, PixelTable pixels, byte* numbers)
    {
        (_plan, _from, _to, _marks, _size, _pixels) = (job.Plan, job.InputLayout, job.OutputLayout, job.Offsets.Layout, job.Offsets.Size, pixels);
        _numbers = (TNumber*)numbers;
        // Of windows that are all there is each tap is pages apart from the one before.
        _isWhole = PlaneList<T>.IsEven(_plan, _from, out _pitch) && _plan.Taps == _plan.MaxCount && _plan.IsGlobal;
        _channels = Pixel(job);
        _isDense = IsDense(job);
        bool inOrder = _from.Width == _channels && PixelWindows.AsksInOrder<TTap>(_plan, _from.Height * sizeof(T));
        _walk = new(_channels, _from.Width, _plan.Width.Stride, _to.Width, _channels)
        {
            Ahead = Prefetch.Multiple(_from.Width * sizeof(T)),
            Fresh = Prefetch.Pays(_plan.InputElements * sizeof(T)) ? _plan.Height.Stride : 0,
            FreshDepths = inOrder ? _plan.Depth.Stride : _plan.Depth.MaxCount,
            InOrder = inOrder,
        };
    }

    public static string Name => "pixels";

    public static bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        if (!PixelTable.Fits(plan)) return false;
        if (AreRows(job)) return plan.Taps <= IndexedPixels.FewTaps && plan.Width.OutputLength >= LongRow * TTap.Count;
        return job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && job.Offsets.Layout.Channel == 1 && Registers.Suit<TTap, T>(IsDense(job) ? plan.Channels * plan.Width.OutputLength : plan.Channels)
            && (job.Offsets.Layout.Width == plan.Channels || plan.Width.OutputLength == 1);
    }

    /// <summary>Whether rows of one channel are walked.</summary>
    private static bool AreRows(in PoolJob job) =>
        job is { InputLayout: { Width: 1, Channel: not 1 }, OutputLayout.Width: 1, Offsets.Layout.Width: 1 } && job.Plan is { Slides: true, Width: { Stride: 1, OutputLength: > 1 } };

    /// <summary>Whether the taps of neighbours lie side by side, as they do themselves.</summary>
    private static bool IsDense(in PoolJob job) => job.Plan.Width.Stride * job.InputLayout.Width == Pixel(job) && job.OutputLayout.Width == Pixel(job);

    private static long Pixel(in PoolJob job) => AreRows(job) ? 1 : job.Plan.Channels;

    public static long Channels(in PoolJob job) => AreRows(job) ? job.Plan.Channels : 1;

    public static long Lines(PoolPlan plan) => 1;

    public static IndexedPixels<T, TTap, TNumber, TNumbers> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long tableBytes = PixelTable.Bytes(job.Plan);
        long channels = Pixel(job);
        // A pixel of fewer channels than lanes stores a whole register.
        byte* scratch = Scratch.Of(tableBytes + (Together(job.Plan, channels) * channels + TTap.Count) * sizeof(T));
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
        else
        {
            PoolRows(reducer, slice, first, end, ref watch);
        }
    }

    /// <summary>Pixels whose outputs are made together.</summary>
    private static long Together(PoolPlan plan, long channels) => Math.Max(1, Math.Min(NumberLine.Most / channels, plan.Width.OutputLength));

    private void PoolRows<TReducer>(TReducer reducer, in IndexedSlice<T> slice, long first, long end, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        AxisPlan columns = _plan.Width;
        long channels = _channels, together = Together(_plan, channels), next = columns.Stride * _from.Width;
        // Of pixels narrower than a register a whole one is written, and what lies behind is made later; not so behind the last of a row.
        long written = _to.Width != channels ? 0 : _pixels.Count - (TTap.Count - 1) / channels;
        Window depth = slice.Depth;
        T* inputEnd = slice.Input + (_plan.Depth.InputLength - 1) * _from.Depth + (_plan.Height.InputLength - 1) * _from.Height + (_plan.Width.InputLength - 1) * _from.Width + channels;
        for (long h = first; h < end; h++)
        {
            Window height = _plan.Height[h];
            T* corner = slice.Input + depth.Start * _from.Depth + height.Start * _from.Height, row = slice.Output + h * _to.Height;
            byte* offsets = slice.Offsets + h * _marks.Height * _size;
            long number = (depth.Before * _plan.Height.Kernel + height.Before) * columns.Kernel;
            long lastRow = (depth.Count - 1) * depth.Step * _from.Depth + (height.Count - 1) * height.Step * _from.Height;
            for (long chunk = 0; chunk < _pixels.Count; chunk += together)
            {
                long chunkEnd = Math.Min(_pixels.Count, chunk + together);
                for (long pixel = chunk, alike; pixel < chunkEnd; pixel += alike)
                {
                    PixelTable.Entry entry = _pixels[pixel];
                    alike = Math.Min(entry.Alike, chunkEnd - pixel);
                    T* from = corner + entry.Start, to = row + pixel * _to.Width;
                    TNumber* numbers = _numbers + (pixel - chunk) * channels;
                    var taps = new NumberedTaps(depth.Count, height.Count, entry.Count, depth.Step * _from.Depth, height.Step * _from.Height, _pixels.Step, number + entry.Before, 1, columns.Kernel, (_plan.Height.Kernel - height.Count) * columns.Kernel);
                    if (_isDense && alike * channels >= TTap.Count)
                    {
                        PixelChoice<T, TTap, TNumber, TNumbers> choice = new(_walk with { Channels = alike * channels, Pixel = alike * channels, Stride = 1 });
                        watch = choice.Choose(new UnitLoad<T, TTap>(), reducer, from, to, numbers, taps, 1, watch);
                        continue;
                    }

                    long whole = channels >= TTap.Count ? alike : PixelTable.Fitting(inputEnd - (from + lastRow + (entry.Count - 1) * _pixels.Step + TTap.Count), next, Math.Min(alike, written - pixel));
                    if (whole > 0) alike = whole;
                    PixelChoice<T, TTap, TNumber, TNumbers> pixels = new(_walk);
                    watch = whole > 0
                        ? pixels.Choose(new UnitLoad<T, TTap>(), reducer, from, to, numbers, taps, alike, watch)
                        : pixels.Choose(new ShortLoad<T, TTap>(channels, reducer.Padding), reducer, from, to, numbers, taps, alike, watch);
                }

                NumberLine.Write<TNumbers, TNumber>(_numbers, (chunkEnd - chunk) * channels, offsets + chunk * channels * _size, _size);
            }
        }
    }
}
