using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Training;

/// <summary>Unpooling: sizes, places, and values that meet.</summary>
public class UnpoolTests
{
    public static TheoryData<MaxUnpool, nint[], Spatial?, nint[]> Sizes => new()
    {
        { new MaxUnpool1d(2), [1, 5], null, [1, 10] },
        { new MaxUnpool1d(3, 2, 1), [2, 1, 5], null, [2, 1, 9] },
        { new MaxUnpool2d(2), [1, 2, 3, 4], null, [1, 2, 6, 8] },
        { new MaxUnpool2d((3, 2), (2, 1), (1, 0)), [4, 3, 4], null, [4, 5, 5] },
        { new MaxUnpool2d(2, 2, new Padding((0, 1), (1, 0))), [4, 3, 4], null, [4, 5, 7] },
        { new MaxUnpool2d(2), [1, 2, 3, 4], 7, [1, 2, 7, 7] },
        { new MaxUnpool2d(2), [1, 2, 3, 4], new Spatial(1, 100), [1, 2, 1, 100] },
        { new MaxUnpool3d(2, 3), [0, 2, 1, 2, 3], null, [0, 2, 2, 5, 8] },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_output_has_the_inverse_size_or_the_one_given(MaxUnpool layer, nint[] shape, Spatial? size, nint[] expected)
    {
        Assert.Equal(expected, layer.OutputShape(shape, size));
        // All values in the first place: the last of each plane stays.
        int count = (int)TensorPrimitives.Product<nint>(shape);
        Tensor<float> output = layer.Forward(Tensor.Create(Enumerable.Range(1, count).Select(i => (float)i).ToArray(), shape), Tensor.CreateFromShape<long>(shape), size);
        Assert.Equal(expected, output.Lengths.ToArray());
        int planes = (int)TensorPrimitives.Product(shape.AsSpan(..^layer.SpatialRank));
        Assert.Equal(Enumerable.Range(1, planes).Select(plane => (float)(plane * (count / planes))), output.Where(value => value != 0));
    }

    [Fact]
    public void Random_cases_equal_brute_force()
    {
        var cases = new TrainingCases(10);
        for (int number = 0; number < 300; number++)
        {
            TrainingCase @case = cases.Next();
            double[] input = cases.Numbers(@case.Planes * @case.Plane);
            PoolIndices indices = @case.Max().ForwardWithIndices(Dense.Of(input, @case.InputShape, @case.Rank, cases.Coin())).Indices;
            long[] flat = Dense.RowMajor(indices.ToFlat());

            // Into the input's size, or a larger one: each value keeps its place along every axis.
            int[] lengths = [.. @case.Axes.Select(axis => axis.Length + cases.Random.Next(0, 3))];
            long[] moved = [.. flat.Select(index => index < 0 ? -1 : Move(@case, index, lengths))];
            string name = $"case {number} into {string.Join('x', lengths)}: {@case}";
            CompareAll<float>(name, cases, @case, indices, moved, lengths);
            CompareAll<double>(name, cases, @case, indices, moved, lengths);
            CompareAll<BFloat16>(name, cases, @case, indices, moved, lengths);
            CompareAll<byte>(name, cases, @case, indices, moved, lengths);
        }
    }

    [Fact]
    public void The_last_value_of_a_place_stays_and_gets_the_gradient()
    {
        foreach (bool channelsLast in (bool[])[false, true])
        {
            Tensor<float> values = Dense.Of([1f, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2], 2, channelsLast);
            Tensor<long> indices = Dense.Of([0L, 3, 3, 0, -1, 2, -1, 2], [2, 2, 2], 2, !channelsLast);
            var layer = new MaxUnpool2d(1);
            Assert.Equal([4f, 0, 0, 3, 0, 0, 8, 0], layer.Forward(values, indices));
            Tensor<float> gradient = Dense.Of([10f, 20, 30, 40, 50, 60, 70, 80], [2, 2, 2], 2, channelsLast);
            Assert.Equal([0f, 0, 40, 10, 0, 0, 0, 70], layer.Backward(gradient, indices));
        }
    }

    [Fact]
    public void Unpooling_undoes_pooling()
    {
        // Windows that do not overlap: pooling again finds the same values at the same places.
        var random = new Random(6);
        foreach (bool channelsLast in (bool[])[false, true])
        {
            Tensor<float> input = Dense.Of(Enumerable.Range(0, 2 * 5 * 12 * 9).Select(_ => random.NextSingle() + 1).ToArray(), [2, 5, 12, 9], 2, channelsLast);
            var pool = new MaxPool2d((2, 3));
            (Tensor<float> values, PoolIndices indices) = pool.ForwardWithIndices(input);
            (Tensor<float> again, PoolIndices same) = pool.ForwardWithIndices(new MaxUnpool2d((2, 3)).Forward(values, indices));
            Assert.Equal(values, again);
            Assert.Equal(indices.ToFlat(), same.ToFlat());
        }
    }

    private static void CompareAll<T>(string name, TrainingCases cases, TrainingCase @case, PoolIndices indices, long[] flat, int[] lengths)
        where T : unmanaged
    {
        T[] values = [.. Enumerable.Range(0, flat.Length).Select(_ => Elements.FromDouble<T>(cases.Random.Next(1, 100)))];
        nint[] unpooled = [.. @case.InputShape[..^@case.Rank], .. lengths.Select(length => (nint)length)];
        int plane = lengths.Aggregate(1, (product, length) => product * length);
        T[] gradient = [.. Enumerable.Range(0, @case.Planes * plane).Select(_ => Elements.FromDouble<T>(cases.Random.Next(1, 100)))];
        var expected = new T[@case.Planes * plane];
        var last = new Dictionary<long, int>();
        for (int i = 0; i < flat.Length; i++)
        {
            if (flat[i] < 0) continue;
            long place = i / @case.OutputPlane * plane + flat[i];
            expected[place] = values[i];
            last[place] = i;
        }

        var back = new T[flat.Length];
        foreach (var (place, i) in last) back[i] = gradient[place];

        MaxUnpool layer = @case.Unpool(cases.Random.Next(1, 4));
        var size = Spatial.Create(lengths);
        Tensor<T> input = Dense.Of(values, @case.OutputShape, @case.Rank, cases.Coin()), from = Dense.Of(gradient, unpooled, @case.Rank, cases.Coin());
        Tensor<long> places = Dense.Of(flat, @case.OutputShape, @case.Rank, cases.Coin());
        Dense.RequireSame($"{name}: compact", expected, Dense.RowMajor(layer.Forward(input, indices, size)));
        Dense.RequireSame($"{name}: flat", expected, Dense.RowMajor(layer.Forward(input, places, size)));
        Dense.RequireSame($"{name}: compact, gradient", back, Dense.RowMajor(layer.Backward(from, indices)));
        Dense.RequireSame($"{name}: flat, gradient", back, Dense.RowMajor(layer.Backward(from, places)));

        Tensor<T> filled = Dense.Garbage<T>(unpooled, @case.Rank, cases.Coin()), filledBack = Dense.Garbage<T>(@case.OutputShape, @case.Rank, cases.Coin());
        layer.Forward(input.AsReadOnlyTensorSpan(), indices, filled.AsTensorSpan());
        layer.Backward(from.AsReadOnlyTensorSpan(), indices, filledBack.AsTensorSpan());
        Dense.RequireSame($"{name}: filled in", expected, Dense.RowMajor(filled));
        Dense.RequireSame($"{name}: gradient filled in", back, Dense.RowMajor(filledBack));
    }

    /// <summary>The position in a plane of other lengths.</summary>
    private static long Move(TrainingCase @case, long flat, int[] lengths)
    {
        long moved = 0, step = 1;
        for (int axis = lengths.Length - 1; axis >= 0; axis--)
        {
            (flat, long at) = Math.DivRem(flat, @case.Axes[axis].Length);
            moved += at * step;
            step *= lengths[axis];
        }

        return moved;
    }
}
