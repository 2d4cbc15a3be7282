using System.Buffers;
using System.Numerics.Tensors;

namespace Cenote.Tests.Family;

/// <summary>Pyramids are their levels one behind the other, and SPPF is its chain.</summary>
public class PyramidTests
{
    [Theory]
    [InlineData(PyramidMode.Max, false)]
    [InlineData(PyramidMode.Max, true)]
    [InlineData(PyramidMode.Average, false)]
    [InlineData(PyramidMode.Average, true)]
    public void Levels_follow_each_other_in_row_major_order(PyramidMode mode, bool channelsLast)
    {
        Tensor<double> x = Sample.Doubles(new Random(1), [2, 3, 9, 7]);
        if (channelsLast) x = Sample.ChannelsLast(x);
        var pool = new SpatialPyramidPool2d([1, (2, 3), 4], mode);
        Tensor<double> y = pool.Forward(x);
        Assert.Equal([2, 3, 1 + 6 + 16], y.Lengths.ToArray());
        Assert.Equal(channelsLast ? 1 : 23, y.Strides[1]);
        int at = 0;
        foreach (Spatial size in (Spatial[])[1, (2, 3), 4])
        {
            PoolLayer level = mode == PyramidMode.Max ? new AdaptiveMaxPool2d(size) : new AdaptiveAvgPool2d(size);
            Tensor<double> expected = level.Forward(x);
            for (int h = 0; h < size[0]; h++)
                for (int w = 0; w < size[1]; w++, at++)
                    for (int n = 0; n < 2; n++)
                        for (int c = 0; c < 3; c++) Assert.Equal(expected[n, c, h, w], y[n, c, at]);
        }

        Assert.Equal([3f, 2, 3], new SpatialPyramidPool1d([1, 2]).Forward(Tensor.Create([1f, 2, 3, 0], [1, 4])));
        Assert.Equal(new byte[] { 2, 1, 3 }, Sample.RowMajor(new SpatialPyramidPool1d([1, 2], PyramidMode.Average).Forward(Tensor.Create<byte>([1, 2, 3, 3], [1, 4]))));
        Tensor<double> none = Tensor.Create(Array.Empty<double>(), [0, 3, 9, 7]), flat = pool.Forward(none);
        Assert.Equal([0, 3, 23], flat.Lengths.ToArray());
        Assert.Equal([0, 3, 9, 7], pool.Backward(flat, none).Lengths.ToArray());
        Assert.Equal([0, 3, 9, 7], new SppfPool2d(5).Backward(new SppfPool2d(5).Forward(none), new SppfPool2d(5).Forward(none)).Lengths.ToArray());
    }

