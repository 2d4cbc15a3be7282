using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Channels that lie side by side: lanes across the channels, so that every lane has the same window. The taps come one after the other in
/// row-major order, as in <see cref="RowWindows{T, TTap, TState, TAcc}"/>. Register by register: windows are
/// so short that several are in flight at once. Rows of two and three taps are written out.
/// </summary>
internal readonly unsafe struct PixelWindows<T, TTap, TState, TAcc> : ILineWindows<PixelWindows<T, TTap, TState, TAcc>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>Outputs made between two times of asking for input, of windows of few and of many taps: enough that it does not show, and less than what is asked for.</summary>
    private const long GroupBytes = 1024, SixGroupBytes = 3072;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly PixelTable _pixels;
    private readonly byte* _ones;

    /// <summary>Where the rows of a window begin, those of all its depths, from its first tap on.</summary>
    private readonly long* _rows;

    /// <summary>How far ahead input is asked for, in bytes, and how many new rows an output row has; none where the caches hold it all.</summary>
    private readonly long _ahead, _fresh;

    /// <summary>How many pixels are made between two times of asking.</summary>
    private readonly long _group;

    private PixelWindows(in PoolJob job, PixelTable pixels, long* rows, byte* ones)
    {
        (_plan, _from, _to, _pixels) = (job.Plan, job.InputLayout, job.OutputLayout, pixels);
        _rows = rows;
        _ones = ones;
        _ahead = Prefetch.Multiple(_from.Width * sizeof(T));
        _fresh = Prefetch.Pays(_plan.InputElements * sizeof(T)) && _from.Width <= 2 * _plan.Channels ? _plan.Height.Stride : 0;
        _group = _fresh > 0 ? Math.Max(1, (_plan.MaxCount >= SixWindows.FewestTaps ? SixGroupBytes : GroupBytes) / (_plan.Channels * sizeof(T))) : long.MaxValue / 2;
    }

    public static string Name => "pixels";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && Registers.Fill<TTap, T>(job.Plan.Channels) && PixelTable.Fits(job.Plan);

    public static long Channels(PoolPlan plan) => 1;

    public static long Lines(PoolPlan plan) => 1;

    public static PixelWindows<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long tableBytes = PixelTable.Bytes(job.Plan), rowBytes = RowBytes(job.Plan);
        byte* scratch = Scratch.Of(tableBytes + rowBytes + TTap.Count * reducer.ExtentSize), ones = scratch + tableBytes + rowBytes;
        for (int lane = 0; lane < TTap.Count && reducer.ExtentSize > 0; lane++) reducer.WriteExtent(ones, lane, 1);
        return new(job, PixelTable.Write(job, scratch), (long*)(scratch + tableBytes), ones);
    }

    // One more than there may be: the second is read before it is known whether there is one.
    private static long RowBytes(PoolPlan plan) => Scratch.Round((1 + plan.Depth.MaxCount * plan.Height.MaxCount) * sizeof(long));

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long channels = _plan.Channels, next = _plan.Width.Stride * _from.Width, rows = 0;
        // Neighbours whose taps lie side by side, as they do themselves, are one pixel with more channels.
        bool isDense = next == channels && _to.Width == channels;
        for (long h = first; h < end; h++)
        {
            Window height = _plan.Height[h];
            if (height.Count != rows) WriteRows(depth, height);
            rows = height.Count;
            T* corner = input + depth.Start * _from.Depth + height.Start * _from.Height, row = output + h * _to.Height;
            long factor = _plan.OuterDivisor(depth.Extent * height.Extent);
            for (long pixel = 0, alike, count; pixel < _pixels.Count; pixel += alike)
            {
                PixelTable.Entry entry = _pixels[pixel];
                alike = entry.Alike;
                var taps = new PixelTaps((nint)_rows, entry.Count > 0 ? depth.Count * rows : 0, rows, entry.Count, _pixels.Step, factor * entry.Divisor);
                for (long done = 0; done < alike; done += count)
                {
                    // The last group takes the rest.
                    count = alike - done < 2 * _group ? alike - done : _group;
                    T* from = corner + entry.Start + done * next, to = row + (pixel + done) * _to.Width;
                    if (_fresh > 0) AskAhead(from, taps, count * next);
                    PixelOutputs outputs = isDense ? new(1, count * channels, 0, 0) : new(count, channels, next, _to.Width);
                    if (outputs.Length >= TTap.Count) Pool(new UnitLoad<T, TTap>(), reducer, from, to, outputs, taps, ref watch);
                    else Pool(new ShortLoad<T, TTap>(outputs.Length, reducer.Padding), reducer, from, to, outputs, taps, ref watch);
                }
            }
        }
    }

    private void Pool<TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, ref TTap watch)
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (taps.Rows * taps.Columns >= SixWindows.FewestTaps && !reducer.IsLong && sizeof(TAcc) == sizeof(TTap))
        {
            watch = SixWindows.Pool<T, TTap, TState, TAcc, TLoad, TReducer>(load, reducer, from, to, outputs, taps, _ones, watch);
            return;
        }

        switch (taps.Columns)
        {
            case 2 when taps.Rows > 1 && !reducer.IsLong: Pool<Two, TLoad, TReducer>(load, reducer, from, to, outputs, taps, ref watch); break;
            case 3 when taps.Rows > 1 && !reducer.IsLong: Pool<Three, TLoad, TReducer>(load, reducer, from, to, outputs, taps, ref watch); break;
            default: Pool<Any, TLoad, TReducer>(load, reducer, from, to, outputs, taps, ref watch); break;
        }
    }

    private void WriteRows(in Window depth, in Window height)
    {
        long* row = _rows;
        for (long i = 0; i < depth.Count; i++)
            for (long j = 0; j < height.Count; j++) *row++ = i * depth.Step * _from.Depth + j * height.Step * _from.Height;
    }

    /// <summary>Makes outputs register by register.</summary>
    // Bounds: windows are clipped to the input, and registers to the channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Pool<TSide, TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, ref TTap watch)
        where TSide : struct, ISide
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        TTap seen = watch;
        long* starts = taps.Starts;
        byte* ones = _ones;
        long rows = taps.Rows, columns = TSide.Of(taps.Columns), next = taps.Next, divisor = taps.Divisor;
        long second = starts[1], length = outputs.Length, last = Math.Max(0, length - TTap.Count);
        for (long pixel = outputs.Count; pixel > 0; pixel--, from += outputs.From, to += outputs.To)
        {
            for (long i = 0; i < length; i += TTap.Count)
            {
                // The last register steps back over outputs already written, where there is room.
                i = Math.Min(i, last);
                var window = new OneWindow<T, TTap, TState, TAcc, TReducer>(reducer, none);
                T* tap = from + i;
                if (TReducer.LiftsFrom)
                {
                    for (long row = 0; row < rows; row++)
                    {
                        T* at = tap + starts[row];
                        window.Take(load, at);
                        if (columns > 1) window.Take(load, at + next);
                        if (columns > 2) window.Take(load, at + 2 * next);
                        for (long k = 3; k < columns; k++) window.Take(load, at + k * next);
                    }
                }
                else if (typeof(TSide) != typeof(Any))
                {
                    load.Walk(ref window, tap, columns, next);
                    load.Walk(ref window, tap + second, columns, next);
                    for (long row = 2; row < rows; row++) load.Walk(ref window, tap + starts[row], columns, next);
                }
                else
                {
                    for (long row = 0; row < rows; row++) load.Walk(ref window, tap + starts[row], columns, next);
                }

                seen = TReducer.WatchState(reducer.Watch(seen, window.Seen), window.State);
                load.Store(reducer.Finish(window.State, ones, divisor), to + i);
            }
        }

        watch = seen;
    }

    /// <summary>Prefetches, of the rows that no output above has read, what windows some pixels further on will.</summary>
    private void AskAhead(T* from, in PixelTaps taps, long elements)
    {
        for (long i = Math.Max(0, taps.Rows - _plan.Depth.Stride * taps.OfOneDepth); i < taps.Rows; i += taps.OfOneDepth)
            for (long j = taps.OfOneDepth - Math.Min(taps.OfOneDepth, _fresh); j < taps.OfOneDepth; j++) Prefetch.Behind(from + _rows[i + j], elements * sizeof(T), _ahead);
    }
}
