namespace Cenote;

/// <summary>
/// Windows of uneven lengths, whatever the reducer and the strides: the states of an output row are kept, and the taps of each input row combined into them; sums are made column by column, as
/// <see cref="ColumnSums{T, TTap, TState, TAcc}"/> makes them, so that they have the same bits in every memory order. What is to be known of the windows along the width is worked out once.
/// </summary>
internal sealed unsafe class UnevenWindows<T, TState, TReducer>(TReducer reducer) : PoolKernel
    where T : unmanaged
    where TState : unmanaged
    where TReducer : struct, IPoolReducer<T, TState>
{
    /// <summary>Longer rows are left to the reference.</summary>
    private const long LongestRow = 1 << 16;

    public override string Name => "uneven windows";

    public override bool Accepts(in PoolJob job) => !job.Plan.Slides && !job.Plan.ReadsPadding && job.Plan.Width.OutputLength <= LongestRow && job.Offsets.Start is null;

    /// <summary>One unit is one row of the output.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    /// <summary>A nanosecond per tap.</summary>
    public override double Cost(in PoolJob job) => 1.0 * job.Plan.OutputElements * job.Plan.MaxCount;

    // Bounds: the plan's windows are clipped to the input.
    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout, to = job.OutputLayout;
        long outputs = plan.Width.OutputLength, stateBytes = Scratch.Round(outputs * sizeof(TState));
        byte* scratch = Scratch.Of(stateBytes + outputs * sizeof(Window));
        var states = new Span<TState>(scratch, (int)outputs);
        var widths = new Span<Window>(scratch + stateBytes, (int)outputs);
        for (int w = 0; w < widths.Length; w++) widths[w] = plan.Width[w];
        for (long row = first; row < end; row++)
        {
            var (rest, h) = Math.DivRem(row, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var (n, c) = Math.DivRem(rest, plan.Channels);
            T* plane = (T*)job.Input + n * from.Batch + c * from.Channel, output = (T*)job.Output + n * to.Batch + c * to.Channel + d * to.Depth + h * to.Height;
            Window depth = plan.Depth[d], height = plan.Height[h];
            T* corner = plane + depth.Start * from.Depth + height.Start * from.Height;
            states.Fill(reducer.Identity);
            for (int w = 0; w < widths.Length && default(TReducer) is ISumReducer; w++)
            {
                job.Cancellation.ThrowIfCancellationRequested();
                for (long k = 0; k < widths[w].Count; k++) states[w] = reducer.Combine(states[w], Column(corner + (widths[w].Start + k * widths[w].Step) * from.Width, depth.Count, depth.Step * from.Depth, height.Count, height.Step * from.Height));
            }

            for (long i = 0; i < depth.Count && default(TReducer) is not ISumReducer; i++)
            {
                for (long j = 0; j < height.Count; j++)
                {
                    job.Cancellation.ThrowIfCancellationRequested();
                    Combine(corner + i * depth.Step * from.Depth + j * height.Step * from.Height, from.Width, widths, states);
                }
            }

            for (int w = 0; w < widths.Length; w++) output[w * to.Width] = reducer.Finish(states[w], depth.Count * height.Count * widths[w].Count, plan.Divisor(depth.Extent * height.Extent * widths[w].Extent));
        }
    }

    private TState Column(T* slice, long depths, long nextDepth, long rows, long nextRow)
    {
        TState state = reducer.Identity;
        for (long i = 0; i < depths; i++, slice += nextDepth)
        {
            T* tap = slice;
            for (long j = 0; j < rows; j++, tap += nextRow) state = reducer.Combine(state, reducer.Lift(*tap));
        }

        return state;
    }

    private void Combine(T* row, long step, ReadOnlySpan<Window> widths, Span<TState> states)
    {
        for (int w = 0; w < widths.Length; w++)
        {
            ref readonly Window width = ref widths[w];
            T* tap = row + width.Start * step;
            TState state = reducer.Identity;
            for (long k = 0, next = width.Step * step; k < width.Count; k++, tap += next) state = reducer.Combine(state, reducer.Lift(*tap));
            states[w] = reducer.Combine(states[w], state);
        }
    }
}
