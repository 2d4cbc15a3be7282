using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>What a strip keeps from window to window.</summary>
internal interface IStripOrder
{
    /// <summary>Whether outputs are chosen taps, so that rows can be folded for themselves; else taps are added in row-major order.</summary>
    static abstract bool Chooses { get; }
}

/// <summary>
/// Small windows: a thread makes a strip of outputs below each other, as wide as a pack of neighbours. It walks down the input, loads each row once, and keeps what windows share: of
/// maxima the folds of the last four rows, of sums the next four windows.
/// </summary>
internal static class StripKernel<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TOrder>
    where T : unmanaged
    where TPack : unmanaged
    where TState : unmanaged
    where TStates : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TState>
    where TPacked : unmanaged, IPoolReducer<TPack, TStates>
    where TLanes : unmanaged, ILanes<TState, TStates>
    where TOrder : unmanaged, IStripOrder
{
    // Bounds: StripRow's.
    public static void Run(ArrayView<T> input, ArrayView<T> output, ArrayView<ListedWindow> list, Walk walk, long divisor, TReducer reducer, TPacked packed, SpecializedValue<SmallWindow> compiled)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        SmallWindow window = compiled.Value;
        Place place = walk.At(item);
        StripPlane plane = StripPlane.Of(place, walk);
        // A flat window has one tap along the depth.
        ListedWindow depth = walk.Depth.At(place.D, list);
        plane.Start += depth.Start * walk.InDepth;
        int rows = IntrinsicMath.Min(walk.ItemRows, walk.OutRows - place.H), first = place.H * window.RowStride - walk.Height.Before;
        Quad<TStates> kept = new() { A = packed.Identity, B = packed.Identity, C = packed.Identity, D = packed.Identity };
        long at = place.Output, next = (long)walk.OutColumns * walk.Channels.Divisor;
        // Windows before the first are walked for the rows that they share with it.
        for (int b = -((window.Shared + window.New - 1) / window.New); b < rows; b++)
        {
            int y = first + b * window.RowStride;
            if (window.New > 1) kept = Keep(kept, StripRow<T, TPack, TState, TStates, TReducer, TPacked, TLanes>.Load(input, plane, y + window.Shared, window, reducer, packed), window, packed);
            kept = End(kept, StripRow<T, TPack, TState, TStates, TReducer, TPacked, TLanes>.Load(input, plane, y + window.Rows - 1, window, reducer, packed), window, packed, out TStates state);
            if (b < 0) continue;
            StripStore<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TOrder>.Store(output, at, place.H + b, place.W, state, depth, list, walk, divisor, reducer, packed, window);
            at += next;
        }
    }

    /// <summary>A row that no window ends with.</summary>
    private static Quad<TStates> Keep(Quad<TStates> kept, RowTaps<TStates> taps, SmallWindow window, TPacked packed) =>
        TOrder.Chooses ? Pushed(kept, taps.Fold<TPack, TPacked>(window, packed)) : Given(kept, taps, window.Shared, window, packed);

    /// <summary>The last row of a window.</summary>
    private static Quad<TStates> End(Quad<TStates> kept, RowTaps<TStates> taps, SmallWindow window, TPacked packed, out TStates state)
    {
        if (!TOrder.Chooses)
        {
            state = taps.AddedTo<TPack, TPacked>(kept.A, window, packed);
            return Given(Pushed(kept, packed.Identity), taps, window.Rows - 1 - window.RowStride, window, packed);
        }

        TStates fold = taps.Fold<TPack, TPacked>(window, packed);
        // Not by the conditional operator, through which a byte would come out with a sign.
        state = kept.A;
        if (window.Rows > 4) state = packed.Combine(state, kept.B);
        else state = kept.B;
        if (window.Rows > 3) state = packed.Combine(state, kept.C);
        else state = kept.C;
        if (window.Rows > 2) state = packed.Combine(state, kept.D);
        else state = kept.D;
        if (window.Rows > 1) state = packed.Combine(state, fold);
        else state = fold;
        return Pushed(kept, fold);
    }

    private static Quad<TStates> Pushed(Quad<TStates> kept, TStates last) => new() { A = kept.B, B = kept.C, C = kept.D, D = last };

    /// <summary>A row's taps given to the windows that hold it: to the first, whose row it is, and to those that begin further down.</summary>
    private static Quad<TStates> Given(Quad<TStates> open, RowTaps<TStates> taps, int row, SmallWindow window, TPacked packed)
    {
        if (row >= 0) open.A = taps.AddedTo<TPack, TPacked>(open.A, window, packed);
        if (row >= window.RowStride) open.B = taps.AddedTo<TPack, TPacked>(open.B, window, packed);
        if (row >= 2 * window.RowStride) open.C = taps.AddedTo<TPack, TPacked>(open.C, window, packed);
        if (row >= 3 * window.RowStride) open.D = taps.AddedTo<TPack, TPacked>(open.D, window, packed);
        return open;
    }
}

/// <summary>Chosen taps.</summary>
internal readonly struct ChosenStrip : IStripOrder
{
    public static bool Chooses => true;
}

/// <summary>Sums.</summary>
internal readonly struct AddedStrip : IStripOrder
{
    public static bool Chooses => false;
}
