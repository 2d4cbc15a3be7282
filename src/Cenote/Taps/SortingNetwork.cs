namespace Cenote;

/// <summary>One step of a sorting network: the smaller of two lines goes to <paramref name="Low"/>, the greater to <paramref name="High"/>, where anyone needs it.</summary>
internal readonly record struct Exchange(int Low, int High, bool NeedsLow, bool NeedsHigh);

/// <summary>
/// The steps by which lines of taps come to the median: Batcher's odd-even merge sort (1968), cut down to what the median needs. The columns of a window are sorted first, which neighbouring
/// windows share; then its rows. In a matrix sorted both ways most elements are too small or too great to be the middle one, by counting; only the others are sorted on.
/// </summary>
internal sealed class SortingNetwork
{
    /// <param name="rows">The taps of a column.</param>
    /// <param name="columns">The taps of a row.</param>
    public SortingNetwork(int rows, int columns)
    {
        Columns = [.. Sort([.. Enumerable.Range(0, rows)])];
        List<Exchange> steps = [];
        for (int row = 0; row < rows; row++) steps.AddRange(Sort([.. Enumerable.Range(row * columns, columns)]));
        int taps = rows * columns, rank = (taps - 1) / 2;
        List<int> candidates = [];
        int below = 0;
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                if ((i + 1) * (j + 1) - 1 > rank) continue;
                if ((rows - i) * (columns - j) - 1 > taps - 1 - rank) below++;
                else candidates.Add(i * columns + j);
            }
        }

        steps.AddRange(Sort([.. candidates]));
        Median = candidates[rank - below];
        Steps = Needed(steps, taps);
    }

    /// <summary>Sorts the lines of a column; none is left out.</summary>
    public Exchange[] Columns { get; }

    /// <summary>Sorts the lines of rows, numbered row by row, as far as the median needs it.</summary>
    public Exchange[] Steps { get; }

    /// <summary>The line that holds the median in the end.</summary>
    public int Median { get; }

    private static IEnumerable<Exchange> Sort(int[] lines)
    {
        int count = lines.Length;
        for (int p = 1; p < count; p *= 2)
            for (int k = p; k >= 1; k /= 2)
                for (int j = k % p; j < count - k; j += 2 * k)
                    for (int i = 0; i < Math.Min(k, count - j - k); i++)
                        if ((i + j) / (2 * p) == (i + j + k) / (2 * p)) yield return new(lines[i + j], lines[i + j + k], true, true);
    }

    /// <summary>The steps that the median depends on.</summary>
    private Exchange[] Needed(List<Exchange> steps, int lines)
    {
        var isNeeded = new bool[lines];
        isNeeded[Median] = true;
        List<Exchange> needed = [];
        foreach (Exchange step in steps.AsEnumerable().Reverse())
        {
            if (!isNeeded[step.Low] && !isNeeded[step.High]) continue;
            needed.Add(step with { NeedsLow = isNeeded[step.Low], NeedsHigh = isNeeded[step.High] });
            isNeeded[step.Low] = isNeeded[step.High] = true;
        }

        needed.Reverse();
        return [.. needed];
    }
}
