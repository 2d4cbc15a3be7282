using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Folds along the width where neighbours lie side by side: lanes across the width.</summary>
internal readonly unsafe struct WidthFold<T, TTap, TState, TAcc> : IRowFold<WidthFold<T, TTap, TState, TAcc>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>A line with the others of its window, in bytes: what the second-level cache holds beside the input.</summary>
    private const long CacheBytes = 1 << 20;

    /// <summary>Lines are at least as long as so many windows, whatever the cache holds: neighbouring lines both read a window's length. Measured.</summary>
    private const long Windows = 16;

    private const long ShortestLine = 512, LongestLine = 4096;

    /// <summary>From so many taps on, runs are doubled in place of being added tap by tap.</summary>
    private const long ManyTaps = 12;

    /// <summary>Rows are copied by so many at a time: read again at once, at other places, they would not have left the store buffer yet.</summary>
    private const long Batch = 8;

    /// <summary>And fewer of long ones, that their copies stay in the first-level cache: but two at least.</summary>
    private const long CopyCache = 8 << 10;

    /// <summary>Rows that are folded together take up to so much: what passes over them read and write stays in the first-level cache.</summary>
    private const long RunBytesTogether = 4096;

    /// <summary>Copies of rows that take more memory than this are not worth it.</summary>
    private const long MostCopyBytes = 1 << 26;

    private readonly Line _line;
    private readonly LaneExtents _extents;
    private readonly RunChain _chain;
    private readonly long _taps, _step, _stride, _room, _together;
    private readonly PaddedRow<T, TTap> _row;
    private readonly T* _padded;
    private readonly TState* _lifted, _runs;

    private WidthFold(in Line line, LaneExtents extents, in RunChain chain, PoolPlan plan, T* padded, TState* runs)
    {
        (_line, _extents, _chain) = (line, extents, chain);
        _runs = runs;
        _together = Together(RunLength(Need(plan.Width, line)));
        _lifted = runs + _together * RunLength(Need(plan.Width, line));
        AxisPlan width = plan.Width;
        (_taps, _step, _stride) = (width.Kernel, width.Dilation, width.LaneStride);
        _room = PaddedRow<T, TTap>.Room(Need(width, line));
        _row = new(line.Start * _stride - width.Before, Need(width, line), width.InputLength);
        _padded = padded + _row.Shift;
    }

    public static string Name => "folded rows";

    public static bool Accepts(in PoolJob job) =>
        job.Plan.Slides && job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && LaneExtents.Covers(job.Plan.Width) && Registers.Fill<TTap, T>(job.Plan.Width.OutputLength)
        && PaddedBytes(job.Plan, LineAt(job.Plan, 0)) <= MostCopyBytes;

    public static bool Pays(PoolPlan plan) => true;

    public static long Channels(PoolPlan plan) => plan.Channels;

    public static long Lines(PoolPlan plan)
    {
        long wanted = Math.Clamp(Math.Max(CacheBytes / (plan.Height.Kernel * sizeof(TState)), Windows * plan.Width.Kernel), ShortestLine, LongestLine);
        return (plan.Width.OutputLength + wanted - 1) / wanted;
    }

    public static Line LineAt(PoolPlan plan, long number)
    {
        var (start, block) = Line.Cut(plan.Width.OutputLength, Lines(plan), TTap.Count, number);
        return new(number, start, 1, block, (block + TTap.Count - 1) / TTap.Count * TTap.Count);
    }

    public static long ScratchBytes<TReducer>(TReducer reducer, PoolPlan plan, in Line line)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        LaneExtents.Bytes(plan.Width, TReducer.ExtentSize, TTap.Count) + RunChain.Bytes + PaddedBytes(plan, line) + RunBytes(plan, line);

    public static WidthFold<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, in PoolJob job, in Line line, byte* scratch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        LaneExtents extents = LaneExtents.Write<T, TTap, TState, TAcc, TReducer>(reducer, plan, scratch);
        scratch += LaneExtents.Bytes(plan.Width, TReducer.ExtentSize, TTap.Count);
        var chain = new RunChain(plan.Width.Kernel, plan.Width.Dilation, TReducer.IsIdempotent, scratch);
        scratch += RunChain.Bytes;
        var fold = new WidthFold<T, TTap, TState, TAcc>(line, extents, chain, plan, (T*)scratch, (TState*)(scratch + PaddedBytes(plan, line)));
        if (fold._row.IsInside) return fold;
        TTap padding = default(TReducer) is ILiftedOnce ? LiftedTaps<T, TTap, TState, TAcc, TReducer>.Keep(reducer.Padding) : reducer.Padding;
        for (long i = 0; i < Batch; i++) fold._row.Clear(padding, fold._padded + i * fold._room);
        return fold;
    }

    public long Factor(long row, long pixel) => 1;

    public byte* Extents(long state) => _extents.At(_line.Start + state);

    public void Fold<TReducer>(TReducer reducer, T* row, long rows, long rowStep, TState* states, long lineStep, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        while (rows > 0)
        {
            long count = Math.Min(rows, Math.Clamp(CopyCache / (_room * sizeof(T)), 2, Batch));
            if (_row.IsInside)
            {
                watch = Lines(reducer, row + _row.From, count, rowStep, states, lineStep, watch, isInput: true);
            }
            else if (default(TReducer) is ILiftedOnce)
            {
                watch = Copied(new LiftedTaps<T, TTap, TState, TAcc, TReducer>(reducer), row, count, rowStep, states, lineStep, watch);
            }
            else
            {
                watch = Copied(reducer, row, count, rowStep, states, lineStep, watch);
            }

            row += count * rowStep;
            states += count * lineStep;
            rows -= count;
        }
    }

    private TTap Copied<TReducer>(TReducer reducer, T* row, long rows, long rowStep, TState* states, long lineStep, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        watch = _row.Copy(reducer, row, rows, rowStep, _padded, watch);
        return Lines(reducer, _padded, rows, _room, states, lineStep, watch, isInput: false);
    }

    private TTap Lines<TReducer>(TReducer reducer, T* taps, long rows, long rowStep, TState* states, long lineStep, TTap watch, bool isInput)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (default(TReducer) is ITapSum && _stride == 1 && !Doubles(_taps, 1) && _line.Block >= TTap.Count)
        {
            // Starts of one row, and how far ahead of it memory is asked for.
            long* at = stackalloc long[] { 0, Prefetch.Distance / sizeof(T) };
            PixelGroups.Fold<T, TTap, TState, TAcc, UnitLoad<T, TTap>, TReducer>(default, reducer, taps, (T*)states, new(rows, rowStep, lineStep, 1, 0, 0, _line.Block, TTap.Count), new((nint)at, 1, (nint)(at + 1), isInput ? 1 : 0, _taps, _step, 1, ByRows: false), _extents.At(0), ref watch);
            return watch;
        }

        if (!Doubles(_taps, _stride))
            return _stride switch
            {
                1 => Taps(new UnitLoad<T, TTap>(), reducer, taps, rows, rowStep, states, lineStep, watch, isInput),
                2 => Taps(new SecondLoad<T, TTap>(), reducer, taps, rows, rowStep, states, lineStep, watch, isInput),
                3 => Taps(new ThirdLoad<T, TTap>(), reducer, taps, rows, rowStep, states, lineStep, watch, isInput),
                4 => Taps(new FourthLoad<T, TTap>(), reducer, taps, rows, rowStep, states, lineStep, watch, isInput),
                _ => Taps(new GatherLoad<T, TTap>(_stride), reducer, taps, rows, rowStep, states, lineStep, watch, isInput),
            };
        bool isLifted = default(TReducer) is ITapState && !isInput;
        long length = RunLength(_row.Need);
        for (long some; rows > 0; rows -= some, taps += some * rowStep, states += some * lineStep)
        {
            some = Math.Min(rows, _together);
            // A copy, which has been watched, is read where it lies if states are taps.
            for (long i = 0; i < some && !isLifted; i++) watch = Lift(reducer, taps + i * rowStep, _lifted + i * length, watch, isInput);
            RunRows<TState> first = isLifted ? new((TState*)taps, rowStep) : new(_lifted, length), runs = new(_runs, length), lines = new(states, lineStep);
            Runs.Fold<T, TTap, TState, TAcc, TReducer>(reducer, _chain, first, runs, _stride == 1 ? lines : runs, (_line.Block - 1) * _stride + 1, some);
            for (long row = 0; row < some && _stride > 1; row++)
                for (long i = 0; i < _line.Block; i++) states[row * lineStep + i] = _runs[row * length + i * _stride];
        }

        return watch;
    }

    private static bool Doubles(long taps, long stride) => taps >= ManyTaps * Math.Min(stride, 4);

    /// <summary>How many elements the loads of a line read, from its first tap on.</summary>
    private static long Need(AxisPlan width, in Line line) =>
        Doubles(width.Kernel, width.LaneStride) ? (line.Block - 1) * width.LaneStride + width.Span : StridedLoad.Need<TTap, T>(width, line.Block);

    private static long PaddedBytes(PoolPlan plan, in Line line) => Scratch.Round(Batch * PaddedRow<T, TTap>.Room(Need(plan.Width, line)) * sizeof(T));

    private static long RunBytes(PoolPlan plan, in Line line) =>
        Doubles(plan.Width.Kernel, plan.Width.LaneStride) ? Scratch.Round(2 * Together(RunLength(Need(plan.Width, line))) * RunLength(Need(plan.Width, line)) * sizeof(TState)) : 0;

    /// <summary>How many rows are folded together: each pass over them is a call.</summary>
    private static long Together(long length) => Math.Clamp(RunBytesTogether / (length * sizeof(TState)), 1, Batch);

    private static long RunLength(long need) => (need + 2 * TTap.Count - 1) / TTap.Count * TTap.Count + TTap.Count;

    /// <summary>All taps of the line as states, with padding behind them to fill a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Lift<TReducer>(TReducer reducer, T* from, TState* states, TTap watch, bool isInput)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long i = 0;
        for (; i + TTap.Count <= _row.Need; i += TTap.Count)
        {
            TTap taps = TTap.Load(from + i);
            if (isInput) Prefetch.Behind(from + i, sizeof(TTap));
            if (isInput) watch = reducer.Watch(watch, taps);
            TAcc.Store(reducer.Lift(taps), states + i);
        }

        if (i < _row.Need)
        {
            TTap taps = TTap.LoadPart(from + i, _row.Need - i, TReducer.Keep(reducer.Padding));
            if (isInput) watch = reducer.Watch(watch, taps);
            TAcc.Store(reducer.Lift(taps), states + i);
            i += TTap.Count;
        }

        TAcc.Store(reducer.Lift(TReducer.Keep(reducer.Padding)), states + i);
        return watch;
    }

    /// <summary>Combines every window's taps one after the other.</summary>
    // Bounds: Need says how far the loads go.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Taps<TLoad, TReducer>(TLoad load, TReducer reducer, T* from, long rows, long rowStep, TState* states, long lineStep, TTap watch, bool isInput)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long block = _line.Block, taps = _taps, step = _step, stride = _stride;
        TAcc none = reducer.Lift(TReducer.Keep(reducer.Padding));
        for (; rows > 0; rows--, from += rowStep, states += lineStep)
        {
            for (long o = 0; o < block; o += TTap.Count)
            {
                // The last register steps back over states already written, where there is room.
                if (o + TTap.Count > block) o = Math.Max(0, block - TTap.Count);
                if (isInput) Prefetch.Behind(from + o * stride, stride * sizeof(TTap));
                var window = new OneWindow<T, TTap, TState, TAcc, TReducer>(reducer, none);
                load.Walk(ref window, from + o * stride, taps, step);
                if (isInput) watch = reducer.Watch(watch, window.Seen);
                TAcc.Store(window.State, states + o);
            }
        }

        return watch;
    }
}
