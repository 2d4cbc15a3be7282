using System.Numerics.Tensors;

namespace Cenote.Tests;

/// <summary>Planes of any strides: the numbers of the same planes row by row, in bands that threads cut anywhere.</summary>
public class StridedPlanesTests
{
    private const int Slices = 4, Height = 150, Width = 130, Channels = 20;

    /// <summary>Layers, whose averages have few enough taps that no order changes their bits.</summary>
    public static TheoryData<PoolLayer> Layers =>
    [
        new MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)),
        new MaxPool3d((1, 31, 31), 1, (0, 15, 15)),
        new MaxPool3d((3, 2, 2), (2, 1, 1), (1, 0, 0)),
        new MaxPool3d((1, 3, 3), 1, (0, 2, 2), (1, 2, 2)),
        new AvgPool3d((1, 3, 3), 1, (0, 1, 1)),
        new AvgPool3d((2, 2, 2), 2),
        new MaxPool3d((1, 3, 3), 2, (0, 1, 1)) { ZeroPadding = true },
        new MinPool3d((1, 1, 1), (1, 3, 2)),
    ];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Views_give_the_numbers_of_a_dense_copy(PoolLayer layer)
    {
        Compare(layer, random => (float)(random.NextDouble() - 0.5));
        Compare(layer, random => (byte)random.Next(256));
    }

    /// <summary>Rows so long that kernels cut them into lines.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(9)]
    [InlineData(31)]
    public void Long_rows_on_their_side(int kernel)
    {
        const int Rows = 60, Columns = 9000;
        var random = new Random(43);
        Tensor<float> view = Tensor.Create([.. Enumerable.Range(0, Rows * Columns).Select(_ => random.NextSingle() - 0.5f)], [1, 1, Rows, Columns], [0, 0, 1, Rows]), dense = Tensor.CreateFromShapeUninitialized<float>(view.Lengths);
        view.CopyTo(dense);
        var layer = new MaxPool2d((kernel, kernel), (1, 2), (kernel / 2, kernel / 2));
        var (expected, expectedIndices) = layer.ForwardWithIndices(dense);
        var (actual, indices) = layer.ForwardWithIndices(view);
        Assert.True(expected.SequenceEqual(actual) && expectedIndices.ToFlat().SequenceEqual(indices.ToFlat()));
        Assert.True(expected.SequenceEqual(layer.Forward(view)));
    }

    [Fact]
    public unsafe void A_plane_on_its_side_is_pooled_by_rows()
    {
        PoolLayer layer = new MaxPool2d(3, 2, 1);
        PoolPlan plan = layer.Plan(1, 1, 500, 400);
        PoolJob job = PoolJob.Of(plan, input: null, new TensorLayout(0, 0, 0, 1, 500), output: null, new TensorLayout(0, 0, 0, 1, 250), default);
        foreach (PoolOperator @operator in (PoolOperator[])[layer.Operator, ArgExtremeOperator<Greatest>.Instance])
        {
            PoolJob wanted = @operator == layer.Operator ? job : job with { Offsets = new(start: null, 1, job.OutputLayout) };
            Assert.Equal(System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated, @operator[ElementType.Single].Find(wanted).Name == "strided planes");
        }
    }

    private static void Compare<T>(PoolLayer layer, Func<Random, T> number)
        where T : unmanaged
    {
        var random = new Random(41);
        var values = new T[Slices * Height * Width * Channels * 2];
        foreach (ref T value in values.AsSpan()) value = number(random);
        nint[] lengths = [Channels, Slices, Height, Width];
        foreach (nint[] strides in (nint[][])
        [
            [Slices * Height * Width, Height * Width, 1, Height],             // on its side
            [2 * Slices * Height * Width, 2 * Height * Width, 2 * Width, 2],  // every second column
            [1, Height * Width * Channels, Width * Channels, Channels],       // channels-last
            [Slices, 1, Slices * Channels * Width, Slices * Channels],         // slices innermost
        ])
        {
            Tensor<T> view = Tensor.Create(values, 0, lengths, strides), dense = Tensor.CreateFromShapeUninitialized<T>(lengths);
            view.CopyTo(dense);
            Tensor<T> expected = layer.Forward(dense), beside = Tensor.CreateFromShapeUninitialized<T>(expected.Lengths);
            layer.Forward(view, beside);
            Assert.True(expected.SequenceEqual(beside), $"{layer} of {string.Join(", ", strides)}, into rows");
            Assert.True(expected.SequenceEqual(layer.Forward(view)), $"{layer} of {string.Join(", ", strides)}, in the view's order");
            if (layer is not IndexedPool indexed) continue;
            PoolIndices expectedIndices = indexed.ForwardWithIndices(dense).Indices;
            var (chosen, indices) = indexed.ForwardWithIndices(view);
            Assert.True(expected.SequenceEqual(chosen) && expectedIndices.ToFlat().SequenceEqual(indices.ToFlat()), $"{layer} of {string.Join(", ", strides)}, with indices");
        }
    }
}
