using ILGPU;

namespace Cenote.Gpu;

/// <summary>
/// Whole planes whose channels lie side by side, where there are channels enough to keep a device busy: a thread folds all positions of its channels, in row-major order. Four loads are on their way
/// at a time, and threads need not meet.
/// </summary>
internal static class GlobalColumnKernel<T, TState, TReducer>
    where T : unmanaged
    where TState : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TState>
{
    // Bounds: items are the channels of the images of this launch.
    public static void Run(ArrayView<T> input, ArrayView<T> output, GlobalWalk walk, int items, TReducer reducer)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= items) return;
        int outer = walk.Tiles.Divide(item, out int channel), channels = walk.Channels;
        long image = walk.FirstOuter + outer;
        ArrayView<T> column = input.SubView(image * walk.Positions * channels + channel);
        TState state = reducer.Identity;
        long at = 0, end = walk.Positions * channels, next = 4L * channels;
        for (; at + 3L * channels < end; at += next)
        {
            T a = column[at], b = column[at + channels], c = column[at + 2L * channels], d = column[at + 3L * channels];
            state = reducer.Combine(reducer.Combine(reducer.Combine(reducer.Combine(state, reducer.Lift(a)), reducer.Lift(b)), reducer.Lift(c)), reducer.Lift(d));
        }

        for (; at < end; at += channels) state = reducer.Combine(state, reducer.Lift(column[at]));
        output[image * channels + channel] = reducer.Finish(state, walk.Positions, walk.DivisorOverride != 0 ? walk.DivisorOverride : walk.Positions);
    }
}
