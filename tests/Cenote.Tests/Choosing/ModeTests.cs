using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Choosing;

/// <summary>Modes against a count of each window's values.</summary>
public class ModeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_output_is_the_most_frequent_value_the_smallest_of_several(bool channelsLast)
    {
        var random = new Random(8);
        foreach (var (c, h, w, k, s, p) in (ReadOnlySpan<(int, int, int, int, int, int)>)[(1, 6, 8, 2, 2, 0), (3, 40, 70, 2, 2, 0), (33, 9, 9, 2, 2, 1), (2, 50, 90, 3, 1, 1), (5, 31, 33, 5, 2, 2), (1, 30, 30, 9, 3, 4)])
        {
            double[] data = [.. Enumerable.Range(0, c * h * w).Select(_ => (double)random.Next(-2, 3))];
            nint[] shape = [c, h, w];
            var pool = new ModePool2d(k, s, p);
            Tensor<long> values = pool.Forward(Dense.Of([.. data.Select(value => (long)value)], shape, 2, channelsLast));
            long[] y = Dense.RowMajor(values);
            byte[] bytes = Dense.RowMajor(pool.Forward(Dense.Of([.. data.Select(value => (byte)(value + 2))], shape, 2, channelsLast)));
            var (oh, ow) = ((int)values.Lengths[1], (int)values.Lengths[2]);
            for (int o = 0; o < y.Length; o++)
            {
                var (n, rest) = Math.DivRem(o, oh * ow);
                var (i, j) = Math.DivRem(rest, ow);
                double expected = Pooled.Taps(data[(n * h * w)..((n + 1) * h * w)], h, w, k, s, p, i, j).GroupBy(tap => tap.Value).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First().Key;
                Assert.Equal(expected, y[o]);
                Assert.Equal(expected + 2, bytes[o]);
            }
        }
    }

    /// <summary>tinybrain's case: labels of 64 bits, blocks of 2×2×2.</summary>
    [Fact]
    public void Labels_of_64_bits_keep_all_their_bits()
    {
        ulong[] labels = [.. Enumerable.Range(0, 4 * 4 * 40).Select(i => ulong.MaxValue - (ulong)(i % 40 / 2))];
        Tensor<ulong> y = new ModePool3d(2).Forward(Tensor.Create(labels, [1, 4, 4, 40]));
        Assert.Equal(Enumerable.Range(0, 2 * 2 * 20).Select(i => ulong.MaxValue - (ulong)(i % 20)), y);
    }

    [Fact]
    public void Floating_point_numbers_have_no_mode() =>
        Assert.Contains("integers of 8 to 64 bits", Assert.Throws<NotSupportedException>(() => new ModePool1d(2).Forward(Pooled.Row(1f, 1f))).Message, StringComparison.Ordinal);

    [Fact]
    public void Threads_change_no_bit()
    {
        var random = new Random(1);
        Tensor<int> x = Tensor.Create([.. Enumerable.Range(0, 9 * 90 * 91).Select(_ => random.Next(4))], [9, 90, 91]);
        int[] one = [.. new ModePool2d(3, 1) { MaxDegreeOfParallelism = 1 }.Forward(x)];
        foreach (int threads in (int[])[2, 7]) Assert.Equal(one, new ModePool2d(3, 1) { MaxDegreeOfParallelism = threads }.Forward(x));
    }
}
