using ILGPU;

namespace Cenote.Gpu;

/// <summary>
/// The gradient of small windows that slide. A thread makes a tile of inputs, some rows high and some columns wide. It looks once at each window that reads any of them, in row-major order, and
/// adds what it gives to those that get it. Which inputs are which taps is known when the kernel is compiled: only the numbers of chosen taps are compared.
/// </summary>
internal static class GradientTileKernel<T, TPack, TSum, TSums, TTile, TIndex, TReducer, TPacked, TLanes, TRows, TShare, THigh, TWide, TLength, THeight>
    where T : unmanaged
    where TPack : unmanaged
    where TSum : unmanaged
    where TSums : unmanaged
    where TTile : unmanaged
    where TIndex : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TSum>
    where TPacked : unmanaged, IPoolReducer<TPack, TSums>
    where TLanes : unmanaged, ILanes<TSum, TSums>
    where TRows : unmanaged, ILanes<TSums, TTile>
    where TShare : unmanaged, IGradientShare<TSum, TIndex>
    where THigh : unmanaged, IWindowSteps
    where TWide : unmanaged, IWindowSteps
    where TLength : unmanaged, ITileLength
    where THeight : unmanaged, ITileLength
{
    /// <summary>The first window that reads a tile, counted from the last one of its first input.</summary>
    private static int FirstRow => -((THigh.Kernel - 1 - THigh.Phase) / THigh.Stride);

    private static int FirstColumn => -((TWide.Kernel - 1 - TWide.Phase) / TWide.Stride);

    // Bounds: windows and inputs of a tile that do not exist are neither loaded nor stored.
    public static void Run(ArrayView<T> gradient, ArrayView<T> result, ArrayView<TIndex> numbers, ArrayView<ListedWindow> list, ArrayView<ListedWindow> poolingList, Walk walk, PoolingAxes pooling, GradientTile form, TReducer reducer, TPacked packed, TShare share)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        Place place = walk.At(item);
        ListedWindow depth = walk.Depth.At(place.D, list);
        TileWindows windows = new()
        {
            Row = (int)((uint)(place.H + pooling.Height.Before) / (uint)THigh.Stride),
            Rows = walk.InRows,
            Column = (int)((uint)(place.W + pooling.Width.Before) / (uint)TWide.Stride),
            Columns = walk.InColumns,
            RowStep = walk.InHeight,
            ColumnStep = form.IsRowMajor != 0 ? 1 : (int)walk.InWidth,
        };
        TTile tile = default;
        for (int i = 0; i < depth.Count; i++)
        {
            int od = depth.Start + (depth.Before + i) * walk.Depth.Step;
            windows.FirstTap = pooling.Depth.Tap(place.D, pooling.Depth.At(od, poolingList)) * (THigh.Kernel * TWide.Kernel);
            windows.Place = place.Input + od * walk.InDepth + windows.Row * walk.InHeight + windows.Column * walk.InWidth;
            tile = THeight.Each<THigh, TTile, WindowRow>(tile, new() { Gradient = gradient, Numbers = numbers, Windows = windows, Divisor = form.Divisor, Reducer = reducer, Share = share });
        }

        TRows.Each(tile, new StoredRows<T, TPack, TSum, TSums, TReducer, TPacked, TLanes>
        {
            Result = result,
            Place = place.Output,
            Height = walk.OutRows - place.H,
            Width = walk.OutColumns - place.W,
            RowStep = (long)walk.OutColumns * walk.Channels.Divisor,
            ColumnStep = walk.Channels.Divisor,
            WholePacks = form.WholePacks,
            Reducer = reducer,
            Packed = packed,
        }, 0);
    }

    /// <summary>The windows of a row.</summary>
    private struct WindowRow : ITurn<TTile>
    {
        public ArrayView<T> Gradient;
        public ArrayView<TIndex> Numbers;
        public TileWindows Windows;
        public long Divisor;
        public TReducer Reducer;
        public TShare Share;

        public readonly TTile Take(TTile state, int which)
        {
            int row = FirstRow + which;
            if ((uint)(Windows.Row + row) >= (uint)Windows.Rows) return state;
            TileWindows windows = Windows;
            windows.Place += row * windows.RowStep;
            return TLength.Each<TWide, TTile, OneWindow>(state, new() { Row = row, Gradient = Gradient, Numbers = Numbers, Windows = windows, Divisor = Divisor, Reducer = Reducer, Share = Share });
        }
    }

    private struct OneWindow : ITurn<TTile>
    {
        public int Row;
        public ArrayView<T> Gradient;
        public ArrayView<TIndex> Numbers;
        public TileWindows Windows;
        public long Divisor;
        public TReducer Reducer;
        public TShare Share;

        public readonly TTile Take(TTile state, int which)
        {
            int column = FirstColumn + which;
            TSum given = Reducer.Identity;
            TIndex index = default;
            if ((uint)(Windows.Column + column) < (uint)Windows.Columns)
            {
                long at = Windows.Place + column * Windows.ColumnStep;
                given = Reducer.Lift(Gradient[at]);
                if (TShare.Chooses) index = Numbers[at];
            }

            return TRows.Each(state, new Shares { Row = Row, Column = column, Given = Share.Of(given, Divisor), Index = index, FirstTap = Windows.FirstTap, Share = Share, Reducer = Reducer }, 0);
        }
    }

    /// <summary>What a window gives to the inputs of a row.</summary>
    private struct RowShares : ILaneMap<TSum>
    {
        public int Column, FirstTap;
        public TSum Given;
        public TIndex Index;
        public TShare Share;
        public TReducer Reducer;

        public readonly TSum At(TSum value, int lane)
        {
            int tap = TWide.Phase + lane - TWide.Stride * Column;
            return (uint)tap < (uint)TWide.Kernel ? Reducer.Combine(value, Share.To(Given, Index, FirstTap + tap)) : value;
        }
    }

    /// <summary>What a window gives to each row of the tile.</summary>
    private struct Shares : ILaneMap<TSums>
    {
        public int Row, Column, FirstTap;
        public TSum Given;
        public TIndex Index;
        public TShare Share;
        public TReducer Reducer;

        public readonly TSums At(TSums value, int lane)
        {
            int tap = THigh.Phase + lane - THigh.Stride * Row;
            if ((uint)tap >= (uint)THigh.Kernel) return value;
            return TLanes.Each(value, new RowShares { Column = Column, FirstTap = FirstTap + tap * TWide.Kernel, Given = Given, Index = Index, Share = Share, Reducer = Reducer }, 0);
        }
    }
}

