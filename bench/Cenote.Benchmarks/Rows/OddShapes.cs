namespace Cenote.Benchmarks.Rows;

/// <summary>Random shapes that no table lists: short rows, few channels, windows with rests.</summary>
internal sealed class OddShapes(int seed)
{
    private static readonly int[] Batches = [1, 2, 4, 8];

    private readonly Random _random = new(seed);

    public Row Next()
    {
        while (true)
        {
            int kernel = _random.Next(1, 8), padding = _random.Next(0, (kernel / 2) + 1);
            long height = _random.Next(1, 68), width = _random.Next(1, 68);
            var row = new Row("", Coin ? Operator.Max : Operator.Average, [Batches[_random.Next(Batches.Length)], _random.Next(1, 71), height, width], kernel, _random.Next(1, 5), padding);
            if (Math.Min(height, width) + (2 * padding) >= kernel) return row;
        }
    }

    public Layout NextLayout() => Coin ? Layout.Nchw : Layout.Nhwc;

    private bool Coin => _random.Next(2) == 0;
}
