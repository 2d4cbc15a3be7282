using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Channels that lie side by side: lanes across the channels, so that every lane has the same window. The taps come one after the other in
/// row-major order, as in <see cref="RowWindows{T, TTap, TState, TAcc}"/>. Four registers of outputs are made together, that none need wait for
/// its own last tap: four of one pixel where it has so many, else one each of four pixels.
/// </summary>
internal readonly unsafe struct PixelWindows<T, TTap, TState, TAcc> : ILineWindows<PixelWindows<T, TTap, TState, TAcc>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly PixelTable _pixels;
    private readonly byte* _ones;

    /// <summary>Where the rows of a window begin, those of all its depths, from its first tap on.</summary>
    private readonly long* _rows;

    /// <summary>How far ahead input is asked for, in bytes, and how many new rows an output row has; none where the caches hold it all.</summary>
    private readonly long _ahead, _fresh;

    private PixelWindows(in PoolJob job, PixelTable pixels, long* rows, byte* ones)
    {
        (_plan, _from, _to, _pixels) = (job.Plan, job.InputLayout, job.OutputLayout, pixels);
        _rows = rows;
        _ones = ones;
        _ahead = Prefetch.Multiple(_from.Width * sizeof(T));
        _fresh = Prefetch.Pays(_plan.InputElements * sizeof(T)) ? _plan.Height.Stride : 0;
    }

    public static string Name => "pixels";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && Registers.Suit<TTap, T>(job.Plan.Channels) && PixelTable.Fits(job.Plan);

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

    private static long RowBytes(PoolPlan plan) => Scratch.Round(plan.Depth.MaxCount * plan.Height.MaxCount * sizeof(long));

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (_plan.Channels >= TTap.Count) Pool(new UnitLoad<T, TTap>(), reducer, input, output, depth, first, end, ref watch);
        else Pool(new ShortLoad<T, TTap>(_plan.Channels, reducer.Padding), reducer, input, output, depth, first, end, ref watch);
    }

    // Reducers too long for four at a time have states of several registers, which wait as little.
    private void Pool<TLoad, TReducer>(TLoad load, TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long channels = _plan.Channels, count = TTap.Count, next = _plan.Width.Stride * _from.Width;
        // The last register steps back over channels already written, where there is room.
        long fewest = reducer.IsLong ? long.MaxValue : 4, whole = reducer.IsLong ? 0 : channels - channels % (4 * count), last = Math.Max(0, channels - count);
        long rows = 0;
        for (long h = first; h < end; h++)
        {
            Window height = _plan.Height[h];
            if (height.Count != rows) WriteRows(depth, height);
            rows = height.Count;
            T* corner = input + depth.Start * _from.Depth + height.Start * _from.Height, row = output + h * _to.Height;
            long factor = _plan.OuterDivisor(depth.Extent * height.Extent);
            for (long pixel = 0, alike; pixel < _pixels.Count; pixel += alike)
            {
                PixelTable.Entry entry = _pixels[pixel];
                alike = entry.Alike;
                var taps = new Taps(entry.Count > 0 ? depth.Count * rows : 0, rows, entry.Count, _pixels.Step, factor * entry.Divisor);
                T* from = corner + entry.Start, to = row + pixel * _to.Width;
                if (whole > 0) watch = Fours(load, reducer, from, to, taps, new(alike, next, _to.Width), new(whole / (4 * count), 4 * count, 4 * count), count, count, watch);
                for (long c = whole; c < channels; c += count)
                {
                    c = Math.Min(c, last);
                    if (alike < fewest) watch = Ones(load, reducer, from + c, to + c, taps, new(alike, next, _to.Width), watch);
                    else watch = Fours(load, reducer, from + c, to + c, taps, new(1, 0, 0), new(alike / 4, 4 * next, 4 * _to.Width), next, _to.Width, watch);
                    // The last four step back over pixels already written.
                    long back = alike - 4;
                    if (alike > fewest && alike % 4 != 0) watch = Fours(load, reducer, from + c + back * next, to + c + back * _to.Width, taps, new(1, 0, 0), new(1, 0, 0), next, _to.Width, watch);
                }
            }
        }
    }

    private void WriteRows(in Window depth, in Window height)
    {
        long* row = _rows;
        for (long i = 0; i < depth.Count; i++)
            for (long j = 0; j < height.Count; j++) *row++ = i * depth.Step * _from.Depth + j * height.Step * _from.Height;
    }

    /// <summary>Makes registers of outputs one by one.</summary>
    // Bounds: windows are clipped to the input, and registers to the channels. (One method with the next would be too large to inline what it calls.)
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Ones<TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, in Taps taps, in Steps steps, TTap watch)
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        long* starts = _rows;
        long rows = taps.Rows, columns = taps.Columns, next = taps.Next;
        for (long step = 0; step < steps.Count; step++, from += steps.From, to += steps.To)
        {
            var window = new OneWindow<T, TTap, TState, TAcc, TReducer>(reducer, none);
            for (long row = 0; row < rows; row++)
            {
                T* tap = from + starts[row];
                for (long k = 0; k < columns; k++, tap += next) window.Take(load.Load(tap));
            }

            watch = reducer.Watch(watch, window.Seen);
            load.Store(reducer.Finish(window.State, _ones, taps.Divisor), to);
        }

        return watch;
    }

    /// <summary>Makes registers of outputs four by four.</summary>
    /// <param name="load">Loads taps.</param>
    /// <param name="reducer">Combines them.</param>
    /// <param name="from">The first tap of the first output.</param>
    /// <param name="to">The first output.</param>
    /// <param name="taps">Where a window's taps lie.</param>
    /// <param name="outer">The pixels.</param>
    /// <param name="inner">The fours of each.</param>
    /// <param name="apart">The distance between the four, in the input.</param>
    /// <param name="toApart">The same in the output.</param>
    /// <param name="watch">What was seen before.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Fours<TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, in Taps taps, in Steps outer, in Steps inner, long apart, long toApart, TTap watch)
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        long* starts = _rows;
        long rows = taps.Rows, columns = taps.Columns, next = taps.Next;
        for (long step = 0; step < outer.Count; step++)
        {
            T* start = from + step * outer.From, end = to + step * outer.To;
            if (_fresh > 0) AskAhead(start, taps, inner.Count * 4 * apart);
            for (long four = 0; four < inner.Count; four++, start += inner.From, end += inner.To)
            {
                OneWindow<T, TTap, TState, TAcc, TReducer> first = new(reducer, none), second = new(reducer, none), third = new(reducer, none), fourth = new(reducer, none);
                for (long row = 0; row < rows; row++)
                {
                    T* tap = start + starts[row];
                    for (long k = 0; k < columns; k++, tap += next)
                    {
                        first.Take(load.Load(tap));
                        second.Take(load.Load(tap + apart));
                        third.Take(load.Load(tap + 2 * apart));
                        fourth.Take(load.Load(tap + 3 * apart));
                    }
                }

                watch = reducer.Watch(reducer.Watch(reducer.Watch(reducer.Watch(watch, first.Seen), second.Seen), third.Seen), fourth.Seen);
                load.Store(reducer.Finish(first.State, _ones, taps.Divisor), end);
                load.Store(reducer.Finish(second.State, _ones, taps.Divisor), end + toApart);
                load.Store(reducer.Finish(third.State, _ones, taps.Divisor), end + 2 * toApart);
                load.Store(reducer.Finish(fourth.State, _ones, taps.Divisor), end + 3 * toApart);
            }
        }

        return watch;
    }

    /// <summary>Prefetches, of the rows that no output above has read, what the windows some pixels further on will.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AskAhead(T* start, in Taps taps, long elements)
    {
        long pixels = elements <= _plan.Channels ? _plan.Width.Stride : 1, bytes = elements * sizeof(T);
        for (long i = 0; i < taps.Rows; i += taps.OfOneDepth)
        {
            for (long j = taps.OfOneDepth - Math.Min(taps.OfOneDepth, _fresh); j < taps.OfOneDepth; j++)
                for (long k = 0; k < pixels; k++) Prefetch.Behind(start + _rows[i + j] + k * _from.Width, bytes, _ahead);
        }
    }

    /// <summary>The taps of a window.</summary>
    /// <param name="Rows">How many rows they lie in, depths counted.</param>
    /// <param name="OfOneDepth">How many of these are of one depth.</param>
    /// <param name="Columns">How many taps each row has.</param>
    /// <param name="Next">The distance between them, in elements.</param>
    /// <param name="Divisor">What an average divides by.</param>
    private readonly record struct Taps(long Rows, long OfOneDepth, long Columns, long Next, long Divisor);

    /// <summary>How many pieces of work, and the distances between them in input and output.</summary>
    private readonly record struct Steps(long Count, long From, long To);
}
