using ILGPU;

namespace Cenote.Gpu;

/// <summary>A thread makes four outputs below each other with their taps' numbers: it walks down the input rows, and loads each tap once for the windows that share it.</summary>
internal static class ChoiceBandKernel<T, TNumber, TChoice, TNumbers>
    where T : unmanaged
    where TNumber : unmanaged
    where TChoice : unmanaged, ITapChoice<T>
    where TNumbers : unmanaged, INumberFormat<TNumber>
{
    // Bounds: as in BandKernel; a window has fewer than 2^31 taps (Bands).
    public static void Run(ArrayView<T> input, ArrayView<T> output, ArrayView<TNumber> numbers, ArrayView<ListedWindow> list, Walk walk, TChoice choice)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        Place place = walk.At(item);
        ListedWindow depth = walk.Depth.At(place.D, list), width = walk.Width.At(place.W, list);
        int stride = walk.Height.Stride, kernel = walk.Height.Kernel, start = place.H * stride - walk.Height.Before;
        int rows = IntrinsicMath.Min(Readers.Rows, walk.OutRows - place.H), end = IntrinsicMath.Min(walk.InRows, start + (rows - 1) * stride + kernel), nextRow = stride * walk.Width.Kernel;
        var none = new Numbered<T> { Value = choice.None, Number = -1 };
        Quad<Numbered<T>> chosen = new() { A = none, B = none, C = none, D = none };
        for (int i = 0; i < depth.Count; i++)
        {
            long corner = place.Input + (depth.Start + (depth.Before + i) * walk.Depth.Step) * walk.InDepth + (width.Start + width.Before) * walk.InWidth;
            for (int y = IntrinsicMath.Max(0, start); y < end; y++)
            {
                Readers reads = Readers.Of(y - start, stride, kernel);
                if (!reads.Any) continue;
                long at = corner + y * walk.InHeight;
                int number = ((depth.Before + i) * kernel + y - start) * walk.Width.Kernel + width.Before;
                for (int k = 0; k < width.Count; k++, at += walk.InWidth, number++)
                {
                    T tap = input[at];
                    if (reads.A) chosen.A = Take(chosen.A, tap, number, choice);
                    if (reads.B) chosen.B = Take(chosen.B, tap, number - nextRow, choice);
                    if (reads.C) chosen.C = Take(chosen.C, tap, number - 2 * nextRow, choice);
                    if (reads.D) chosen.D = Take(chosen.D, tap, number - 3 * nextRow, choice);
                }
            }
        }

        long below = (long)walk.OutColumns * walk.Channels.Divisor;
        Store(output, numbers, place.Output, chosen.A);
        if (rows > 1) Store(output, numbers, place.Output + below, chosen.B);
        if (rows > 2) Store(output, numbers, place.Output + 2 * below, chosen.C);
        if (rows > 3) Store(output, numbers, place.Output + 3 * below, chosen.D);
    }

    private static Numbered<T> Take(Numbered<T> chosen, T tap, int number, TChoice choice)
    {
        bool takes = chosen.Number < 0 | choice.Prefers(tap, chosen.Value);
        return new() { Value = takes ? tap : chosen.Value, Number = takes ? number : chosen.Number };
    }

    private static void Store(ArrayView<T> output, ArrayView<TNumber> numbers, long at, Numbered<T> chosen)
    {
        output[at] = chosen.Value;
        numbers[at] = TNumbers.Of(IntrinsicMath.Max(0, chosen.Number));
    }
}

/// <summary>A chosen tap, and its number in the window; −1 for none.</summary>
internal struct Numbered<T>
    where T : unmanaged
{
    public T Value;
    public int Number;
}
