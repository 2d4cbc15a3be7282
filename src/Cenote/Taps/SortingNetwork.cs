namespace Cenote;

/// <summary>One step of a sorting network: the smaller of two lines goes to <paramref name="Low"/>, the greater to <paramref name="High"/>, where anyone needs it.</summary>
internal readonly record struct Exchange(int Low, int High, bool NeedsLow, bool NeedsHigh);

/// <summary>
/// The steps by which lines of taps come to the median: Batcher's odd-even merge sort (1968), cut down to what the median needs. The columns of a window are sorted first, which neighbouring
/// windows share; then its rows. In a matrix sorted both ways most elements are too small or too great to be the middle one, by counting; only the others are sorted on. Of windows that are not
/// large, steps that never exchange anything are left out.
/// </summary>
internal sealed class SortingNetwork
{
    /// <summary>With more arrangements of zeros and ones, looking at all of them would take longer than a pooling.</summary>
    private const double MostInputs = 10_000;

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
        Steps = Needed(Exchanging(steps, rows, columns), taps);
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

    /// <summary>The steps that exchange something for some window. Zeros and ones tell (Knuth, The Art of Computer Programming 3, 5.3.4): each column is sorted, and so is told by its number of ones.</summary>
    private static List<Exchange> Exchanging(List<Exchange> steps, int rows, int columns)
    {
        double inputs = Math.Pow(rows + 1, columns);
        if (inputs > MostInputs) return steps;
        int words = ((int)inputs + 63) / 64;
        ulong[][] lines = [.. Enumerable.Range(0, rows * columns).Select(_ => new ulong[words])];
        for (int input = 0; input < inputs; input++)
        {
            for (int column = 0, rest = input; column < columns; column++, rest /= rows + 1)
                for (int row = rows - rest % (rows + 1); row < rows; row++) lines[row * columns + column][input / 64] |= 1UL << input;
        }

        List<Exchange> exchanging = [];
        foreach (Exchange step in steps)
        {
            ulong[] low = lines[step.Low], high = lines[step.High];
            if (low.Zip(high).All(pair => (pair.First & ~pair.Second) == 0)) continue;
            exchanging.Add(step);
            for (int i = 0; i < words; i++) (low[i], high[i]) = (low[i] & high[i], low[i] | high[i]);
        }

        return exchanging;
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
        return ByDepth(needed, lines);
    }

    /// <summary>The same steps so that neighbours do not wait for each other: by how many come before them on their lines.</summary>
    private static Exchange[] ByDepth(List<Exchange> steps, int lines)
    {
        int[] depth = new int[lines];
        return [.. steps.Select(step => (Step: step, Depth: depth[step.Low] = depth[step.High] = Math.Max(depth[step.Low], depth[step.High]) + 1)).ToArray().OrderBy(step => step.Depth).Select(step => step.Step)];
    }
}
