using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>Small windows with their taps' numbers over several depths, dilated, or far apart: each window for itself.</summary>
internal static class DeepChoiceStripKernel<T, TPack, TState, TStates, TNumbers, TReducer, TPacked, TLanes, TTaker>
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
        long start = place.Input + (depth.Start + depth.Before * walk.Depth.Step) * walk.InDepth, next = walk.Depth.Step * walk.InDepth;
        long at = place.Output, below = (long)walk.OutColumns * walk.Channels.Divisor;
        int rows = IntrinsicMath.Min(walk.ItemRows, walk.OutRows - place.H);
        for (int b = 0; b < rows; b++, at += below)
        {
            int y = (place.H + b) * window.RowStride - walk.Height.Before;
            NumberedStates<TStates, TNumbers> state = new() { Values = packed.Identity, Numbers = TTaker.All(0) };
            plane.Start = start;
            for (int i = 0; i < depth.Count; i++, plane.Start += next)
            {
                for (int row = 0; row < window.Rows; row++)
                {
                    NumberedStates<TStates, TNumbers> chosen = ChoiceStripKernel<T, TPack, TState, TStates, TNumbers, TReducer, TPacked, TLanes, TTaker>.Chosen(input, plane, y + row * window.RowStep, window, reducer, packed);
                    state = TTaker.Take(state, ChoiceStripKernel<T, TPack, TState, TStates, TNumbers, TReducer, TPacked, TLanes, TTaker>.Below(chosen, (depth.Before + i) * window.Rows + row, window));
                }
            }

            int number = (depth.Before * window.Rows + (IntrinsicMath.Max(0, -y) + window.RowStep - 1) / window.RowStep) * window.Columns;
            ChoiceStripKernel<T, TPack, TState, TStates, TNumbers, TReducer, TPacked, TLanes, TTaker>.Store(output, numbers, at, place.W, state, number, packed, window);
        }
    }
}
