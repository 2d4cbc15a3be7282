using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Whole planes, each a contiguous run: its registers are combined into one, and the registers of as many planes as there are lanes into one
/// with an output in every lane. Neighbouring lanes are combined pair by pair, until one per plane is left.
/// </summary>
/// <param name="reducer">The reducer for what may be expected.</param>
/// <param name="exact">The one for taps of which the first is not sure.</param>
/// <param name="totals">Settles what depends on the taps' order.</param>
internal sealed unsafe class PlaneKernel<T, TTap, TState, TAcc, TReducer, TExact, TTotal, TTotals>(TReducer reducer, TExact exact, TTotals totals) : PoolKernel
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    where TExact : struct, ILaneReducer<T, TTap, TState, TAcc>
    where TTotal : unmanaged
    where TTotals : struct, IPlaneTotals<T, TState, TTotal>
{
    /// <summary>The largest plane that is one piece of work.</summary>
    private const long Longest = 1 << 15;

    /// <summary>From so many registers on, runs are long; not where states fill four, whose additions need not wait.</summary>
    private const long ManyRegisters = 12;

    /// <summary>How many planes are pooled together: several registers of outputs, so that one need not wait for the other, where their states do not take too much memory.</summary>
    private static long Group
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TTap.Count * Math.Clamp(8192 / (TTap.Count * sizeof(TAcc)), 1, 4);
    }

    private const double BytesPerNanosecond = 50;

    public override string Name { get; } = $"planes, {8 * Unsafe.SizeOf<TTap>()} bits";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        return plan.IsGlobal && reducer.Accepts(plan) && PlaneList<T>.IsEven(plan, job.InputLayout, out long pitch) && pitch == 1
            && plan.MaxCount <= Longest && (plan.MaxCount >= TTap.Count || Unsafe.SizeOf<TTap>() == 16);
    }

    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels;

    public override bool UnitsArePlanes => true;

    /// <summary>Every element is read once, at a rate of the second-level cache.</summary>
    public override double Cost(in PoolJob job) => job.Plan.InputElements * sizeof(T) / BytesPerNanosecond;

    public override void Run(in PoolJob job, long first, long end)
    {
        if (!Planes(reducer, job, first, end)) Planes(exact, job, first, end);
    }

    /// <summary>Pools the planes; false where the reducer met taps that it cannot combine.</summary>
    private bool Planes<TR>(TR reducer, in PoolJob job, long first, long end)
        where TR : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        var planes = new PlaneList<T>(job, withChannels: true);
        long length = job.Plan.MaxCount, divisor = job.Plan.Divisor(length), runEnd;
        TTap watch = default;
        for (long plane = first; plane < end; plane = runEnd)
        {
            runEnd = Math.Min(end, plane - plane % planes.Run + planes.Run);
            T* input = planes.Input(plane), output = planes.Output(plane);
            if (length < TTap.Count) Run(default(PartRun<T, TTap, TState, TAcc>), reducer, planes, input, output, runEnd - plane, length, divisor, ref watch);
            else if (length < ManyRegisters * TTap.Count || sizeof(TAcc) >= 4 * sizeof(TTap)) Run(default(ShortRun<T, TTap, TState, TAcc>), reducer, planes, input, output, runEnd - plane, length, divisor, ref watch);
            else Run(default(LongRun<T, TTap, TState, TAcc>), reducer, planes, input, output, runEnd - plane, length, divisor, ref watch);
        }

        return !reducer.Alarms(watch);
    }

    /// <summary>Pools planes that follow each other at equal steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Run<TR, TRun>(TRun run, TR reducer, in PlaneList<T> planes, T* input, T* output, long count, long length, long divisor, ref TTap watch)
        where TR : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TRun : struct, IPlaneRun<T, TTap, TState, TAcc>
    {
        long stateBytes = Group * sizeof(TAcc), outputBytes = Scratch.Round(Group * sizeof(T)), from = planes.InputStep, to = planes.OutputStep;
        byte* scratch = Scratch.Of(stateBytes + outputBytes + sizeof(TTap) + TTap.Count * TReducer.ExtentSize), last = scratch + stateBytes + outputBytes, ones = last + sizeof(TTap);
        for (int lane = 0; lane < TTap.Count && TReducer.ExtentSize > 0; lane++) reducer.WriteExtent(ones, lane, 1);
        PlaneRun.WriteLast<TTap>(last, length % TTap.Count * sizeof(T));
        var states = (TAcc*)scratch;
        var outputs = (T*)(scratch + stateBytes);
        for (; count > 0; count -= Group, input += Group * from, output += Group * to)
        {
            long some = Math.Min(Group, count);
            bool direct = some % TTap.Count == 0 && to == 1;
            Fold(run, reducer, input, from, some, length, (T*)last, states, ref watch);
            bool settled = Finish(reducer, states, (some + TTap.Count - 1) / TTap.Count, ones, divisor, direct ? output : outputs);
            if (settled && direct) continue;
            for (long i = 0; i < some; i++) output[i * to] = totals.Settle(direct ? output[i] : outputs[i], input + i * from, length, 1);
        }
    }

    /// <summary>Makes one register of every plane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Fold<TR, TRun>(TRun run, TR reducer, T* input, long step, long count, long length, T* last, TAcc* states, ref TTap watch)
        where TR : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TRun : struct, IPlaneRun<T, TTap, TState, TAcc>
    {
        TTap seen = watch;
        for (TAcc* end = states + count; states < end; states++, input += step)
        {
            var window = run.Fold(reducer, input, length, last);
            *states = TR.ToAddUp(window.State);
            seen = reducer.Watch(seen, window.Seen);
        }

        watch = seen;
    }

    /// <summary>Makes so many registers of all, with a plane in every lane, and of these the outputs. False where one depends on the order of its taps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private bool Finish<TR>(TR reducer, TAcc* states, long registers, byte* ones, long divisor, T* outputs)
        where TR : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long each = TTap.Count;
        for (; each > 2; each /= 4)
        {
            TAcc* to = states;
            for (TAcc* from = states, end = from + registers * each; from < end; from += 4)
                *to++ = Neighbours(reducer, Neighbours(reducer, from[0], from[1]), Neighbours(reducer, from[2], from[3]));
        }

        bool settled = true;
        for (long i = 0; i < registers; i++, outputs += TTap.Count)
        {
            TAcc state = each == 2 ? Neighbours(reducer, states[2 * i], states[2 * i + 1]) : states[i];
            TTap results = reducer.Finish(state, ones, divisor);
            TTap.Store(results, outputs);
            if (totals.DependOnOrder(results)) settled = false;
        }

        return settled;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TAcc Neighbours<TR>(TR reducer, TAcc low, TAcc high)
        where TR : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        var (even, odd) = TAcc.Unzip(low, high);
        return reducer.Combine(even, odd);
    }
}
