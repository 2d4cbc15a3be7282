using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Exact sums over small windows that overlap along the width, where channels lie side by side: lanes across the channels. For each register of channels a row of outputs is walked from pixel to pixel;
/// what the windows that are still open come to stays on registers, so that the rows of a window are added up once per column, and each tap is lifted once.
/// </summary>
internal readonly unsafe struct PixelColumns<T, TTap, TState, TAcc> : ILineWindows<PixelColumns<T, TTap, TState, TAcc>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>The longest row, in pixels, for which divisors are kept.</summary>
    private const long LongestRow = 1 << 16;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;

    /// <summary>Where the rows of a window begin, those of all its depths, from its first one on; and what each pixel divides by.</summary>
    private readonly long* _rows, _divisors;
    private readonly byte* _ones;

    private PixelColumns(in PoolJob job, byte* scratch)
    {
        (_plan, _from, _to) = (job.Plan, job.InputLayout, job.OutputLayout);
        _rows = (long*)scratch;
        _divisors = _rows + MostRows(_plan);
        _ones = (byte*)(_divisors + _plan.Width.OutputLength);
    }

    public static string Name => "pixel columns";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        return default(TReducer) is ILiftFrom && job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && plan.Channels >= TTap.Count && plan.Slides
            && plan.Width is { Kernel: 2 or 3, Stride: 1, Dilation: 1, OutputLength: > 2 and <= LongestRow } && plan.Height.MaxCount * plan.Depth.MaxCount > 1;
    }

    public static long Channels(PoolPlan plan) => 1;

    public static long Lines(PoolPlan plan) => 1;

    private static long MostRows(PoolPlan plan) => plan.Depth.MaxCount * plan.Height.MaxCount;

    public static PixelColumns<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan width = job.Plan.Width;
        var columns = new PixelColumns<T, TTap, TState, TAcc>(job, Scratch.Of((MostRows(job.Plan) + width.OutputLength) * sizeof(long) + TTap.Count * TReducer.ExtentSize));
        for (long o = 0; o < width.OutputLength; o++) columns._divisors[o] = job.Plan.LaneDivisor(width[o].Extent);
        for (int lane = 0; lane < TTap.Count && TReducer.ExtentSize > 0; lane++) reducer.WriteExtent(columns._ones, lane, 1);
        return columns;
    }

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long channels = _plan.Channels;
        for (long h = first; h < end; h++)
        {
            Window height = _plan.Height[h];
            long* row = _rows;
            for (long i = 0; i < depth.Count; i++)
                for (long j = 0; j < height.Count; j++) *row++ = i * depth.Step * _from.Depth + j * height.Step * _from.Height;
            T* from = input + depth.Start * _from.Depth + height.Start * _from.Height, to = output + h * _to.Height;
            long factor = _plan.OuterDivisor(depth.Extent * height.Extent), rows = row - _rows;
            for (long c = 0; c < channels; c += TTap.Count)
            {
                // The last register steps back over outputs already written.
                c = Math.Min(c, channels - TTap.Count);
                if (_plan.Width.Kernel == 2) Walk<MoreOpen<OneOpen<TAcc>, TAcc>, TReducer>(reducer, from + c, rows, to + c, factor, c);
                else Walk<MoreOpen<MoreOpen<OneOpen<TAcc>, TAcc>, TAcc>, TReducer>(reducer, from + c, rows, to + c, factor, c);
            }
        }
    }

    /// <summary>Makes a register of channels of a row of outputs.</summary>
    // Bounds: rows are clipped to the input, and columns outside it are no taps.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Walk<TOpen, TReducer>(TReducer reducer, T* from, long rows, T* to, long factor, long channel)
        where TOpen : struct, IOpenWindows<TOpen, TAcc>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long columns = _plan.Width.InputLength, next = _from.Width, nextOutput = _to.Width, left = _plan.Width.OutputLength, column = -_plan.Width.Before;
        long* starts = _rows, divisors = _divisors;
        byte* ones = _ones;
        TAcc none = reducer.Lift(reducer.Padding);
        TOpen open = default;
        for (int i = 1; i < TOpen.Count; i++) open.Shift(none);
        // What the next row of windows reads anew, and where it is written, in the order of memory, which is not the walk's: a register's share each step.
        T* nextInput = from - channel + (rows > 0 ? starts[rows - 1] : 0) + _from.Height * _plan.Height.Stride + channel * columns, nextRow = to - channel + _to.Height + channel * left;
        from += column * next;
        for (long before = TOpen.Count - 1; ; before--, column++, from += next)
        {
            open.Shift(none);
            Prefetch.Line(nextInput);
            Prefetch.Line(nextRow);
            nextInput += TTap.Count;
            nextRow += TTap.Count;
            if ((ulong)column < (ulong)columns)
            {
                TAcc sum = none;
                for (long row = 0; row < rows; row++) sum = reducer.Combine(sum, TReducer.LiftFrom(from + starts[row]));
                open.Take(reducer, sum);
            }

            if (before > 0) continue;
            TTap.Store(reducer.Finish(open.Oldest, ones, factor * *divisors++), to);
            if (--left == 0) return;
            to += nextOutput;
        }
    }
}
