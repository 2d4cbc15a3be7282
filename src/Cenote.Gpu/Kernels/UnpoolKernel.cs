using ILGPU;

namespace Cenote.Gpu;

/// <summary>
/// One thread per position of the unpooled plane: of the windows that can have chosen it, the last one that did gives its value. A gather, so that where several values have one place the
/// same one stays every run: the last, as on the CPU.
/// </summary>
internal static class UnpoolKernel<T, TNumber, TNumbers>
    where T : unmanaged
    where TNumber : unmanaged
    where TNumbers : unmanaged, INumberFormat<TNumber>
{
    // Bounds: positions beyond the pooling's input have no windows; else as in GradientKernel.
    public static void Run(ArrayView<T> values, ArrayView<T> result, ArrayView<TNumber> numbers, ArrayView<ListedWindow> list, ArrayView<ListedWindow> poolingList, Walk walk, PoolingAxes pooling, UnpoolLengths lengths, T zero)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        Place place = walk.At(item);
        T value = zero;
        if (place.D < lengths.Depth && place.H < lengths.Height && place.W < lengths.Width)
        {
            ListedWindow depth = walk.Depth.At(place.D, list), height = walk.Height.At(place.H, list), width = walk.Width.At(place.W, list);
            bool found = false;
            for (int i = depth.Count - 1; i >= 0 && !found; i--)
            {
                int od = depth.Start + (depth.Before + i) * walk.Depth.Step, tapDepth = Tap(place.D, od, pooling.Depth, poolingList);
                for (int j = height.Count - 1; j >= 0 && !found; j--)
                {
                    int oh = height.Start + (height.Before + j) * walk.Height.Step;
                    long tapRow = ((long)tapDepth * pooling.Height.Kernel + Tap(place.H, oh, pooling.Height, poolingList)) * pooling.Width.Kernel;
                    for (int k = width.Count - 1; k >= 0 && !found; k--)
                    {
                        int ow = width.Start + (width.Before + k) * walk.Width.Step;
                        long at = place.Input + od * walk.InDepth + oh * walk.InHeight + ow * walk.InWidth;
                        if (TNumbers.Read(numbers[at]) == tapRow + Tap(place.W, ow, pooling.Width, poolingList))
                        {
                            value = values[at];
                            found = true;
                        }
                    }
                }
            }
        }

        result[place.Output] = value;
    }

    private static int Tap(int position, int output, AxisWindows axis, ArrayView<ListedWindow> list)
    {
        int from = axis.At(output, list).Start;
        return axis.Step == 1 ? position - from : (position - from) / axis.Step;
    }
}

/// <summary>The lengths of the pooling's input.</summary>
internal struct UnpoolLengths
{
    public int Depth, Height, Width;
}
