using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The reference, for a part of an output row.</summary>
internal interface IRowReference
{
    /// <summary>Pools the outputs from column <paramref name="first"/> up to <paramref name="end"/> of one row; rows are the reference's units.</summary>
    void Run(in PoolJob job, long row, long first, long end);
}

/// <summary>
/// Windows of uneven lengths, as adaptive pooling has them, over rows of contiguous elements: the rows of a window are folded on top of each
/// other, lanes across the width, and what that leaves is folded along the width state by state, some taps a window in place of all. For
/// reducers whose taps may be combined in any grouping; outputs that depend on the order of their taps are made again by the reference.
/// </summary>
internal sealed unsafe class UnevenKernel<T, TTap, TState, TAcc, TReducer, TTotal, TTotals>(TReducer reducer, TTotals totals, IRowReference reference) : PoolKernel
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    where TTotal : unmanaged
    where TTotals : struct, IPlaneTotals<T, TState, TTotal>
{
    /// <summary>The longest row whose states and windows are kept.</summary>
    private const long LongestRow = 1 << 20;

    public override string Name { get; } = $"uneven rows, {8 * Unsafe.SizeOf<TTap>()} bits";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        return !plan.Slides && !plan.ReadsPadding && reducer.FoldsInAnyOrder(plan) && plan.Width.InputLength >= TTap.Count && plan.Width.InputLength <= LongestRow
            && job.InputLayout.Width == 1 && plan.Depth.MaxCount * plan.Height.MaxCount <= totals.MostTaps;
    }

    /// <summary>One unit is one row of the output.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    /// <summary>Every element is read about once, at a rate of the second-level cache, and every output ends in some additions of its own.</summary>
    public override double Cost(in PoolJob job) => job.Plan.InputElements * sizeof(T) / 50.0 + job.Plan.OutputElements * job.Plan.Width.MaxCount;

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout, to = job.OutputLayout;
        long length = plan.Width.InputLength, outputs = plan.Width.OutputLength;
        long tableBytes = Scratch.Round(outputs * sizeof(Span)), slotBytes = Scratch.Round(Stack<T, TTap, TState, TAcc>.Bytes(length)), stateBytes = Scratch.Round((length + TTap.Count) * sizeof(TState));
        byte* scratch = Scratch.Of(tableBytes + slotBytes + stateBytes + Scratch.Round((outputs + TTap.Count) * sizeof(T)));
        var spans = (Span*)scratch;
        for (long w = 0; w < outputs; w++) spans[w] = new(plan.Width[w].Start, plan.Width[w].Count);
        var rows = new Stack<T, TTap, TState, TAcc>(length, from.Height, (TAcc*)(scratch + tableBytes));
        var states = (TState*)(scratch + tableBytes + slotBytes);
        var results = (T*)(scratch + tableBytes + slotBytes + stateBytes);
        for (long row = first; row < end; row++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (rest, h) = Math.DivRem(row, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var (n, c) = Math.DivRem(rest, plan.Channels);
            Window depth = plan.Depth[d], height = plan.Height[h];
            Fold(rows, (T*)job.Input + n * from.Batch + c * from.Channel, from, depth, height);
            rows.Store(states);
            Finish(states, spans, outputs, depth.Count * height.Count, results, plan);
            T* output = (T*)job.Output + n * to.Batch + c * to.Channel + d * to.Depth + h * to.Height;
            for (long w = 0; w < outputs; w++) output[w * to.Width] = results[w];
            Settle(job, row, results, outputs);
        }
    }

    /// <summary>Folds the rows of a window on top of each other.</summary>
    // Bounds: the plan's windows are clipped to the input's lengths.
    private void Fold(in Stack<T, TTap, TState, TAcc> rows, T* plane, in TensorLayout from, in Window depth, in Window height)
    {
        rows.Clear(reducer);
        for (long i = 0; i < depth.Count; i++)
        {
            T* slice = plane + (depth.Start + i * depth.Step) * from.Depth + height.Start * from.Height;
            for (long j = 0; j < height.Count; j += rows.Group) rows.Fold(reducer, slice + j * from.Height, Math.Min(rows.Group, height.Count - j), default);
        }
    }

    /// <summary>Folds along the width, and makes the outputs of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Finish(TState* states, Span* spans, long outputs, long columnTaps, T* results, PoolPlan plan)
    {
        for (long w = 0; w < outputs; w++)
        {
            Span span = spans[w];
            TState* column = states + span.Start;
            TTotal total = totals.Lift(*column);
            for (long k = 1; k < span.Count; k++) total = totals.Combine(total, totals.Lift(column[k]));
            long taps = columnTaps * span.Count;
            results[w] = totals.Finish(total, taps, plan.Divisor(taps));
        }
    }

    /// <summary>Makes again what depends on the order of taps.</summary>
    private void Settle(in PoolJob job, long row, T* results, long outputs)
    {
        for (long w = 0; w < outputs; w += TTap.Count)
        {
            long some = Math.Min(TTap.Count, outputs - w);
            // The lanes behind the row hold what was there before: at worst an output is made twice.
            if (totals.DependOnOrder(TTap.Load(results + w))) reference.Run(job, row, w, w + some);
        }
    }

    /// <summary>A window along the width; its extent is its count.</summary>
    private readonly record struct Span(long Start, long Count);
}
