using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Small whole planes with indices: each chooses in the lanes of one register, values and numbers, and of as many planes as there are lanes neighbouring lanes are combined pair by pair, until a
/// value and a number per plane are left. Of two lanes the one with the lesser number comes first.
/// </summary>
/// <param name="reducer">The reducer for what may be expected.</param>
/// <param name="exact">The one for taps of which the first is not sure.</param>
internal sealed unsafe class IndexedPlanes<T, TTap, TNumber, TNumbers, TReducer, TExact>(TReducer reducer, TExact exact) : PoolKernel
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
    where TReducer : struct, IChoiceLanes<T, TTap>
    where TExact : struct, IChoiceLanes<T, TTap>
{
    /// <summary>The most registers of a plane: in larger ones it takes less to look for a value that is known.</summary>
    private const long MostRegisters = 16;

    private const double BytesPerNanosecond = 25;

    /// <summary>How many planes are pooled together: several registers of outputs, so that one need not wait for the other.</summary>
    private static readonly long Group = TTap.Count * Math.Clamp(4096 / (TTap.Count * sizeof(TTap)), 1, 4);

    public override string Name => $"indexed planes, {8 * Unsafe.SizeOf<TTap>()} bits";

    // Positions are offsets where the window is the plane and nothing more.
    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        return plan.IsGlobal && plan.MaxCount == plan.Taps && plan.MaxCount >= TTap.Count && plan.MaxCount <= MostRegisters * TTap.Count && job.Offsets.Size == 1
            && PlaneList<T>.IsEven(plan, job.InputLayout, out long pitch) && pitch == 1;
    }

    public override bool UnitsArePlanes => true;

    /// <summary>One unit is one plane.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels;

    public override double Cost(in PoolJob job) => job.Plan.InputElements * sizeof(T) / BytesPerNanosecond;

    public override void Run(in PoolJob job, long first, long end)
    {
        if (!Planes(reducer, job, first, end)) Planes(exact, job, first, end);
    }

    /// <summary>Pools the planes; false where the reducer met taps that it cannot combine.</summary>
    private static bool Planes<TR>(TR reducer, in PoolJob job, long first, long end)
        where TR : struct, IChoiceLanes<T, TTap>
    {
        TensorLayout from = job.InputLayout, to = job.OutputLayout, marks = job.Offsets.Layout;
        long channels = job.Plan.Channels, taps = job.Plan.MaxCount, stateBytes = Group * sizeof(Choice<TTap, TNumbers>), valueBytes = Scratch.Round(Group * sizeof(T));
        byte* scratch = Scratch.Of(stateBytes + valueBytes + Group);
        var states = (Choice<TTap, TNumbers>*)scratch;
        var values = (T*)(scratch + stateBytes);
        byte* numbers = scratch + stateBytes + valueBytes;
        var (n, c) = Math.DivRem(first, channels);
        TTap watch = default;
        for (long count; first < end; first += count)
        {
            count = Math.Min(Math.Min(end - first, channels - c), Group);
            T* output = (T*)job.Output + n * to.Batch + c * to.Channel;
            byte* chosen = job.Offsets.Start + n * marks.Batch + c * marks.Channel;
            bool direct = count % TTap.Count == 0 && to.Channel == 1 && marks.Channel == 1;
            watch = Choose(reducer, (T*)job.Input + n * from.Batch + c * from.Channel, from.Channel, count, taps, states, watch);
            Settle(reducer, states, (count + TTap.Count - 1) / TTap.Count, direct ? output : values, direct ? chosen : numbers);
            for (long i = 0; i < count && !direct; i++) (output[i * to.Channel], chosen[i * marks.Channel]) = (values[i], numbers[i]);
            if ((c += count) == channels) (c, n) = (0, n + 1);
        }

        return !reducer.Alarms(watch);
    }

    /// <summary>Makes one register of every plane.</summary>
    // Bounds: the last register is the plane's end, of which some lanes have been taken before, by the same numbers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TTap Choose<TR>(TR reducer, T* input, long step, long count, long taps, Choice<TTap, TNumbers>* states, TTap watch)
        where TR : struct, IChoiceLanes<T, TTap>
    {
        long last = taps - TTap.Count;
        TNumbers first = TNumbers.Every(1, 0), next = NumberLine.Fill<TNumbers, TNumber>(TTap.Count), end = first + NumberLine.Fill<TNumbers, TNumber>(last);
        for (; count > 0; count--, input += step, states++)
        {
            Prefetch.Line((byte*)input + Prefetch.Distance);
            TTap taken = TTap.Load(input);
            var plane = new Choices<T, TTap, TNumber, TNumbers, TR>(reducer, reducer.Lift(taken), first) { Seen = reducer.Watch(watch, taken) };
            TNumbers number = first + next;
            long i = TTap.Count;
            for (; i + TTap.Count < last; i += 2 * TTap.Count)
            {
                Prefetch.Behind(input + i, 2 * sizeof(TTap));
                plane.Take(TTap.Load(input + i), number);
                number += next;
                plane.Take(TTap.Load(input + i + TTap.Count), number);
                number += next;
            }

            if (i < last) plane.Take(TTap.Load(input + i), number);
            plane.Take(TTap.Load(input + last), end);
            watch = plane.Seen;
            *states = new(plane.Values, plane.Numbers);
        }

        return watch;
    }

    /// <summary>Makes so many registers of all, with a plane in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Settle<TR>(TR reducer, Choice<TTap, TNumbers>* states, long registers, T* values, byte* numbers)
        where TR : struct, IChoiceLanes<T, TTap>
    {
        for (long some = registers * TTap.Count / 2; some >= registers; some /= 2)
            for (long i = 0; i < some; i++) states[i] = Neighbours(reducer, states[2 * i], states[2 * i + 1]);
        for (; registers > 0; registers--, states++, values += TTap.Count, numbers += TTap.Count)
        {
            TTap.Store(reducer.Finish(states->Values, null, 1), values);
            TNumbers.StoreNarrow(states->Numbers, numbers, 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Choice<TTap, TNumbers> Neighbours<TR>(TR reducer, in Choice<TTap, TNumbers> low, in Choice<TTap, TNumbers> high)
        where TR : struct, IChoiceLanes<T, TTap>
    {
        var (even, odd) = TTap.Unzip(low.Values, high.Values);
        var (evenNumbers, oddNumbers) = TNumbers.Unzip(low.Numbers, high.Numbers);
        TTap turned = Unsafe.BitCast<TNumbers, TTap>(TNumbers.Greater(evenNumbers, oddNumbers));
        Choice<TTap, TNumbers> earlier = new(TTap.Select(turned, odd, even), TNumbers.Min(evenNumbers, oddNumbers)), later = new(TTap.Select(turned, even, odd), TNumbers.Max(evenNumbers, oddNumbers));
        return new ChoiceCombine<T, TTap, TNumber, TNumbers, TR>(reducer).Combine(earlier, later);
    }
}
