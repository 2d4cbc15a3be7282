using ILGPU;

namespace Cenote.Gpu;

/// <summary>One thread per output, which reads its taps in row-major order. Neighbouring threads make neighbouring outputs, and what their windows share is in the caches.</summary>
internal static class GatherKernel<T, TState, TReducer>
    where T : unmanaged
    where TState : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TState>
{
    // Bounds: the plan's windows are clipped to the input, whose lengths the tensor has.
    public static void Run(ArrayView<T> input, ArrayView<T> output, ArrayView<ListedWindow> list, Walk walk, TReducer reducer)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        Place place = walk.At(item);
        ListedWindow depth = walk.Depth.At(place.D, list), height = walk.Height.At(place.H, list), width = walk.Width.At(place.W, list);
        long corner = walk.Corner(place, depth, height, width);
        long nextDepth = walk.Depth.Step * walk.InDepth, nextHeight = walk.Height.Step * walk.InHeight, nextWidth = walk.Width.Step * walk.InWidth;
        TState state = reducer.Identity;
        for (int i = 0; i < depth.Count; i++, corner += nextDepth)
        {
            long row = corner;
            for (int j = 0; j < height.Count; j++, row += nextHeight)
            {
                long at = row;
                for (int k = 0; k < width.Count; k++, at += nextWidth) state = reducer.Combine(state, reducer.Lift(input[at]));
            }
        }

        long extent = (long)depth.Extent * height.Extent * width.Extent;
        output[place.Output] = reducer.Finish(state, (long)depth.Count * height.Count * width.Count, walk.DivisorOverride != 0 ? walk.DivisorOverride : extent);
    }
}
