using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Whole planes whose channels lie side by side, or large ones whose elements do: rows are folded on top of each other. Planes of several
/// blocks, and sums that outgrow the lanes, end in totals; all others on registers.
/// </summary>
/// <param name="reducer">The reducer for what may be expected.</param>
/// <param name="exact">The one for taps of which the first is not sure.</param>
/// <param name="totals">What the states of <paramref name="exact"/> come to.</param>
internal sealed unsafe class StackKernel<T, TTap, TState, TAcc, TReducer, TExact, TTotal, TTotals>(TReducer reducer, TExact exact, TTotals totals) : PoolKernel
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    where TExact : struct, ILaneReducer<T, TTap, TState, TAcc>
    where TTotal : unmanaged
    where TTotals : struct, IPlaneTotals<T, TState, TTotal>
{
    private const double BytesPerNanosecond = 50;

    public override string Name { get; } = $"stack, {8 * Unsafe.SizeOf<TTap>()} bits";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        if (!plan.IsGlobal || !PlaneList<T>.IsEven(plan, job.InputLayout, out long pitch)) return false;
        if (pitch <= 0 || (!IsChannelsLast(job) && pitch != 1)) return false;
        StackPlan stack = Plan(job);
        return stack.Side * stack.Channels >= TTap.Count || Unsafe.SizeOf<TTap>() == 16;
    }

    public override long Units(in PoolJob job)
    {
        StackPlan stack = Plan(job);
        return Planes(job).Count * stack.Lines * stack.Blocks;
    }

    /// <summary>Every element is read once, at a rate of the second-level cache.</summary>
    public override double Cost(in PoolJob job) => job.Plan.InputElements * sizeof(T) / BytesPerNanosecond;

    public override long PartialBytes(in PoolJob job)
    {
        StackPlan stack = Plan(job);
        return stack.Blocks > 1 ? stack.Blocks * job.Plan.OutputElements * sizeof(TTotal) : 0;
    }

    public override void Run(in PoolJob job, long first, long end)
    {
        StackPlan stack = Plan(job);
        PlaneList<T> planes = Planes(job);
        for (long unit = first; unit < end; unit++)
        {
            var (rest, block) = Math.DivRem(unit, stack.Blocks);
            var (plane, line) = Math.DivRem(rest, stack.Lines);
            var (start, count) = Line.Cut(stack.Channels, stack.Lines, TTap.Count, line);
            if (count == 0) continue;
            T* input = planes.Input(plane) + start, output = planes.Output(plane) + start * job.OutputLayout.Channel;
            if (stack.Blocks > 1)
            {
                TTotal* partials = (TTotal*)job.Partials + (plane * stack.Blocks + block) * stack.Channels + start;
                new Span<TTotal>(Total(job, stack, input, count, block), (int)count).CopyTo(new(partials, (int)count));
            }
            else if (!reducer.Accepts(job.Plan))
            {
                TTotal* sums = Total(job, stack, input, count, 0);
                for (long c = 0; c < count; c++) output[c * job.OutputLayout.Channel] = Finish(stack, sums[c], input + c);
            }
            else if (!Pool(reducer, job, stack, input, output, count))
            {
                Pool(exact, job, stack, input, output, count);
            }
        }
    }

    public override void Complete(in PoolJob job)
    {
        StackPlan stack = Plan(job);
        if (stack.Blocks == 1) return;
        PlaneList<T> planes = Planes(job);
        for (long plane = 0; plane < planes.Count; plane++)
        {
            for (long c = 0; c < stack.Channels; c++)
            {
                TTotal total = totals.Identity;
                for (long block = 0; block < stack.Blocks; block++) total = totals.Combine(total, ((TTotal*)job.Partials)[(plane * stack.Blocks + block) * stack.Channels + c]);
                planes.Output(plane)[c * job.OutputLayout.Channel] = Finish(stack, total, planes.Input(plane) + c);
            }
        }
    }

    private static bool IsChannelsLast(in PoolJob job) => job.InputLayout.Channel == 1 && job.Plan.Channels > 1;

    private static StackPlan Plan(in PoolJob job)
    {
        _ = PlaneList<T>.IsEven(job.Plan, job.InputLayout, out long pitch);
        long channels = IsChannelsLast(job) ? job.Plan.Channels : 1;
        return new(channels, job.Plan.MaxCount, job.Plan.MaxCount == 1 ? channels : pitch, TTap.Count, sizeof(TState)) { Divisor = job.Plan.Divisor(job.Plan.MaxCount) };
    }

    private static PlaneList<T> Planes(in PoolJob job) => new(job, withChannels: !IsChannelsLast(job));

    /// <summary>Pools some channels of a plane on registers; false where the reducer met taps that it cannot combine.</summary>
    private bool Pool<TR>(TR reducer, in PoolJob job, in StackPlan stack, T* input, T* output, long channels)
        where TR : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long length = stack.Side * channels, slotBytes = Stack<T, TTap, TState, TAcc>.Bytes(length);
        long stateBytes = stack.Side > 1 ? Scratch.Round((length + TTap.Count) * sizeof(TState)) : 0, outputBytes = Scratch.Round((channels + TTap.Count) * sizeof(T));
        byte* scratch = Scratch.Of(slotBytes + stateBytes + outputBytes + TTap.Count * TReducer.ExtentSize), ones = scratch + slotBytes + stateBytes + outputBytes;
        for (int lane = 0; lane < TTap.Count && TReducer.ExtentSize > 0; lane++) reducer.WriteExtent(ones, lane, 1);
        var rows = new Stack<T, TTap, TState, TAcc>(length, stack.Side * stack.Pitch, (TAcc*)scratch);
        TTap watch = Fold(reducer, job, rows, stack, input, channels, stack.Pixels, default);
        if (stack.Side > 1)
        {
            var states = (TState*)(scratch + slotBytes);
            rows.Store(states);
            Halve(reducer, states, stack.Side, channels);
            rows = new(channels, stack.Pitch, (TAcc*)scratch);
            rows.Load(states);
        }

        bool direct = channels >= TTap.Count && job.OutputLayout.Channel == 1;
        T* outputs = direct ? output : (T*)(scratch + slotBytes + stateBytes);
        bool settled = rows.Finish<TR, TTotal, TTotals>(reducer, totals, ones, stack.Divisor, outputs);
        for (long c = 0; c < channels && !(settled && direct); c++) output[c * job.OutputLayout.Channel] = totals.Settle(outputs[c], input + c, stack.Pixels, stack.Pitch);
        return !reducer.Alarms(watch);
    }

    /// <summary>Combines the pixels of a row: its second half with its first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Halve<TR>(TR reducer, TState* states, long side, long channels)
        where TR : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (; side > 1; side /= 2)
        {
            long half = side / 2 * channels;
            for (long i = 0; i < half; i += TTap.Count) TAcc.Store(reducer.Combine(TAcc.Load(states + i), TAcc.Load(states + i + half)), states + i);
        }
    }

    /// <summary>The totals of some channels over a block, by as many pixels at once as the states can hold; in scratch memory.</summary>
    private TTotal* Total(in PoolJob job, in StackPlan stack, T* input, long channels, long block)
    {
        long length = stack.Side * channels, slotBytes = Stack<T, TTap, TState, TAcc>.Bytes(length), stateBytes = Scratch.Round((length + TTap.Count) * sizeof(TState));
        byte* scratch = Scratch.Of(slotBytes + stateBytes + channels * sizeof(TTotal));
        var states = (TState*)(scratch + slotBytes);
        var sums = (TTotal*)(scratch + slotBytes + stateBytes);
        var rows = new Stack<T, TTap, TState, TAcc>(length, stack.Side * stack.Pitch, (TAcc*)scratch);
        for (long c = 0; c < channels; c++) sums[c] = totals.Identity;
        long end = Math.Min(stack.Pixels, (block + 1) * stack.BlockPixels), most = Math.Min(totals.MostTaps, stack.BlockPixels) * stack.Side;
        for (long pixel = block * stack.BlockPixels; pixel < end; pixel += most)
        {
            Fold(exact, job, rows, stack, input + pixel * stack.Pitch, channels, Math.Min(most, end - pixel), default);
            rows.Store(states);
            for (long k = 0; k < length; k += channels)
                for (long c = 0; c < channels; c++) sums[c] = totals.Combine(sums[c], totals.Lift(states[k + c]));
        }

        return sums;
    }

    /// <summary>Folds so many pixels.</summary>
    private static TTap Fold<TR>(TR reducer, in PoolJob job, Stack<T, TTap, TState, TAcc> rows, in StackPlan stack, T* input, long channels, long pixels, TTap watch)
        where TR : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        rows.Clear(reducer);
        long count = pixels / stack.Side, step = stack.Side * stack.Pitch;
        long groups = (count + rows.Group - 1) / rows.Group, group = groups == 0 ? 0 : (count + groups - 1) / groups;
        for (long row = 0; row < count; row += group)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            watch = rows.Fold(reducer, input + row * step, Math.Min(group, count - row), watch);
        }

        watch = rows.FoldPart(reducer, input + count * step, pixels % stack.Side * channels, watch);
        rows.Settle<TR>();
        return watch;
    }

    private T Finish(in StackPlan stack, TTotal total, T* plane) => totals.Settle(totals.Finish(total, stack.Pixels, stack.Divisor), plane, stack.Pixels, stack.Pitch);
}
