using ILGPU;

namespace Cenote.Gpu;

/// <summary>Where a thread's rows lie: its input plane, and its columns in it.</summary>
internal struct StripPlane
{
    /// <summary>Where the plane begins.</summary>
    public long Start;

    /// <summary>The distances between rows, and between columns.</summary>
    public int Height, Width;

    /// <summary>The plane's lengths.</summary>
    public int Rows, Columns;

    /// <summary>The first output of the thread's in a row.</summary>
    public int W;

    public static StripPlane Of(Place place, Walk walk) => new() { Start = place.Input, Height = (int)walk.InHeight, Width = (int)walk.InWidth, Rows = walk.InRows, Columns = walk.InColumns, W = place.W };

    public static int Nearest(int position, int length) => IntrinsicMath.Min(IntrinsicMath.Max(position, 0), length - 1);
}

/// <summary>The taps that an input row has for a pack of windows side by side: one of each window at a time.</summary>
internal struct RowTaps<TStates>
    where TStates : unmanaged
{
    public TStates A, B, C, D, E;

    /// <summary>A choice among each window's own.</summary>
    public readonly TStates Fold<TPack, TPacked>(SmallWindow window, TPacked packed)
        where TPack : unmanaged
        where TPacked : unmanaged, IPoolReducer<TPack, TStates>
    {
        TStates fold = A;
        if (window.Columns > 1) fold = packed.Combine(fold, B);
        if (window.Columns > 2) fold = packed.Combine(fold, C);
        if (window.Columns > 3) fold = packed.Combine(fold, D);
        if (window.Columns > 4) fold = packed.Combine(fold, E);
        return fold;
    }

    /// <summary>Sums with these taps added in their order.</summary>
    public readonly TStates AddedTo<TPack, TPacked>(TStates state, SmallWindow window, TPacked packed)
        where TPack : unmanaged
        where TPacked : unmanaged, IPoolReducer<TPack, TStates>
    {
        state = packed.Combine(state, A);
        if (window.Columns > 1) state = packed.Combine(state, B);
        if (window.Columns > 2) state = packed.Combine(state, C);
        if (window.Columns > 3) state = packed.Combine(state, D);
        if (window.Columns > 4) state = packed.Combine(state, E);
        return state;
    }
}

