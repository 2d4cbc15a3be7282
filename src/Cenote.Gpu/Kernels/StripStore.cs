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
    public static void Store(ArrayView<T> output, long at, int h, int w, TStates states, ListedWindow depth, ArrayView<ListedWindow> list, Walk walk, int sameDivisor, TReducer reducer, TPacked packed, SmallWindow window)
    {
        ArrayView<TPack> packs = output.Cast<TPack>();
        if (TOrder.Chooses)
        {
            packs[at >> TLanes.Bits] = packed.Finish(states, 1, 1);
            return;
        }

        bool isWhole = h >= walk.Height.WholeFrom & h < walk.Height.WholeEnd & w >= walk.Width.WholeFrom & w + (1 << TLanes.Bits) <= walk.Width.WholeEnd;
        long count = (long)window.Rows * window.Columns, extent = count;
        if (!isWhole)
        {
            ListedWindow height = walk.Height.At(h, list), width = walk.Width.At(w, list);
            (count, extent) = ((long)height.Count * width.Count, (long)height.Extent * width.Extent);
            if (TLanes.Bits > 0 && sameDivisor == 0)
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
