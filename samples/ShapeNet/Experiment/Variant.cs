using Cenote;
using ShapeNet.Data;
using ShapeNet.Layers;
using ShapeNet.Training;

namespace ShapeNet.Experiment;

/// <summary>What makes the maps smaller.</summary>
internal enum Shrinking
{
    None,
    StridedConvolution,
    AveragePooling,
    MaxPooling,
}

/// <summary>What makes one answer of the last maps.</summary>
internal enum Head
{
    FullyConnected,
    GlobalAverage,
}

/// <summary>One of the networks that are compared. All have the same three convolutions, and so the same parameters up to the head.</summary>
internal sealed record Variant(string Name, Shrinking Shrinking, Head Head)
{
    private const int Channels1 = 8, Channels2 = 16, Channels3 = 24;

    public static readonly IReadOnlyList<Variant> All =
    [
        new("no pooling", Shrinking.None, Head.FullyConnected),
        new("strided convolution", Shrinking.StridedConvolution, Head.FullyConnected),
        new("average pooling", Shrinking.AveragePooling, Head.FullyConnected),
        new("max pooling", Shrinking.MaxPooling, Head.FullyConnected),
        new("strided convolution, GAP", Shrinking.StridedConvolution, Head.GlobalAverage),
        new("average pooling, GAP", Shrinking.AveragePooling, Head.GlobalAverage),
        new("max pooling, GAP", Shrinking.MaxPooling, Head.GlobalAverage),
    ];

    /// <summary>A fresh network; the convolutions of all variants start from the same weights for the same seed.</summary>
    public Network Build(int seed)
    {
        var random = new Random(seed);
        int stride = Shrinking == Shrinking.StridedConvolution ? 2 : 1;
        Stage[] convolutions =
        [
            new("conv 1", new Convolution(1, Channels1, stride, random), new Relu()),
            new("conv 2", new Convolution(Channels1, Channels2, stride, random), new Relu()),
            new("conv 3", new Convolution(Channels2, Channels3, 1, random), new Relu()),
        ];
        return new([convolutions[0], new("pool 1", Pool()), convolutions[1], new("pool 2", Pool()), convolutions[2], new("head", Answer(random))]);
    }

    // The runs take a core each, so that a pool of theirs has no use for further threads.
    private ILayer[] Pool() => Shrinking switch
    {
        Shrinking.MaxPooling => [new MaxPooling(new MaxPool2d(kernelSize: 2) { MaxDegreeOfParallelism = 1 })],
        Shrinking.AveragePooling => [new AveragePooling(new AvgPool2d(kernelSize: 2) { MaxDegreeOfParallelism = 1 })],
        _ => [],
    };

    private ILayer[] Answer(Random random)
    {
        int side = Shrinking == Shrinking.None ? DataSet.Side : DataSet.Side / 4;
        return Head == Head.GlobalAverage
            ? [new AveragePooling(new GlobalAvgPool2d { MaxDegreeOfParallelism = 1 }), new Linear(Channels3, DataSet.Classes, random)]
            : [new Linear(Channels3 * side * side, DataSet.Classes, random)];
    }
}
