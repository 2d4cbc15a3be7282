using ILGPU;

namespace Cenote.Gpu;

/// <summary>Finishes the outputs of a strip's row, and stores them 16 bytes at a time.</summary>
internal static class StripStore<T, TPack, TState, TStates, TReducer, TPacked, TLanes, TOrder>
    where T : unmanaged
    where TPack : unmanaged
    where TState : unmanaged
    where TStates : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TState>
    where TPacked : unmanaged, IPoolReducer<TPack, TStates>
    where TLanes : unmanaged, ILanes<TState, TStates>
    where TOrder : unmanaged, IStripOrder
{
    /// <param name="output">All of it.</param>
    /// <param name="at">Where these outputs lie.</param>
    /// <param name="h">Their row.</param>
    /// <param name="w">The first one's place in it.</param>
    /// <param name="states">What they come to.</param>
    /// <param name="depth">Their window along the depth.</param>
    /// <param name="list">The plan's windows.</param>
    /// <param name="walk">The walk.</param>
    /// <param name="divisor">What every sum is divided by; 0 where windows differ.</param>
    /// <param name="reducer">For single outputs.</param>
    /// <param name="packed">For packs.</param>
    /// <param name="window">The window.</param>
    public static void Store(ArrayView<T> output, long at, int h, int w, TStates states, ListedWindow depth, ArrayView<ListedWindow> list, Walk walk, long divisor, TReducer reducer, TPacked packed, SmallWindow window)
    {
        ArrayView<TPack> packs = output.Cast<TPack>();
        if (TOrder.Chooses || divisor != 0)
        {
            packs[at >> TLanes.Bits] = packed.Finish(states, 1, divisor);
            return;
        }

        long count = (long)window.Rows * window.Columns, extent = count;
        if (!(h >= walk.Height.WholeFrom & h < walk.Height.WholeEnd & w >= walk.Width.WholeFrom & w + (1 << TLanes.Bits) <= walk.Width.WholeEnd))
        {
            ListedWindow height = walk.Height.At(h, list), width = walk.Width.At(w, list);
            (count, extent) = ((long)height.Count * width.Count, (long)height.Extent * width.Extent);
            if (TLanes.Bits > 0)
            {
                // Windows that padding clips have divisors of their own.
                for (int lane = 0; lane < 1 << TLanes.Bits; lane++, states = TLanes.Left(states, reducer.Identity))
                {
                    width = walk.Width.At(w + lane, list);
                    output[at + lane] = reducer.Finish(TLanes.First(states), (long)depth.Count * height.Count * width.Count, Divisor((long)depth.Extent * height.Extent * width.Extent, walk));
                }

                return;
            }
        }

        packs[at >> TLanes.Bits] = packed.Finish(states, depth.Count * count, Divisor(depth.Extent * extent, walk));
    }

    private static long Divisor(long extent, Walk walk) => walk.DivisorOverride != 0 ? walk.DivisorOverride : extent;
}
