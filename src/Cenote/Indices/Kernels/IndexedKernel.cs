using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Walks the lines of a job as <see cref="LineKernel{T, TTap, TState, TAcc, TReducer, TExact, TWindows}"/> does, where the chosen taps' numbers are wanted too.</summary>
/// <param name="reducer">The reducer for what may be expected.</param>
/// <param name="exact">The one for taps of which the first is not sure.</param>
internal sealed unsafe class IndexedKernel<T, TTap, TReducer, TExact, TWindows>(TReducer reducer, TExact exact) : PoolKernel
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TReducer : struct, IChoiceLanes<T, TTap>
    where TExact : struct, IChoiceLanes<T, TTap>
    where TWindows : struct, IIndexedWindows<TWindows, T, TTap>
{
    private const double BytesPerNanosecond = 50;

    public override string Name => $"indexed {TWindows.Name}, {8 * Unsafe.SizeOf<TTap>()} bits";

    /// <summary>Numbers travel in lanes as wide as an element, and every window must have a tap that can be the first chosen.</summary>
    public override bool Accepts(in PoolJob job) =>
        !job.Plan.ReadsPadding && job.Offsets.Size <= sizeof(T) && HasTaps(job.Plan.Depth) && HasTaps(job.Plan.Height) && HasTaps(job.Plan.Width) && TWindows.Accepts(job);

    /// <summary>One unit is one row of a line.</summary>
    public override long Units(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        return plan.Batch * TWindows.Channels(job) * TWindows.Lines(plan) * plan.Depth.OutputLength * plan.Height.OutputLength;
    }

    /// <summary>As without indices, at half the rate.</summary>
    public override double Cost(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        double taps = plan.Depth.MaxCount + plan.Height.MaxCount + plan.Width.MaxCount;
        return (plan.InputElements + plan.OutputElements * taps) * sizeof(T) / BytesPerNanosecond;
    }

    /// <summary>A run begins with the rows of a window; eight windows of outputs make little of that.</summary>
    public override long LeastRun(in PoolJob job) => 8 * Math.Min(job.Plan.Height.Span, job.Plan.Height.InputLength) / job.Plan.Height.Stride + 1;

    public override void Run(in PoolJob job, long first, long end)
    {
        if (!Units(reducer, job, first, end)) Units(exact, job, first, end);
    }

    /// <summary>Whether every window has a tap inside the input: each begins before the input's end and ends behind its beginning, and no step leaps over it.</summary>
    private static bool HasTaps(AxisPlan axis) => axis.Dilation <= axis.InputLength || axis.Kernel == 1;

    /// <summary>Pools the lines; false where the reducer met taps that it cannot combine.</summary>
    private static bool Units<TR>(TR reducer, in PoolJob job, long first, long end)
        where TR : struct, IChoiceLanes<T, TTap>
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout, to = job.OutputLayout, marks = job.Offsets.Layout;
        long channels = TWindows.Channels(job), lines = TWindows.Lines(plan), depths = plan.Depth.OutputLength, rows = plan.Height.OutputLength;
        var (slice, row) = Math.DivRem(first, rows);
        (long line, long d) = Math.DivRem(slice, depths);
        (long plane, line) = Math.DivRem(line, lines);
        var (n, c) = Math.DivRem(plane, channels);
        TTap watch = default;
        TWindows windows = TWindows.Create(reducer, job, line);
        while (first < end)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            long last = Math.Min(rows, row + end - first);
            T* input = (T*)job.Input + n * from.Batch + c * from.Channel;
            T* output = (T*)job.Output + n * to.Batch + c * to.Channel + d * to.Depth;
            byte* offsets = job.Offsets.Start + (n * marks.Batch + c * marks.Channel + d * marks.Depth) * job.Offsets.Size;
            windows.Pool(reducer, new(input, output, offsets, plan.Depth[d]), row, last, ref watch);
            first += last - row;
            row = 0;
            if (++d < depths) continue;
            d = 0;
            if (++line == lines)
            {
                line = 0;
                if (++c == channels) (c, n) = (0, n + 1);
            }

            if (lines > 1 && first < end) windows = TWindows.Create(reducer, job, line);
        }

        return !reducer.Alarms(watch);
    }
}
