using System.Runtime.CompilerServices;

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

    /// <summary>How far ahead input is asked for, in bytes, and how many new rows an output row has; none where the caches hold it all.</summary>
    private readonly long _ahead, _fresh;

    /// <summary>Whether a window is all there is, so that what comes next lies beside its taps: one after the other they are pages apart.</summary>
    private readonly bool _isWhole;

    private IndexedPixels(in PoolJob job, PixelTable pixels, byte* numbers)
    {
        (_plan, _from, _to, _marks, _size, _pixels) = (job.Plan, job.InputLayout, job.OutputLayout, job.Offsets.Layout, job.Offsets.Size, pixels);
        _numbers = (TNumber*)numbers;
        _ahead = Prefetch.Multiple(_from.Width * sizeof(T));
        _isWhole = Prefetch.Pays(_plan.InputElements * sizeof(T)) && _plan.Taps == _plan.MaxCount && _plan.IsGlobal;
        _fresh = Prefetch.Pays(_plan.InputElements * sizeof(T)) && !_isWhole ? _plan.Height.Stride : 0;
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
        if (_plan.Channels >= TTap.Count) Pool(new UnitLoad<T, TTap>(), reducer, slice, first, end, ref watch);
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
                    var taps = new Taps(depth.Count, height.Count, entry.Count, depth.Step * _from.Depth, height.Step * _from.Height, _pixels.Step, number + entry.Before, columns.Kernel, (_plan.Height.Kernel - height.Count) * columns.Kernel);
                    watch = Alike(load, reducer, corner + entry.Start, row + pixel * _to.Width, _numbers + (pixel - chunk) * channels, taps, alike, watch);
                }

                NumberLine.Write<TNumbers, TNumber>(_numbers, (chunkEnd - chunk) * channels, offsets + chunk * channels * _size, _size);
            }
        }
    }

    /// <summary>Makes neighbouring pixels whose windows are alike.</summary>
    private TTap Alike<TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, TNumber* numbers, in Taps taps, long alike, TTap watch)
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long channels = _plan.Channels, count = TTap.Count, next = _plan.Width.Stride * _from.Width;
        // The last register steps back over channels already written, where there is room.
        long whole = channels - channels % (4 * count), last = Math.Max(0, channels - count);
        Steps pixels = new(alike, next, _to.Width, channels), one = new(1, 0, 0, 0), apart = new(4, next, _to.Width, channels);
        if (whole > 0) watch = Fours(load, reducer, from, to, numbers, taps, pixels, new(whole / (4 * count), 4 * count, 4 * count, 4 * count), new(4, count, count, count), watch);
        for (long c = whole; c < channels; c += count)
        {
            c = Math.Min(c, last);
            if (alike < 4)
            {
                watch = Ones(load, reducer, from + c, to + c, numbers + c, taps, pixels, watch);
                continue;
            }

            watch = Fours(load, reducer, from + c, to + c, numbers + c, taps, one, new(alike / 4, 4 * next, 4 * _to.Width, 4 * channels), apart, watch);
            // The last four step back over pixels already written.
            long back = alike - 4;
            if (alike % 4 != 0) watch = Fours(load, reducer, from + c + back * next, to + c + back * _to.Width, numbers + c + back * channels, taps, one, one, apart, watch);
        }

        return watch;
    }

    /// <summary>Makes registers of outputs one by one.</summary>
    // Bounds: windows are clipped to the input, and registers to the channels; numbers have room for a register behind the last. (One method with the next would be too large to inline what it calls.)
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TTap Ones<TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, TNumber* numbers, in Taps taps, in Steps steps, TTap watch)
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        TTap none = reducer.Lift(reducer.Padding);
        TNumbers start = NumberLine.Fill<TNumbers, TNumber>(taps.Number), one = NumberLine.Fill<TNumbers, TNumber>(1);
        TNumbers nextRow = NumberLine.Fill<TNumbers, TNumber>(taps.RowNumbers - taps.Columns), nextDepth = NumberLine.Fill<TNumbers, TNumber>(taps.DepthNumbers);
        for (long step = 0; step < steps.Count; step++, from += steps.From, to += steps.To, numbers += steps.Numbers)
        {
            var window = new CountedTaps<T, TTap, TNumber, TNumbers, TReducer>(reducer, none, start, start, one);
            for (long i = 0; i < taps.Depths; i++, window.Next += nextDepth)
            {
                for (long j = 0; j < taps.Rows; j++, window.Next += nextRow)
                {
                    T* tap = from + i * taps.NextDepth + j * taps.NextRow;
                    for (long k = 0; k < taps.Columns; k++, tap += taps.Next) window.Take(load.Load(tap));
                }
            }

            watch = reducer.Watch(watch, window.Chosen.Seen);
            load.Store(reducer.Finish(window.Chosen.Values, null, 1), to);
            TNumbers.Store(window.Chosen.Numbers, numbers);
        }

        return watch;
    }

    /// <summary>Makes registers of outputs four by four.</summary>
    /// <param name="load">Loads taps.</param>
    /// <param name="reducer">Chooses.</param>
    /// <param name="from">The first tap of the first output.</param>
    /// <param name="to">The first output.</param>
    /// <param name="numbers">Its number.</param>
    /// <param name="taps">Where a window's taps lie, and their numbers.</param>
    /// <param name="outer">The pixels.</param>
    /// <param name="inner">The fours of each.</param>
    /// <param name="apart">The distances between the four.</param>
    /// <param name="watch">What was seen before.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Fours<TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, TNumber* numbers, in Taps taps, in Steps outer, in Steps inner, in Steps apart, TTap watch)
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        TTap none = reducer.Lift(reducer.Padding);
        TNumbers start = NumberLine.Fill<TNumbers, TNumber>(taps.Number), one = NumberLine.Fill<TNumbers, TNumber>(1);
        TNumbers nextRow = NumberLine.Fill<TNumbers, TNumber>(taps.RowNumbers - taps.Columns), nextDepth = NumberLine.Fill<TNumbers, TNumber>(taps.DepthNumbers);
        long columns = taps.Columns, next = taps.Next, gap = apart.From;
        for (long step = 0; step < outer.Count; step++)
        {
            T* first = from + step * outer.From, end = to + step * outer.To;
            TNumber* chosen = numbers + step * outer.Numbers;
            if (_fresh > 0) AskAhead(first, taps, inner.Count * 4 * gap);
            for (long four = 0; four < inner.Count; four++, first += inner.From, end += inner.To, chosen += inner.Numbers)
            {
                if (_isWhole) AskBeside(first + 2 * inner.From, taps, inner.From);
                Choices<T, TTap, TNumber, TNumbers, TReducer> a = new(reducer, none, start), b = new(reducer, none, start), c = new(reducer, none, start), d = new(reducer, none, start);
                TNumbers number = start;
                for (long i = 0; i < taps.Depths; i++, number += nextDepth)
                {
                    for (long j = 0; j < taps.Rows; j++, number += nextRow)
                    {
                        T* tap = first + i * taps.NextDepth + j * taps.NextRow;
                        for (long k = 0; k < columns; k++, tap += next, number += one)
                        {
                            a.Take(load.Load(tap), number);
                            b.Take(load.Load(tap + gap), number);
                            c.Take(load.Load(tap + 2 * gap), number);
                            d.Take(load.Load(tap + 3 * gap), number);
                        }
                    }
                }

                watch = reducer.Watch(reducer.Watch(reducer.Watch(reducer.Watch(watch, a.Seen), b.Seen), c.Seen), d.Seen);
                load.Store(reducer.Finish(a.Values, null, 1), end);
                load.Store(reducer.Finish(b.Values, null, 1), end + apart.To);
                load.Store(reducer.Finish(c.Values, null, 1), end + 2 * apart.To);
                load.Store(reducer.Finish(d.Values, null, 1), end + 3 * apart.To);
                TNumbers.Store(a.Numbers, chosen);
                TNumbers.Store(b.Numbers, chosen + apart.Numbers);
                TNumbers.Store(c.Numbers, chosen + 2 * apart.Numbers);
                TNumbers.Store(d.Numbers, chosen + 3 * apart.Numbers);
            }
        }

        return watch;
    }

    /// <summary>Prefetches what the same taps of other channels will be.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AskBeside(T* first, in Taps taps, long elements)
    {
        for (long i = 0; i < taps.Depths; i++)
            for (long j = 0; j < taps.Rows; j++)
                for (long k = 0; k < taps.Columns; k++) Prefetch.Behind(first + i * taps.NextDepth + j * taps.NextRow + k * taps.Next, elements * sizeof(T), 0);
    }

    /// <summary>Prefetches, of the rows that no output above has read, what the windows some pixels further on will.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AskAhead(T* start, in Taps taps, long elements)
    {
        long pixels = elements <= _plan.Channels ? _plan.Width.Stride : 1, bytes = elements * sizeof(T);
        for (long i = 0; i < taps.Depths; i++)
        {
            for (long j = taps.Rows - Math.Min(taps.Rows, _fresh); j < taps.Rows; j++)
                for (long k = 0; k < pixels; k++) Prefetch.Behind(start + i * taps.NextDepth + j * taps.NextRow + k * _from.Width, bytes, _ahead);
        }
    }

    /// <summary>Where the taps of a window lie, and how they are numbered.</summary>
    /// <param name="Depths">How many depths.</param>
    /// <param name="Rows">How many rows of each.</param>
    /// <param name="Columns">How many taps of each row.</param>
    /// <param name="NextDepth">The distance between depths, in elements.</param>
    /// <param name="NextRow">The distance between rows.</param>
    /// <param name="Next">The distance between taps.</param>
    /// <param name="Number">The first tap's number.</param>
    /// <param name="RowNumbers">How many numbers a row has.</param>
    /// <param name="DepthNumbers">How many numbers a depth has in rows outside the input.</param>
    private readonly record struct Taps(long Depths, long Rows, long Columns, long NextDepth, long NextRow, long Next, long Number, long RowNumbers, long DepthNumbers);

    /// <summary>How many pieces of work, and the distances between them in input, output and numbers.</summary>
    private readonly record struct Steps(long Count, long From, long To, long Numbers);
}
