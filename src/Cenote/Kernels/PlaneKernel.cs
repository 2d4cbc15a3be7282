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

    /// <summary>From so many registers on, a plane has four states, so that one addition need not wait for the one before.</summary>
    private const long ManyRegisters = 12;

    private const double BytesPerNanosecond = 50;

    public override string Name { get; } = $"planes, {8 * Unsafe.SizeOf<TTap>()} bits";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        return plan.IsGlobal && reducer.Accepts(plan) && PlaneList<T>.IsEven(plan, job.InputLayout, out long pitch) && pitch == 1
            && plan.MaxCount <= Longest && (plan.MaxCount >= TTap.Count || Unsafe.SizeOf<TTap>() == 16);
    }

    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels;

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
        long length = job.Plan.MaxCount;
        long stateBytes = Scratch.Round(TTap.Count / 2 * sizeof(TAcc)), outputBytes = Scratch.Round(TTap.Count * sizeof(T));
        byte* scratch = Scratch.Of(stateBytes + outputBytes + TTap.Count * reducer.ExtentSize), ones = scratch + stateBytes + outputBytes;
        for (int lane = 0; lane < TTap.Count && reducer.ExtentSize > 0; lane++) reducer.WriteExtent(ones, lane, 1);
        var states = (TAcc*)scratch;
        var outputs = (T*)(scratch + stateBytes);
        TTap watch = default;
        for (long plane = first, count; plane < end; plane += count)
        {
            count = Math.Min(TTap.Count, Math.Min(end - plane, planes.Run - plane % planes.Run));
            T* input = planes.Input(plane), output = planes.Output(plane);
            watch = Fold(reducer, input, planes.InputStep, count, length, states, watch);
            TTap.Store(reducer.Finish(Merge(reducer, states), ones, length), outputs);
            for (long i = 0; i < count; i++) output[i * planes.OutputStep] = totals.Settle(outputs[i], input + i * planes.InputStep, length, 1);
        }

        return !reducer.Alarms(watch);
    }

    /// <summary>Makes one register of every two planes: half of its lanes are the first one's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TTap Fold<TR>(TR reducer, T* input, long step, long count, long length, TAcc* states, TTap watch)
        where TR : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TTap last = LastLanes(length % TTap.Count);
        for (long plane = 0; plane < count; plane += 2)
        {
            T* first = input + plane * step, second = plane + 1 < count ? first + step : first;
            TTap seen = default, seenToo = default;
            TAcc one = Plane(reducer, first, length, last, ref seen), other = Plane(reducer, second, length, last, ref seenToo);
            states[plane / 2] = Neighbours(reducer, one, other);
            watch = reducer.Watch(reducer.Watch(watch, seen), seenToo);
        }

        return watch;
    }

    // Bounds: whole registers, then the last one of the plane's end again, or a part of one where the plane is shorter.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TAcc Plane<TR>(TR reducer, T* plane, long length, TTap last, ref TTap seen)
        where TR : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        Prefetch.Behind(plane, length * sizeof(T));
        TTap taps = length < TTap.Count ? TTap.LoadPart(plane, 0, length, reducer.Padding) : TTap.Load(plane);
        seen = reducer.Watch(seen, taps);
        TAcc state = reducer.Lift(taps);
        long i = TTap.Count;
        if (length >= ManyRegisters * TTap.Count) state = reducer.Combine(state, Many(reducer, plane, length, ref i, ref seen));
        for (; i + TTap.Count <= length; i += TTap.Count)
        {
            taps = TTap.Load(plane + i);
            seen = reducer.Watch(seen, taps);
            state = reducer.Combine(state, reducer.Lift(taps));
        }

        if (i < length)
        {
            taps = TTap.Load(plane + length - TTap.Count);
            seen = reducer.Watch(seen, taps);
            state = reducer.Combine(state, reducer.Lift(TTap.Select(last, taps, reducer.Padding)));
        }

        return state;
    }

    /// <summary>Combines registers from <paramref name="i"/> on, four by four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TAcc Many<TR>(TR reducer, T* plane, long length, ref long i, ref TTap seen)
        where TR : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        var first = new OneWindow<T, TTap, TState, TAcc, TR>(reducer, none);
        var second = first;
        var third = first;
        var fourth = first;
        long at = i;
        for (; at + 4 * TTap.Count <= length; at += 4 * TTap.Count)
        {
            first.Take(TTap.Load(plane + at));
            second.Take(TTap.Load(plane + at + TTap.Count));
            third.Take(TTap.Load(plane + at + 2 * TTap.Count));
            fourth.Take(TTap.Load(plane + at + 3 * TTap.Count));
        }

        i = at;
        seen = reducer.Watch(reducer.Watch(reducer.Watch(reducer.Watch(seen, first.Seen), second.Seen), third.Seen), fourth.Seen);
        return reducer.Combine(reducer.Combine(first.State, second.State), reducer.Combine(third.State, fourth.State));
    }

    /// <summary>Makes one register of all: a plane in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TAcc Merge<TR>(TR reducer, TAcc* states)
        where TR : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (int count = TTap.Count / 4; count > 0; count /= 2)
            for (int i = 0; i < count; i++) states[i] = Neighbours(reducer, states[2 * i], states[2 * i + 1]);
        return states[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TAcc Neighbours<TR>(TR reducer, TAcc low, TAcc high)
        where TR : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        var (even, odd) = TAcc.Unzip(low, high);
        return reducer.Combine(even, odd);
    }

    /// <summary>All bits of so many lanes at the end.</summary>
    private static TTap LastLanes(long count)
    {
        byte* bits = stackalloc byte[2 * sizeof(TTap)];
        for (int i = 0; i < sizeof(TTap); i++) (bits[i], bits[sizeof(TTap) + i]) = (0, byte.MaxValue);
        return TTap.Load((T*)bits + count);
    }
}
