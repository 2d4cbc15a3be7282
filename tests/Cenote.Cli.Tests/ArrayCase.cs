namespace Cenote.Cli.Tests;

/// <summary>Arguments, and the layer that they ask for.</summary>
internal sealed record ArrayCase(string Arguments, PoolLayer Layer)
{
    private const IntegerRounding Nearest = IntegerRounding.NearestEven;

    /// <summary>Windows differ from axis to axis where there are several, so that swapped axes show.</summary>
    public static readonly ArrayCase[] All =
    [
        new("max -k 3 --dims 1", new MaxPool1d(3)),
        new("max -k 3 -s 2 -p 1 -d 2 --ceil --dims 1", new MaxPool1d(3, 2, 1, 2, ceilMode: true)),
        new("max -k 3 -s 2 -p 2 --zero-padding --dims 1", new MaxPool1d(3, 2, 2) { ZeroPadding = true }),
        new("avg -k 4 -s 3 -p 2 --ceil --dims 1", new AvgPool1d(4, 3, 2, ceilMode: true)),
        new("avg -k 3 -s 1 -p 1 -d 2 --exclude-padding --round nearest --dims 1", new AvgPool1d(3, 1, 1, countIncludePad: false, dilation: 2) { IntegerRounding = Nearest }),
        new("avg -k 3 --divisor -7 --round trunc --dims 1", new AvgPool1d(3, divisorOverride: -7)),
        new("global-avg --dims 1", new GlobalAvgPool1d()),
        new("global-max --dims 1", new GlobalMaxPool1d()),

        new("max -k 3", new MaxPool2d(3)),
        new("max -k 2x3 -s 1x2 -p 1x0 -d 2x1 --ceil", new MaxPool2d((2, 3), (1, 2), (1, 0), (2, 1), ceilMode: true)),
        new("max -k 3x2 -s 2 -p 2x1 --zero-padding --dims 2", new MaxPool2d((3, 2), 2, (2, 1)) { ZeroPadding = true }),
        new("avg -k 2x3 -s 1x2 -p 1x2 --ceil", new AvgPool2d((2, 3), (1, 2), (1, 2), ceilMode: true)),
        new("avg -k 3x2 -s 2x1 -p 1 -d 1x2 --exclude-padding", new AvgPool2d((3, 2), (2, 1), 1, countIncludePad: false, dilation: (1, 2))),
        new("avg -k 2 -s 1 --divisor 3 --round nearest", new AvgPool2d(2, 1, divisorOverride: 3) { IntegerRounding = Nearest }),
        new("global-avg", new GlobalAvgPool2d()),
        new("global-avg --round nearest --threads 1", new GlobalAvgPool2d { IntegerRounding = Nearest }),
        new("global-max", new GlobalMaxPool2d()),

        new("max -k 1x2x3 -s 2x1x2 -p 0x1x2 --ceil", new MaxPool3d((1, 2, 3), (2, 1, 2), (0, 1, 2), ceilMode: true)),
        new("max -k 2 -s 1 -p 1 -d 1x1x2 --zero-padding --dims 3", new MaxPool3d(2, 1, 1, (1, 1, 2)) { ZeroPadding = true }),
        new("avg -k 3x2x1 -s 1x2x3 -p 2x1x0 --exclude-padding --ceil", new AvgPool3d((3, 2, 1), (1, 2, 3), (2, 1, 0), ceilMode: true, countIncludePad: false)),
        new("avg -k 2x2x3 --divisor 5 --round nearest", new AvgPool3d((2, 2, 3), divisorOverride: 5) { IntegerRounding = Nearest }),
        new("global-avg --dims 3", new GlobalAvgPool3d()),
        new("global-max --dims 3", new GlobalMaxPool3d()),

        new("adaptive-avg --size 5 --dims 1", new AdaptiveAvgPool1d(5)),
        new("adaptive-avg --size 3x5 --round nearest", new AdaptiveAvgPool2d((3, 5)) { IntegerRounding = Nearest }),
        new("adaptive-avg --size 2x3x4", new AdaptiveAvgPool3d((2, 3, 4))),
        new("adaptive-max --size keepx4", new AdaptiveMaxPool2d((-1, 4))),
        new("adaptive-max --size 3 --dims 3", new AdaptiveMaxPool3d(3)),
        new("sum -k 3 -s 2 -p 1 -d 2 --ceil --dims 1", new SumPool1d(3, 2, 1, 2, ceilMode: true)),
        new("sum -k 2x3", new SumPool2d((2, 3))),
        new("sum -k 2 --dims 3", new SumPool3d(2)),
        new("global-sum", new GlobalSumPool2d()),
        new("lp --norm 2 -k 3 -s 2 --ceil --dims 1", new LpPool1d(2, 3, 2, ceilMode: true)),
        new("lp --norm 3 -k 2x3 -p 1 -d 1x2 --true-norm", new LpPool2d(3, (2, 3), padding: 1, dilation: (1, 2)) { TrueNorm = true }),
        new("lp --norm inf -k 2 --true-norm --dims 3", new LpPool3d(double.PositiveInfinity, 2) { TrueNorm = true }),
        new("global-lp --norm 1.5", new GlobalLpPool2d(1.5)),
        new("min -k 3 -s 2 -p 1 -d 2 --ceil --dims 1", new MinPool1d(3, 2, 1, 2, ceilMode: true)),
        new("min -k 2x3 -s 1x2", new MinPool2d((2, 3), (1, 2))),
        new("min -k 2 --dims 3", new MinPool3d(2)),
        new("global-min", new GlobalMinPool2d()),
        new("fractional-max -k 2 --size 5 --dims 1", new FractionalMaxPool1d(2, 5)),
        new("fractional-max -k 2x1 --size 6x7 --seed 18446744073709551615", new FractionalMaxPool2d((2, 1), (6, 7)) { Seed = ulong.MaxValue }),
        new("fractional-max -k 2 --size 3x2x4 --seed 5", new FractionalMaxPool3d(2, (3, 2, 4)) { Seed = 5 }),
        new("median -k 3 -s 2 -p 1 -d 2 --ceil --dims 1", new MedianPool1d(3, 2, 1, 2, ceilMode: true)),
        new("median -k 2x3 -s 1x2", new MedianPool2d((2, 3), (1, 2))),
        new("median -k 2 --dims 3", new MedianPool3d(2)),
        new("mode -k 3 -s 2 -p 1 -d 2 --ceil --dims 1", new ModePool1d(3, 2, 1, 2, ceilMode: true)),
        new("mode -k 2x3 -s 1x2", new ModePool2d((2, 3), (1, 2))),
        new("mode -k 2 --dims 3", new ModePool3d(2)),
        new("stochastic -k 3 -s 2 -p 1 -d 2 --ceil --seed 7 --dims 1", new StochasticPool1d(3, 2, 1, 2, ceilMode: true) { Seed = 7 }),
        new("stochastic -k 2x3", new StochasticPool2d((2, 3))),
        new("stochastic -k 2 --dims 3", new StochasticPool3d(2)),
        new("stochastic --mean -k 2x3", new StochasticMeanPool2d((2, 3))),
    ];

