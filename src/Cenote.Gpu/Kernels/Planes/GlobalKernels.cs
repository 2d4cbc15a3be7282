using ILGPU;

namespace Cenote.Gpu;

/// <summary>Whole planes: which of them a group of threads reduces. A group has some channels side by side (1 where planes lie behind each other), and shares the positions of each out among its threads.</summary>
internal struct GlobalWalk
{
    /// <summary>Groups per image, or per plane.</summary>
    public Divider Tiles;

    /// <summary>Channels of a group: 2^LaneBits.</summary>
    public int LaneBits;

    /// <summary>Channels side by side in memory.</summary>
    public int Channels;

    /// <summary>The first plane, or image, of this launch.</summary>
    public long FirstOuter;

    /// <summary>The elements of a plane.</summary>
    public long Positions;

    public long DivisorOverride;

    public readonly GlobalPlace At()
    {
        int outer = Tiles.Divide(Grid.IdxX, out int tile), lanes = 1 << LaneBits;
        int channel = tile * lanes + (Group.IdxX & (lanes - 1));
        long plane = FirstOuter + outer;
        return new()
        {
            Part = Group.IdxX >> LaneBits,
            Parts = Group.DimX >> LaneBits,
            Positions = channel < Channels ? Positions : 0,
            Input = plane * Positions * Channels + channel,
            Output = channel < Channels ? plane * Channels + channel : -1,
        };
    }
}

/// <summary>A thread's share of a plane.</summary>
internal struct GlobalPlace
{
    /// <summary>Which part of the positions is the thread's, and of how many.</summary>
    public int Part, Parts;

    /// <summary>The plane's positions; 0 for a thread beyond the last channel.</summary>
    public long Positions;

    /// <summary>Where the plane begins, and where its output lies; −1 for a thread beyond the last channel.</summary>
    public long Input, Output;
}

/// <summary>The sum of whole planes in one pass: neighbouring threads read neighbouring elements, and what they have is added in shared memory, in an order that depends on the group's size alone.</summary>
internal static class GlobalFoldKernel<T, TState, TReducer>
    where T : unmanaged
    where TState : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TState>
{
    // Bounds: positions are the plane's; a group has at most KernelCache.MostThreads threads.
    public static void Run(ArrayView<T> input, ArrayView<T> output, GlobalWalk walk, TReducer reducer)
    {
        GlobalPlace place = walk.At();
        TState state = reducer.Identity;
        for (long p = place.Part; p < place.Positions; p += place.Parts) state = reducer.Combine(state, reducer.Lift(input[place.Input + p * walk.Channels]));
        ArrayView<TState> shared = SharedMemory.Allocate<TState>(KernelCache.MostThreads);
        shared[Group.IdxX] = state;
        Group.Barrier();
        for (int half = place.Parts >> 1; half > 0; half >>= 1)
        {
            if (place.Part < half) shared[Group.IdxX] = reducer.Combine(shared[Group.IdxX], shared[Group.IdxX + (half << walk.LaneBits)]);
            Group.Barrier();
        }

        if (place.Part == 0 && place.Output >= 0)
            output[place.Output] = reducer.Finish(shared[Group.IdxX], walk.Positions, walk.DivisorOverride != 0 ? walk.DivisorOverride : walk.Positions);
    }
}

/// <summary>The chosen element of whole planes, and its position, in one pass. Of two choices the one further ahead in the plane is the earlier operand, so that ties and NaN fall as in row-major order.</summary>
internal static class GlobalChoiceKernel<T, TNumber, TChoice, TNumbers>
    where T : unmanaged
    where TNumber : unmanaged
    where TChoice : unmanaged, ITapChoice<T>
    where TNumbers : unmanaged, INumberFormat<TNumber>
{
    // Bounds: as above.
    public static void Run(ArrayView<T> input, ArrayView<T> output, ArrayView<TNumber> numbers, GlobalWalk walk, TChoice choice, int storesNumbers)
    {
        GlobalPlace place = walk.At();
        var chosen = new Chosen<T> { Value = choice.None, Number = 0, Any = 0 };
        for (long p = place.Part; p < place.Positions; p += place.Parts)
        {
            T tap = input[place.Input + p * walk.Channels];
            if (chosen.Any == 0 || choice.Prefers(tap, chosen.Value)) chosen = new() { Value = tap, Number = p, Any = 1 };
        }

        ArrayView<Chosen<T>> shared = SharedMemory.Allocate<Chosen<T>>(KernelCache.MostThreads);
        shared[Group.IdxX] = chosen;
        Group.Barrier();
        for (int half = place.Parts >> 1; half > 0; half >>= 1)
        {
            if (place.Part < half) shared[Group.IdxX] = Better(shared[Group.IdxX], shared[Group.IdxX + (half << walk.LaneBits)], choice);
            Group.Barrier();
        }

        if (place.Part == 0 && place.Output >= 0)
        {
            chosen = shared[Group.IdxX];
            output[place.Output] = chosen.Value;
            if (storesNumbers != 0) numbers[place.Output] = TNumbers.Of(chosen.Number);
        }
    }

    private static Chosen<T> Better(Chosen<T> one, Chosen<T> other, TChoice choice)
    {
        if (one.Any == 0) return other;
        if (other.Any == 0) return one;
        if (one.Number < other.Number) return choice.Prefers(other.Value, one.Value) ? other : one;
        return choice.Prefers(one.Value, other.Value) ? one : other;
    }
}
