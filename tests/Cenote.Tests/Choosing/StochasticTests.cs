using System.Numerics.Tensors;

namespace Cenote.Tests.Choosing;

/// <summary>Draws have the probabilities of the paper, and depend on nothing but seed and place.</summary>
public class StochasticTests
{
    [Fact]
    public void A_tap_is_as_likely_as_its_activation()
    {
        const int Windows = 40_000;
        float[] window = [1, -5, 3, 0, 4];
        float[] x = [.. Enumerable.Repeat(window, Windows).SelectMany(taps => taps)];
        var (y, indices) = new StochasticPool1d(5) { Seed = 11 }.ForwardWithIndices(Pooled.Row(x));
        for (int tap = 0; tap < 5; tap++)
        {
            double p = Math.Max(0, window[tap]) / 8, drawn = indices.ToFlat().Count(flat => flat % 5 == tap) / (double)Windows;
            Assert.InRange(drawn, p - 4 * Math.Sqrt(p * (1 - p) / Windows), p + 4 * Math.Sqrt(p * (1 - p) / Windows));
        }

        Assert.Equal(indices.ToFlat().Select(flat => x[flat]), y);
        Assert.Equal((1 + 9 + 16) / 8f, new StochasticMeanPool1d(5).Forward(Pooled.Row(window)).Single());
        Assert.InRange(y.Average(), 26 / 8.0 - 0.05, 26 / 8.0 + 0.05);
    }

    [Theory]
    [InlineData(new float[] { 0, -0f, 0 }, 0f, 0L)]
    [InlineData(new float[] { -3, -1, -1 }, -1f, 1L)]
    [InlineData(new float[] { 1, float.PositiveInfinity, 2 }, float.PositiveInfinity, 1L)]
    [InlineData(new float[] { float.NaN, float.PositiveInfinity, float.NaN }, float.NaN, 2L)]
    [InlineData(new float[] { 0, 1e-45f, 0 }, 1e-45f, 1L)]
    public void Windows_without_chance_are_defined(float[] window, float value, long index)
    {
        var (y, indices) = new StochasticPool1d(3).ForwardWithIndices(Pooled.Row(window));
        Assert.Equal([value], y);
        Assert.Equal([index], indices.ToFlat());
        Assert.Equal([value], new StochasticMeanPool1d(3).Forward(Pooled.Row(window)));
    }

    [Fact]
    public void Means_of_the_largest_numbers_are_finite() => Assert.Equal([1e308], new StochasticMeanPool1d(1).Forward(Pooled.Row(1e308)));

    [Fact]
    public void A_window_without_a_tap_gives_negative_infinity_and_no_index()
    {
        var (y, indices) = new StochasticPool1d(2, stride: 1, padding: 1, dilation: 2).ForwardWithIndices(Pooled.Row(1f));
        Assert.Equal([float.NegativeInfinity], y);
        Assert.Equal([-1L], indices.ToFlat());
    }

    [Fact]
    public void Threads_and_memory_order_change_no_bit()
    {
        Pooled.RequireSameEverywhere(threads => new StochasticPool2d(3, 2, 1) { MaxDegreeOfParallelism = threads, Seed = 4 }, [2, 17, 40, 41], seed: 1);
        Pooled.RequireSameEverywhere(threads => new StochasticPool3d(2) { MaxDegreeOfParallelism = threads }, [3, 5, 9, 20, 21], seed: 2);
        Pooled.RequireSameEverywhere(threads => new StochasticPool1d(4, 1) { MaxDegreeOfParallelism = threads }, [2, 9, 1000], seed: 3);
    }

    [Fact]
    public void Another_seed_draws_others()
    {
        Tensor<double> x = Pooled.Row<double>([.. Enumerable.Range(1, 400).Select(i => (double)i)]);
        Assert.NotEqual(new StochasticPool1d(4) { Seed = 1 }.Forward(x), new StochasticPool1d(4) { Seed = 2 }.Forward(x));
    }

    [Fact]
    public void Integers_are_no_activations() => Assert.Contains("float16, bfloat16, float32 or float64", Assert.Throws<NotSupportedException>(() => new StochasticPool1d(2).Forward(Pooled.Row(1, 1))).Message, StringComparison.Ordinal);
}
