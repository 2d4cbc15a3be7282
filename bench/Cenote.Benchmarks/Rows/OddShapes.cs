namespace Cenote.Benchmarks.Rows;

/// <summary>Random shapes that no table lists: short rows, few channels, windows with rests.</summary>
/// <param name="seed">Chooses them.</param>
/// <param name="rank">How many spatial axes they have.</param>
internal sealed class OddShapes(int seed, int rank)
{
    /// <summary>The longest axis of shapes of one, two and three: their planes are alike in size.</summary>
    private static readonly int[] Longest = [4096, 67, 17];

    private static readonly int[] Batches = [1, 2, 4, 8];

    private readonly Random _random = new(seed);

    public Row Next()
    {
        while (true)
        {
            int kernel = _random.Next(1, 8), padding = _random.Next(0, (kernel / 2) + 1);
            long[] lengths = [.. Enumerable.Range(0, rank).Select(_ => (long)_random.Next(1, Longest[rank - 1] + 1))];
            var row = new Row("", Coin ? Operator.Max : Operator.Average, [Batches[_random.Next(Batches.Length)], _random.Next(1, 71), .. lengths], kernel, _random.Next(1, 5), padding);
            if (lengths.Min() + (2 * padding) >= kernel) return row;
        }
    }

    public Row[] Take(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];

    public Layout NextLayout() => Coin ? Layout.Nchw : Layout.Nhwc;

    private bool Coin => _random.Next(2) == 0;
}
