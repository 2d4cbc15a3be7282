using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>How walks over pixels ask for memory.</summary>
internal static class PixelWindows
{
    /// <summary>
    /// The new rows of an output row of a volume, in bytes, that are asked for in the order of memory while the row above is made: the second-level cache of machines with the widest registers has room for them.
    /// Measured there: windows of 2 and 3 over 32 channels 0.55–0.8 of not asking; of images no difference that could be told.
    /// </summary>
    private const long InOrderBytes = 128 << 10;

    /// <summary>Whether what is new to the next output row is asked for as it lies in memory, of rows of so many bytes.</summary>
    public static bool AsksInOrder<TTap>(PoolPlan plan, long row)
        where TTap : unmanaged =>
        Unsafe.SizeOf<TTap>() == Prefetch.CacheLine && plan.Depth.MaxCount > 1 && plan.Height is { Dilation: 1 } height && height.Stride <= height.Kernel && height.Stride * row <= InOrderBytes;
}

/// <summary>
/// Channels that lie side by side: lanes across the channels, so that every lane has the same window. The taps come one after the other in
/// row-major order, as in <see cref="RowWindows{T, TTap, TState, TAcc}"/>. Outputs with the same taps are made in blocks of rows and pixels, register by register: windows are
/// so short that several are in flight at once. Rows of two and three taps are written out, and sums of as many rows.
/// </summary>
internal readonly unsafe partial struct PixelWindows<T, TTap, TState, TAcc> : ILineWindows<PixelWindows<T, TTap, TState, TAcc>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>Of windows of several depths the machine asks for rows of such pixels by itself: asked for more, the nearest cache loses some of it before it is used. Measured.</summary>
    private const long SmallPixelBytes = 256;

    /// <summary>Input that the third-level cache holds beside the output is soon at hand without being asked for, if both are no more than this. Measured.</summary>
    private const long NearBytes = 8 << 20;

    /// <summary>Images of a batch are made together as long as caches keep their input from kind of pixel to kind of pixel.</summary>
    private const long TogetherBytes = 256 << 10;

    /// <summary>Shorter rows of pixels narrower than a register are not worth it, for the last is written in part.</summary>
    private const long LeastNarrow = 4;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly PixelTable _pixels;
    private readonly byte* _ones;

    /// <summary>Sums of rows, where windows share them.</summary>
    private readonly T* _lines;

    /// <summary>The way down the rows, where strips take it.</summary>
    private readonly PixelSteps.Memory* _steps;

    /// <summary>The rows of windows, where they are made in the order of memory.</summary>
    private readonly PixelRows.Row* _outputRows;

    /// <summary>Where the rows of a window begin, those of all its depths, from its first tap on; and where memory is asked for.</summary>
    private readonly long* _rows, _asks;

    /// <summary>Whether those of the next output row are asked for as they lie in memory, not each a little ahead of itself.</summary>
    private readonly bool _inOrder;

    /// <summary>How many new rows an output row has; none where the caches hold it all.</summary>
    private readonly long _fresh;

    /// <summary>How many output rows are made together: memory is read row by row, and caches kind of pixel by kind of pixel, for each is a call.</summary>
    private readonly long _band;

    private PixelWindows(in PoolJob job, PixelTable pixels, long* rows, byte* ones, T* lines, PixelSteps.Memory* steps, PixelRows.Row* outputRows)
    {
        (_plan, _from, _to, _pixels) = (job.Plan, job.InputLayout, job.OutputLayout, pixels);
        _rows = rows;
        _asks = rows + MostRows(_plan) + 1;
        _ones = ones;
        _lines = lines;
        _steps = steps;
        _outputRows = outputRows;
        bool readsOnEnd = _plan.Depth.MaxCount > 1 && _from.Width * sizeof(T) <= SmallPixelBytes;
        bool isFar = !IsNear(_plan), asks = isFar && _from.Width <= 2 * _plan.Channels;
        _inOrder = asks && PixelWindows.AsksInOrder<TTap>(_plan, _from.Height * sizeof(T));
        _fresh = _inOrder || (asks && !readsOnEnd) ? _plan.Height.Stride : 0;
        _band = isFar ? 1 : _plan.Height.OutputLength;
    }

    public static string Name => "pixels";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && (Registers.Hold<TTap, T>(job.Plan.Channels) || HasRoom(job)) && PixelTable.Fits(job.Plan)
        // Those of slices group sums otherwise, and on registers that these channels fill.
        && (TReducer.IsExact || !job.Plan.FoldsSlices || !reducer.FoldsInAnyOrder(job.Plan));

    /// <summary>Whether nearly all pixels that are narrower than a register can be read and written as a whole one: where what lies behind them is the next pixels.</summary>
    private static bool HasRoom(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        return (Registers.Suit<TTap, T>(plan.Channels) || FillsRows(plan)) && job.InputLayout.Width == plan.Channels && job.OutputLayout.Width == plan.Channels && plan.Width.OutputLength >= LeastNarrow;
    }

    /// <summary>Whether nearly all pixels are neighbours that are one with more channels, and fill registers of cache lines, however few they have themselves.</summary>
    private static bool FillsRows(PoolPlan plan) => sizeof(TTap) == Prefetch.CacheLine && plan.Width.LaneStride == 1 && plan.Width.OutputLength * plan.Channels >= 8 * TTap.Count;

    public static long Channels(PoolPlan plan) => 1;

    public static long Lines(PoolPlan plan) => 1;

    public static long Images(PoolPlan plan) =>
        plan.Batch > 1 && IsNear(plan) ? Math.Min(plan.Batch, TogetherBytes / (plan.InputElements / plan.Batch * sizeof(T))) : 1;

    private static bool IsNear(PoolPlan plan) => plan.InputElements + plan.OutputElements <= NearBytes / sizeof(T);

    public static PixelWindows<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long tableBytes = PixelTable.Bytes(job.Plan), rowBytes = RowBytes(job.Plan), onesBytes = Scratch.Round(TTap.Count * TReducer.ExtentSize);
        long stepBytes = HasStrips(reducer, job.Plan) ? StripStepBytes(job.Plan) : 0;
        long outputRowBytes = stepBytes == 0 && HasRows<TReducer>(job.Plan) ? PixelRows.Rows.Bytes(job.Plan) : 0;
        long lineBytes = stepBytes + outputRowBytes == 0 && HasLines(reducer, job.Plan) ? Capacity(job.Plan) * LineLength(job.Plan, job.Plan.Channels) * sizeof(T) : 0;
        if (HasAxes(reducer, job.Plan)) lineBytes = AxesImages(job.Plan) * AxesElements(job.Plan) * sizeof(T);
        byte* scratch = Scratch.Of(tableBytes + rowBytes + onesBytes + stepBytes + outputRowBytes + lineBytes), ones = scratch + tableBytes + rowBytes;
        var steps = (PixelSteps.Memory*)(ones + onesBytes);
        if (stepBytes > 0) steps->Clear();
        var outputRows = (PixelRows.Row*)(ones + onesBytes + stepBytes);
        if (outputRowBytes > 0) PixelRows.Rows.Write(job, outputRows);
        for (int lane = 0; lane < TTap.Count && TReducer.ExtentSize > 0; lane++) reducer.WriteExtent(ones, lane, 1);
        return new(job, PixelTable.Write(job, scratch), (long*)(scratch + tableBytes), ones, (T*)(ones + onesBytes + stepBytes + outputRowBytes), steps, outputRows);
    }

    // One more than there may be: the second is read before it is known whether there is one.
    private static long RowBytes(PoolPlan plan) => Scratch.Round((1 + 2 * MostRows(plan)) * sizeof(long));

    private static long MostRows(PoolPlan plan) => plan.Depth.MaxCount * plan.Height.MaxCount;

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (HasStrips(reducer, _plan)) PoolStrips(reducer, input, output, depth, first, end, 1, ref watch);
        else if (HasRows<TReducer>(_plan)) PoolRows(reducer, input + depth.Start * _from.Depth, output, first, end, 1, ref watch);
        else if (HasAxes(reducer, _plan))
        {
            long d = (depth.Start - depth.Before + _plan.Depth.Before) / _plan.Depth.Stride;
            PoolAxes(reducer, input, output - d * _to.Depth, 1, new(_plan, d, d + 1), first, end, ref watch);
        }
        else if (HasLines(reducer, _plan)) PoolLines(reducer, input + depth.Start * _from.Depth, output, 1, depth, first, end, ref watch);
        else Pool(reducer, input, output, EndOf(input, 1), depth, first, end, new(1, 0, 0), null, ref watch);
    }

    public static void Pool<TReducer>(in PixelWindows<T, TTap, TState, TAcc> windows, TReducer reducer, T* input, T* output, long images, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = windows._plan;
        Slices slices = new(plan, 0, plan.Depth.OutputLength);
        if (!HasParts(reducer, plan)) windows.PoolSlices(reducer, input, output, images, slices, ref watch);
        else for (long image = 0; image < images; image++) Pool(windows, reducer, input + image * windows._from.Batch, output + image * windows._to.Batch, windows._to.Depth, slices, ref watch);
    }

    /// <summary>Pools whole slices of some images.</summary>
    private void PoolSlices<TReducer>(TReducer reducer, T* input, T* output, long images, in Slices slices, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long rows = _plan.Height.OutputLength;
        if (HasAxes(reducer, _plan))
        {
            PoolAxes(reducer, input, output, images, slices, 0, rows, ref watch);
            return;
        }

        for (long d = slices.First, alike; d < slices.End; d += alike)
        {
            Window depth = _plan.Depth[d];
            T* to = output + d * _to.Depth;
            alike = 1;
            if (HasStrips(reducer, _plan)) PoolStrips(reducer, input, to, depth, 0, rows, images, ref watch);
            else if (HasRows<TReducer>(_plan)) PoolRows(reducer, input + depth.Start * _from.Depth, to, 0, rows, images, ref watch);
            else if (HasLines(reducer, _plan)) PoolLines(reducer, input + depth.Start * _from.Depth, to, images, depth, ref watch);
            else
            {
                // What leads to windows of a kind is spent once for all slices, too, or for all images, whichever are more.
                if (IsNear(_plan)) alike = Alike(_plan.Depth, depth, d, slices.End);
                Others ofImages = new(images, _from.Batch, _to.Batch), ofSlices = new(alike, _plan.Depth.Stride * _from.Depth, _to.Depth), others = alike > images ? ofSlices : ofImages, outer = alike > images ? ofImages : ofSlices;
                T* end = EndOf(input, images);
                for (long i = 0; i < outer.Count; i++) Pool(reducer, input + i * outer.From, to + i * outer.To, end, depth, 0, rows, others, null, ref watch);
            }
        }
    }

    /// <summary>Behind the last element of some images.</summary>
    private T* EndOf(T* input, long images) => input + (images - 1) * _from.Batch + (_plan.Depth.InputLength - 1) * _from.Depth + (_plan.Height.InputLength - 1) * _from.Height + (_plan.Width.InputLength - 1) * _from.Width + _plan.Channels;

    private void Pool<TReducer>(TReducer reducer, T* input, T* output, T* inputEnd, in Window depth, long first, long end, in Others others, Part? part, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long rows = 0, asks = 0;
        for (long h = first, alikeRows; h < end; h += alikeRows)
        {
            Window height = _plan.Height[h];
            alikeRows = height.Count == _plan.Height.Kernel && _plan.Height.Slides ? Math.Min(Math.Min(end, _plan.Height.WholeEnd) - h, _band) : 1;
            if (height.Count != rows) asks = WriteRows(depth, height);
            rows = height.Count;
            T* corner = input + depth.Start * _from.Depth + height.Start * _from.Height, row = output + h * _to.Height;
            long factor = _plan.OuterDivisor(depth.Extent * height.Extent);
            Pool(reducer, corner, row, inputEnd, factor, others, alikeRows, depth.Count * rows, asks, part, ref watch);
        }
    }

    /// <summary>Makes rows of windows that have the same rows of taps, block by block.</summary>
    private void Pool<TReducer>(TReducer reducer, T* corner, T* row, T* inputEnd, long factor, in Others others, long alikeRows, long rows, long asks, in Part? part, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long channels = _plan.Channels, next = _plan.Width.Stride * _from.Width, nextRow = _plan.Height.Stride * _from.Height, freshRows = _inOrder ? _plan.Height.Stride : 1, fresh = asks > 0 ? freshRows * next / ((channels + TTap.Count - 1) / TTap.Count) : 0;
        bool byRows = !TReducer.IsExact && reducer.FoldsInAnyOrder(_plan) && _plan.FoldsRows;
        // Neighbours whose taps lie side by side, as they do themselves, are one pixel with more channels; if they are not better walked along one by one.
        bool isDense = next == channels && _to.Width == channels
            && !(OpenPixels.MayBe<T, TTap, TState, TAcc, TReducer>() && rows == 1 && !byRows && part is null && channels > TTap.Count / 2 && OpenPixels.Pay<TReducer>(_plan.Width));
        // Of pixels narrower than a register a whole one is written, and what lies behind is made later; not so behind the last of a row.
        long written = _to.Width != channels ? 0 : _pixels.Count - (TTap.Count - 1) / channels;
        for (long pixel = 0, alike; pixel < _pixels.Count; pixel += alike)
        {
            PixelTable.Entry entry = _pixels[pixel];
            alike = entry.Alike;
            bool isNarrow = channels < TTap.Count && !(isDense && alike * channels >= TTap.Count), isWhole = pixel < written;
            if (isNarrow && isWhole) alike = Math.Min(alike, written - pixel);
            var taps = new PixelTaps((nint)_rows, entry.Count > 0 ? rows : 0, (nint)_asks, asks, entry.Count, _pixels.Step, factor * entry.Divisor, byRows);
            T* from = corner + entry.Start, to = row + pixel * _to.Width;
            long blocks = 1, across = alikeRows, fromAcross = nextRow, toAcross = _to.Height, pixels = isDense ? 1 : alike, fromPixel = next, toPixel = _to.Width;
            // A block has two sides: of one row or one pixel images are the other.
            if (others.Count > 1 && across > 1 && pixels > 1) blocks = others.Count;
            else if (others.Count > 1)
            {
                if (across > 1) (pixels, fromPixel, toPixel) = (across, fromAcross, toAcross);
                (across, fromAcross, toAcross) = (others.Count, others.From, others.To);
            }

            PixelOutputs outputs = new(across, fromAcross, toAcross, pixels, fromPixel, toPixel, isDense ? alike * channels : channels, isDense ? freshRows * TTap.Count : fresh);
            for (; blocks > 0; blocks--, from += others.From, to += others.To)
            {
                if (part is { } some) Pool(reducer, from, to, outputs, taps, some, ref watch);
                else if (!isNarrow) Pool(new UnitLoad<T, TTap>(), reducer, from, to, outputs, taps, ref watch);
                else PoolNarrow(reducer, from, to, inputEnd, isWhole, outputs, taps, ref watch);
            }
        }
    }

    private void Pool<TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, ref TTap watch)
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (typeof(TLoad) == typeof(UnitLoad<T, TTap>) && OpenPixels.MayBe<T, TTap, TState, TAcc, TReducer>() && OpenPixels.Fit(outputs, taps))
        {
            OpenPixels.Pool<T, TTap, TState, TAcc, TReducer>(reducer, from, to, outputs, taps, _ones, ref watch);
            return;
        }

        bool many = taps.ByRows || taps.Rows * taps.Columns >= SixWindows.FewestTaps;
        if (default(TReducer) is ITapSum && many)
        {
            PixelGroups.Pool<T, TTap, TState, TAcc, TLoad, TReducer>(load, reducer, from, to, outputs, taps, _ones);
            return;
        }

        if (many && MayHaveAxes<TReducer>() && typeof(TLoad) == typeof(UnitLoad<T, TTap>) && _plan.Depth.Kernel > 1)
        {
            PixelGroups.Fold<T, TTap, TState, TAcc, TLoad, TReducer>(load, reducer, from, to, outputs, taps, _ones, ref watch);
            return;
        }

        if (many && !TReducer.IsLong && sizeof(TAcc) == sizeof(TTap))
        {
            for (long row = 0; row < outputs.Rows; row++)
                watch = SixWindows.Pool<T, TTap, TState, TAcc, TLoad, TReducer>(load, reducer, from + row * outputs.FromRow, to + row * outputs.ToRow, outputs, taps, _ones, watch);
            return;
        }

        // Sums take so few instructions that those of a single row have room in the same loop; and a column of taps, as at the border, is one.
        long fewest = default(TReducer) is ITapSum ? 1 : 2;
        PixelTaps turned = fewest == 1 && taps is { Columns: 1, Rows: 2 or 3 } && _plan.Depth.MaxCount == 1 ? taps with { Rows = 1, Columns = taps.Rows, Next = taps.Starts[1] } : taps;
        switch (turned.Columns)
        {
            case 2 when turned.Rows >= fewest && !TReducer.IsLong: Pool<Two, TLoad, TReducer>(load, reducer, from, to, outputs, turned, ref watch); break;
            case 3 when turned.Rows >= fewest && !TReducer.IsLong: Pool<Three, TLoad, TReducer>(load, reducer, from, to, outputs, turned, ref watch); break;
            default: Pool<Any, TLoad, TReducer>(load, reducer, from, to, outputs, turned, ref watch); break;
        }
    }

    private void Pool<TSide, TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, ref TTap watch)
        where TSide : struct, ISide
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        bool isSquare = default(TReducer) is ITapSum && typeof(TSide) != typeof(Any) && taps.Rows == taps.Columns;
        if (isSquare && taps.Asks > 0) Pool<TSide, TSide, Any, TLoad, TReducer>(load, reducer, from, to, outputs, taps, ref watch);
        else if (isSquare) Pool<TSide, TSide, None, TLoad, TReducer>(load, reducer, from, to, outputs, taps, ref watch);
        else if (taps.Asks > 0) Pool<TSide, Any, Any, TLoad, TReducer>(load, reducer, from, to, outputs, taps, ref watch);
        else Pool<TSide, Any, None, TLoad, TReducer>(load, reducer, from, to, outputs, taps, ref watch);
    }

    /// <summary>Whether outputs of a row may go past the caches: where input is asked for, memory may decide.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MayStream<TAsks, TLoad>() => typeof(TAsks) == typeof(Any) && typeof(TLoad) == typeof(UnitLoad<T, TTap>) && ResultStream.Exists<TTap>();

    /// <summary>Whether they do: whole registers that follow each other. Measured: windows that share taps wait for these as long as for memory (1.0 to 1.1), others take 0.8 to 0.97 of ordinary stores.</summary>
    private bool Streams(in PixelOutputs outputs, T* to) =>
        _plan.Height.Span <= _plan.Height.Stride && _plan.Width.Span <= _plan.Width.Stride && outputs.Length % TTap.Count == 0 && (outputs.Pixels == 1 || outputs.To == outputs.Length) && ResultStream.Pays(_plan, sizeof(T)) && ResultStream.Suits(to, outputs.Pixels * outputs.Length);

    /// <summary>What is made like the first: images of a batch, or slices whose windows lie inside the input.</summary>
    /// <param name="Count">How many, the first counted.</param>
    /// <param name="From">From one to the next, in the input.</param>
    /// <param name="To">The same in the output.</param>
    private readonly record struct Others(long Count, long From, long To);

    /// <returns>How many places memory is asked for at: one for each row that no output above has read, or for all of a slice.</returns>
    private long WriteRows(in Window depth, in Window height)
    {
        long* row = _rows, ask = _asks;
        long ahead = Prefetch.Multiple(_from.Width * sizeof(T)) / sizeof(T);
        for (long i = 0; i < depth.Count; i++)
        {
            bool isFresh = i >= depth.Count - _plan.Depth.Stride;
            for (long j = 0; j < height.Count; j++, row++)
            {
                *row = i * depth.Step * _from.Depth + j * height.Step * _from.Height;
                if (isFresh && !_inOrder && j >= height.Count - _fresh) *ask++ = *row + ahead;
            }

            if (isFresh && _inOrder) *ask++ = i * depth.Step * _from.Depth + height.Count * _from.Height;
        }

        return ask - _asks;
    }

    /// <summary>Makes outputs register by register.</summary>
    // Bounds: windows are clipped to the input, and registers to the channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Pool<TSide, TRows, TAsks, TLoad, TReducer>(TLoad load, TReducer reducer, T* firstFrom, T* firstTo, in PixelOutputs outputs, in PixelTaps taps, ref TTap watch)
        where TSide : struct, ISide
        where TRows : struct, ISide
        where TAsks : struct, ISide
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        // Before registers hold anything, for a call moves them to memory.
        bool streams = MayStream<TAsks, TLoad>() && Streams(outputs, firstTo);
        TAcc none = reducer.Lift(reducer.Padding);
        TTap seen = watch;
        long* starts = taps.Starts;
        byte* ones = _ones;
        long rows = TRows.Of(taps.Rows), columns = TSide.Of(taps.Columns), next = taps.Next, divisor = taps.Divisor;
        TTap by = TReducer.Divisor(ones, divisor);
        long* asks = taps.AskStarts;
        // The common ones without a loop.
        long askOne = asks[0], askTwo = asks[Math.Min(1, Math.Max(0, taps.Asks - 1))], fresh = outputs.Fresh, asksLeft = fresh * sizeof(T) > Prefetch.CacheLine || taps.Asks > 2 ? taps.Asks : 0;
        long second = starts[1], third = rows > 2 ? starts[2] : 0, length = outputs.Length, last = Math.Max(0, length - TTap.Count);
        for (long row = outputs.Rows; row > 0; row--, firstFrom += outputs.FromRow, firstTo += outputs.ToRow)
        {
            T* from = firstFrom, to = firstTo, ask = from;
            TTap before = default, pattern = MayStream<TAsks, TLoad>() && streams ? ResultStream.Pattern<T, TTap>(to) : default;
            for (long pixel = outputs.Pixels; pixel > 0; pixel--, from += outputs.From, to += outputs.To)
            {
                for (long i = 0; ;)
                {
                    var window = new OneWindow<T, TTap, TState, TAcc, TReducer>(reducer, none);
                    T* tap = from + i;
                    if (default(TReducer) is ILiftFrom)
                    {
                        for (long j = 0; j < rows; j++)
                        {
                            T* at = tap + starts[j];
                            window.Take(load, at);
                            if (columns > 1) window.Take(load, at + next);
                            if (columns > 2) window.Take(load, at + 2 * next);
                            for (long k = 3; k < columns; k++) window.Take(load, at + k * next);
                        }
                    }
                    else if (typeof(TSide) != typeof(Any))
                    {
                        Take<TSide, TLoad, TReducer>(load, ref window, tap, next);
                        if (default(TReducer) is not ITapSum || rows > 1) Take<TSide, TLoad, TReducer>(load, ref window, tap + second, next);
                        if (typeof(TRows) == typeof(Three)) Take<TSide, TLoad, TReducer>(load, ref window, tap + third, next);
                        else for (long j = 2; j < rows; j++) Take<TSide, TLoad, TReducer>(load, ref window, tap + starts[j], next);
                    }
                    else
                    {
                        for (long j = 0; j < rows; j++) load.Walk(ref window, tap + starts[j], columns, next);
                    }

                    if (typeof(TAsks) == typeof(Any))
                    {
                        Prefetch.Line(ask + askOne);
                        Prefetch.Line(ask + askTwo);
                        for (long j = 0; j < asksLeft; j++) Prefetch.Behind(ask + asks[j], fresh * sizeof(T), 0);
                        ask += fresh;
                    }

                    seen = TReducer.WatchState(reducer.Watch(seen, window.Seen), window.State);
                    TTap results = default(TReducer) is ITapSum ? window.Finish(ones, divisor, by) : reducer.Finish(window.State, ones, divisor);
                    if (MayStream<TAsks, TLoad>() && streams) ResultStream.Store(ref before, results, pattern, firstTo, to + i);
                    else load.Store(results, to + i);
                    i += TTap.Count;
                    if (i <= last) continue;
                    if (i >= length) break;
                    // The last register steps back over outputs already written, where there is room.
                    i = last;
                }
            }

            if (MayStream<TAsks, TLoad>() && streams) ResultStream.End(before, firstTo + outputs.Pixels * length);
        }

        watch = seen;
    }

    /// <summary>Takes a row of two or three taps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take<TSide, TLoad, TReducer>(TLoad load, ref OneWindow<T, TTap, TState, TAcc, TReducer> window, T* tap, long next)
        where TSide : struct, ISide
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        window.Take(load, tap);
        window.Take(load, tap + next);
        if (typeof(TSide) == typeof(Three)) window.Take(load, tap + 2 * next);
    }
}
