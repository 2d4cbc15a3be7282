using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests;

/// <summary>What memory order and the number of planes beside a plane must not change.</summary>
public class MemoryOrderTests
{
    /// <summary>A width of one position more than a multiple of its outputs slides, beside a height that does not.</summary>
    [Theory]
    [InlineData(2, 5, 3, 3, 2)]
    [InlineData(3, 11, 7, 4, 3)]
    [InlineData(1, 50, 31, 7, 6)]
    [InlineData(3, 5, 8, 8, 7)]
    [InlineData(3, 12, 7, 5, 6)]
    public void Adaptive_averages_that_slide_along_one_axis_are_the_same(int channels, int height, int width, int rows, int columns)
    {
        var layer = new AdaptiveAvgPool2d((rows, columns));
        foreach (int batch in (int[])[1, 2, 3])
        {
            Same<float>(layer, [batch, channels, height, width]);
            Same<double>(layer, [batch, channels, height, width]);
            Same<Half>(layer, [batch, channels, height, width]);
        }
    }

    /// <summary>Small images of a batch are walked together, kind of window by kind of window.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(24)]
    [InlineData(70)]
    public void Batches_of_small_images_are_the_same(int channels)
    {
        foreach (PoolLayer layer in new PoolLayer[] { new AvgPool2d(4, 3, 2), new AvgPool2d(7, 4, 3), new AvgPool2d(7, 2, 3), new AvgPool2d(2, 2, 1), new AvgPool2d(3, 1, 1, countIncludePad: false), new MaxPool2d(5, 2, 1) })
        {
            (Tensor<float> dense, Tensor<float> pixels) = InBothOrders([5, channels, 10, 11], random => (float)random.Next(64));
            Assert.Equal(layer.Forward(dense), layer.Forward(pixels));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(24)]
    public void Large_averages_of_volumes_are_grouped_alike(int channels)
    {
        foreach (PoolLayer layer in new PoolLayer[] { new AvgPool3d(8, (1, 1, 2), 4), new AvgPool3d(8, 2, 3), new AvgPool3d((9, 5, 3), 1) })
        {
            (Tensor<float> dense, Tensor<float> pixels) = InBothOrders([2, channels, 10, 14, 13], random => random.NextSingle());
            Assert.Equal(layer.Forward(dense), layer.Forward(pixels));
        }
    }

    private static void Same<T>(LinearPool layer, nint[] lengths)
        where T : unmanaged
    {
        (Tensor<T> dense, Tensor<T> pixels) = InBothOrders(lengths, random => Elements.FromDouble<T>(random.Next(64)));
        Tensor<T> expected = layer.Forward(dense), actual = layer.Forward(pixels);
        Assert.Equal(expected, actual);
        (Tensor<T> gradient, Tensor<T> gradientPixels) = InBothOrders([.. expected.Lengths], random => Elements.FromDouble<T>(random.Next(64)));
        Assert.Equal(layer.Backward(gradient, lengths), layer.Backward(gradientPixels, lengths));
    }

    [Theory]
    [InlineData(16, 1, 300, 1, 257)]
    [InlineData(32, 19, 42, 10, 34)]
    [InlineData(8, 24, 24, 17, 17)]
    public void Indices_of_bytes_in_windows_of_more_than_256_taps_are_those_of_each_plane(int channels, int height, int width, int tall, int wide)
    {
        var layer = new MaxPool2d((tall, wide), 1, (tall / 2, wide / 2));
        (Tensor<byte> dense, Tensor<byte> pixels) = InBothOrders<byte>([1, channels, height, width], random => (byte)random.Next(256));
        var (values, indices) = layer.ForwardWithIndices(dense);
        var (pixelValues, pixelIndices) = layer.ForwardWithIndices(pixels);
        List<byte> expected = [];
        List<long> places = [];
        for (int c = 0; c < channels; c++)
        {
            var (some, places1) = layer.ForwardWithIndices(Tensor.Create(dense.ToArray()[(c * height * width)..((c + 1) * height * width)], [1, height, width]));
            expected.AddRange(some);
            places.AddRange(places1.ToFlat());
        }

        Assert.Equal(expected, values);
        Assert.Equal(expected, pixelValues);
        Assert.Equal(places, indices.ToFlat());
        Assert.Equal(places, pixelIndices.ToFlat());
    }

    /// <summary>A layer keeps the kernel of its first call for calls of the same kind.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(13)]
    public void Gradients_follow_indices_of_either_order(int kernel)
    {
        var layer = new MaxPool2d(kernel, 1, kernel / 2);
        (Tensor<float> dense, Tensor<float> pixels) = InBothOrders<float>([1, 8, 8, 8], random => random.Next(1000));
        Tensor<float> gradient = Tensor.Create([.. Enumerable.Range(1, 512).Select(number => (float)number)], dense.Lengths);
        Tensor<float> expected = layer.Backward(gradient, layer.ForwardWithIndices(dense).Indices);
        Assert.Equal(expected, layer.Backward(gradient, layer.ForwardWithIndices(pixels).Indices));
        Assert.Equal(expected, layer.BackwardFromInput(gradient, pixels));
    }

    [Fact]
    public void Pixels_that_lie_in_one_place_have_a_first_tap()
    {
        Tensor<double> one = Tensor.Create([.. Enumerable.Range(1, 16).Select(number => (double)number)], 0, [16, 8], [1, 0]);
        var (values, indices) = new GlobalMaxPool1d().ForwardWithIndices(one);
        Assert.Equal(Enumerable.Range(1, 16).Select(number => (double)number), values);
        Assert.All(indices.ToFlat(), index => Assert.Equal(0, index));
    }

    [Fact]
    public void Powers_that_are_too_large_are_infinite()
    {
        Tensor<float> x = Tensor.Create(new float[] { 200, 1, 1, 1 }, [1, 2, 2]);
        Assert.Equal([float.PositiveInfinity], new GeMPool2d(20, 2) { Epsilon = 100 }.Forward(x));
        Tensor<float> zeros = Tensor.Create(new float[4], [1, 2, 2]);
        Assert.Equal(new float[4], new GeMPool2d(7.45, 2).Backward(Tensor.Create(new float[] { 1 }, [1, 1, 1]), zeros));
    }

    private static (Tensor<T> Dense, Tensor<T> Pixels) InBothOrders<T>(nint[] lengths, Func<Random, T> number)
        where T : unmanaged
    {
        var random = new Random(43);
        nint step = 1;
        foreach (nint length in lengths) step *= length;
        var values = new T[step];
        foreach (ref T value in values.AsSpan()) value = number(random);
        var strides = new nint[lengths.Length];
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            // Channels last; an axis of one element has no stride.
            if (axis != 1) step /= lengths[axis];
            strides[axis] = lengths[axis] == 1 ? 0 : axis == 1 ? 1 : step;
        }

        Tensor<T> dense = Tensor.Create(values, lengths), pixels = Tensor.Create(new T[values.Length], 0, lengths, strides);
        dense.CopyTo(pixels);
        return (dense, pixels);
    }
}
