namespace Cenote.Tests.Training;

/// <summary>Random cases: small, fond of edges, some wide enough for several registers.</summary>
internal sealed class TrainingCases(int seed)
{
    private readonly Random _random = new(seed);

    public Random Random => _random;

    public bool Coin() => _random.Next(2) == 0;

    public TrainingCase Next()
    {
        while (true)
        {
            int rank = _random.Next(1, 4), rule = _random.Next(5);
            bool ceil = Coin() && rule > 1;
            // Long rows, or many channels, or neither.
            int size = _random.Next(4);
            AxisCase[] axes = [.. Enumerable.Range(0, rank).Select(axis => Axis(rank, ceil, padded: rule is 2 or 4, wide: size == 0 && axis == rank - 1))];
            if (rule < 2) axes = [.. axes.Select(axis => axis.Same(upper: rule == 0))];
            bool fits = axes.All(axis => axis.Outputs is not null && axis.Before <= axis.Span - 1 && axis.After <= axis.Span - 1);
            if (!fits) continue;
            var @case = new TrainingCase
            {
                Axes = axes,
                Padding = rule switch
                {
                    0 => Padding.SameUpper,
                    1 => Padding.SameLower,
                    _ => new(Spatial.Create([.. axes.Select(axis => axis.Before)]), Spatial.Create([.. axes.Select(axis => axis.After)])),
                },
                Batch = _random.Next(4) == 0 ? null : _random.Next(30) == 0 ? 0 : _random.Next(1, 4),
                Channels = size != 1 ? _random.Next(1, 5) : Coin() ? _random.Next(6, 40) : _random.Next(40, 150),
                CountPadding = Coin(),
                Divisor = _random.Next(5) == 0 ? (long[])[1, -1, 3, 100] is var choices ? choices[_random.Next(4)] : null : null,
                ZeroPadding = _random.Next(4) == 0,
            };
            if (@case.Planes * @case.Plane <= 6000) return @case;
        }
    }

    /// <summary>Numbers of one of several kinds: smooth, full of ties, with NaN and infinities, or nothing but the lowest.</summary>
    public double[] Numbers(int count)
    {
        int kind = _random.Next(5);
        double[] special = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0, 1];
        return [.. Enumerable.Range(0, count).Select(_ => kind switch
        {
            0 => _random.Next(3) - 1,
            1 when _random.Next(8) == 0 => special[_random.Next(special.Length)],
            2 => special[_random.Next(special.Length)],
            3 => double.NegativeInfinity,
            _ => _random.Next(-1000, 1001) / 8.0,
        })];
    }

    /// <summary>Finite numbers, smooth.</summary>
    public double[] Smooth(int count) => [.. Enumerable.Range(0, count).Select(_ => _random.NextDouble() * 2 - 1)];

    private AxisCase Axis(int rank, bool ceil, bool padded, bool wide)
    {
        int kernel = _random.Next(8) == 0 ? _random.Next(1, rank == 1 ? 40 : 8) : _random.Next(1, 5);
        int stride = _random.Next(3) == 0 ? kernel : _random.Next(1, 5), dilation = Math.Max(1, _random.Next(-2, 4));
        int reach = (kernel - 1) * dilation;
        int before = padded ? _random.Next(reach + 1) : 0, after = padded ? _random.Next(reach + 1) : 0;
        // Windows that step over the input have no tap.
        if (padded && dilation > 1 && Coin()) return new(_random.Next(1, dilation + 1), kernel, stride, dilation, reach, _random.Next(reach + 1), ceil);
        int least = Math.Max(1, reach + 1 - before - after);
        // SAME and ceil mode have outputs on shorter axes than one window, too.
        int length = _random.Next(_random.Next(3) == 0 ? 1 : least, least + (wide ? 250 : rank == 1 ? 30 : 10 - 2 * rank));
        return new(length, kernel, stride, dilation, before, after, ceil);
    }
}
