using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Training;

/// <summary>The edges of indices and gradients, small enough to see.</summary>
public class IndexEdgeTests
{
    private const float NaN = float.NaN, Inf = float.PositiveInfinity;

    [Theory]
    [InlineData(new float[] { 1, 3, 3, 2 }, 1)]
    [InlineData(new float[] { -0f, 0, -0f, 0 }, 0)]
    [InlineData(new float[] { 1, NaN, Inf, NaN }, 3)]
    [InlineData(new float[] { NaN, 5, Inf, 1 }, 0)]
    [InlineData(new float[] { -Inf, -Inf, -Inf, -Inf }, 0)]
    [InlineData(new float[] { -Inf, -Inf, -3, -Inf }, 2)]
    public void The_first_of_equals_and_the_last_NaN_are_chosen(float[] elements, long expected)
    {
        foreach (bool channelsLast in (bool[])[false, true])
        {
            // The same in every plane, and at every place of a register.
            float[] planes = [.. Enumerable.Repeat(elements, 40).SelectMany(plane => plane)];
            Tensor<float> input = Dense.Of(planes, [1, 40, 2, 2], 2, channelsLast);
            foreach (IndexedPool pool in (IndexedPool[])[new MaxPool2d(2), new GlobalMaxPool2d()])
            {
                (_, PoolIndices indices) = pool.ForwardWithIndices(input);
                Assert.All(indices.ToFlat(), index => Assert.Equal(expected, index));
                float[] gradient = Dense.RowMajor(pool.Backward(Dense.Of(Enumerable.Repeat(2f, 40).ToArray(), [1, 40, 1, 1], 2, channelsLast), indices));
                Assert.Equal(Enumerable.Range(0, 160).Select(i => i % 4 == expected ? 2f : 0), gradient);
            }
        }
    }

    [Fact]
    public void The_place_of_a_global_maximum_is_found_wherever_it_lies()
    {
        for (int length = 1; length <= 150; length++)
        {
            // A plane for each place, and equal taps behind it.
            float[] planes = [.. from place in Enumerable.Range(0, length) from i in Enumerable.Range(0, length) select i == place || i == place + 5 ? 2f : i % 2];
            PlaceEach(planes, length);
            PlaceEach([.. planes.Select(each => (byte)each)], length);
            PlaceEach([.. planes.Select(each => (double)each)], length);
        }
    }

    private static void PlaceEach<T>(T[] planes, int length)
        where T : unmanaged
    {
        (_, PoolIndices indices) = new GlobalMaxPool1d().ForwardWithIndices(Tensor.Create(planes, [1, length, length]));
        Assert.Equal(Enumerable.Range(0, length).Select(place => (long)place), indices.ToFlat());
    }

    /// <summary>Where all taps are as bad as padding, the first that is none is chosen.</summary>
    [Theory]
    [InlineData(2, 5, 1, 1)]
    [InlineData(2, 5, 1, 2)]
    [InlineData(2, 3, 1, 1)]
    [InlineData(2, 3, 1, 2)]
    [InlineData(2, 3, 2, 1)]
    [InlineData(3, 3, 1, 1)]
    [InlineData(3, 3, 2, 1)]
    public void Padding_loses_against_all(int rank, int kernel, int stride, int dilation)
    {
        IndexedPool pool = rank == 2 ? new MaxPool2d(kernel, stride, kernel / 2, dilation) : new MaxPool3d(kernel, stride, kernel / 2, dilation);
        Chooses(pool, rank, -Inf);
        Chooses(pool, rank, Half.NegativeInfinity);
        Chooses(pool, rank, double.NegativeInfinity);
        Chooses(pool, rank, short.MinValue);
        Chooses(pool, rank, byte.MinValue);
    }

