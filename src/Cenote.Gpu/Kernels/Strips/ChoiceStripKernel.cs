using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>
/// Small windows with their taps' numbers, a byte each: a thread makes a strip of outputs below each other, as wide as a pack of neighbours. Each row is loaded once and chosen from for
/// itself; windows choose among their rows, of which the last four are kept.
/// </summary>
internal static class ChoiceStripKernel<T, TPack, TState, TStates, TNumbers, TReducer, TPacked, TLanes, TTaker>
    where T : unmanaged
    where TPack : unmanaged
    where TState : unmanaged
    where TStates : unmanaged
    where TNumbers : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TState>
    where TPacked : unmanaged, IPoolReducer<TPack, TStates>
    where TLanes : unmanaged, ILanes<TState, TStates>
    where TTaker : unmanaged, ITaker<TStates, TNumbers>
{
    // Bounds: StripRow's; depths are clipped.
    public static void Run(ArrayView<T> input, ArrayView<T> output, ArrayView<byte> numbers, ArrayView<ListedWindow> list, Walk walk, TReducer reducer, TPacked packed, SpecializedValue<SmallWindow> compiled)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        SmallWindow window = compiled.Value;
        Place place = walk.At(item);
        StripPlane plane = StripPlane.Of(place, walk);
        ListedWindow depth = walk.Depth.At(place.D, list);
        plane.Start += depth.Start * walk.InDepth;
        int rows = IntrinsicMath.Min(walk.ItemRows, walk.OutRows - place.H), first = place.H * window.RowStride - walk.Height.Before;
        NumberedStates<TStates, TNumbers> none = new() { Values = packed.Identity, Numbers = TTaker.All(0) };
        Quad<NumberedStates<TStates, TNumbers>> kept = new() { A = none, B = none, C = none, D = none };
        long at = place.Output, next = (long)walk.OutColumns * walk.Channels.Divisor;
        for (int b = -((window.Shared + window.New - 1) / window.New); b < rows; b++)
        {
            int y = first + b * window.RowStride;
            if (window.New > 1) kept = Pushed(kept, Chosen(input, plane, y + window.Shared, window, reducer, packed));
            NumberedStates<TStates, TNumbers> last = Chosen(input, plane, y + window.Rows - 1, window, reducer, packed), state = kept.A;
            if (window.Rows > 4) state = TTaker.Take(state, Below(kept.B, window.Rows - 4, window));
            else state = kept.B;
            if (window.Rows > 3) state = TTaker.Take(state, Below(kept.C, window.Rows - 3, window));
            else state = kept.C;
            if (window.Rows > 2) state = TTaker.Take(state, Below(kept.D, window.Rows - 2, window));
            else state = kept.D;
            state = window.Rows > 1 ? TTaker.Take(state, Below(last, window.Rows - 1, window)) : last;
            kept = Pushed(kept, last);
            if (b < 0) continue;
            Store(output, numbers, at, place.W, state, IntrinsicMath.Max(0, -y) * window.Columns, packed, window);
            at += next;
        }
    }

    /// <summary>A row's choice for each window, numbered from the row's first tap.</summary>
    public static NumberedStates<TStates, TNumbers> Chosen(ArrayView<T> input, StripPlane plane, int y, SmallWindow window, TReducer reducer, TPacked packed)
    {
        RowTaps<TStates> taps = StripRow<T, TPack, TState, TStates, TReducer, TPacked, TLanes>.Load(input, plane, y, window, reducer, packed);
        NumberedStates<TStates, TNumbers> state = Numbered(taps.A, 0);
        if (window.Columns > 1) state = TTaker.Take(state, Numbered(taps.B, 1));
        if (window.Columns > 2) state = TTaker.Take(state, Numbered(taps.C, 2));
        if (window.Columns > 3) state = TTaker.Take(state, Numbered(taps.D, 3));
        if (window.Columns > 4) state = TTaker.Take(state, Numbered(taps.E, 4));
        return state;
    }

    /// <summary>A row's choice, so many rows further down in the window.</summary>
    public static NumberedStates<TStates, TNumbers> Below(NumberedStates<TStates, TNumbers> row, int rows, SmallWindow window) => row with { Numbers = TTaker.Plus(row.Numbers, rows * window.Columns) };

    /// <param name="output">The values.</param>
    /// <param name="numbers">The numbers.</param>
    /// <param name="at">Where they go.</param>
    /// <param name="w">The first output's place in its row.</param>
    /// <param name="state">What was chosen.</param>
    /// <param name="number">The number of the window's first tap, but for the columns before it.</param>
    /// <param name="packed">The reducer.</param>
    /// <param name="window">The window.</param>
    public static void Store(ArrayView<T> output, ArrayView<byte> numbers, long at, int w, NumberedStates<TStates, TNumbers> state, int number, TPacked packed, SmallWindow window)
    {
        output.Cast<TPack>()[at >> TLanes.Bits] = packed.Finish(state.Values, 1, 1);
        // Lanes are windows side by side, or channels of one.
        ulong bytes = TTaker.Bytes(TTaker.Settle(state, packed.Identity, number, window.Before - w * window.ColumnStride, TLanes.Bits == 0 ? 0 : window.ColumnStride, window.ColumnStep));
        int bits = TLanes.Bits == 0 ? TTaker.Bits : 0;
        ArrayView<byte> own = numbers.SubView(at << bits);
        if (TTaker.Bits == 0) own[0] = (byte)bytes;
        else if (TTaker.Bits == 1) own.Cast<ushort>()[0] = (ushort)bytes;
        else if (TTaker.Bits == 2) own.Cast<uint>()[0] = (uint)bytes;
        else own.Cast<ulong>()[0] = bytes;
    }

    private static NumberedStates<TStates, TNumbers> Numbered(TStates taps, int number) => new() { Values = taps, Numbers = TTaker.All(number) };

    private static Quad<NumberedStates<TStates, TNumbers>> Pushed(Quad<NumberedStates<TStates, TNumbers>> kept, NumberedStates<TStates, TNumbers> last) => new() { A = kept.B, B = kept.C, C = kept.D, D = last };
}
