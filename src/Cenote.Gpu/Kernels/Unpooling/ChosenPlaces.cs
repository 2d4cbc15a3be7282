using ILGPU;

namespace Cenote.Gpu;

/// <summary>The lengths of a plane.</summary>
internal struct PlaneLengths
{
    public int Depth, Height, Width;

    public static PlaneLengths InputOf(PoolPlan plan) => new() { Depth = (int)plan.Depth.InputLength, Height = (int)plan.Height.InputLength, Width = (int)plan.Width.InputLength };
}

/// <summary>A position in a plane.</summary>
internal struct PlanePosition
{
    public int D, H, W;

    /// <summary>Whether it is one: 0 or 1.</summary>
    public int Exists;
}

/// <summary>From numbers of taps to positions and back, as the core's <see cref="TapDecoder"/>; and from a position to the window that chose it last.</summary>
internal static class ChosenPlaces
{
    /// <summary>Where the tap of a number lies; nowhere where that is outside the input.</summary>
    public static PlanePosition Of(long number, Place place, Walk walk, ArrayView<ListedWindow> list, PlaneLengths lengths)
    {
        ListedWindow depth = walk.Depth.At(place.D, list), height = walk.Height.At(place.H, list), width = walk.Width.At(place.W, list);
        long row = number / walk.Width.Kernel, i = row / walk.Height.Kernel;
        long d = depth.Start + i * walk.Depth.Step, h = height.Start + (row - i * walk.Height.Kernel) * walk.Height.Step, w = width.Start + (number - row * walk.Width.Kernel) * walk.Width.Step;
        bool isInside = depth.Count > 0 && height.Count > 0 && width.Count > 0 && d >= 0 && d < lengths.Depth && h >= 0 && h < lengths.Height && w >= 0 && w < lengths.Width;
        return new() { D = (int)d, H = (int)h, W = (int)w, Exists = isInside ? 1 : 0 };
    }

    /// <summary>The number of the tap at a flat position of the input, or for −1 of a tap outside; −1 where the window has none.</summary>
    public static long NumberOf(long flat, Place place, Walk walk, ArrayView<ListedWindow> list, PlaneLengths lengths, int slides)
    {
        if (flat == TapDecoder.None)
        {
            // Uneven windows never leave the input; one that slides does so with its first tap or its last.
            if (slides == 0) return -1;
            if (Of(0, place, walk, list, lengths).Exists == 0) return 0;
            long last = (long)walk.Depth.Kernel * walk.Height.Kernel * walk.Width.Kernel - 1;
            return Of(last, place, walk, list, lengths).Exists == 0 ? last : -1;
        }

        if (flat < 0) return -1;
        long row = flat / lengths.Width, d = row / lengths.Height;
        if (d >= lengths.Depth) return -1;
        long i = TapAt(walk.Depth, walk.Depth.At(place.D, list), (int)d), j = TapAt(walk.Height, walk.Height.At(place.H, list), (int)(row - d * lengths.Height)), k = TapAt(walk.Width, walk.Width.At(place.W, list), (int)(flat - row * lengths.Width));
        return i < 0 || j < 0 || k < 0 ? -1 : (i * walk.Height.Kernel + j) * walk.Width.Kernel + k;
    }

    /// <summary>Of the windows that read a position, the last in row-major order that chose it; −1 where none did.</summary>
    /// <param name="position">A position of the pooling's input.</param>
    /// <param name="readers">The transposed plan's windows: which outputs read an input.</param>
    /// <param name="list">Their list.</param>
    /// <param name="pooling">The pooling's windows.</param>
    /// <param name="poolingList">Their list.</param>
    /// <param name="numbers">What the windows chose.</param>
    /// <param name="plane">Where the plane's windows begin in memory, and the distances between them.</param>
    public static long Last<TNumber, TNumbers>(PlanePosition position, PoolingAxes readers, ArrayView<ListedWindow> list, PoolingAxes pooling, ArrayView<ListedWindow> poolingList, ArrayView<TNumber> numbers, WindowPlane plane)
        where TNumber : unmanaged
        where TNumbers : unmanaged, INumberFormat<TNumber>
    {
        ListedWindow depth = readers.Depth.At(position.D, list), height = readers.Height.At(position.H, list), width = readers.Width.At(position.W, list);
        long found = -1;
        for (int i = depth.Count - 1; i >= 0 && found < 0; i--)
        {
            int od = depth.Start + (depth.Before + i) * readers.Depth.Step;
            long tapDepth = pooling.Depth.Tap(position.D, od, poolingList);
            for (int j = height.Count - 1; j >= 0 && found < 0; j--)
            {
                int oh = height.Start + (height.Before + j) * readers.Height.Step;
                long tapRow = (tapDepth * pooling.Height.Kernel + pooling.Height.Tap(position.H, oh, poolingList)) * pooling.Width.Kernel;
                for (int k = width.Count - 1; k >= 0 && found < 0; k--)
                {
                    int ow = width.Start + (width.Before + k) * readers.Width.Step;
                    long at = plane.Start + od * plane.Depth + oh * plane.Height + ow * plane.Width;
                    if (TNumbers.Read(numbers[at]) == tapRow + pooling.Width.Tap(position.W, ow, poolingList)) found = at;
                }
            }
        }

        return found;
    }

    private static long TapAt(AxisWindows axis, ListedWindow window, int position)
    {
        int from = position - window.Start, tap = axis.Steps.Divide(from, out int rest);
        return from >= 0 && rest == 0 && tap >= window.Before && tap < window.Before + window.Count ? tap : -1;
    }
}

/// <summary>Where the windows of a plane lie in memory: the first one, and the distances between neighbours.</summary>
internal struct WindowPlane
{
    public long Start, Depth, Height, Width;
}
