using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Channels-last, 5×5 at stride 1 and of 16 bits smaller windows, too: a block of channels of a tile of pixels is copied with its padding, so that it lies together, and every register of every column of pixels is a strip,
/// walked down as those of rows are. Each row of a strip is folded once, where <see cref="IndexedPixels{T, TTap, TNumber, TNumbers}"/> looks at every tap of every window.
/// </summary>
internal readonly unsafe struct IndexedPixelStrips<T, TTap, TNumber, TNumbers> : IIndexedWindows<IndexedPixelStrips<T, TTap, TNumber, TNumbers>, T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    /// <summary>Bytes of a block: two cache lines, which the machine fetches together.</summary>
    private const long BlockBytes = 128;

    /// <summary>The most columns and rows of a tile: its copy stays in the second-level cache.</summary>
    private const long MostColumns = 32, MostRows = 32;

    /// <summary>Bytes of an element whose windows smaller than 5×5 are worth a copy: 16-bit floats take most instructions per tap. Measured.</summary>
    private const long CostlyBytes = 2;

    /// <summary>How far windows may reach.</summary>
    private const long MostSpan = 13;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to, _marks;

    /// <summary>The tile's columns, and the block.</summary>
    private readonly long _column, _columns, _channel, _channels;

    /// <summary>From row to row of the copy: an odd number of cache lines, so that those of a column do not compete for the same places.</summary>
    private readonly long _room;

    /// <summary>For each column a register of the number, in its row, of the first tap inside the input.</summary>
    private readonly TNumber* _heads;
    private readonly T* _copy;

    private IndexedPixelStrips(in PoolJob job, long number, byte* scratch)
    {
        (_plan, _from, _to, _marks) = (job.Plan, job.InputLayout, job.OutputLayout, job.Offsets.Layout);
        var (block, tile) = Math.DivRem(number, Tiles(_plan));
        (_column, _columns) = Line.Cut(_plan.Width.OutputLength, Tiles(_plan), 1, tile);
        _channel = block * Block;
        _channels = Math.Min(Block, _plan.Channels - _channel);
        _room = Room(_plan);
        _heads = (TNumber*)scratch;
        _copy = (T*)(scratch + HeadBytes);
        for (long column = 0; column < _columns; column++) TNumbers.Store(NumberLine.Fill<TNumbers, TNumber>(_plan.Width[_column + column].Before), _heads + column * TTap.Count);
    }

    public static string Name => "pixel strips";

    private static long Block => BlockBytes / sizeof(T);

    private static long HeadBytes => MostColumns * sizeof(TTap);

    public static bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        return job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && job.Offsets.Layout.Channel == 1 && job.Offsets.Size == 1 && plan.Channels % TTap.Count == 0
            && plan.Width.Stride == 1 && (plan.Width.Kernel == 5 || sizeof(T) == CostlyBytes) && StripChoice<T, TTap, TNumber, TNumbers>.Suits(plan) && plan.Width.Span <= MostSpan && plan.Height.Span <= MostSpan && plan.Height.OutputLength > 1;
    }

    public static long Channels(in PoolJob job) => 1;

    public static long Lines(PoolPlan plan) => (plan.Channels + Block - 1) / Block * Tiles(plan);

    public static IndexedPixelStrips<T, TTap, TNumber, TNumbers> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long rows = Math.Min(MostRows, job.Plan.Height.OutputLength) - 1 + job.Plan.Height.Span;
        var windows = new IndexedPixelStrips<T, TTap, TNumber, TNumbers>(job, number, Scratch.Of(HeadBytes + rows * Room(job.Plan) * sizeof(T)));
        windows.Clear(reducer.Padding, 0, rows, windows.Inside);
        return windows;
    }

    public void Pool<TReducer>(TReducer reducer, in IndexedSlice<T> slice, long first, long end, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long step = _plan.Height.Dilation;
        T* output = slice.Output + _column * _to.Width + _channel;
        byte* marks = slice.Offsets + _column * _marks.Width + _channel;
        for (long h = first, last; h < end; h = last)
        {
            last = Math.Min(end, h + MostRows);
            watch = Copy(reducer, slice.Input + slice.Depth.Start * _from.Depth, h, last, watch);
            for (long column = 0; column < _columns; column++)
            {
                for (long c = 0; c < _channels; c += TTap.Count)
                {
                    // Dilated windows are dense ones of every n-th row.
                    for (long phase = h; phase < Math.Min(h + step, last); phase++)
                    {
                        T* to = output + phase * _to.Height + column * _to.Width + c;
                        StripChoice<T, TTap, TNumber, TNumbers>.Down(reducer, new(_plan, _heads + column * TTap.Count, phase, last)
                        {
                            From = _copy + (phase - h) * _room + column * Block + c,
                            RowStep = _room * step,
                            TapStep = _plan.Width.Dilation * Block,
                            To = to,
                            ToStep = _to.Height * step,
                            Marks = marks + phase * _marks.Height + column * _marks.Width + c,
                            MarkStep = _marks.Height * step,
                            Next = (byte*)(to + _to.Width),
                            NextStep = _to.Height * step * sizeof(T),
                        });
                    }
                }
            }
        }
    }

    private static long Tiles(PoolPlan plan) => (plan.Width.OutputLength + MostColumns - 1) / MostColumns;

    private static long Room(PoolPlan plan) => ((Math.Min(plan.Width.OutputLength, MostColumns) + plan.Width.Span - 1) * BlockBytes / Prefetch.CacheLine | 1) * Prefetch.CacheLine / sizeof(T);

    /// <summary>Which of the tile's columns lie inside the input.</summary>
    private (long From, long To) Inside
    {
        get
        {
            long start = _plan.Width.Start(_column), end = start + _columns - 1 + _plan.Width.Span, from = Math.Clamp(0, start, end);
            return (from - start, Math.Clamp(_plan.Width.InputLength, from, end) - start);
        }
    }

    /// <summary>Fills rows with padding, but for some columns.</summary>
    private void Clear(TTap padding, long first, long end, (long From, long To) but)
    {
        for (long row = first; row < end; row++)
        {
            T* start = _copy + row * _room;
            for (T* to = start; to < start + but.From * Block; to += TTap.Count) TTap.Store(padding, to);
            for (T* to = start + but.To * Block; to < start + (_columns - 1 + _plan.Width.Span) * Block; to += TTap.Count) TTap.Store(padding, to);
        }
    }

    /// <summary>Copies what output rows from <paramref name="first"/> up to <paramref name="end"/> read; rows outside the input are padding.</summary>
    private TTap Copy<TReducer>(TReducer reducer, T* input, long first, long end, TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long top = _plan.Height.Start(first), bottom = top + end - 1 - first + _plan.Height.Span, from = Math.Clamp(0, top, bottom), to = Math.Clamp(_plan.Height.InputLength, from, bottom);
        Clear(reducer.Padding, 0, from - top, default);
        Clear(reducer.Padding, to - top, bottom - top, default);
        var inside = Inside;
        return Copy(reducer, input + from * _from.Height + (_plan.Width.Start(_column) + inside.From) * _from.Width + _channel, to - from, inside.To - inside.From, _copy + (from - top) * _room + inside.From * Block, watch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Copy<TReducer>(TReducer reducer, T* from, long rows, long columns, T* to, TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        TTap seen = watch, seenToo = default;
        long channels = _channels, block = Block, next = _from.Width, nextRow = _from.Height, room = _room;
        for (; rows > 0; rows--, from += nextRow, to += room)
        {
            T* pixel = from, copy = to;
            for (long column = 0; column < columns; column++, pixel += next, copy += block)
            {
                // What the next block will be.
                Prefetch.Line(pixel + block);
                Prefetch.Line((byte*)(pixel + block) + Prefetch.CacheLine);
                long c = 0;
                for (; c + 2 * TTap.Count <= channels; c += 2 * TTap.Count)
                {
                    TTap taps = TTap.Load(pixel + c), more = TTap.Load(pixel + c + TTap.Count);
                    seen = reducer.Watch(seen, taps);
                    seenToo = reducer.Watch(seenToo, more);
                    TTap.Store(taps, copy + c);
                    TTap.Store(more, copy + c + TTap.Count);
                }

                if (c == channels) continue;
                TTap rest = TTap.Load(pixel + c);
                seen = reducer.Watch(seen, rest);
                TTap.Store(rest, copy + c);
            }
        }

        return reducer.Watch(seen, seenToo);
    }
}