    [Theory]
    [InlineData(PyramidMode.Max)]
    [InlineData(PyramidMode.Average)]
    public void Gradients_of_pyramids_are_those_of_finite_differences(PyramidMode mode)
    {
        var random = new Random(3);
        double[] data = Sample.RowMajor(Sample.Doubles(random, [2, 2, 5, 3, 4]));
        Tensor<double> x = Tensor.Create(data, [2, 2, 5, 3, 4]);
        var pool = new SpatialPyramidPool3d([1, 2, (4, 3, 1)], mode);
        Tensor<double> g = Sample.Doubles(random, pool.OutputShape(x.Lengths));
        Sample.RequireSlope(data, () => Sample.Dot(pool.Forward(x), g), Sample.RowMajor(pool.Backward(g, x)));
        Assert.Equal(Sample.RowMajor(pool.Backward(g, x)), Sample.RowMajor(pool.Backward(Sample.ChannelsLast(g), Sample.ChannelsLast(x))));
        // Sums of 16 bits would stop at 2048.
        Tensor<Half> ones = Tensor.Create([.. Enumerable.Repeat((Half)1, 4)], [1, 4]);
        Assert.Equal((Half)2050, new SpatialPyramidPool1d([1, 1, 1], mode).Backward(Tensor.Create([(Half)2048, (Half)1, (Half)1], [1, 3]), Tensor.Create([(Half)1], [1, 1]))[0, 0]);
        Assert.Equal(4, new SpatialPyramidPool1d([4, 1]).Backward(Tensor.Create([(Half)1, (Half)1, (Half)1, (Half)1, (Half)0], [1, 5]), ones).Count(share => share == (Half)1));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public void Sppf_has_the_bits_of_its_chain(int rank, bool channelsLast)
    {
        var random = new Random(rank);
        foreach (int channels in (int[])[1, 3, 80])
        {
            nint[] shape = [2, channels, .. Enumerable.Repeat((nint)(rank == 3 ? 6 : 19), rank)];
            // Zeros of both signs and NaN, whose places show who won.
            double[] values = [0, -0.0, -1, double.NaN, -2, 0, -0.0, -3];
            Tensor<float> x = Sample.As<float>(Tensor.Create([.. Sample.RowMajor(Sample.Doubles(random, shape)).Select(v => random.Next(40) == 0 ? double.NaN : values[random.Next(8)] is var value && double.IsNaN(value) ? v : value)], shape));
            if (channelsLast) x = Sample.ChannelsLast(x);
            SppfPool pool = rank == 1 ? new SppfPool1d(5) : rank == 2 ? new SppfPool2d(5) : new SppfPool3d((3, 5, 1), 2);
            MaxPool link = rank == 1 ? new MaxPool1d(5, 1, 2) : rank == 2 ? new MaxPool2d(5, 1, 2) : new MaxPool3d((3, 5, 1), 1, (1, 2, 0));
            Tensor<float> y = pool.Forward(x), expected = x;
            for (int part = 0; part <= (rank == 3 ? 2 : 3); part++)
            {
                if (part > 0) expected = link.Forward(expected);
                Tensor<float> actual = y.Slice([.. shape.Select((length, axis) => axis == 1 ? new NRange(part * channels, (part + 1) * channels) : NRange.All)]);
                Assert.True(Sample.RowMajor(expected).Zip(Sample.RowMajor(actual), Golden.Elements.Same).All(same => same));
            }
        }
    }

    [Fact]
    public void The_gradient_of_sppf_is_that_of_finite_differences()
    {
        var random = new Random(9);
        double[] data = Sample.RowMajor(Sample.Doubles(random, [2, 2, 6, 7]));
        Tensor<double> x = Tensor.Create(data, [2, 2, 6, 7]), g = Sample.Doubles(random, [2, 8, 6, 7]);
        var pool = new SppfPool2d(3);
        Sample.RequireSlope(data, () => Sample.Dot(pool.Forward(x), g), Sample.RowMajor(pool.Backward(g, pool.Forward(x))));
        Assert.Equal(Sample.RowMajor(pool.Backward(g, pool.Forward(x))), Sample.RowMajor(pool.Backward(Sample.ChannelsLast(g), pool.Forward(Sample.ChannelsLast(x)))));
    }

    [Fact]
    public void Threads_change_no_bit_and_progress_is_one()
    {
        Tensor<double> x = Sample.Doubles(new Random(2), [3, 70, 40, 41]);
        Sample.RequireSameBits(threads => tensor => new SppfPool2d(5) { MaxDegreeOfParallelism = threads }.Forward(tensor), Sample.As<float>(x));
        Sample.RequireSameBits(threads => tensor => new SppfPool2d(5) { MaxDegreeOfParallelism = threads }.Forward(tensor), Sample.As<byte>(x));
        Sample.RequireSameBits(threads => tensor => new SpatialPyramidPool2d([1, 2, 4], PyramidMode.Average) { MaxDegreeOfParallelism = threads }.Forward(tensor), Sample.As<float>(x));
        List<double> seen = [];
        new SpatialPyramidPool2d([1, 2, 4]) { MaxDegreeOfParallelism = 1 }.Forward(x, new Told(seen));
        Assert.Equal(1, seen[^1]);
        Assert.Equal(seen.Order(), seen);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => new SppfPool2d(5).Forward(x, cancellationToken: cancelled.Token));
    }

    [Fact]
    public void What_is_no_pyramid_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new SpatialPyramidPool2d([]));
        Assert.Contains("sizes has -1", Assert.Throws<ArgumentOutOfRangeException>(() => new SpatialPyramidPool2d([1, -1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new SpatialPyramidPool1d([(1, 2)]));
        Assert.Contains("it must be odd", Assert.Throws<ArgumentOutOfRangeException>(() => new SppfPool2d(4)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SppfPool2d(5, 0));
        Tensor<float> x = Tensor.Create(new float[12], [1, 3, 2, 2]);
        Assert.Contains("needs 1×3×5", Assert.Throws<ArgumentException>(() => new SpatialPyramidPool2d([1, 2]).Backward(Tensor.Create(new float[3], [1, 3, 1]), x)).Message, StringComparison.Ordinal);
        Assert.Contains("makes 4 times the input's channels", Assert.Throws<ArgumentException>(() => new SppfPool2d(5).Backward(x, x)).Message, StringComparison.Ordinal);
    }

    private sealed class Told(List<double> seen) : IProgress<double>
    {
        public void Report(double value) => seen.Add(value);
    }
}
