using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Chooses taps of pixels, lanes across what lies side by side: channels, or a row where windows are one element wide. All lanes count the same taps.</summary>
/// <param name="walk">Where pixels lie.</param>
internal readonly unsafe struct PixelChoice<T, TTap, TNumber, TNumbers>(PixelWalk walk)
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    /// <summary>Makes neighbouring pixels whose windows are alike.</summary>
    /// <param name="load">Loads taps.</param>
    /// <param name="reducer">Chooses.</param>
    /// <param name="from">The first tap of the first output.</param>
    /// <param name="to">The first output.</param>
    /// <param name="numbers">Its number.</param>
    /// <param name="taps">Where a window's taps lie, and their numbers.</param>
    /// <param name="alike">How many pixels.</param>
    /// <param name="watch">Notes the taps.</param>
    public TTap Choose<TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, TNumber* numbers, in NumberedTaps taps, long alike, TTap watch)
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long channels = walk.Channels, count = TTap.Count, next = walk.Stride * walk.Pixel;
        // The last register steps back over channels already written, where there is room.
        long whole = channels - channels % (4 * count), last = Math.Max(0, channels - count);
        Steps pixels = new(alike, next, walk.To, walk.Numbers), one = new(1, 0, 0, 0), apart = new(4, next, walk.To, walk.Numbers);
        // What the registers of a pixel, or the turns of all pixels, ask for are rows as long as theirs.
        long rows = walk.InOrder ? walk.Fresh : 1, turns = (channels + count - 1) / count;
        if (whole > 0) watch = Fours(load, reducer, from, to, numbers, taps, pixels, new(whole / (4 * count), 4 * count, 4 * count, 4 * count), new(4, count, count, count), new(0, rows * next, rows * next * 4 * count / whole), watch);
        // And where there are so many, and few pixels, the last four.
        if (whole > 0 && whole < channels && alike < 4)
        {
            long back = channels - 4 * count;
            return Fours(load, reducer, from + back, to + back, numbers + back, taps, pixels, new(1, 0, 0, 0), new(4, count, count, count), default, watch);
        }

        if (whole == 0 && alike == 1)
        {
            // One pixel's registers are alike, too.
            if (channels >= count) watch = Ones(load, reducer, from, to, numbers, taps, new(channels / count, count, count, count), watch);
            return channels % count == 0 ? watch : Ones(load, reducer, from + last, to + last, numbers + last, taps, pixels, watch);
        }

        for (long c = whole; c < channels; c += count)
        {
            c = Math.Min(c, last);
            if (alike < 4)
            {
                watch = Ones(load, reducer, from + c, to + c, numbers + c, taps, pixels, watch);
                continue;
            }

            Asks asks = walk.InOrder ? new(c / count * rows * alike / turns * next - c, 0, 4 * rows * next / turns) : new(0, 0, c == 0 ? 4 * next : 0);
            watch = Fours(load, reducer, from + c, to + c, numbers + c, taps, one, new(alike / 4, 4 * next, 4 * walk.To, 4 * walk.Numbers), apart, asks, watch);
            // The last four step back over pixels already written.
            long behind = alike - 4;
            if (alike % 4 != 0) watch = Fours(load, reducer, from + c + behind * next, to + c + behind * walk.To, numbers + c + behind * walk.Numbers, taps, one, one, apart, default, watch);
        }

        return watch;
    }

    /// <summary>Makes registers of outputs one by one.</summary>
    // Bounds: windows are clipped to the input, and registers to the channels; numbers have room for a register behind the last. (One method with the next would be too large to inline what it calls.)
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TTap Ones<TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, TNumber* numbers, in NumberedTaps taps, in Steps steps, TTap watch)
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        TTap none = reducer.Lift(reducer.Padding);
        TNumbers start = NumberLine.Fill<TNumbers, TNumber>(taps.Number), one = NumberLine.Fill<TNumbers, TNumber>(taps.TapNumbers);
        TNumbers nextRow = NumberLine.Fill<TNumbers, TNumber>(taps.RowNumbers - taps.Columns * taps.TapNumbers), nextDepth = NumberLine.Fill<TNumbers, TNumber>(taps.DepthNumbers);
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
    /// <param name="asks">What is asked for ahead.</param>
    /// <param name="watch">What was seen before.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Fours<TLoad, TReducer>(TLoad load, TReducer reducer, T* from, T* to, TNumber* numbers, in NumberedTaps taps, in Steps outer, in Steps inner, in Steps apart, in Asks asks, TTap watch)
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        TTap none = reducer.Lift(reducer.Padding);
        TNumbers start = NumberLine.Fill<TNumbers, TNumber>(taps.Number), one = NumberLine.Fill<TNumbers, TNumber>(taps.TapNumbers);
        TNumbers nextRow = NumberLine.Fill<TNumbers, TNumber>(taps.RowNumbers - taps.Columns * taps.TapNumbers), nextDepth = NumberLine.Fill<TNumbers, TNumber>(taps.DepthNumbers);
        long columns = taps.Columns, next = taps.Next, gap = apart.From;
        // Of the rows that no output above has read, what the windows some pixels further on will; or, in the order of memory, the row behind them and on.
        bool inOrder = walk.InOrder;
        long asked = walk.Fresh == 0 ? 0 : asks.Count, askDepth = Math.Max(0, taps.Depths - walk.FreshDepths), askRow = inOrder ? taps.Rows : Math.Max(0, taps.Rows - walk.Fresh), askEnd = inOrder ? taps.Rows + 1 : taps.Rows;
        for (long step = 0; step < outer.Count; step++)
        {
            T* first = from + step * outer.From, end = to + step * outer.To;
            TNumber* chosen = numbers + step * outer.Numbers;
            T* ask = from + asks.First + step * asks.Next + (inOrder ? 0 : walk.Ahead / sizeof(T));
            for (long four = 0; four < inner.Count; four++, first += inner.From, end += inner.To, chosen += inner.Numbers)
            {
                // Between one four and the next, for in one go there is more than can be on its way.
                for (long i = askDepth; asked > 0 && i < taps.Depths; i++)
                    for (long j = askRow; j < askEnd; j++) Prefetch.Behind(ask + i * taps.NextDepth + j * taps.NextRow, asked * sizeof(T), 0);
                ask += asked;
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

    /// <summary>How many pieces of work, and the distances between them in input, output and numbers.</summary>
    private readonly record struct Steps(long Count, long From, long To, long Numbers);

    /// <summary>Where what is asked for begins, behind the first tap, how far from pixel to pixel, and how many elements of a row each four asks for; none where this has been done.</summary>
    private readonly record struct Asks(long First, long Next, long Count);
}

/// <summary>Where pixels and what is asked for ahead of them lie, in elements.</summary>
/// <param name="Channels">How many elements a pixel has.</param>
/// <param name="Pixel">The distance between pixels of the input.</param>
/// <param name="Stride">How many pixels lie between windows.</param>
/// <param name="To">The distance between outputs.</param>
/// <param name="Numbers">The distance between their numbers.</param>
internal readonly record struct PixelWalk(long Channels, long Pixel, long Stride, long To, long Numbers)
{
    /// <summary>How far ahead input is asked for, in bytes, and how many new rows an output row has; none where the caches hold it all.</summary>
    public long Ahead { get; init; }

    /// <inheritdoc cref="Ahead"/>
    public long Fresh { get; init; }

    /// <summary>How many slices of a window are asked for.</summary>
    public long FreshDepths { get; init; }

    /// <summary>Whether the new rows of the next output row are asked for as they lie in memory, not each a little ahead of itself.</summary>
    public bool InOrder { get; init; }
}

/// <summary>Where the taps of a window lie, and how they are numbered.</summary>
/// <param name="Depths">How many depths.</param>
/// <param name="Rows">How many rows of each.</param>
/// <param name="Columns">How many taps of each row.</param>
/// <param name="NextDepth">The distance between depths, in elements.</param>
/// <param name="NextRow">The distance between rows.</param>
/// <param name="Next">The distance between taps.</param>
/// <param name="Number">The first tap's number.</param>
/// <param name="TapNumbers">How many numbers lie from tap to tap.</param>
/// <param name="RowNumbers">How many numbers a row has.</param>
/// <param name="DepthNumbers">How many numbers a depth has in rows outside the input.</param>
internal readonly record struct NumberedTaps(long Depths, long Rows, long Columns, long NextDepth, long NextRow, long Next, long Number, long TapNumbers, long RowNumbers, long DepthNumbers);
