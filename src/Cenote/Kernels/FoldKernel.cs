using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Windows folded one axis at a time: every input row along the width, once, then the folded lines of a window along height and depth. For
/// reducers whose taps may be combined in any grouping.
/// </summary>
internal sealed unsafe class FoldKernel<T, TTap, TState, TAcc, TReducer, TExact, TFold>(string name, TReducer reducer, TExact exact) : PoolKernel
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    where TExact : struct, ILaneReducer<T, TTap, TState, TAcc>
    where TFold : struct, IRowFold<TFold, T, TTap, TState, TAcc>
{
    /// <summary>Lines of one window that take more memory than this are not worth it.</summary>
    private const long MostLineBytes = 1 << 28;

    public override string Name => name;

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        if (plan.ReadsPadding || !reducer.Accepts(plan) || !reducer.FoldsInAnyOrder(plan) || !TFold.Accepts(job)) return false;
        if (LineWindows<T, TTap, TState, TAcc, TReducer, TFold>.LineBytes(plan, TFold.LineAt(plan, 0)) > MostLineBytes) return false;
        // Where no row is read twice, folding it into a line of its own gains nothing.
        return plan.Height.Kernel > plan.Height.Stride || plan.Width.Kernel > 2 * plan.Width.Stride + 2;
    }

    /// <summary>One unit is one line of the output.</summary>
    public override long Units(in PoolJob job) => Planes(job) * job.Plan.Height.OutputLength;

    public override double Cost(in PoolJob job) => job.Plan.OutputElements + job.Plan.InputElements;

    public override void Run(in PoolJob job, long first, long end)
    {
        if (!Units(reducer, job, first, end)) Units(exact, job, first, end);
    }

    /// <summary>How many columns of lines there are: every output row of one is made from the same input columns and channels.</summary>
    private static long Planes(in PoolJob job) => job.Plan.Batch * TFold.Channels(job.Plan) * TFold.Lines(job.Plan) * job.Plan.Depth.OutputLength;

    private static bool Units<TR>(TR reducer, in PoolJob job, long first, long end)
        where TR : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        TTap watch = default;
        long lines = TFold.Lines(plan), rows = plan.Height.OutputLength, depths = plan.Depth.OutputLength, channels = TFold.Channels(plan);
        LineWindows<T, TTap, TState, TAcc, TR, TFold> windows = default;
        long made = -1;
        while (first < end)
        {
            var (plane, row) = Math.DivRem(first, rows);
            long last = Math.Min(rows, row + end - first);
            (plane, long d) = Math.DivRem(plane, depths);
            (plane, long number) = Math.DivRem(plane, lines);
            var (n, c) = Math.DivRem(plane, channels);
            // Lines of the same number differ in where they begin only.
            if (number != made) windows = LineWindows<T, TTap, TState, TAcc, TR, TFold>.Create(reducer, job, TFold.LineAt(plan, number));
            made = number;
            windows.Pool(
                reducer,
                (T*)job.Input + n * job.InputLayout.Batch + c * job.InputLayout.Channel,
                (T*)job.Output + n * job.OutputLayout.Batch + c * job.OutputLayout.Channel + d * job.OutputLayout.Depth,
                plan.Depth[d],
                row,
                last,
                ref watch);
            first += last - row;
        }

        return !reducer.Alarms(watch);
    }
}
