using ILGPU;

namespace Cenote.Gpu;

/// <summary>What is the same for all.</summary>
internal static class GlobalGradient
{
    /// <summary>Positions of a thread, where channels lie side by side.</summary>
    public const int Most = 8;
}

/// <summary>Whole planes whose gradients a launch makes.</summary>
internal struct GlobalGradientWalk
{
    /// <summary>Packs of channels side by side (1 where planes lie behind each other), and blocks of positions of a plane.</summary>
    public Divider Channels, Blocks;

    /// <summary>Positions of a plane.</summary>
    public Divider Positions;

    public int Items;

    /// <summary>Which plane, or image, is this launch's first.</summary>
    public long FirstOuter;

    /// <summary>What an average divides by.</summary>
    public long Divisor;

    /// <summary>Elements that this launch makes, where planes lie behind each other.</summary>
    public int Elements;
}

/// <summary>The gradient of whole planes that lie behind each other. A thread makes 16 bytes, which may be the end of one plane and the beginning of the next.</summary>
internal static class GlobalGradientKernel<T, TPack, TSum, TSums, TIndex, TReducer, TPacked, TLanes, TShare>
    where T : unmanaged
    where TPack : unmanaged
    where TSum : unmanaged
    where TSums : unmanaged
    where TIndex : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TSum>
    where TPacked : unmanaged, IPoolReducer<TPack, TSums>
    where TLanes : unmanaged, ILanes<TSum, TSums>
    where TShare : unmanaged, IGradientShare<TSum, TIndex>
{
    // Bounds: planes have as many positions as a pack at least, so that a pack meets two; the second is that after the last only where nothing of it is stored.
    public static void Run(ArrayView<T> gradient, ArrayView<T> result, ArrayView<TIndex> numbers, GlobalGradientWalk walk, TReducer reducer, TPacked packed, TShare share)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        int first = item << TLanes.Bits, plane = walk.Positions.Divide(first, out int position), left = walk.Positions.Divisor - position;
        PlaneLanes<T, TSum, TIndex, TReducer, TShare> lanes = new() { Position = position, Left = left, Share = share, Reducer = reducer };
        lanes.This = share.Of(reducer.Lift(gradient[walk.FirstOuter + plane]), walk.Divisor);
        lanes.Next = lanes.This;
        if (TShare.Chooses) lanes.Chosen = numbers[walk.FirstOuter + plane];
        lanes.NextChosen = lanes.Chosen;
        if (left < 1 << TLanes.Bits && first + left < walk.Elements)
        {
            lanes.Next = share.Of(reducer.Lift(gradient[walk.FirstOuter + plane + 1]), walk.Divisor);
            if (TShare.Chooses) lanes.NextChosen = numbers[walk.FirstOuter + plane + 1];
        }

        // Sums begin with +0, and never are −0.
        TSums sums = TLanes.Each(packed.Identity, lanes, 0);
        long place = walk.FirstOuter * walk.Positions.Divisor + first;
        if (first + (1 << TLanes.Bits) <= walk.Elements) result.Cast<TPack>()[place >> TLanes.Bits] = packed.Finish(sums, 1, 1);
        else TLanes.Each(sums, new StoredRow<T, TSum, TReducer> { Result = result, Place = place, Width = walk.Elements - first, Step = 1, Reducer = reducer }, 0);
    }
}

/// <summary>The gradient of whole planes whose channels lie side by side. A thread makes some positions of its channels.</summary>
internal static class GlobalGradientColumnKernel<T, TSum, TIndex, TReducer, TShare>
    where T : unmanaged
    where TSum : unmanaged
    where TIndex : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TSum>
    where TShare : unmanaged, IGradientShare<TSum, TIndex>
{
    // Bounds: positions of the last block end with the plane.
    public static void Run(ArrayView<T> gradient, ArrayView<T> result, ArrayView<TIndex> numbers, GlobalGradientWalk walk, TReducer reducer, TShare share)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        int rest = walk.Channels.Divide(item, out int channel), plane = walk.Blocks.Divide(rest, out int block), from = block * GlobalGradient.Most;
        long outer = walk.FirstOuter + plane, at = outer * walk.Channels.Divisor + channel;
        TSum given = share.Of(reducer.Lift(gradient[at]), walk.Divisor);
        TIndex index = default;
        if (TShare.Chooses) index = numbers[at];
        int count = IntrinsicMath.Min(GlobalGradient.Most, walk.Positions.Divisor - from);
        ArrayView<T> column = result.SubView((outer * walk.Positions.Divisor + from) * walk.Channels.Divisor + channel);
        for (int i = 0; i < count; i++)
            column[i * (long)walk.Channels.Divisor] = reducer.Finish(reducer.Combine(reducer.Identity, share.To(given, index, from + i)), 1, 1);
    }
}

/// <summary>What one plane, and the next, give to the lanes of a pack.</summary>
internal struct PlaneLanes<T, TSum, TIndex, TReducer, TShare> : ILaneMap<TSum>
    where T : unmanaged
    where TSum : unmanaged
    where TIndex : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TSum>
    where TShare : unmanaged, IGradientShare<TSum, TIndex>
{
    /// <summary>The first lane's position, and how many are left of its plane.</summary>
    public int Position, Left;

    public TSum This, Next;
    public TIndex Chosen, NextChosen;
    public TReducer Reducer;
    public TShare Share;

    public readonly TSum At(TSum value, int lane) => Reducer.Combine(value, lane < Left ? Share.To(This, Chosen, Position + lane) : Share.To(Next, NextChosen, lane - Left));
}
