using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Small windows of stride 1 around each input, of rows that follow each other in memory: a plane is walked as one long row. What windows choose of one row of theirs, by registers shifted against
/// their neighbours, lies in lines of values and numbers; what belongs to another row counts as padding there. Of lines a row apart the windows choose once more, the upper row first.
/// </summary>
internal readonly unsafe partial struct IndexedShifts<T, TTap, TNumber, TNumbers> : IIndexedWindows<IndexedShifts<T, TTap, TNumber, TNumbers>, T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    /// <summary>What the lines of a band and what each table may take: parts of a first-level cache.</summary>
    private const long LineBytes = 16 << 10, TableBytes = 2 << 10;

    /// <summary>The longest row: of longer ones the lines of a window leave the nearer caches.</summary>
    private const long LongestRow = 16 << 10;

    /// <summary>How far ahead the output is asked for, in bytes.</summary>
    private const long OutputDistance = 2048;

    private readonly AxisPlan _height;
    private readonly long _width, _kernel, _step, _nextDepth;

    /// <summary>Rows of a table and of a band, and those above and below an output that its window reads.</summary>
    private readonly long _tableRows, _bandRows, _reach;

    /// <summary>Elements of a table.</summary>
    private readonly long _table;

    /// <summary>For every tap beside the middle one bounds of the columns: none, or that the tap lies outside.</summary>
    private readonly T* _bounds;

    /// <summary>For every column the number of the first tap inside the input, in its row.</summary>
    private readonly TNumber* _heads;

    private readonly T* _values;
    private readonly TNumber* _numbers;

    private IndexedShifts(in PoolJob job, byte* scratch)
    {
        (_height, _width, _kernel, _step, _nextDepth) = (job.Plan.Height, job.Plan.Width.InputLength, job.Plan.Width.Kernel, job.Plan.Width.Dilation, job.InputLayout.Depth);
        (_tableRows, _bandRows, _reach, _table) = (TableRows(_width), BandRows(job.Plan), _height.Before, Table(_width));
        _bounds = (T*)scratch;
        _heads = (TNumber*)(_bounds + (_kernel - 1) * _table);
        _values = (T*)(_heads + _table);
        _numbers = (TNumber*)(_values + Lines(job.Plan));
    }

    public static string Name => "shifts";

    public static bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        AxisPlan height = plan.Height, width = plan.Width;
        return plan.Slides && plan.Depth.Kernel == 1 && IsCentered(height) && IsCentered(width) && height.Kernel == width.Kernel && height.Dilation == width.Dilation
            && (width.Kernel == 3 ? width.Dilation <= 2 : width.Kernel == 5 && width.Dilation == 1)
            && job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && job.Offsets.Layout.Width == 1 && job.Offsets.Size == 1
            && job.InputLayout.Height == width.InputLength && job.OutputLayout.Height == width.InputLength && job.Offsets.Layout.Height == width.InputLength
            && width.InputLength <= LongestRow / sizeof(T) && height.InputLength > TTap.Count / width.InputLength;
    }

    public static long Channels(in PoolJob job) => job.Plan.Channels;

    static long IIndexedWindows<IndexedShifts<T, TTap, TNumber, TNumbers>, T, TTap>.Lines(PoolPlan plan) => 1;

    public static IndexedShifts<T, TTap, TNumber, TNumbers> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        AxisPlan width = job.Plan.Width;
        var windows = new IndexedShifts<T, TTap, TNumber, TNumbers>(job, Scratch.Of(width.Kernel * Table(width.InputLength) * sizeof(T) + 2 * Lines(job.Plan) * sizeof(T)));
        windows.WriteTables(width, reducer.NoBound, reducer.Lift(reducer.Padding));
        return windows;
    }

    /// <summary>Makes the lines of every band, and chooses of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Pool<TReducer>(TReducer reducer, in IndexedSlice<T> slice, long first, long end, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        T* input = slice.Input + slice.Depth.Start * _nextDepth;
        long shared = 2 * _reach * _width, last;
        for (long h = first; h < end; h = last)
        {
            last = Math.Min(end, h + _bandRows);
            long row = h - _reach;
            if (h > first)
            {
                Buffer.MemoryCopy(_values + _bandRows * _width, _values, shared * sizeof(T), shared * sizeof(T));
                Buffer.MemoryCopy(_numbers + _bandRows * _width, _numbers, shared * sizeof(T), shared * sizeof(T));
                row += 2 * _reach;
            }

            Fill(reducer, input, h - _reach, row, last + _reach, ref watch);
            long count = (last - h) * _width;
            T* to = slice.Output + h * _width;
            byte* marks = slice.Offsets + h * _width;
            if (count >= TTap.Count) Down(reducer, count, to, marks);
            else DownPart(reducer, count, to, marks);
        }
    }

    /// <summary>Writes what holds for most columns, and then what differs beside the ends of rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void WriteTables(AxisPlan width, TTap inside, TTap outside)
    {
        T* bounds = _bounds;
        for (long i = 0; i < (_kernel - 1) * _table; i += TTap.Count) TTap.Store(inside, bounds + i);
        for (long i = 0; i < _table; i += TTap.Count) TNumbers.Store(default, _heads + i);
        for (long row = 0; row < _table; row += _width)
        {
            long length = Math.Min(_width, _table - row);
            for (long column = 0; column < Math.Min(width.Before, length); column++)
            {
                long before = (width.Before - column + _step - 1) / _step;
                _heads[row + column] = *(TNumber*)&before;
                for (long tap = 0; tap < before; tap++) bounds[tap * _table + row + column] = *(T*)&outside;
            }

            for (long column = Math.Max(0, _width - width.Before); column < length; column++)
            {
                // As far from the end as the mirrored column from the beginning, and taps in the opposite order.
                long behind = (width.Before - (_width - 1 - column) + _step - 1) / _step;
                for (long tap = 0; tap < behind; tap++) bounds[(_kernel - 2 - tap) * _table + row + column] = *(T*)&outside;
            }
        }
    }

    /// <summary>Whether windows lie around each input.</summary>
    private static bool IsCentered(AxisPlan axis) => axis.Stride == 1 && 2 * axis.Before == axis.Span - 1 && axis.OutputLength == axis.InputLength;

    private static long TableRows(long width) => Math.Max(1, TableBytes / (width * sizeof(T)));

    /// <summary>Whole registers.</summary>
    private static long Table(long width) => (TableRows(width) * width + TTap.Count - 1) / TTap.Count * TTap.Count;

    private static long BandRows(PoolPlan plan) =>
        Math.Min(plan.Height.OutputLength, Math.Max(LineBytes / (2 * sizeof(T) * plan.Width.InputLength), 2 * plan.Height.Span) - 2 * plan.Height.Before);

    /// <summary>Elements of the lines of values, and of those of numbers; behind the last there is room for a register.</summary>
    private static long Lines(PoolPlan plan) => Scratch.Round((BandRows(plan) + 2 * plan.Height.Before) * plan.Width.InputLength + TTap.Count);

    /// <summary>Makes the lines of rows, of which those outside the input are padding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Fill<TReducer>(TReducer reducer, T* input, long top, long row, long end, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        // In their order, for what is written behind a row is the next one's.
        for (; row < 0; row++) Clear(reducer, (row - top) * _width, (_step - 1 - row) / _step * _kernel);
        for (long some, inside = Math.Min(end, _height.InputLength); row < inside; row += some)
        {
            some = Math.Min(inside - row, _tableRows);
            T* from = input + row * _width;
            long count = some * _width, readable = (_height.InputLength - row) * _width, place = (row - top) * _width;
            // So many registers have a whole one behind them.
            long whole = Math.Clamp((readable / TTap.Count - 1) * TTap.Count, 0, (count + TTap.Count - 1) / TTap.Count * TTap.Count);
            watch = Along(new UnitLoad<T, TTap>(), reducer, from, 0, whole, place, watch);
            if (whole < count) watch = Along(new EndLoad<T, TTap>(from + readable, reducer.Padding), reducer, from, whole, count, place, watch);
        }

        for (; row < end; row++) Clear(reducer, (row - top) * _width, 0);
    }

    /// <summary>A line of padding: above the input its numbers are those of the first row inside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Clear<TReducer>(TReducer reducer, long place, long number)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        TTap none = reducer.Lift(reducer.Padding);
        TNumbers before = NumberLine.Fill<TNumbers, TNumber>(number);
        for (long i = 0; i < _width; i += TTap.Count)
        {
            TTap.Store(none, _values + place + i);
            TNumbers.Store(TNumbers.Load(_heads + i) + before, _numbers + place + i);
        }
    }

    private TTap Along<TLoad, TReducer>(TLoad load, TReducer reducer, T* from, long first, long end, long place, TTap watch)
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, IChoiceLanes<T, TTap> =>
        _kernel == 5 ? Along<Five, One, TLoad, TReducer>(load, reducer, from, first, end, place, watch)
        : _step == 2 ? Along<Three, Two, TLoad, TReducer>(load, reducer, from, first, end, place, watch)
        : Along<Three, One, TLoad, TReducer>(load, reducer, from, first, end, place, watch);

    /// <summary>Chooses along rows; their first element has a table's first place.</summary>
    // Bounds: a register behind the last one is loaded; stored is what lies behind the last row, too.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Along<TTaps, TStep, TLoad, TReducer>(TLoad load, TReducer reducer, T* from, long first, long end, long place, TTap watch)
        where TTaps : struct, ISide
        where TStep : struct, ISide
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        if (first >= end) return watch;
        long table = _table;
        T* bounds = _bounds, to = _values + place;
        TNumber* heads = _heads, numbers = _numbers + place;
        TTap taps = load.Load(from + first), columns = reducer.Lift(taps), before = first > 0 ? reducer.Lift(TTap.Load(from + first - TTap.Count)) : default;
        (TTap left, _) = TTap.Neighbours<TStep>(before, columns);
        (TTap farLeft, _) = TTap.Neighbours<Two>(before, columns);
        watch = reducer.Watch(watch, taps);
        for (long i = first; i < end; i += TTap.Count)
        {
            taps = load.Load(from + i + TTap.Count);
            Prefetch.Line((byte*)(from + i) + Prefetch.Distance);
            watch = reducer.Watch(watch, taps);
            TTap next = reducer.Lift(taps);
            (TTap nextLeft, TTap right) = TTap.Neighbours<TStep>(columns, next);
            Chosen<TReducer> chosen;
            if (TTaps.Of(0) == 3)
            {
                chosen = new(reducer, reducer.Bound(left, TTap.Load(bounds + i)), TNumbers.Load(heads + i));
                chosen.Take(columns, 1);
                chosen.Take(reducer.Bound(right, TTap.Load(bounds + table + i)), 2);
            }
            else
            {
                (TTap nextFarLeft, TTap farRight) = TTap.Neighbours<Two>(columns, next);
                chosen = new(reducer, reducer.Bound(farLeft, TTap.Load(bounds + i)), TNumbers.Load(heads + i));
                chosen.Take(reducer.Bound(left, TTap.Load(bounds + table + i)), 1);
                chosen.Take(columns, 2);
                chosen.Take(reducer.Bound(right, TTap.Load(bounds + 2 * table + i)), 3);
                chosen.Take(reducer.Bound(farRight, TTap.Load(bounds + 3 * table + i)), 4);
                farLeft = nextFarLeft;
            }

            TTap.Store(chosen.Values, to + i);
            TNumbers.Store(chosen.Numbers, numbers + i);
            left = nextLeft;
            columns = next;
        }

        return watch;
    }

    /// <summary>What a register of windows chooses.</summary>
    private struct Chosen<TReducer>(TReducer reducer, TTap values, TNumbers numbers)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        public TTap Values = values;
        public TNumbers Numbers = numbers;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(TTap tap, long number)
        {
            Numbers = Unsafe.BitCast<TTap, TNumbers>(reducer.Choose(Values, tap, Unsafe.BitCast<TNumbers, TTap>(Numbers), Unsafe.BitCast<TNumbers, TTap>(NumberLine.Fill<TNumbers, TNumber>(number))));
            Values = reducer.Combine(Values, tap);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(TTap taps, TNumbers numbers, long more)
        {
            numbers += NumberLine.Fill<TNumbers, TNumber>(more);
            Numbers = Unsafe.BitCast<TTap, TNumbers>(reducer.Choose(Values, taps, Unsafe.BitCast<TNumbers, TTap>(Numbers), Unsafe.BitCast<TNumbers, TTap>(numbers)));
            Values = reducer.Combine(Values, taps);
        }
    }
}
