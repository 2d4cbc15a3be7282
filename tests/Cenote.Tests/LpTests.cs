using System.Numerics.Tensors;

namespace Cenote.Tests;

/// <summary>Power averages: PyTorch's formula with its corners, the true norm, and their gradients by finite differences.</summary>
public class LpTests
{
    [Fact]
    public void The_formula_is_PyTorch_s()
    {
        Tensor<float> x = Tensor.Create(new float[] { 3, -4, -1, -2, 1 }, [1, 5]);
        Assert.Equal([5f, MathF.Sqrt(5)], new LpPool1d(2, 2).Forward(x));
        // Odd powers keep the sign: -1 and -8 have a sum without a real cube root.
        Assert.Equal([float.NaN, float.NaN], new LpPool1d(3, 2).Forward(x));
        Assert.Equal([-1f, -3f], new LpPool1d(1, 2).Forward(x));
        // The overhang is scaled up to a whole window.
        Assert.Equal([5f, MathF.Sqrt(5), MathF.Sqrt(2)], new LpPool1d(2, 2, ceilMode: true).Forward(x));
        Assert.Equal([1f, 1f], new LpPool1d(double.PositiveInfinity, 2).Forward(x));
    }

    [Fact]
    public void The_true_norm_is_of_magnitudes_and_of_the_taps_there_are()
    {
        Tensor<float> x = Tensor.Create(new float[] { 3, -4, -1, -2, 1 }, [1, 5]);
        Assert.Equal([5f, MathF.Sqrt(5), 1f], new LpPool1d(2, 2, ceilMode: true) { TrueNorm = true }.Forward(x));
        Assert.Equal([7f, 3f], new LpPool1d(1, 2) { TrueNorm = true }.Forward(x));
        Assert.Equal([4f, 2f, 1f], new LpPool1d(double.PositiveInfinity, 2, ceilMode: true) { TrueNorm = true }.Forward(x));
        Assert.Equal([3f, MathF.Sqrt(17), MathF.Sqrt(5)], new LpPool1d(2, 2, 2, padding: 1) { TrueNorm = true }.Forward(x));
        Assert.Equal([MathF.Sqrt(31)], new GlobalLpPool1d().Forward(x));
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(1.5, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(0.7, true)]
    [InlineData(double.PositiveInfinity, true)]
    public void Gradients_are_those_of_finite_differences(double p, bool isTrue)
    {
        var random = new Random(9);
        var pool = new LpPool2d(p, (3, 2), (2, 1), ceilMode: true, padding: (1, 0), dilation: (1, 2)) { TrueNorm = isTrue };
        // PyTorch's formula has roots of sums of positive numbers only.
        double[] data = [.. Enumerable.Range(0, 2 * 3 * 7 * 6).Select(_ => (isTrue && random.Next(2) == 0 ? -1 : 1) * (0.5 + random.NextDouble()))];
        Tensor<double> x = Tensor.Create(data, [2, 3, 7, 6]), y = pool.Forward(x);
        Tensor<double> g = Tensor.Create([.. Enumerable.Range(0, (int)y.FlattenedLength).Select(_ => random.NextDouble() - 0.5)], y.Lengths);
        double[] gradient = [.. pool.Backward(g, x)];
        for (int i = 0; i < data.Length; i += 5)
        {
            const double Step = 1e-6;
            double kept = data[i];
            data[i] = kept + Step;
            double above = Dot(pool.Forward(x), g);
            data[i] = kept - Step;
            double below = Dot(pool.Forward(x), g);
            data[i] = kept;
            Assert.Equal((above - below) / (2 * Step), gradient[i], 1e-6);
        }
    }

    [Fact]
    public void The_gradient_of_a_window_of_zeros_is_zero() =>
        Assert.Equal([0f, 0f, 0.6f, 0.8f], new LpPool1d(2, 2).Backward(Tensor.Create(new float[] { 1, 1 }, [1, 2]), Tensor.Create(new float[] { 0, 0, 3, 4 }, [1, 4])));

    [Fact]
    public void Exponents_that_are_none_are_refused()
    {
        Assert.Contains("normType is 0; it must be a number other than 0", Assert.Throws<ArgumentOutOfRangeException>(() => new LpPool2d(0, 2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LpPool2d(-1, 2) { TrueNorm = true });
        Assert.Throws<ArgumentOutOfRangeException>(() => new GlobalLpPool2d(-2));
        Assert.Contains("must be float16, bfloat16, float32 or float64", Assert.Throws<NotSupportedException>(() => new LpPool1d(2, 2).Forward(Tensor.Create<int>([1, 2], [1, 2]))).Message, StringComparison.Ordinal);
    }

    private static double Dot(Tensor<double> left, Tensor<double> right) => left.Zip(right, (a, b) => a * b).Sum();
}