    /// <summary>Every element type that the layer takes, in both byte orders and both memory orders; the versions alternate, and so do the ranks.</summary>
    public IEnumerable<ArrayInput> Inputs(bool channelsLast)
    {
        int seed = Array.IndexOf(All, this) * 1000, number = seed / 1000;
        foreach (bool big in (bool[])[false, true])
            foreach (bool fortran in (bool[])[false, true])
                foreach (string code in NpyArray.Codes.Where(code => Layer switch { NormPool or StochasticPool or StochasticMeanPool => code[0] == 'f', ModePool => code[0] != 'f', _ => true }))
                {
                    var form = new NpyForm(big, fortran, 1 + (number++ % 3));
                    long[] shape = Shape(channelsLast, leading: number % 4);
                    yield return new($"{code}-{(big ? "big" : "little")}-{(fortran ? "F" : "C")}.npy", NpyArray.Random(code, shape, seed++), form);
                }
    }

    private long[] Shape(bool channelsLast, int leading)
    {
        long[] spatial = Layer.SpatialRank switch { 1 => [13], 2 => [7, 9], _ => [5, 4, 6] };
        long[] before = ((long[])[2, 1, 3])[..leading];
        return channelsLast ? [.. before, .. spatial, 3] : [.. before, .. spatial];
    }
}

/// <summary>A file that a case pools.</summary>
internal sealed record ArrayInput(string Name, NpyArray Array, NpyForm Form)
{
    public string Pooled(ArrayCase @case) => $"out/{Path.GetFileNameWithoutExtension(Name)}.{@case.Arguments.Split(' ')[0]}.npy";
}
