using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Walks the lines of a job: which channel, slice and rows; the windows of each line are <typeparamref name="TWindows"/>'.</summary>
/// <param name="reducer">The reducer for what may be expected.</param>
/// <param name="exact">The one for plans that the first does not accept, and for taps of which it is not sure.</param>
internal sealed unsafe class LineKernel<T, TTap, TState, TAcc, TReducer, TExact, TWindows>(TReducer reducer, TExact exact) : PoolKernel
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    where TExact : struct, ILaneReducer<T, TTap, TState, TAcc>
    where TWindows : struct, ILineWindows<TWindows, T, TTap, TState, TAcc>
{
    private const double BytesPerNanosecond = 100;

    /// <summary>What this thread set up last: a layer called again with the same shape finds it. Of a small call it is up to half.</summary>
    [ThreadStatic]
    private static SetUp? _setUp;

    public override string Name => $"{TWindows.Name}, {8 * Unsafe.SizeOf<TTap>()} bits";

    public override bool Accepts(in PoolJob job) => !job.Plan.ReadsPadding && exact.Accepts(job.Plan) && TWindows.Accepts(reducer, job);

    /// <summary>One unit is one row of a line.</summary>
    public override long Units(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        return plan.Batch * TWindows.Channels(plan) * TWindows.Lines(plan) * plan.Depth.OutputLength * plan.Height.OutputLength;
    }

    /// <summary>Rows are read and written once, and folded axis by axis, at a rate of the second-level cache.</summary>
    public override double Cost(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        double taps = plan.Depth.MaxCount + plan.Height.MaxCount + plan.Width.MaxCount;
        return (plan.InputElements + plan.OutputElements * taps) * sizeof(T) / BytesPerNanosecond;
    }

    /// <summary>A run begins with the rows of a window, or its slices; four windows of outputs make little of that.</summary>
    public override long LeastRun(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        return plan.Depth.MaxCount > 1 ? FourWindows(plan.Depth) * plan.Height.OutputLength : FourWindows(plan.Height);
    }

    private static long FourWindows(AxisPlan axis) => 4 * Math.Min(axis.Span, axis.InputLength) / axis.Stride + 1;

    public override void Run(in PoolJob job, long first, long end)
    {
        if (reducer.Accepts(job.Plan))
        {
            TTap watch = Units(reducer, job, first, end);
            if (!reducer.Alarms(watch) || (TReducer.AreTies(watch) && !HasZeros(job, first, end))) return;
        }

        Units(exact, job, first, end);
    }

    /// <summary>Whether one of the outputs is zero.</summary>
    private static bool HasZeros(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        TensorLayout layout = job.OutputLayout;
        long channels = TWindows.Channels(plan), lines = TWindows.Lines(plan), depths = plan.Depth.OutputLength, rows = plan.Height.OutputLength;
        for (long unit = first; unit < end; unit++)
        {
            // Lines of a row are looked at together.
            if (unit - depths * rows >= first && unit / (depths * rows) % lines > 0) continue;
            long slice = unit / rows, plane = slice / depths / lines;
            T* output = (T*)job.Output + plane / channels * layout.Batch + plane % channels * layout.Channel + slice % depths * layout.Depth;
            if (Zeros.AreIn(plan, layout, output, unit % rows, unit % rows + 1, plan.Channels / channels)) return true;
        }

        return false;
    }

    /// <summary>Pools the lines; what the reducer saw of taps that it cannot combine.</summary>
    private TTap Units<TR>(TR reducer, in PoolJob job, long first, long end)
        where TR : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        long channels = TWindows.Channels(plan), lines = TWindows.Lines(plan), depths = plan.Depth.OutputLength, rows = plan.Height.OutputLength;
        long n = 0, c = 0, line = 0, d = 0, row = 0;
        // Of a small call divisions would be a part that shows.
        if (first > 0)
        {
            (line, row) = Math.DivRem(first, rows);
            (line, d) = Math.DivRem(line, depths);
            (c, line) = Math.DivRem(line, lines);
            (n, c) = Math.DivRem(c, channels);
        }

        long most = TWindows.Images(plan);
        TTap watch = default;
        SetUp setUp = _setUp ??= new();
        bool isExact = typeof(TR) == typeof(TExact);
        if (!setUp.Serves(this, isExact, job, line)) setUp.Keep(this, isExact, job, line, TWindows.Create(reducer, job, line));
        // Not a copy, which would be made and cleared by every call.
        ref readonly TWindows windows = ref setUp.Windows;
        while (first < end)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            long last = Math.Min(rows, row + end - first);
            T* input = (T*)job.Input + n * job.InputLayout.Batch + c * job.InputLayout.Channel;
            T* output = (T*)job.Output + n * job.OutputLayout.Batch + c * job.OutputLayout.Channel + d * job.OutputLayout.Depth;
            long slices = row == 0 ? Math.Min(depths - d, (end - first) / rows) : 0, images = row == 0 && d == 0 && most > 1 ? Math.Min(most, (end - first) / (depths * rows)) : 0;
            if (images > 1)
            {
                TWindows.Pool(windows, reducer, input, output, images, ref watch);
                first += images * depths * rows;
                n += images - 1;
                d = depths - 1;
            }
            else if (slices > 1)
            {
                TWindows.Pool(windows, reducer, input, output, job.OutputLayout.Depth, new(plan, d, d + slices), ref watch);
                first += slices * rows;
                d += slices - 1;
            }
            else
            {
                windows.Pool(reducer, input, output, plan.Depth[d], row, last, ref watch);
                first += last - row;
            }

            row = 0;
            if (++d < depths) continue;
            d = 0;
            if (++line == lines)
            {
                line = 0;
                if (++c == channels) (c, n) = (0, n + 1);
            }

            // Lines of the same number differ in where they begin only.
            if (lines > 1 && first < end) setUp.Keep(this, isExact, job, line, TWindows.Create(reducer, job, line));
        }

        if (ResultStream.Exists<TTap>() && ResultStream.Pays(plan, sizeof(T))) ResultStream.Settle();
        return watch;
    }

    /// <summary>The windows of a line, and what they were made for; they serve as long as their part of <see cref="Scratch"/> is left to them.</summary>
    private sealed class SetUp
    {
        public TWindows Windows;
        private PoolKernel? _kernel;
        private PoolPlan? _plan;
        private bool _isExact;
        private long _line, _uses;
        private TensorLayout _from, _to;

        public bool Serves(PoolKernel kernel, bool isExact, in PoolJob job, long line) =>
            ReferenceEquals(_plan, job.Plan) && ReferenceEquals(_kernel, kernel) && _uses == Scratch.Uses && _line == line && _isExact == isExact && _from == job.InputLayout && _to == job.OutputLayout;

        public void Keep(PoolKernel kernel, bool isExact, in PoolJob job, long line, in TWindows windows)
        {
            (Windows, _kernel, _plan, _isExact, _line) = (windows, kernel, job.Plan, isExact, line);
            (_from, _to, _uses) = (job.InputLayout, job.OutputLayout, Scratch.Uses);
        }
    }
}
