using ILGPU;

namespace Cenote.Gpu;

/// <summary>What is known of a band's windows when its kernel is compiled.</summary>
internal interface IBandWindows
{
    /// <summary>Whether neighbouring windows of a row begin two inputs apart; else one, or there is one lane.</summary>
    static abstract bool EverySecond { get; }

    /// <summary>Whether outputs are chosen taps: they may be grouped, and nothing is divided.</summary>
    static abstract bool Choose { get; }
}

/// <summary>
/// A thread makes a band of four output rows, as wide as a pack of neighbouring outputs. It walks down the input rows, loads each once, 16 bytes at a time, and gives its taps to those of
/// the four rows whose windows hold them, in row-major order.
/// </summary>
internal static class BandKernel<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TWindows>
    where T : unmanaged
    where TPack : unmanaged
    where TState : unmanaged
    where TStates : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TState>
    where TPacked : unmanaged, IPoolReducer<TPack, TStates>
    where TLanes : unmanaged, ILanes<TState, TStates>
    where TWindows : unmanaged, IBandWindows
{
    // Bounds: rows are clipped to the input, and so are the taps of a single lane; a pack's own inputs lie inside (Bands), and its neighbours are tested.
    public static void Run(ArrayView<T> input, ArrayView<T> output, ArrayView<ListedWindow> list, Walk walk, int sameDivisor, TReducer reducer, TPacked packed)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        Place place = walk.At(item);
        ListedWindow depth = walk.Depth.At(place.D, list);
        int stride = walk.Height.Stride, kernel = walk.Height.Kernel, start = place.H * stride - walk.Height.Before;
        int rows = IntrinsicMath.Min(Readers.Rows, walk.OutRows - place.H), end = IntrinsicMath.Min(walk.InRows, start + (rows - 1) * stride + kernel);
        Quad<TStates> states = new() { A = packed.Identity, B = packed.Identity, C = packed.Identity, D = packed.Identity };
        for (int i = 0; i < depth.Count; i++)
        {
            long plane = place.Input + (depth.Start + (depth.Before + i) * walk.Depth.Step) * walk.InDepth;
            for (int y = IntrinsicMath.Max(0, start); y < end; y++)
            {
                Readers reads = Readers.Of(y - start, stride, kernel);
                if (reads.Any) Row(input, plane + y * walk.InHeight, place.W, walk, reads, reducer, packed, ref states);
            }
        }

        Store(output, place, 0, states.A, depth, list, walk, sameDivisor, reducer, packed);
        Store(output, place, 1, states.B, depth, list, walk, sameDivisor, reducer, packed);
        Store(output, place, 2, states.C, depth, list, walk, sameDivisor, reducer, packed);
        Store(output, place, 3, states.D, depth, list, walk, sameDivisor, reducer, packed);
    }

    /// <summary>The taps of an input row, one of each window at a time.</summary>
    private static void Row(ArrayView<T> input, long row, int w, Walk walk, Readers reads, TReducer reducer, TPacked packed, ref Quad<TStates> states)
    {
        int first = w * walk.Width.Stride - walk.Width.Before, from = 0, end = walk.Width.Kernel;
        TStates taps, next = default;
        if (TLanes.Bits == 0)
        {
            (from, end) = (IntrinsicMath.Max(0, -first), IntrinsicMath.Min(end, walk.InColumns - first));
            taps = Pack(input, row + (first + from) * walk.InWidth, packed);
        }
        else
        {
            // The pack above the outputs is aligned: the windows' first taps lie Before to its left.
            int above = w << (TWindows.EverySecond ? 1 : 0);
            taps = Pack(input, row + above, packed);
            if (TWindows.EverySecond)
            {
                TStates right = Pack(input, row + above + (1 << TLanes.Bits), packed);
                (taps, next) = (TLanes.Evens(taps, right), TLanes.Odds(taps, right));
            }

            for (int x = above - 1; x >= first; x--)
            {
                TState tap = Single(input, row, x, walk, reducer);
                if (TWindows.EverySecond) (taps, next) = (TLanes.Right(next, tap), taps);
                else taps = TLanes.Right(taps, tap);
            }
        }

        TStates group = taps;
        if (!TWindows.Choose) Give(taps, reads, packed, ref states);
        for (int k = from + 1; k < end; k++)
        {
            if (TLanes.Bits == 0) taps = Pack(input, row + (first + k) * walk.InWidth, packed);
            else if (!TWindows.EverySecond) taps = TLanes.Left(taps, Single(input, row, first + (1 << TLanes.Bits) - 1 + k, walk, reducer));
            else
            {
                // What the lanes hold now comes again two taps later, one lane to the left.
                TStates now = taps;
                taps = next;
                if (k + 1 < end) next = TLanes.Left(now, Single(input, row, first + (2 << TLanes.Bits) - 1 + k, walk, reducer));
            }

            if (TWindows.Choose) group = packed.Combine(group, taps);
            else Give(taps, reads, packed, ref states);
        }

        if (TWindows.Choose) Give(group, reads, packed, ref states);
    }

    private static void Give(TStates taps, Readers reads, TPacked packed, ref Quad<TStates> states)
    {
        if (reads.A) states.A = packed.Combine(states.A, taps);
        if (reads.B) states.B = packed.Combine(states.B, taps);
        if (reads.C) states.C = packed.Combine(states.C, taps);
        if (reads.D) states.D = packed.Combine(states.D, taps);
    }

    private static TStates Pack(ArrayView<T> input, long at, TPacked packed) => packed.Lift(input.Cast<TPack>()[at >> TLanes.Bits]);

    /// <summary>A tap beside a pack, where there is one in the row.</summary>
    private static TState Single(ArrayView<T> input, long row, int x, Walk walk, TReducer reducer) => (uint)x < (uint)walk.InColumns ? reducer.Lift(input[row + x]) : reducer.Identity;

    private static void Store(ArrayView<T> output, Place place, int below, TStates states, ListedWindow depth, ArrayView<ListedWindow> list, Walk walk, int sameDivisor, TReducer reducer, TPacked packed)
    {
        int h = place.H + below;
        if (h >= walk.OutRows) return;
        ListedWindow height = walk.Height.At(h, list);
        long count = (long)depth.Count * height.Count, extent = (long)depth.Extent * height.Extent, at = place.Output + (long)below * walk.OutColumns * walk.Channels.Divisor;
        if (TWindows.Choose || sameDivisor != 0 || TLanes.Bits == 0 || (place.W >= walk.Width.WholeFrom && place.W + (1 << TLanes.Bits) <= walk.Width.WholeEnd))
        {
            ListedWindow width = walk.Width.At(place.W, list);
            output.Cast<TPack>()[at >> TLanes.Bits] = packed.Finish(states, count * width.Count, Divisor(extent, width, walk));
            return;
        }

        // Windows that padding clips have divisors of their own.
        for (int lane = 0; lane < 1 << TLanes.Bits; lane++, states = TLanes.Left(states, reducer.Identity))
        {
            ListedWindow width = walk.Width.At(place.W + lane, list);
            output[at + lane] = reducer.Finish(TLanes.First(states), count * width.Count, Divisor(extent, width, walk));
        }
    }

    private static long Divisor(long extent, ListedWindow width, Walk walk) => walk.DivisorOverride != 0 ? walk.DivisorOverride : extent * width.Extent;
}

