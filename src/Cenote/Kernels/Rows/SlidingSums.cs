using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Exact sums of windows that share many taps: a window differs from the one before by what enters and what leaves, and of exact sums that is all there is to add. Down the rows so
/// with what columns come to, along the width so with windows: the work does not grow with the window. Lanes of neighbouring windows are running sums of such differences.
/// Where windows of several depths share few rows, these are added up where they lie, some output rows before the first one is walked along the width; at a stride of two even and odd columns are taken apart there.
/// </summary>
internal readonly unsafe partial struct SlidingSums<T, TTap, TState, TAcc> : ILineWindows<SlidingSums<T, TTap, TState, TAcc>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>Windows of fewer taps along the width are not worth it; in rows of fewer registers there must be more of them. Measured.</summary>
    private const long FewestTaps = 12, FewestTapsOfShortRows = 19, ShortRow = 3;

    /// <summary>The shortest line, in outputs and in windows: it begins with the taps of one.</summary>
    private const long ShortestLine = 1 << 15, FewestWindows = 32;

    /// <summary>The longest window, in rows: what is left of longer ones lies in the padding.</summary>
    private const long MostRows = 2;

    /// <summary>Columns that take more memory than this are not worth it.</summary>
    private const long MostColumnBytes = 1 << 26;

    /// <summary>How far ahead the output is asked for, in bytes.</summary>
    private const long OutputDistance = 2048;

    /// <summary>What lines of output rows made together take, and how many they are.</summary>
    private const long BatchBytes = 8 << 10, MostBatch = 8;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly LaneExtents _extents;

    /// <summary>The line's first output, and how many it has.</summary>
    private readonly long _first, _outputs;

    /// <summary>The taps of a window along the width, from one to the next, from windows that are summed at a time to the next ones, and how many outputs those fill.</summary>
    private readonly long _taps, _step, _period, _reach;

    /// <summary>What each column of the line comes to, from the first window's first tap on; zeros before and behind those of the input, so many before.</summary>
    private readonly long _front;
    private readonly TState* _columns;

    /// <summary>What the windows before come to.</summary>
    private readonly TState* _windows;

    /// <summary>Outputs of a row's end.</summary>
    private readonly T* _rest;

    /// <summary>The first position of the input that the line reads, and one behind the last.</summary>
    private readonly long _position, _end;

    /// <summary>A row of zeros, for one that does not enter or leave.</summary>
    private readonly T* _zeros;

    private SlidingSums(in PoolJob job, long number, LaneExtents extents, byte* scratch)
    {
        (_plan, _from, _to, _extents) = (job.Plan, job.InputLayout, job.OutputLayout, extents);
        AxisPlan width = _plan.Width;
        (_first, _outputs) = Line.Cut(width.OutputLength, Lines(_plan), TTap.Count, number);
        (_taps, _step) = (width.Kernel, width.Dilation);
        (_period, _reach) = (Period(width), Reach(width));
        _windows = (TState*)scratch;
        scratch += WindowBytes(width);
        _rest = (T*)scratch;
        scratch += RestBytes(width);
        if (!HasColumns(_plan)) return;
        _position = Math.Max(0, _first * width.LaneStride - width.Before);
        _end = Math.Min(width.InputLength, ColumnsAt + _outputs * width.LaneStride + width.Span + _reach);
        _zeros = (T*)scratch - _position;
        new Span<byte>(scratch, (int)ZeroBytes(_plan)).Clear();
        _front = Front(width);
        _columns = (TState*)(scratch + ZeroBytes(_plan)) + _front;
        Clear();
    }

    public static string Name => "sums, sliding";

    private static bool HasColumns(PoolPlan plan) => plan.Height.Kernel > 1 || plan.Depth.Kernel > 1;

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        AxisPlan width = plan.Width;
        return default(TReducer) is IRunningSum && plan.Slides && (IsEverySecond(plan) || IsLong(width))
            && (plan.Height.Kernel == 1 || plan.Height is { Dilation: 1 }) && plan.Height.Stride <= plan.Height.Kernel
            && job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && Registers.Fill<TTap, T>(width.OutputLength) && LaneExtents.Covers(width)
            && WindowBytes(width) + RestBytes(width) <= MostColumnBytes && (!HasColumns(plan) || ZeroBytes(plan) + ColumnBytes(plan) <= MostColumnBytes);
    }

    /// <summary>Whether windows that begin a column behind each other have enough taps, and no more than a few times as many as the row, for the first one takes them all.</summary>
    private static bool IsLong(AxisPlan width) =>
        width.LaneStride == 1 && width.Kernel >= (width.OutputLength < ShortRow * TTap.Count ? FewestTapsOfShortRows : FewestTaps) && width.Span / MostRows <= width.InputLength
        && (width.Dilation == 1 || width.Dilation >= TTap.Count);

    /// <summary>Whether windows of several depths begin two columns behind each other and overlap, and fill a register: pairs are added as they are lifted.</summary>
    private static bool IsEverySecond(PoolPlan plan) =>
        plan.Depth.Kernel > 1 && plan.Width is { Stride: 2, Dilation: 1, Kernel: > 2 } width && width.OutputLength >= TTap.Count && width.InputLength >= TTap.Count && Lines(plan) == 1;

    /// <summary>Whether rows are added up for each window anew: sliding takes two for each that windows do not share.</summary>
    private static bool AddsAnew(PoolPlan plan) => plan.Width.LaneStride == 2 && plan.Height.Kernel <= 2 * plan.Height.Stride;

    /// <summary>How many output rows are made together: of a line that was only just stored what is read at other places has not left the store buffer yet.</summary>
    private static long Batch(PoolPlan plan) => AddsAnew(plan) ? Math.Clamp(BatchBytes / LineBytes(plan), 1, MostBatch) : 1;

    public static long Channels(PoolPlan plan) => plan.Channels;

    public static long Lines(PoolPlan plan)
    {
        long wanted = Math.Max(ShortestLine, FewestWindows * plan.Width.Span);
        return (plan.Width.OutputLength + wanted - 1) / wanted;
    }

    public static SlidingSums<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan width = job.Plan.Width;
        long extentBytes = LaneExtents.Bytes(width, TReducer.ExtentSize, TTap.Count);
        byte* scratch = Scratch.Of(extentBytes + WindowBytes(width) + RestBytes(width) + (HasColumns(job.Plan) ? ZeroBytes(job.Plan) + ColumnBytes(job.Plan) : 0));
        return new(job, number, LaneExtents.Write<T, TTap, TState, TAcc, TReducer>(reducer, job.Plan, scratch), scratch + extentBytes);
    }

    /// <summary>A length in whole registers.</summary>
    private static long Whole(long length) => (length + TTap.Count - 1) / TTap.Count * TTap.Count;

    private static long Period(AxisPlan width) => width.Dilation == 1 ? TTap.Count : width.Dilation;

    private static long Reach(AxisPlan width) => Whole(Period(width));

    /// <summary>How many columns before a line are read, as zeros.</summary>
    private static long Front(AxisPlan width) => Whole(width.Dilation);

    private static long WindowBytes(AxisPlan width) => Scratch.Round(Reach(width) * sizeof(TState));

    private static long RestBytes(AxisPlan width) => Scratch.Round(2 * Reach(width) * sizeof(T));

    /// <summary>How many columns a line reads, registers that reach behind it included.</summary>
    private static long Need(PoolPlan plan) => (Line.Cut(plan.Width.OutputLength, Lines(plan), TTap.Count, 0).Block * plan.Width.LaneStride) + plan.Width.Span + 2 * Reach(plan.Width);

    private static long ZeroBytes(PoolPlan plan) => Scratch.Round(Need(plan) * sizeof(T));

    private static long LineBytes(PoolPlan plan) => Scratch.Round((Front(plan.Width) + Need(plan)) * sizeof(TState));

    private static long ColumnBytes(PoolPlan plan) => Batch(plan) * LineBytes(plan);

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        input += depth.Start * _from.Depth;
        output += _first;
        if (!HasColumns(_plan))
        {
            for (long h = first; h < end; h++) Row(reducer, input + _plan.Height.Start(h) * _from.Height, _plan.OuterDivisor(depth.Extent * _plan.Height[h].Extent), output + h * _to.Height);
            return;
        }

        if (AddsAnew(_plan)) Add(reducer, input, output, depth, first, end);
        else Slide(reducer, input, output, depth, first, end);
    }

    private void Clear() => new Span<byte>(_columns - _front, (int)ColumnBytes(_plan)).Clear();

    /// <summary>The rows of each window for itself.</summary>
    private void Add<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long batch = Batch(_plan), room = LineBytes(_plan) / sizeof(TState);
        for (long h = first; h < end; h += batch)
        {
            long last = Math.Min(end, h + batch);
            for (long row = h; row < last; row++)
            {
                Window height = _plan.Height[row];
                Sum(reducer, input + height.Start * _from.Height, depth, height.Count, _columns + (row - h) * room);
            }

            for (long row = h; row < last; row++)
            {
                EverySecond(reducer, _columns + (row - h) * room, _plan.OuterDivisor(depth.Extent * _plan.Height[row].Extent), output + row * _to.Height);
            }
        }
    }

    /// <summary>What rows share with those before stays in the columns.</summary>
    private void Slide<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        Clear();
        long slice = depth.Step * _from.Depth, from = _plan.Height[first].Start, to = from;
        for (long h = first; h < end; h++)
        {
            Window height = _plan.Height[h];
            for (long last = height.Start + height.Count; to < last || from < height.Start;)
            {
                bool enters = to < last, leaves = from < height.Start;
                Change(reducer, enters ? input + to++ * _from.Height : _zeros, enters ? slice : 0, leaves ? input + from++ * _from.Height : _zeros, leaves ? slice : 0, depth.Count);
            }

            long factor = _plan.OuterDivisor(depth.Extent * height.Extent);
            if (_plan.Width.LaneStride == 2) EverySecond(reducer, _columns, factor, output + h * _to.Height);
            else Along(reducer, _columns, factor, output + h * _to.Height);
        }
    }

    private void Along<TReducer>(TReducer reducer, TState* sums, long factor, T* to)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        var columns = new SummedColumns<T, TTap, TState, TAcc>(sums);
        Begin(reducer, columns);
        Windows(reducer, columns, 0, _outputs, factor, to);
    }

    /// <summary>Adds rows to what columns come to, and takes others away.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Change<TReducer>(TReducer reducer, T* entering, long enteringStep, T* leaving, long leavingStep, long depths)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long position = _position, end = _end;
        TState* columns = _columns - ColumnsAt;
        for (; position + TTap.Count <= end; position += TTap.Count)
        {
            T* more = entering + position, less = leaving + position;
            TAcc sum = TAcc.Load(columns + position);
            for (long d = 0; d < depths; d++, more += enteringStep, less += leavingStep)
            {
                Prefetch.Along(more, sizeof(TTap));
                sum = reducer.Combine(sum, TReducer.Change(more, less));
            }

            TAcc.Store(sum, columns + position);
        }

        for (long d = 0; d < depths && position < end; d++, entering += enteringStep, leaving += leavingStep) ChangeRest(reducer, entering + position, leaving + position, columns + position, end - position);
    }

    /// <summary>Which position of the input is the first column.</summary>
    private long ColumnsAt => _first * _plan.Width.LaneStride - _plan.Width.Before;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ChangeRest<TReducer>(TReducer reducer, T* entering, T* leaving, TState* columns, long count)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc change = TReducer.Subtract(reducer.Lift(TTap.LoadPart(entering, count, default)), reducer.Lift(TTap.LoadPart(leaving, count, default)));
        TAcc.Store(reducer.Combine(TAcc.Load(columns), change), columns);
    }

    /// <summary>Adds up rows, which are no shorter than a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Sum<TReducer>(TReducer reducer, T* first, in Window depth, long rows, TState* columns)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long end = _end, depths = depth.Count, slice = depth.Step * _from.Depth, step = _from.Height;
        columns -= ColumnsAt;
        for (long position = _position; position < end; position += TTap.Count)
        {
            // The last register steps back over columns already made.
            position = Math.Min(position, end - TTap.Count);
            TAcc sum = default;
            T* rowOfSlice = first + position;
            for (long d = 0; d < depths; d++, rowOfSlice += slice)
            {
                T* row = rowOfSlice;
                for (long i = 0; i < rows; i++, row += step)
                {
                    Prefetch.Along(row, sizeof(TTap));
                    sum = reducer.Combine(sum, TReducer.LiftFrom(row));
                }
            }

            TAcc.Store(sum, columns + position);
        }
    }
}