    private static void Chooses<T>(IndexedPool pool, int rank, T worst)
        where T : unmanaged
    {
        nint[] shape = rank == 2 ? [1, 64, 9, 70] : [1, 64, 3, 4, 70];
        long elements = shape.Aggregate(1L, (product, length) => product * length);
        foreach (bool channelsLast in (bool[])[false, true])
        {
            (_, PoolIndices indices) = pool.ForwardWithIndices(Dense.Of([.. Enumerable.Repeat(worst, (int)elements)], shape, rank, channelsLast));
            PoolPlan plan = pool.Plan(shape);
            long[] expected =
            [
                .. from c in Enumerable.Range(0, 64) from d in Enumerable.Range(0, (int)plan.Depth.OutputLength) from h in Enumerable.Range(0, (int)plan.Height.OutputLength) from w in Enumerable.Range(0, (int)plan.Width.OutputLength)
                   select (plan.Depth[d].Start * plan.Height.InputLength + plan.Height[h].Start) * plan.Width.InputLength + plan.Width[w].Start,
            ];
            Assert.Equal(expected, indices.ToFlat());
        }
    }

    /// <summary>Padded depths count where the input has one depth only.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    public void Indices_of_windows_with_padded_depths_are_places_of_their_maxima(int depth, int dilation)
    {
        float[] elements = [.. Enumerable.Range(0, depth * 32 * 32).Select(i => (float)(i * 7919 % 4093))];
        (Tensor<float> values, PoolIndices indices) = new MaxPool3d((2, 3, 3), 1, (dilation, 1, 1), (dilation, 1, 1)).ForwardWithIndices(Tensor.Create(elements, [1, 1, depth, 32, 32]));
        Assert.Equal(values, indices.ToFlat().Select(index => elements[index]));
    }

    [Fact]
    public void A_window_without_a_tap_has_no_index_and_gives_its_gradient_to_no_one()
    {
        // The outer windows step over the one element.
        var pool = new MaxPool1d(2, 1, new Padding(1, 2), 2);
        Tensor<float> input = Tensor.Create<float>([7], [1, 1, 1]);
        (Tensor<float> values, PoolIndices indices) = pool.ForwardWithIndices(input);
        Assert.Equal([-Inf, 7], values);
        Assert.Equal([-1L, 0], indices.ToFlat());
        Assert.Equal([-1L, 0], indices.ToOnnx(1));
        Tensor<float> gradient = Tensor.Create<float>([NaN, 3], [1, 1, 2]);
        Assert.Equal([3f], pool.Backward(gradient, indices));
        Assert.Equal([3f], pool.BackwardFromInput(gradient, input));
        Assert.Equal([0f, 7], pool.Gather(input, indices));
        Assert.Equal([5f], new MaxUnpool1d(2).Forward(Tensor.Create<float>([9, 5], [1, 1, 2]), indices, 1));
        Assert.Equal([0f, 6], new MaxUnpool1d(2).Backward(Tensor.Create<float>([6], [1, 1, 1]), indices));
        Assert.Equal([-1L, 0], PoolIndices.FromFlat(pool.Plan(1, 1, 1), indices.ToFlat()).ToFlat());
        Assert.Equal([3f], new AvgPool1d(2, 1, new Padding(1, 2), divisorOverride: 1, dilation: 2).Backward(gradient, [1, 1, 1]));
    }

