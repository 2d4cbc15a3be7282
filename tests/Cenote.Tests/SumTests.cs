using System.Numerics.Tensors;

namespace Cenote.Tests;

/// <summary>Sums are means that are not divided.</summary>
public class SumTests
{
    [Fact]
    public void A_window_gives_the_sum_of_its_taps()
    {
        Tensor<float> x = Tensor.Create(new float[] { 1, 2, 3, 4, 5 }, [1, 5]);
        Assert.Equal([3f, 9f, 9f], new SumPool1d(3, 2, 1).Forward(x));
        Assert.Equal([15f], new GlobalSumPool1d().Forward(x));
        Assert.Equal([1f, 2f, 1f, 2f, 1f], new SumPool1d(3, 2, 1).Backward(Tensor.Create(new float[] { 1, 1, 1 }, [1, 3]), [1, 5]));
        Assert.Equal([7f, 7f, 7f], new GlobalSumPool1d().Backward(Tensor.Create(new float[] { 7 }, [1, 1]), [1, 3]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void Integer_sums_are_exact_and_stop_at_the_range(int channels)
    {
        Tensor<byte> x = Tensor.Create([.. Enumerable.Range(0, channels * 36).Select(i => (byte)(i % 36 == 0 ? 255 : 1))], [channels, 6, 6]);
        byte[] expected = [.. Enumerable.Repeat((byte[])[255, 9, 9, 9], channels).SelectMany(x => x)];
        Assert.Equal(expected, new SumPool2d(3).Forward(x));
        Assert.All(new GlobalSumPool2d().Forward(x), sum => Assert.Equal(255, sum));
        Tensor<int> wide = Tensor.Create([.. x.Select(b => (int)b)], [channels, 6, 6]);
        Assert.All(new GlobalSumPool2d().Forward(wide), sum => Assert.Equal(255 + 35, sum));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sums_of_planes_are_means_times_their_size(bool channelsLast)
    {
        var random = new Random(5);
        foreach (var (c, h, w) in (ReadOnlySpan<(int, int, int)>)[(3, 2, 2), (64, 7, 7), (17, 13, 9), (5, 100, 100), (2, 300, 200)])
        {
            Tensor<float> x = Tensor.Create([.. Enumerable.Range(0, c * h * w).Select(_ => (float)random.Next(-100, 100))], [c, h, w], channelsLast ? [1, w * c, c] : [h * w, w, 1]);
            Tensor<float> sum = new GlobalSumPool2d().Forward(x);
            for (int n = 0; n < c; n++)
            {
                double expected = 0;
                for (int i = 0; i < h; i++)
                    for (int j = 0; j < w; j++) expected += x[n, i, j];
                Assert.Equal((float)expected, sum[n, 0, 0]);
            }
        }
    }
}
