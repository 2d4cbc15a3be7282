using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Sums over uneven windows where neighbours lie side by side: the rows of a window are added first (<see cref="ColumnSums{T, TTap, TState, TAcc}"/>), for as many output rows as there are lanes; what they come to is turned,
/// so that lanes lie across the rows and have the same window, and the outputs turned back.
/// </summary>
internal readonly unsafe struct UnevenRows<T, TTap, TState, TAcc> : ILineWindows<UnevenRows<T, TTap, TState, TAcc>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>What the columns of a register of rows take, in bytes: a part of the second-level cache.</summary>
    private const long CacheBytes = 1 << 16;

    /// <summary>More rows of outputs have no table.</summary>
    private const long MostRows = 1 << 16;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _to;
    private readonly Line _line;
    private readonly ColumnSums<T, TTap, TState, TAcc> _columns;

    /// <summary>The columns that the line's windows read.</summary>
    private readonly long _start, _count;

    /// <summary>The windows along the width, and along the height with what averages divide by.</summary>
    private readonly PixelTable _widths;
    private readonly Window* _heights;
    private readonly byte* _extents;
    private readonly int _extentSize;

    /// <summary>What columns come to, in squares, and turned: as many rows of each side by side.</summary>
    private readonly TState* _sums, _turned;

    /// <summary>A square of outputs to be turned, with room for turning and its result.</summary>
    private readonly T* _outputs;

    private UnevenRows(in PoolJob job, in Line line, PixelTable widths, int extentSize, byte* scratch)
    {
        (_plan, _to, _line, _columns, _widths, _extentSize) = (job.Plan, job.OutputLayout, line, new(job.InputLayout), widths, extentSize);
        (_start, _count) = Columns(_plan.Width, line);
        _heights = (Window*)scratch;
        _extents = scratch + HeightBytes(_plan);
        _sums = (TState*)(_extents + ExtentBytes(_plan, extentSize));
        _turned = _sums + SumLength(_count);
        _outputs = (T*)(_turned + SumLength(_count));
    }

    public static string Name => "uneven rows";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        !job.Plan.Slides && !TReducer.IsExact && job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && PixelTable.Fits(job.Plan) && job.Plan.Width is { Dilation: 1, Kernel: <= CacheBytes }
        && job.Plan.Height.InputLength > TTap.Count / 2 && job.Plan.Height.OutputLength <= MostRows
        // Squares of the widest registers are not turned for rows that fill those of narrower ones: with these 7×7 takes 0.65 to 0.7 of the time, 5×5 0.8 to 0.9. Of fewer rows the sums of columns are most, and take 1.25 to 1.45. Measured.
        && (Unsafe.SizeOf<TTap>() < Unsafe.SizeOf<Lanes512<T>>() || Registers.Suit<TTap, T>(job.Plan.Height.OutputLength) || job.Plan.Height.OutputLength <= TTap.Count / 4);

    public static long Channels(PoolPlan plan) => plan.Channels;

    public static long Lines(PoolPlan plan)
    {
        AxisPlan width = plan.Width;
        long outputs = Math.Max(TTap.Count, (CacheBytes / sizeof(TAcc) - width.Kernel) / width.Stride);
        return (width.OutputLength + outputs - 1) / outputs;
    }

    public static UnevenRows<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        var (start, block) = Line.Cut(plan.Width.OutputLength, Lines(plan), TTap.Count, number);
        Line line = new(number, start, 1, block, block);
        long tableBytes = PixelTable.Bytes(plan);
        byte* scratch = Scratch.Of(tableBytes + HeightBytes(plan) + ExtentBytes(plan, TReducer.ExtentSize) + 2 * SumLength(Columns(plan.Width, line).Count) * sizeof(TState) + (Transposition.Room<TTap, T>() + TTap.Count * TTap.Count) * sizeof(T));
        var windows = new UnevenRows<T, TTap, TState, TAcc>(job, line, PixelTable.Write(job, scratch), TReducer.ExtentSize, scratch + tableBytes);
        AxisPlan height = plan.Height;
        for (long h = 0; h < height.OutputLength; h++) windows._heights[h] = height[h];
        for (long h = 0; h < height.OutputLength + TTap.Count && TReducer.ExtentSize > 0; h++) reducer.WriteExtent(windows._extents, h, h < height.OutputLength ? plan.LaneDivisor(height[h].Extent) : 1);
        return windows;
    }

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long lanes = TTap.Count, block = _line.Block;
        input += _start;
        output += _line.Start;
        for (long h = first; h < end; h += lanes)
        {
            long rows = Math.Min(lanes, end - h);
            for (long row = 0; row < rows; row++) watch = _columns.Add(reducer, input, _count, depth, _heights[h + row], _sums + row * lanes, lanes * lanes, watch);
            // Turning writes over a square and the one behind it.
            for (long x = (_count - 1) / lanes * lanes; x >= 0; x -= lanes) Transposition.Turn<TAcc, TState>(_sums + x * lanes, _turned + x * lanes);
            for (long o = 0; o < block; o += lanes)
            {
                // The last register steps back over outputs already made, where there is room.
                o = Math.Min(o, Math.Max(0, block - lanes));
                Fold(reducer, _plan.OuterDivisor(depth.Extent), o, _extents + h * _extentSize);
                Store(output + h * _to.Height + o, rows);
            }
        }
    }

    /// <summary>The columns that the line's windows read.</summary>
    private static (long Start, long Count) Columns(AxisPlan width, in Line line)
    {
        if (line.Block == 0) return default;
        Window first = width[line.Start], last = width[line.Start + line.Block - 1];
        return (first.Start, last.Start + last.Count - first.Start);
    }

    private static long HeightBytes(PoolPlan plan) => Scratch.Round(plan.Height.OutputLength * sizeof(Window));

    private static long ExtentBytes(PoolPlan plan, int size) => Scratch.Round((plan.Height.OutputLength + TTap.Count) * size);

    /// <summary>Whole squares of columns, and what turning the last one writes over.</summary>
    private static long SumLength(long count) => ((count + TTap.Count - 1) / TTap.Count + 1) * TTap.Count * TTap.Count;

    /// <summary>Adds the columns of each window, for a register of outputs of every row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Fold<TReducer>(TReducer reducer, long factor, long output, byte* extents)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long lanes = TTap.Count, first = _line.Start + output, outputs = Math.Min(lanes, _line.Block);
        TAcc none = reducer.Lift(reducer.Padding);
        for (long o = 0; o < outputs; o++)
        {
            PixelTable.Entry width = _widths[first + o];
            TState* column = _turned + (width.First - _start) * lanes;
            TAcc state = none;
            for (long k = width.Count; k > 0; k--, column += lanes) state = reducer.Combine(state, TAcc.Load(column));
            TTap.Store(reducer.Finish(state, extents, factor * width.Divisor), _outputs + o * lanes);
        }
    }

    /// <summary>Turns outputs back and stores them.</summary>
    // Bounds: rows of less than a register go on over the next row, which is written later; the last one is stored in part.
    private void Store(T* to, long rows)
    {
        long lanes = TTap.Count, block = _line.Block;
        T* turned = _outputs + Transposition.Room<TTap, T>();
        Transposition.Turn<TTap, T>(_outputs, turned);
        for (; rows > 0; rows--, turned += lanes, to += _to.Height)
        {
            if (block >= lanes || (_to.Height == block && rows * block >= lanes)) TTap.Store(TTap.Load(turned), to);
            else TTap.StorePart(TTap.Load(turned), to, block);
        }
    }
}
