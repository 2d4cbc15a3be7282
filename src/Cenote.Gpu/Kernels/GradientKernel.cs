using ILGPU;

namespace Cenote.Gpu;

/// <summary>What a window gives to one of its taps.</summary>
internal interface IShare<TSum, TNumber>
    where TSum : unmanaged
    where TNumber : unmanaged
{
    /// <summary>The sum with a window's share.</summary>
    /// <param name="sum">What windows before gave.</param>
    /// <param name="gradient">The window's gradient.</param>
    /// <param name="numbers">The chosen taps' numbers, where windows choose.</param>
    /// <param name="window">Where the window's gradient and number lie.</param>
    /// <param name="tap">The number of the tap that asks.</param>
    /// <param name="divisor">What an average divides by.</param>
    TSum Add(TSum sum, TSum gradient, ArrayView<TNumber> numbers, long window, long tap, long divisor);
}

/// <summary>Of an average: the gradient over the divisor, to every tap.</summary>
internal readonly struct MeanShare : IShare<float, byte>, IShare<double, byte>
{
    public float Add(float sum, float gradient, ArrayView<byte> numbers, long window, long tap, long divisor) => sum + gradient / divisor;

    public double Add(double sum, double gradient, ArrayView<byte> numbers, long window, long tap, long divisor) => sum + gradient / divisor;
}

/// <summary>Of a maximum: the whole gradient, to the chosen tap.</summary>
internal readonly struct ChosenShare<TNumber, TNumbers> : IShare<float, TNumber>, IShare<double, TNumber>
    where TNumber : unmanaged
    where TNumbers : unmanaged, INumberFormat<TNumber>
{
    public float Add(float sum, float gradient, ArrayView<TNumber> numbers, long window, long tap, long divisor) => TNumbers.Read(numbers[window]) == tap ? sum + gradient : sum;

    public double Add(double sum, double gradient, ArrayView<TNumber> numbers, long window, long tap, long divisor) => TNumbers.Read(numbers[window]) == tap ? sum + gradient : sum;
}

/// <summary>
/// One thread per input, which adds up what the windows that read it give, in their row-major order: the transposed plan as a gather. Nothing is added by two threads, so that the bits are
/// the same every run, and the CPU's.
/// </summary>
internal static class GradientKernel<T, TSum, TNumber, TReducer, TShare>
    where T : unmanaged
    where TSum : unmanaged
    where TNumber : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TSum>
    where TShare : unmanaged, IShare<TSum, TNumber>
{
    // Bounds: the transposed plan's windows are outputs of the pooling.
    public static void Run(ArrayView<T> gradient, ArrayView<T> result, ArrayView<TNumber> numbers, ArrayView<ListedWindow> list, ArrayView<ListedWindow> poolingList, Walk walk, PoolingAxes pooling, TReducer reducer, TShare share)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        Place place = walk.At(item);
        ListedWindow depth = walk.Depth.At(place.D, list), height = walk.Height.At(place.H, list), width = walk.Width.At(place.W, list);
        TSum sum = reducer.Identity;
        for (int i = 0; i < depth.Count; i++)
        {
            int od = depth.Start + (depth.Before + i) * walk.Depth.Step;
            ListedWindow deep = pooling.Depth.At(od, poolingList);
            int tapDepth = Tap(place.D, deep, pooling.Depth);
            for (int j = 0; j < height.Count; j++)
            {
                int oh = height.Start + (height.Before + j) * walk.Height.Step;
                ListedWindow high = pooling.Height.At(oh, poolingList);
                long tapRow = ((long)tapDepth * pooling.Height.Kernel + Tap(place.H, high, pooling.Height)) * pooling.Width.Kernel;
                long extent = (long)deep.Extent * high.Extent, row = place.Input + od * walk.InDepth + oh * walk.InHeight;
                for (int k = 0; k < width.Count; k++)
                {
                    int ow = width.Start + (width.Before + k) * walk.Width.Step;
                    ListedWindow wide = pooling.Width.At(ow, poolingList);
                    long at = row + ow * walk.InWidth, divisor = walk.DivisorOverride != 0 ? walk.DivisorOverride : extent * wide.Extent;
                    sum = share.Add(sum, reducer.Lift(gradient[at]), numbers, at, tapRow + Tap(place.W, wide, pooling.Width), divisor);
                }
            }
        }

        result[place.Output] = reducer.Finish(sum, 1, 1);
    }

    /// <summary>Which tap of a window a position is.</summary>
    private static int Tap(int position, ListedWindow window, AxisWindows axis) => axis.Step == 1 ? position - window.Start : (position - window.Start) / axis.Step;
}

/// <summary>The windows of a pooling, for a walk over its transposed plan.</summary>
internal struct PoolingAxes
{
    public AxisWindows Depth, Height, Width;
}
