namespace Cenote.Conformance.Tests;

/// <summary>Random layers of every kind that ONNX has a form for, each with a shape that suits it.</summary>
internal sealed class LayerGenerator(int seed)
{
    private readonly Random _random = new(seed);

    public static readonly string[] Kinds = ["max", "zeros", "min", "average", "divisor", "sum", "norm", "formula", "generalised", "infinite", "global", "adaptive-max", "adaptive-avg"];

    public (PoolLayer Layer, nint[] Shape) Next(string kind, int rank)
    {
        while (true)
        {
            nint[] shape = [_random.Next(1, 3), _random.Next(1, 4), .. Enumerable.Range(0, rank).Select(_ => (nint)_random.Next(1, rank == 3 ? 7 : 12))];
            try
            {
                PoolLayer layer = Layer(kind, rank);
                layer.Plan(shape);
                return (layer, shape);
            }
            catch (ArgumentException)
            {
                // Too small for its window: another one.
            }
        }
    }

    public int Opset() => _random.GetItems([8, 12, 13, 17, 18, 19, 20, 21], 1)[0];

    private bool Coin() => _random.Next(2) == 0;

    public float[] Data(nint[] shape, bool positive)
    {
        var data = new float[shape.Aggregate((nint)1, (product, length) => product * length)];
        for (int i = 0; i < data.Length; i++) data[i] = (float)((_random.NextDouble() * 20) - (positive ? 0 : 10));
        return data;
    }

    private PoolLayer Layer(string kind, int rank)
    {
        var o = new WindowOptions { Kernel = Axes(rank, 1, 5), Stride = Coin() ? null : Axes(rank, 1, 5), Dilation = Coin() ? 1 : Axes(rank, 1, 4), Padding = Padding(rank), CeilMode = Coin() };
        double p = kind switch { "infinite" => double.PositiveInfinity, "norm" => _random.Next(3) == 0 ? 1.5 : _random.Next(1, 5), _ => _random.Next(3) == 0 ? 2.5 : _random.Next(1, 5) };
        return kind switch
        {
            "max" or "zeros" => rank switch
            {
                1 => new MaxPool1d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { ZeroPadding = kind == "zeros" },
                2 => new MaxPool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { ZeroPadding = kind == "zeros" },
                _ => new MaxPool3d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { ZeroPadding = kind == "zeros" },
            },
            "min" => rank switch
            {
                1 => new MinPool1d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode),
                2 => new MinPool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode),
                _ => new MinPool3d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode),
            },
            "average" or "divisor" => Average(o, Coin(), kind == "divisor" ? _random.Next(1, 9) : null, rank),
            "sum" => rank switch
            {
                1 => new SumPool1d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode),
                2 => new SumPool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode),
                _ => new SumPool3d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode),
            },
            "norm" or "formula" or "infinite" => rank switch
            {
                1 => new LpPool1d(p, o.Kernel, o.Stride, o.CeilMode, o.Padding, o.Dilation) { TrueNorm = kind != "formula" },
                2 => new LpPool2d(p, o.Kernel, o.Stride, o.CeilMode, o.Padding, o.Dilation) { TrueNorm = kind != "formula" },
                _ => new LpPool3d(p, o.Kernel, o.Stride, o.CeilMode, o.Padding, o.Dilation) { TrueNorm = kind != "formula" },
            },
            "generalised" => rank switch
            {
                1 => new GeMPool1d(p, o.Kernel, o.Stride, o.CeilMode, o.Padding, o.Dilation),
                2 => new GeMPool2d(p, o.Kernel, o.Stride, o.CeilMode, o.Padding, o.Dilation),
                _ => new GeMPool3d(p, o.Kernel, o.Stride, o.CeilMode, o.Padding, o.Dilation),
            },
            "global" => Global(rank),
            "adaptive-max" => Size(rank) is var size && rank == 1 ? new AdaptiveMaxPool1d(size) : rank == 2 ? new AdaptiveMaxPool2d(size) : new AdaptiveMaxPool3d(size),
            _ => Size(rank) is var size && rank == 1 ? new AdaptiveAvgPool1d(size) : rank == 2 ? new AdaptiveAvgPool2d(size) : new AdaptiveAvgPool3d(size),
        };
    }

    private static AvgPool Average(WindowOptions o, bool count, long? divisor, int rank) => rank switch
    {
        1 => new AvgPool1d(o.Kernel, o.Stride, o.Padding, o.CeilMode, count, divisor, o.Dilation),
        2 => new AvgPool2d(o.Kernel, o.Stride, o.Padding, o.CeilMode, count, divisor, o.Dilation),
        _ => new AvgPool3d(o.Kernel, o.Stride, o.Padding, o.CeilMode, count, divisor, o.Dilation),
    };

    private PoolLayer Global(int rank) => (_random.Next(7), rank) switch
    {
        (0, 1) => new GlobalMaxPool1d(),
        (0, 2) => new GlobalMaxPool2d(),
        (0, _) => new GlobalMaxPool3d(),
        (1, 1) => new GlobalAvgPool1d(),
        (1, 2) => new GlobalAvgPool2d(),
        (1, _) => new GlobalAvgPool3d(),
        (2, 1) => new GlobalSumPool1d(),
        (2, 2) => new GlobalSumPool2d(),
        (2, _) => new GlobalSumPool3d(),
        (6, 1) => new GlobalGeMPool1d(),
        (6, 2) => new GlobalGeMPool2d(),
        (6, _) => new GlobalGeMPool3d(),
        (var kind, 1) => new GlobalLpPool1d(Exponent(kind)),
        (var kind, 2) => new GlobalLpPool2d(Exponent(kind)),
        var (kind, _) => new GlobalLpPool3d(Exponent(kind)),
    };

    private static double Exponent(int kind) => kind switch { 3 => 3, 4 => 1.5, _ => double.PositiveInfinity };

    private Spatial Size(int rank) => Spatial.Create([.. Enumerable.Range(0, rank).Select(_ => _random.Next(6) == 0 ? -1 : _random.Next(1, 9))]);

    private Spatial Axes(int rank, int from, int end) => Spatial.Create([.. Enumerable.Range(0, rank).Select(_ => _random.Next(from, end))]);

    private Padding Padding(int rank) => _random.Next(5) switch
    {
        0 => Cenote.Padding.SameUpper,
        1 => Cenote.Padding.SameLower,
        2 => 0,
        3 => Axes(rank, 0, 3),
        _ => new(Axes(rank, 0, 4), Axes(rank, 0, 4)),
    };
}
