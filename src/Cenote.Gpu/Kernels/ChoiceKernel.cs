using ILGPU;

namespace Cenote.Gpu;

/// <summary>One thread per output, which keeps the chosen tap and its number in the unclipped window; padded taps are zeros where the plan reads them.</summary>
internal static class ChoiceKernel<T, TNumber, TChoice, TNumbers>
    where T : unmanaged
    where TNumber : unmanaged
    where TChoice : unmanaged, ITapChoice<T>
    where TNumbers : unmanaged, INumberFormat<TNumber>
{
    // Bounds: as in GatherKernel.
    public static void Run(ArrayView<T> input, ArrayView<T> output, ArrayView<TNumber> numbers, ArrayView<ListedWindow> list, Walk walk, TChoice choice, T zero)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        Place place = walk.At(item);
        ListedWindow depth = walk.Depth.At(place.D, list), height = walk.Height.At(place.H, list), width = walk.Width.At(place.W, list);
        long corner = walk.Corner(place, depth, height, width);
        long nextDepth = walk.Depth.Step * walk.InDepth, nextHeight = walk.Height.Step * walk.InHeight, nextWidth = walk.Width.Step * walk.InWidth;
        var chosen = new Chosen<T> { Value = choice.None, Number = 0, Any = 0 };
        // A run of padded taps holds one value: its first tap stands for all.
        int padded = walk.ReadsPadding;
        int beforeWidth = padded != 0 && width.Before > 0 ? 1 : 0, afterWidth = padded != 0 && width.Extent > width.Before + width.Count ? 1 : 0;
        int firstDepth = padded != 0 && depth.Before > 0 ? -1 : 0, endDepth = depth.Count + (padded != 0 && depth.Extent > depth.Before + depth.Count ? 1 : 0);
        int firstHeight = padded != 0 && height.Before > 0 ? -1 : 0, endHeight = height.Count + (padded != 0 && height.Extent > height.Before + height.Count ? 1 : 0);
        for (int i = firstDepth; i < endDepth; i++)
        {
            for (int j = firstHeight; j < endHeight; j++)
            {
                bool inside = i >= 0 && i < depth.Count && j >= 0 && j < height.Count;
                long number = ((long)(i < 0 ? 0 : depth.Before + i) * walk.Height.Kernel + (j < 0 ? 0 : height.Before + j)) * walk.Width.Kernel;
                if (!inside || beforeWidth != 0) Take(zero, number, choice, ref chosen);
                if (inside)
                {
                    long at = corner + i * nextDepth + j * nextHeight;
                    for (int k = 0; k < width.Count; k++, at += nextWidth) Take(input[at], number + width.Before + k, choice, ref chosen);
                    if (afterWidth != 0) Take(zero, number + width.Before + width.Count, choice, ref chosen);
                }
            }
        }

        output[place.Output] = chosen.Value;
        numbers[place.Output] = TNumbers.Of(chosen.Number);
    }

    private static void Take(T tap, long number, TChoice choice, ref Chosen<T> chosen)
    {
        if (chosen.Any != 0 && !choice.Prefers(tap, chosen.Value)) return;
        chosen = new() { Value = tap, Number = number, Any = 1 };
    }
}

/// <summary>The tap that a window has chosen so far.</summary>
internal struct Chosen<T>
    where T : unmanaged
{
    public T Value;
    public long Number;

    /// <summary>Whether there is one; 0 or 1.</summary>
    public int Any;
}
