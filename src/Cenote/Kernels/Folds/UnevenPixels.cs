using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Sums over uneven windows where channels lie side by side: the rows of a window are added first (<see cref="ColumnSums{T, TTap, TState, TAcc}"/>), then the pixels that they come to. Dense pixels are one long row, so that
/// few channels fill the lanes as well as many.
/// </summary>
internal readonly unsafe struct UnevenPixels<T, TTap, TState, TAcc> : ILineWindows<UnevenPixels<T, TTap, TState, TAcc>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>What the columns of a line take, in bytes: a part of the second-level cache, that rows can be read on end.</summary>
    private const long CacheBytes = 1 << 17;

    /// <summary>Columns of one window that take more memory than this are not worth it.</summary>
    private const long MostBytes = 1 << 26;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly Line _line;
    private readonly ColumnSums<T, TTap, TState, TAcc> _columns;
    private readonly PixelTable _pixels;
    private readonly byte* _ones;
    private readonly TState* _sums;

    private UnevenPixels(in PoolJob job, in Line line, PixelTable pixels, byte* ones, TState* sums)
    {
        (_plan, _from, _to, _line, _columns) = (job.Plan, job.InputLayout, job.OutputLayout, line, new(job.InputLayout));
        _pixels = pixels;
        _ones = ones;
        _sums = sums;
    }

    public static string Name => "uneven pixels";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        !job.Plan.Slides && !TReducer.IsExact && job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && PixelTable.Fits(job.Plan) && job.Plan.Width.Dilation == 1 && job.Plan.Width.Kernel <= MostBytes / sizeof(TState) / Math.Max(1, job.Plan.Channels)
        && (Registers.Hold<TTap, T>(job.Plan.Channels) || (job.InputLayout.Width == job.Plan.Channels && Registers.Hold<TTap, T>(job.Plan.Channels * job.Plan.Width.InputLength)));

    public static long Channels(PoolPlan plan) => 1;

    public static long Lines(PoolPlan plan)
    {
        AxisPlan width = plan.Width;
        long pixels = Math.Max(CacheBytes / sizeof(TState) / plan.Channels, width.Kernel), outputs = Math.Max(1, (pixels - width.Kernel) / width.Stride);
        return (width.OutputLength + outputs - 1) / outputs;
    }

    public static UnevenPixels<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        var (start, pixels) = Line.Cut(plan.Width.OutputLength, Lines(plan), 1, number);
        Line line = new(number, start, pixels, plan.Channels, plan.Channels);
        long tableBytes = PixelTable.Bytes(plan), onesBytes = Scratch.Round(TTap.Count * TReducer.ExtentSize);
        byte* scratch = Scratch.Of(tableBytes + onesBytes + (Columns(plan.Width, line).Count * plan.Channels + TTap.Count) * sizeof(TState)), ones = scratch + tableBytes;
        for (int lane = 0; lane < TTap.Count && TReducer.ExtentSize > 0; lane++) reducer.WriteExtent(ones, lane, 1);
        return new(job, line, PixelTable.Write(job, scratch), ones, (TState*)(ones + onesBytes));
    }

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        var (start, count) = Columns(_plan.Width, _line);
        long channels = _plan.Channels;
        bool isDense = _from.Width == channels;
        input += start * _from.Width;
        for (long h = first; h < end; h++)
        {
            Window height = _plan.Height[h];
            if (isDense) watch = _columns.Add(reducer, input, count * channels, depth, height, _sums, TTap.Count, watch);
            else
            {
                for (long x = 0; x < count; x++) watch = _columns.Add(reducer, input + x * _from.Width, channels, depth, height, _sums + x * channels, TTap.Count, watch);
            }

            Fold(reducer, start, _plan.OuterDivisor(depth.Extent * height.Extent), output + h * _to.Height);
        }
    }

    /// <summary>The columns that the line's windows read.</summary>
    private static (long Start, long Count) Columns(AxisPlan width, in Line line)
    {
        if (line.Pixels == 0) return default;
        Window first = width[line.Start], last = width[line.Start + line.Pixels - 1];
        return (first.Start, last.Start + last.Count - first.Start);
    }

    /// <summary>Adds the pixels of each window.</summary>
    // Bounds: behind the sums there is room for a register. Of fewer channels than that a pixel's outputs go on over the next one's place, which is written later; the line's last ones are stored in part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Fold<TReducer>(TReducer reducer, long start, long factor, T* row)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long channels = _plan.Channels, count = TTap.Count, end = _line.Start + _line.Pixels;
        TAcc none = reducer.Lift(reducer.Padding);
        for (long pixel = _line.Start; pixel < end; pixel++)
        {
            PixelTable.Entry entry = _pixels[pixel];
            T* to = row + pixel * _to.Width;
            for (long c = 0; c < channels; c += count)
            {
                if (c + count > channels) c = Math.Max(0, channels - count);
                TAcc state = none;
                TState* column = _sums + (entry.First - start) * channels + c;
                for (long k = entry.Count; k > 0; k--, column += channels) state = reducer.Combine(state, TAcc.Load(column));
                TTap result = reducer.Finish(state, _ones, factor * entry.Divisor);
                if (channels >= count || (_to.Width == channels && (end - pixel) * channels >= count)) TTap.Store(result, to + c);
                else TTap.StorePart(result, to, channels);
            }
        }
    }
}