    [Fact]
    public void A_zero_of_the_padding_that_wins_has_no_index_and_receives_nothing()
    {
        var pool = new MaxPool1d(2, 1, 1) { ZeroPadding = true };
        Tensor<float> input = Tensor.Create<float>([-1, -2, 0], [1, 3]), gradient = Tensor.Create<float>([1, 2, 4, 8], [1, 4]);
        (Tensor<float> values, PoolIndices indices) = pool.ForwardWithIndices(input);
        Assert.Equal([0f, -1, 0, 0], values);
        // In the last window the element comes first: a tie.
        Assert.Equal([-1L, 0, 2, 2], indices.ToFlat());
        Assert.Equal([2f, 0, 12], pool.Backward(gradient, indices));
        Assert.Equal([2f, 0, 12], pool.BackwardFromInput(gradient, input));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_zero_of_the_padding_ties_with_what_follows_it(bool channelsLast)
    {
        var pool = new MaxPool2d(3, 3, 1) { ZeroPadding = true };
        (_, PoolIndices indices) = pool.ForwardWithIndices(Dense.Of(new float[2 * 16], [2, 4, 4], 2, channelsLast));
        Assert.Equal(Enumerable.Repeat((long[])[-1, -1, -1, 10], 2).SelectMany(plane => plane), indices.ToFlat());
    }

    [Fact]
    public void Half_sums_of_many_windows_do_not_stick()
    {
        // Half counts by ones to 2048, BFloat16 to 256.
        AssertCountsTo(48, (Half)1);
        AssertCountsTo(20, (BFloat16)1f);
    }

    [Fact]
    public void An_empty_batch_has_indices_gradients_and_unpoolings()
    {
        var pool = new MaxPool2d(3, 2, 1);
        Tensor<float> input = Tensor.Create(Array.Empty<float>(), [0, 3, 8, 8]), gradient = Tensor.Create(Array.Empty<float>(), [0, 3, 4, 4]);
        (Tensor<float> values, PoolIndices indices) = pool.ForwardWithIndices(input);
        Assert.Equal([0, 3, 4, 4], values.Lengths.ToArray());
        Assert.Equal([0, 3, 4, 4], indices.Shape.ToArray());
        Assert.Equal([0, 3, 4, 4], indices.ToFlat().Lengths.ToArray());
        Assert.Equal([0, 3, 4, 4], indices.ToOnnx().Lengths.ToArray());
        Assert.Equal([0, 3, 4, 4], pool.Gather(input, indices).Lengths.ToArray());
        Assert.Equal([0, 3, 8, 8], pool.Backward(gradient, indices).Lengths.ToArray());
        Assert.Equal([0, 3, 8, 8], pool.BackwardFromInput(gradient, input).Lengths.ToArray());
        Assert.Equal([0, 3, 8, 8], new AvgPool2d(3, 2, 1).Backward(gradient, [0, 3, 8, 8]).Lengths.ToArray());
        Assert.Equal([0, 3, 8, 8], new MaxUnpool2d(2).Forward(gradient, indices).Lengths.ToArray());
        Assert.Equal([0, 3, 8, 8], new MaxUnpool2d(2).Forward(gradient, indices.ToFlat()).Lengths.ToArray());
        Assert.Equal([0, 3, 4, 4], new MaxUnpool2d(2).Backward(input, indices).Lengths.ToArray());
        Assert.Equal([0, 3, 4, 4], new MaxUnpool2d(2).Backward(input, indices.ToFlat()).Lengths.ToArray());
        Assert.Equal([0, 3, 4, 4], PoolIndices.FromFlat(pool.Plan(0, 3, 8, 8), indices.ToFlat()).Shape.ToArray());
    }

    /// <summary>All windows of a row, or of a plane, give their gradient to the element in the middle.</summary>
    private static void AssertCountsTo<T>(int side, T one)
        where T : unmanaged
    {
        int windows = side * side;
        foreach (bool channelsLast in (bool[])[false, true])
        {
            foreach ((IndexedPool max, LinearPool average, int[] kernel) in ((IndexedPool, LinearPool, int[])[])
            [
                (new MaxPool1d(windows, 1), new AvgPool1d(windows, 1, divisorOverride: 1), [windows]),
                (new MaxPool2d(side, 1), new AvgPool2d(side, 1, divisorOverride: 1), [side, side]),
            ])
            {
                nint[] shape = [1, 2, .. kernel.Select(k => (nint)(2 * k - 1))], outputs = [1, 2, .. kernel.Select(k => (nint)k)];
                int plane = kernel.Aggregate(1, (product, k) => product * (2 * k - 1));
                var data = new T[2 * plane];
                data[plane / 2] = data[plane + plane / 2] = one;
                Tensor<T> input = Dense.Of(data, shape, kernel.Length, channelsLast), gradient = Dense.Of(Enumerable.Repeat(one, 2 * windows).ToArray(), outputs, kernel.Length, channelsLast);
                (_, PoolIndices indices) = max.ForwardWithIndices(input);
                T[] chosen = Dense.RowMajor(max.Backward(gradient, indices));
                Assert.Equal([windows, windows], chosen.Where(sum => Elements.ToDouble(sum) != 0).Select(Elements.ToDouble));
                Assert.Equal(windows, Elements.ToDouble(Dense.RowMajor(max.BackwardFromInput(gradient, input))[plane / 2]));
                T[] spread = Dense.RowMajor(average.Backward(gradient, shape));
                Assert.Equal([windows, windows], [Elements.ToDouble(spread[plane / 2]), Elements.ToDouble(spread[plane + plane / 2])]);
            }
        }
    }
}