/// <summary>Stores what exists of a tile's rows.</summary>
internal struct StoredRows<T, TPack, TSum, TSums, TReducer, TPacked, TLanes> : ILaneMap<TSums>
    where T : unmanaged
    where TPack : unmanaged
    where TSum : unmanaged
    where TSums : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TSum>
    where TPacked : unmanaged, IPoolReducer<TPack, TSums>
    where TLanes : unmanaged, ILanes<TSum, TSums>
{
    public ArrayView<T> Result;
    public long Place, RowStep;
    public int Height, Width, ColumnStep, WholePacks;
    public TReducer Reducer;
    public TPacked Packed;

    public readonly TSums At(TSums value, int lane)
    {
        if (lane >= Height) return value;
        long at = Place + lane * RowStep;
        if (WholePacks != 0) Result.Cast<TPack>()[at >> TLanes.Bits] = Packed.Finish(value, 1, 1);
        else TLanes.Each(value, new StoredRow<T, TSum, TReducer> { Result = Result, Place = at, Width = Width, Step = ColumnStep, Reducer = Reducer }, 0);
        return value;
    }
}

/// <summary>Stores what exists of a row, one by one.</summary>
internal struct StoredRow<T, TSum, TReducer> : ILaneMap<TSum>
    where T : unmanaged
    where TSum : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TSum>
{
    public ArrayView<T> Result;
    public long Place;
    public int Width, Step;
    public TReducer Reducer;

    public readonly TSum At(TSum value, int lane)
    {
        if (lane < Width) Result[Place + lane * Step] = Reducer.Finish(value, 1, 1);
        return value;
    }
}

/// <summary>The windows that read a tile.</summary>
internal struct TileWindows
{
    /// <summary>The last window of the tile's first input, be it outside the gradient.</summary>
    public int Row, Column;

    /// <summary>How many there are.</summary>
    public int Rows, Columns;

    /// <summary>Where it lies, and how far apart its neighbours.</summary>
    public long Place, RowStep;

    /// <inheritdoc cref="Place"/>
    public int ColumnStep;

    /// <summary>The number of the first tap in the tile's depth.</summary>
    public int FirstTap;
}

/// <summary>What tiles are made of.</summary>
internal struct GradientTile
{
    /// <summary>What every average divides by.</summary>
    public long Divisor;

    /// <summary>Whether the inputs of a row lie side by side, and whether they can be stored in one access: 0 or 1.</summary>
    public int IsRowMajor, WholePacks;
}
