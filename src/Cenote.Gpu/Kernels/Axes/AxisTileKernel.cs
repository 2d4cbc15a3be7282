using ILGPU;

namespace Cenote.Gpu;

/// <summary>How a group's tile lies: some lines, and of each as many positions as some blocks have, of a window's length each.</summary>
internal struct AxisTileWalk
{
    /// <summary>Packs of 16 bytes that a group keeps.</summary>
    public const int SharedPacks = 2048;

    public AxisWalk Axis;

    /// <summary>Tiles along the axis; tiles beside each other, of lines inside the axis.</summary>
    public Divider Tiles, Beside;

    /// <summary>A window's taps, and blocks of a tile.</summary>
    public Divider Kernel, Blocks;

    /// <summary>Lines of a tile, and all there are: side by side inside the axis, or where nothing is inside, one behind the other.</summary>
    public int Lines;

    public long AllLines;

    /// <summary>Whether lines lie one behind the other: 0 or 1.</summary>
    public int AreRows;

    /// <summary>2^FastBits threads have neighbours in memory.</summary>
    public int FastBits;

    /// <summary>In shared memory: from a position to the next, a line to the next, a block to the next, and from what ends blocks to what begins them.</summary>
    public int NextPosition, NextLine, NextBlock, Begins;

    /// <summary>Where a position lies in shared memory. A block has an odd number of places, so that threads with a block each meet other banks.</summary>
    public readonly int At(int position, int line) => (position + ((Kernel.Divisor & 1) == 0 ? Kernel.Divide(position, out _) : 0)) * NextPosition + line * NextLine;
}