/// <summary>Which of a band's four rows have windows that hold an input row.</summary>
internal struct Readers
{
    public const int Rows = 4;

    public bool A, B, C, D;

    public readonly bool Any => A | B | C | D;

    /// <param name="row">The input row, counted from where the first window begins.</param>
    /// <param name="stride">The distance between windows.</param>
    /// <param name="kernel">The rows of a window.</param>
    public static Readers Of(int row, int stride, int kernel) => new()
    {
        A = (uint)row < (uint)kernel,
        B = (uint)(row - stride) < (uint)kernel,
        C = (uint)(row - 2 * stride) < (uint)kernel,
        D = (uint)(row - 3 * stride) < (uint)kernel,
    };
}

/// <summary>Chosen taps of windows that begin one input apart, or lie in one lane.</summary>
internal readonly struct ChosenBand : IBandWindows
{
    public static bool EverySecond => false;

    public static bool Choose => true;
}

/// <summary>Chosen taps of windows that begin two inputs apart.</summary>
internal readonly struct ChosenPairs : IBandWindows
{
    public static bool EverySecond => true;

    public static bool Choose => true;
}

/// <summary>Sums over windows that begin one input apart, or lie in one lane.</summary>
internal readonly struct AddedBand : IBandWindows
{
    public static bool EverySecond => false;

    public static bool Choose => false;
}

/// <summary>Sums over windows that begin two inputs apart.</summary>
internal readonly struct AddedPairs : IBandWindows
{
    public static bool EverySecond => true;

    public static bool Choose => false;
}
