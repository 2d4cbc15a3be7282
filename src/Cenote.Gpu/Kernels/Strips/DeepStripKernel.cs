using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>Small windows over several depths, or far apart: a thread makes outputs below each other, as wide as a pack of neighbours, each for itself; what they share is in the caches.</summary>
internal static class DeepStripKernel<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TOrder>
    where T : unmanaged
    where TPack : unmanaged
    where TState : unmanaged
    where TStates : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TState>
    where TPacked : unmanaged, IPoolReducer<TPack, TStates>
    where TLanes : unmanaged, ILanes<TState, TStates>
    where TOrder : unmanaged, IStripOrder
{
    // Bounds: StripRow's; depths are clipped.
    public static void Run(ArrayView<T> input, ArrayView<T> output, ArrayView<ListedWindow> list, Walk walk, long divisor, TReducer reducer, TPacked packed, SpecializedValue<SmallWindow> compiled)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        SmallWindow window = compiled.Value;
        Place place = walk.At(item);
        StripPlane plane = StripPlane.Of(place, walk);
        ListedWindow depth = walk.Depth.At(place.D, list);
        long start = place.Input + (depth.Start + depth.Before * walk.Depth.Step) * walk.InDepth, next = walk.Depth.Step * walk.InDepth;
        long at = place.Output, below = (long)walk.OutColumns * walk.Channels.Divisor;
        int rows = IntrinsicMath.Min(walk.ItemRows, walk.OutRows - place.H);
        for (int b = 0; b < rows; b++, at += below)
        {
            int y = (place.H + b) * window.RowStride - walk.Height.Before;
            TStates state = packed.Identity;
            plane.Start = start;
            for (int i = 0; i < depth.Count; i++, plane.Start += next)
            {
                for (int row = 0; row < window.Rows; row++)
                {
                    RowTaps<TStates> taps = StripRow<T, TPack, TState, TStates, TReducer, TPacked, TLanes>.Load(input, plane, y + row * window.RowStep, window, reducer, packed);
                    state = TOrder.Chooses ? packed.Combine(state, taps.Fold<TPack, TPacked>(window, packed)) : taps.AddedTo<TPack, TPacked>(state, window, packed);
                }
            }

            StripStore<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TOrder>.Store(output, at, place.H + b, place.W, state, depth, list, walk, divisor, reducer, packed, window);
        }
    }
}