/// <summary>Loads rows, 16 bytes at a time.</summary>
/// <remarks>Nothing branches, so that no load waits for another: what lies outside the input is read where the nearest element inside does, and replaced by what changes nothing.</remarks>
internal static class StripRow<T, TPack, TState, TStates, TReducer, TPacked, TLanes>
    where T : unmanaged
    where TPack : unmanaged
    where TState : unmanaged
    where TStates : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TState>
    where TPacked : unmanaged, IPoolReducer<TPack, TStates>
    where TLanes : unmanaged, ILanes<TState, TStates>
{
    /// <param name="input">All of it.</param>
    /// <param name="plane">Where.</param>
    /// <param name="y">The row; it may lie outside.</param>
    /// <param name="window">The window.</param>
    /// <param name="reducer">For single elements.</param>
    /// <param name="packed">For packs.</param>
    // Bounds: positions are clamped to the plane; a pack's own inputs lie inside (Strips).
    public static RowTaps<TStates> Load(ArrayView<T> input, StripPlane plane, int y, SmallWindow window, TReducer reducer, TPacked packed)
    {
        bool inside = (uint)y < (uint)plane.Rows;
        long row = plane.Start + (long)StripPlane.Nearest(y, plane.Rows) * plane.Height;
        ArrayView<T> line = input.SubView(row);
        RowTaps<TStates> taps = default;
        int above = plane.W * window.ColumnStride, left = above - window.Before;
        if (TLanes.Bits == 0)
        {
            taps.A = Column(line, left, inside, plane, packed);
            if (window.Columns > 1) taps.B = Column(line, left + window.ColumnStep, inside, plane, packed);
            if (window.Columns > 2) taps.C = Column(line, left + 2 * window.ColumnStep, inside, plane, packed);
            if (window.Columns > 3) taps.D = Column(line, left + 3 * window.ColumnStep, inside, plane, packed);
            if (window.Columns > 4) taps.E = Column(line, left + 4 * window.ColumnStep, inside, plane, packed);
            return taps;
        }

        ArrayView<TPack> packs = input.Cast<TPack>();
        long pack = (row + above) >> TLanes.Bits;
        TStates now = Pack(packs, pack, inside, packed);
        if (window.ColumnStride == 4)
        {
            // Windows are parts of packs.
            TStates second = Pack(packs, pack + 1, inside, packed), third = Pack(packs, pack + 2, inside, packed), fourth = Pack(packs, pack + 3, inside, packed);
            TStates evens = TLanes.Evens(now, second), otherEvens = TLanes.Evens(third, fourth), odds = TLanes.Odds(now, second), otherOdds = TLanes.Odds(third, fourth);
            return new() { A = TLanes.Evens(evens, otherEvens), B = TLanes.Evens(odds, otherOdds), C = TLanes.Odds(evens, otherEvens), D = TLanes.Odds(odds, otherOdds) };
        }

        int behind = left + (window.ColumnStride << TLanes.Bits);
        if (window.ColumnStride == 2)
        {
            // What the lanes hold comes again two taps later, one lane to the left.
            TStates right = Pack(packs, pack + 1, inside, packed);
            (now, right) = (TLanes.Evens(now, right), TLanes.Odds(now, right));
            if (window.Before > 0) (now, right) = (TLanes.Right(right, Single(line, above - 1, inside, plane, reducer)), now);
            if (window.Before > 1) (now, right) = (TLanes.Right(right, Single(line, above - 2, inside, plane, reducer)), now);
            (taps.A, taps.B) = (now, right);
            if (window.Columns > 2) taps.C = TLanes.Left(taps.A, Single(line, behind, inside, plane, reducer));
            if (window.Columns > 3) taps.D = TLanes.Left(taps.B, Single(line, behind + 1, inside, plane, reducer));
            if (window.Columns > 4) taps.E = TLanes.Left(taps.C, Single(line, behind + 2, inside, plane, reducer));
            return taps;
        }

        if (window.Before > 0) now = TLanes.Right(now, Single(line, above - 1, inside, plane, reducer));
        if (window.Before > 1) now = TLanes.Right(now, Single(line, above - 2, inside, plane, reducer));
        taps.A = now;
        if (window.Columns > 1) taps.B = On(taps.A, line, behind, inside, plane, window, reducer);
        if (window.Columns > 2) taps.C = On(taps.B, line, behind + window.ColumnStep, inside, plane, window, reducer);
        if (window.Columns > 3) taps.D = On(taps.C, line, behind + 2 * window.ColumnStep, inside, plane, window, reducer);
        if (window.Columns > 4) taps.E = On(taps.D, line, behind + 3 * window.ColumnStep, inside, plane, window, reducer);
        return taps;
    }

    /// <summary>The next tap of each window, at stride 1.</summary>
    private static TStates On(TStates taps, ArrayView<T> line, int x, bool inside, StripPlane plane, SmallWindow window, TReducer reducer)
    {
        taps = TLanes.Left(taps, Single(line, x, inside, plane, reducer));
        return window.ColumnStep > 1 ? TLanes.Left(taps, Single(line, x + 1, inside, plane, reducer)) : taps;
    }

    /// <summary>A pack right above outputs, which is aligned.</summary>
    private static TStates Pack(ArrayView<TPack> packs, long at, bool inside, TPacked packed)
    {
        TStates taps = packed.Lift(packs[at]);
        return inside ? taps : packed.Identity;
    }

    private static TStates Column(ArrayView<T> line, int x, bool inside, StripPlane plane, TPacked packed)
    {
        TStates taps = packed.Lift(line.Cast<TPack>()[(long)StripPlane.Nearest(x, plane.Columns) * plane.Width]);
        return inside & (uint)x < (uint)plane.Columns ? taps : packed.Identity;
    }

    private static TState Single(ArrayView<T> line, int x, bool inside, StripPlane plane, TReducer reducer)
    {
        TState tap = reducer.Lift(line[StripPlane.Nearest(x, plane.Columns)]);
        return inside & (uint)x < (uint)plane.Columns ? tap : reducer.Identity;
    }
}
