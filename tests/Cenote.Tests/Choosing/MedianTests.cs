using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Choosing;

/// <summary>Medians against a sort of each window's taps.</summary>
public class MedianTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_output_is_the_lower_middle_tap(bool channelsLast)
    {
        var random = new Random(8);
        foreach (var (c, h, w, k, s, p) in (ReadOnlySpan<(int, int, int, int, int, int)>)[(1, 5, 7, 3, 1, 1), (3, 40, 70, 3, 1, 1), (33, 9, 9, 2, 2, 0), (2, 50, 90, 5, 1, 2), (5, 31, 33, 3, 2, 1), (1, 30, 30, 9, 3, 4), (2, 20, 20, 13, 1, 6), (1, 64, 300, 4, 4, 0)])
        {
            double[] data = [.. Enumerable.Range(0, c * h * w).Select(_ => (double)random.Next(-40, 40))];
            nint[] shape = [c, h, w];
            var pool = new MedianPool2d(k, s, p);
            Tensor<float> x = Dense.Of([.. data.Select(value => (float)value)], shape, 2, channelsLast);
            var (values, indices) = pool.ForwardWithIndices(x);
            float[] y = Dense.RowMajor(values);
            byte[] bytes = Dense.RowMajor(pool.Forward(Dense.Of([.. data.Select(value => (byte)(value + 40))], shape, 2, channelsLast)));
            long[] flat = [.. indices.ToFlat()];
            var (oh, ow) = ((int)values.Lengths[1], (int)values.Lengths[2]);
            for (int o = 0; o < y.Length; o++)
            {
                var (n, rest) = Math.DivRem(o, oh * ow);
                var (i, j) = Math.DivRem(rest, ow);
                var taps = Pooled.Taps(data[(n * h * w)..((n + 1) * h * w)], h, w, k, s, p, i, j).ToList();
                double expected = taps.Select(tap => tap.Value).Order().ElementAt((taps.Count - 1) / 2);
                Assert.Equal(expected, y[o]);
                Assert.Equal(expected + 40, bytes[o]);
                Assert.Equal(taps.First(tap => tap.Value == expected).Flat, flat[o]);
            }
        }
    }

    [Fact]
    public void Negative_zero_comes_before_zero_and_NaN_wins()
    {
        var (y, indices) = new MedianPool1d(3).ForwardWithIndices(Pooled.Row(0f, -0f, 1f, 0f, -0f, -1f, 1f, float.NaN, 2f, float.NaN, 3f, float.NaN));
        Assert.Equal([float.PositiveInfinity, float.NegativeInfinity], y.Take(2).Select(zero => 1 / zero));
        Assert.All(y.Skip(2), value => Assert.True(float.IsNaN(value)));
        Assert.Equal([0L, 4, 7, 11], indices.ToFlat());
    }

    /// <summary>A line of lanes that meets a NaN is made window by window.</summary>
    [Fact]
    public void One_NaN_reaches_its_windows_only()
    {
        float[] data = [.. Enumerable.Range(0, 1000).Select(i => (float)(i * 7919 % 1000))];
        float[] clean = [.. new MedianPool1d(5, 1, 2).Forward(Pooled.Row<float>([.. data]))];
        data[500] = float.NaN;
        float[] y = [.. new MedianPool1d(5, 1, 2).Forward(Pooled.Row(data))];
        Assert.All(Enumerable.Range(0, 1000), i => Assert.Equal(Math.Abs(i - 500) <= 2 ? float.NaN : clean[i], y[i]));
    }

    /// <summary>Windows that read the input where it lies watch for it, those with indices as they copy.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_negative_zero_or_NaN_is_seen_wherever_it_lies(int padding)
    {
        const int Rows = 11, Columns = 300;
        var random = new Random(4);
        var pool = new MedianPool2d(3, 1, padding);
        float[] data = [.. Enumerable.Range(0, Rows * Columns).Select(_ => (float)random.Next(-1, 2))];
        for (int place = 0; place < data.Length; place++)
        {
            if (place % Columns is > 19 and < Columns - 19) continue;
            float before = data[place];
            data[place] = place % 2 == 0 ? -0f : float.NaN;
            Tensor<float> x = Tensor.Create(data, [1, Rows, Columns]);
            Assert.Equal(Dense.RowMajor(pool.ForwardWithIndices(x).Values).Select(BitConverter.SingleToUInt32Bits), Dense.RowMajor(pool.Forward(x)).Select(BitConverter.SingleToUInt32Bits));
            data[place] = before;
        }
    }

    [Fact]
    public void A_window_without_a_tap_gives_NaN_or_0_and_no_index()
    {
        var pool = new MedianPool1d(2, stride: 1, padding: 1, dilation: 2);
        Assert.Equal([float.NaN], pool.Forward(Pooled.Row(1f)));
        Assert.Equal([0], pool.Forward(Pooled.Row(1)));
        Assert.Equal([-1L], pool.ForwardWithIndices(Pooled.Row(1f)).Indices.ToFlat());
    }

    /// <summary>The gradient is that of the chosen tap: a small step up or down changes no order.</summary>
    [Fact]
    public void Gradients_are_finite_differences()
    {
        var random = new Random(2);
        var pool = new MedianPool2d(3, 2, 1);
        double[] x = [.. Enumerable.Range(0, 2 * 7 * 6).Select(i => (double)i)];
        random.Shuffle(x);
        nint[] shape = [2, 7, 6];
        Tensor<double> y = pool.Forward(Tensor.Create(x, shape));
        double[] g = [.. y.Select(_ => random.NextDouble())];
        double[] gradient = [.. pool.Backward(Tensor.Create(g, y.Lengths), pool.ForwardWithIndices(Tensor.Create(x, shape)).Indices)];
        for (int i = 0; i < x.Length; i++)
        {
            double At(double step) => pool.Forward(Tensor.Create([.. x.Select((value, j) => j == i ? value + step : value)], shape)).Zip(g, (a, b) => a * b).Sum();
            Assert.Equal((At(0.25) - At(-0.25)) / 0.5, gradient[i], 1e-9);
        }
    }

    [Fact]
    public void Threads_and_memory_order_change_no_bit()
    {
        Pooled.RequireSameEverywhere(threads => new MedianPool2d(3, 1, 1) { MaxDegreeOfParallelism = threads }, [2, 17, 40, 41], seed: 1);
        Pooled.RequireSameEverywhere(threads => new MedianPool3d(2) { MaxDegreeOfParallelism = threads }, [1, 5, 9, 20, 21], seed: 2);
        Pooled.RequireSameEverywhere(threads => new MedianPool1d(21, 1, 10) { MaxDegreeOfParallelism = threads }, [2, 9, 1000], seed: 3);
    }

    /// <summary>Orders that lead pivots astray.</summary>
    [Fact]
    public void Large_windows_of_any_order_take_no_quadratic_time()
    {
        const int Taps = 200_001;
        foreach (Func<int, int> order in (Func<int, int>[])[i => i, i => -i, i => i % 2 == 0 ? i : -i, i => Math.Abs(i - Taps / 2), _ => 5, i => i % 3])
        {
            int[] data = [.. Enumerable.Range(0, Taps).Select(order)];
            Assert.Equal([data.Order().ElementAt(Taps / 2)], new MedianPool1d(Taps).Forward(Pooled.Row(data)));
        }
    }
}
