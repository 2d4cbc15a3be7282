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
    public static void Run(ArrayView<T> values, ArrayView<T> result, ArrayView<TNumber> numbers, ArrayView<ListedWindow> list, ArrayView<ListedWindow> poolingList, Walk walk, PoolingAxes pooling, PlaneLengths lengths, T zero)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        Place place = walk.At(item);
        T value = zero;
        if (place.D < lengths.Depth && place.H < lengths.Height && place.W < lengths.Width)
        {
            PoolingAxes readers = new() { Depth = walk.Depth, Height = walk.Height, Width = walk.Width };
            long last = ChosenPlaces.Last<TNumber, TNumbers>(new() { D = place.D, H = place.H, W = place.W }, readers, list, pooling, poolingList, numbers, new() { Start = place.Input, Depth = walk.InDepth, Height = walk.InHeight, Width = walk.InWidth });
            if (last >= 0) value = values[last];
        }

        result[place.Output] = value;
    }
}

/// <summary>One thread per output of a pooling, which reads what lies at its chosen tap: 0 where there is none, and where <c>onlyLast</c> is set and a later window chose the same.</summary>
internal static class TakeKernel<T, TNumber, TNumbers>
    where T : unmanaged
    where TNumber : unmanaged
    where TNumbers : unmanaged, INumberFormat<TNumber>
{
    // Bounds: places are inside the pooling's input, for which the source has room; windows as in GradientKernel.
    public static void Run(ArrayView<T> source, ArrayView<T> result, ArrayView<TNumber> numbers, ArrayView<ListedWindow> list, ArrayView<ListedWindow> readersList, Walk walk, PoolingAxes readers, PlaneLengths lengths, int onlyLast, T zero)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        Place place = walk.At(item);
        PlanePosition position = ChosenPlaces.Of(TNumbers.Read(numbers[place.Output]), place, walk, list, lengths);
        bool isTaken = position.Exists != 0;
        if (isTaken && onlyLast != 0)
        {
            long width = walk.Channels.Divisor, height = width * walk.OutColumns, depth = height * walk.OutRows;
            PoolingAxes pooling = new() { Depth = walk.Depth, Height = walk.Height, Width = walk.Width };
            WindowPlane plane = new() { Start = place.Output - place.D * depth - place.H * height - place.W * width, Depth = depth, Height = height, Width = width };
            isTaken = ChosenPlaces.Last<TNumber, TNumbers>(position, readers, readersList, pooling, list, numbers, plane) == place.Output;
        }

        T value = zero;
        if (isTaken) value = source[place.Input + position.D * walk.InDepth + position.H * walk.InHeight + position.W * walk.InWidth];
        result[place.Output] = value;
    }
}

/// <summary>Numbers of chosen taps as flat positions in the plane of the input, PyTorch's indices; −1 for none.</summary>
internal static class ToFlatKernel<TNumber, TNumbers>
    where TNumber : unmanaged
    where TNumbers : unmanaged, INumberFormat<TNumber>
{
    public static void Run(ArrayView<TNumber> numbers, ArrayView<long> flat, ArrayView<ListedWindow> list, Walk walk, PlaneLengths lengths)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        Place place = walk.At(item);
        PlanePosition position = ChosenPlaces.Of(TNumbers.Read(numbers[place.Output]), place, walk, list, lengths);
        flat[place.Output] = position.Exists == 0 ? TapDecoder.None : ((long)position.D * lengths.Height + position.H) * lengths.Width + position.W;
    }
}

/// <summary>The way back; of indices that are no tap of their window the first of the launch is noted.</summary>
internal static class FromFlatKernel<TNumber, TNumbers>
    where TNumber : unmanaged
    where TNumbers : unmanaged, INumberFormat<TNumber>
{
    public static void Run(ArrayView<long> flat, ArrayView<TNumber> numbers, ArrayView<ListedWindow> list, Walk walk, PlaneLengths lengths, int slides, ArrayView<int> fault)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        Place place = walk.At(item);
        long number = ChosenPlaces.NumberOf(flat[place.Output], place, walk, list, lengths, slides);
        if (number < 0) Atomic.Max(ref fault[0], walk.Items - item);
        else numbers[place.Output] = TNumbers.Of(number);
    }
}
