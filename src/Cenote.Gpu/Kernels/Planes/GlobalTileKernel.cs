using ILGPU;

namespace Cenote.Gpu;

/// <summary>Small planes that lie behind each other: how many of them a group takes.</summary>
internal struct GlobalTileWalk
{
    /// <summary>Packs of 16 bytes in a tile; as many elements a plane has at most.</summary>
    public const int TilePacks = 1024;

    /// <summary>The first plane of this launch, and how many there are in all.</summary>
    public long FirstPlane, Planes;

    /// <summary>Planes of a group; of each, 2^PartBits threads side by side, the elements that each has, and elements in all.</summary>
    public int TilePlanes, PartBits, PartLength, Positions;

    /// <summary>16-byte packs of a plane where planes are whole packs, else of the tile; a pack lies idle behind each, which spreads planes over the banks.</summary>
    public Divider Packs;

    /// <summary>From one plane to the next in shared memory.</summary>
    public int Pitch;

    public long DivisorOverride;
}

/// <summary>
/// Small planes in one pass: a group copies some of them, 16 bytes at a time, into shared memory, where each thread folds neighbouring elements of one plane, in row-major order. What threads have is
/// combined in that order too: extremes keep their first tap, and sums depend on the plane's size alone.
/// </summary>
internal static class GlobalTileKernel<T, TState, TReducer>
    where T : unmanaged
    where TState : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TState>
{
    // Bounds: a tile of whole planes is whole packs; the last one ends with the last plane, and what is left of a pack is loaded one by one. Each plane of a tile has its idle pack.
    public static void Run(ArrayView<Quad<uint>> packs, ArrayView<T> input, ArrayView<T> output, GlobalTileWalk walk, TReducer reducer)
    {
        ArrayView<Quad<uint>> tile = SharedMemory.Allocate<Quad<uint>>(GlobalTileWalk.TilePacks + KernelCache.MostThreads);
        ArrayView<TState> states = SharedMemory.Allocate<TState>(KernelCache.MostThreads);
        ArrayView<T> taps = tile.Cast<T>();
        long first = walk.FirstPlane + (long)Grid.IdxX * walk.TilePlanes;
        int planes = (int)IntrinsicMath.Min(walk.TilePlanes, walk.Planes - first), size = Interop.SizeOf<T>();
        Load(packs, first * walk.Positions * size / 16, tile, planes * walk.Positions * size / 16, walk.Packs);
        for (int i = planes * walk.Positions / (16 / size) * (16 / size) + Group.IdxX; i < planes * walk.Positions; i += Group.DimX) taps[i] = input[first * walk.Positions + i];
        Group.Barrier();

        int plane = Group.IdxX >> walk.PartBits, part = Group.IdxX - (plane << walk.PartBits), begin = part * walk.PartLength, end = IntrinsicMath.Min(begin + walk.PartLength, walk.Positions);
        TState state = reducer.Identity;
        if (plane < planes)
        {
            int at = plane * walk.Pitch + begin, last = plane * walk.Pitch + end;
            for (; at + 3 < last; at += 4)
            {
                T a = taps[at], b = taps[at + 1], c = taps[at + 2], d = taps[at + 3];
                state = reducer.Combine(reducer.Combine(reducer.Combine(reducer.Combine(state, reducer.Lift(a)), reducer.Lift(b)), reducer.Lift(c)), reducer.Lift(d));
            }

            for (; at < last; at++) state = reducer.Combine(state, reducer.Lift(taps[at]));
        }

        states[Group.IdxX] = state;
        Group.Barrier();
        // Threads side by side finish: full warps divide, and store neighbours.
        if (Group.IdxX >= planes) return;
        int from = Group.IdxX << walk.PartBits;
        state = states[from];
        for (int i = from + 1; i < from + (1 << walk.PartBits); i++) state = reducer.Combine(state, states[i]);
        output[first + Group.IdxX] = reducer.Finish(state, walk.Positions, walk.DivisorOverride != 0 ? walk.DivisorOverride : walk.Positions);
    }

    /// <summary>Four loads are on their way before the first is stored.</summary>
    private static void Load(ArrayView<Quad<uint>> packs, long from, ArrayView<Quad<uint>> tile, int count, Divider gaps)
    {
        int step = Group.DimX, i = Group.IdxX;
        for (; i + 3 * step < count; i += 4 * step)
        {
            Quad<uint> a = packs[from + i], b = packs[from + i + step], c = packs[from + i + 2 * step], d = packs[from + i + 3 * step];
            tile[i + gaps.Divide(i, out _)] = a;
            tile[i + step + gaps.Divide(i + step, out _)] = b;
            tile[i + 2 * step + gaps.Divide(i + 2 * step, out _)] = c;
            tile[i + 3 * step + gaps.Divide(i + 3 * step, out _)] = d;
        }

        for (; i < count; i += step) tile[i + gaps.Divide(i, out _)] = packs[from + i];
    }
}