/// <summary>
/// Large windows along one axis by van Herk, Gil and Werman, in shared memory: a group loads a tile once, neighbours by neighbouring threads; a thread folds a block from its end, another from its
/// beginning; each output is the end of one block and the beginning of the next. A tile of n blocks makes the windows of n − 1.
/// </summary>
internal static class AxisTileKernel<TFrom, T, TState, TReducer, TStateOf>
    where TFrom : unmanaged
    where T : unmanaged
    where TState : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TState>
    where TStateOf : unmanaged, IStateOf<TFrom, TState>
{
    // Bounds: positions outside the input are the reducer's identity; lines end with the last one; the windows of a tile end before its last block does.
    public static void Run(ArrayView<TFrom> input, ArrayView<TState> states, ArrayView<T> output, ArrayView<ListedWindow> list, AxisTileWalk walk, TReducer reducer, TStateOf stateOf)
    {
        ArrayView<TState> shared = SharedMemory.Allocate<Quad<uint>>(AxisTileWalk.SharedPacks).Cast<TState>();
        int rest = walk.Tiles.Divide(Grid.IdxX, out int tile), outer = walk.Beside.Divide(rest, out int beside);
        long firstLine = (long)(walk.AreRows != 0 ? outer : beside) * walk.Lines, from = walk.AreRows != 0 ? walk.Axis.FirstOuter + firstLine : walk.Axis.FirstOuter + outer;
        int lines = (int)IntrinsicMath.Min(walk.Lines, walk.AllLines - firstLine), fast = Group.IdxX & ((1 << walk.FastBits) - 1), slow = Group.IdxX >> walk.FastBits, slows = Group.DimX >> walk.FastBits;
        var place = new TilePlace
        {
            Outer = from,
            Inner = walk.AreRows != 0 ? 0 : (int)firstLine,
            Lines = lines,
            Line = walk.AreRows != 0 ? slow : fast,
            LineStep = walk.AreRows != 0 ? slows : 1 << walk.FastBits,
            Position = walk.AreRows != 0 ? fast : slow,
            PositionStep = walk.AreRows != 0 ? 1 << walk.FastBits : slows,
            First = tile * (walk.Blocks.Divisor - 1) * walk.Kernel.Divisor,
        };
        Load(input, shared, walk, place, reducer, stateOf);
        Group.Barrier();
        Fold(shared, walk, lines, reducer);
        Group.Barrier();
        Store(shared, states, output, list, walk, place, reducer);
    }

    /// <summary>Everything twice: for what ends blocks, and for what begins them. Four loads are on their way before the first is stored.</summary>
    private static void Load(ArrayView<TFrom> input, ArrayView<TState> shared, AxisTileWalk walk, TilePlace place, TReducer reducer, TStateOf stateOf)
    {
        int inner = walk.Axis.Inner.Divisor, length = walk.Axis.InLength, start = place.First - walk.Axis.Axis.Before, positions = walk.Blocks.Divisor * walk.Kernel.Divisor, step = place.PositionStep;
        for (int line = place.Line; line < place.Lines; line += place.LineStep)
        {
            long from = (walk.AreRows != 0 ? (place.Outer + line) * length : place.Outer * length * inner + place.Inner + line);
            int position = place.Position;
            for (; position + 3 * step < positions; position += 4 * step)
            {
                TState a = Of(input, from, start + position, walk, reducer, stateOf);
                TState b = Of(input, from, start + position + step, walk, reducer, stateOf);
                TState c = Of(input, from, start + position + 2 * step, walk, reducer, stateOf);
                TState d = Of(input, from, start + position + 3 * step, walk, reducer, stateOf);
                Put(position, line, a, shared, walk);
                Put(position + step, line, b, shared, walk);
                Put(position + 2 * step, line, c, shared, walk);
                Put(position + 3 * step, line, d, shared, walk);
            }

            for (; position < positions; position += step) Put(position, line, Of(input, from, start + position, walk, reducer, stateOf), shared, walk);
        }
    }

    private static TState Of(ArrayView<TFrom> input, long line, int position, AxisTileWalk walk, TReducer reducer, TStateOf stateOf) =>
        (uint)position < (uint)walk.Axis.InLength ? stateOf.Of(input[line + (long)position * walk.Axis.Inner.Divisor]) : reducer.Identity;

    private static void Put(int position, int line, TState state, ArrayView<TState> shared, AxisTileWalk walk)
    {
        int at = walk.At(position, line);
        shared[at] = state;
        shared[at + walk.Begins] = state;
    }

    /// <summary>In place: of each position what its block has from there on, and what its block has up to it.</summary>
    private static void Fold(ArrayView<TState> shared, AxisTileWalk walk, int lines, TReducer reducer)
    {
        int blocks = walk.Blocks.Divisor, kernel = walk.Kernel.Divisor, step = walk.NextPosition, all = blocks * walk.Lines;
        for (int item = Group.IdxX; item < 2 * all; item += Group.DimX)
        {
            bool ends = item < all;
            int line, block;
            if (walk.AreRows != 0) line = walk.Blocks.Divide(ends ? item : item - all, out block);
            else
            {
                int number = ends ? item : item - all;
                line = number & (walk.Lines - 1);
                block = number >> walk.FastBits;
            }

            if (line >= lines) continue;
            int at = block * walk.NextBlock + line * walk.NextLine;
            if (ends) FromEnd(shared, at, kernel, step, reducer);
            else FromBeginning(shared, at + walk.Begins, kernel, step, reducer);
        }
    }

    private static void FromEnd(ArrayView<TState> shared, int first, int kernel, int step, TReducer reducer)
    {
        TState state = reducer.Identity;
        int at = first + (kernel - 1) * step;
        for (; at - 3 * step >= first; at -= 4 * step)
        {
            TState a = shared[at], b = shared[at - step], c = shared[at - 2 * step], d = shared[at - 3 * step];
            shared[at] = a = reducer.Combine(a, state);
            shared[at - step] = b = reducer.Combine(b, a);
            shared[at - 2 * step] = c = reducer.Combine(c, b);
            shared[at - 3 * step] = state = reducer.Combine(d, c);
        }

        for (; at >= first; at -= step) shared[at] = state = reducer.Combine(shared[at], state);
    }

    // Each load goes into the store at its place: the compiler moves a load down to where it is used, past a store to the same place if there is one between.
    private static void FromBeginning(ArrayView<TState> shared, int first, int kernel, int step, TReducer reducer)
    {
        TState state = reducer.Identity;
        int at = first, end = first + kernel * step;
        for (; at + 3 * step < end; at += 4 * step)
        {
            TState a = shared[at], b = shared[at + step], c = shared[at + 2 * step], d = shared[at + 3 * step];
            shared[at] = a = reducer.Combine(state, a);
            shared[at + step] = b = reducer.Combine(a, b);
            shared[at + 2 * step] = c = reducer.Combine(b, c);
            shared[at + 3 * step] = state = reducer.Combine(c, d);
        }

        for (; at < end; at += step) shared[at] = state = reducer.Combine(state, shared[at]);
    }

    private static void Store(ArrayView<TState> shared, ArrayView<TState> states, ArrayView<T> output, ArrayView<ListedWindow> list, AxisTileWalk walk, TilePlace place, TReducer reducer)
    {
        int inner = walk.Axis.Inner.Divisor, length = walk.Axis.OutLength, stride = walk.Axis.Axis.Stride, span = (walk.Blocks.Divisor - 1) * walk.Kernel.Divisor;
        // Rounded up without a sum that a great stride would wrap.
        int first = place.First == 0 ? 0 : (place.First - 1) / stride + 1, end = IntrinsicMath.Min(length, (place.First + span - 1) / stride + 1);
        for (int line = place.Line; line < place.Lines; line += place.LineStep)
        {
            long to = walk.AreRows != 0 ? (place.Outer + line) * length : place.Outer * length * inner + place.Inner + line;
            WindowTaps across = walk.Axis.Across(walk.AreRows != 0 ? 0 : place.Inner + line, list);
            for (int o = first + place.Position; o < end; o += place.PositionStep)
            {
                int position = o * stride - place.First, at = walk.At(position, line);
                TState whole = shared[at];
                walk.Kernel.Divide(position, out int part);
                // The first window of a block is all of it; of any other a part is in the next one.
                if (part > 0) whole = reducer.Combine(whole, shared[at + walk.Begins + walk.NextBlock - walk.NextPosition]);
                if (walk.Axis.IsLast != 0) output[to + (long)o * inner] = walk.Axis.Finish<T, TState, TReducer>(whole, o, across, list, reducer);
                else states[to + (long)o * inner] = whole;
            }
        }
    }
}

/// <summary>A thread's share of a tile.</summary>
internal struct TilePlace
{
    /// <summary>The tile's first line outside the axis.</summary>
    public long Outer;

    /// <summary>Its first line inside the axis, and how many lines it has.</summary>
    public int Inner, Lines;

    /// <summary>The thread's first line and position, and how far it is to its next ones.</summary>
    public int Line, LineStep, Position, PositionStep;

    /// <summary>Where the tile's first window begins, counted from the beginning of the padding.</summary>
    public int First;
}
