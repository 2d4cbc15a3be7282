using System.Numerics.Tensors;

namespace Cenote.Tests.Family;

/// <summary>Generalised means and soft pooling: their formulas, their gradients by finite differences, their edges.</summary>
public class SmoothPoolTests
{
    [Fact]
    public void A_generalised_mean_is_the_paper_s_formula()
    {
        Tensor<double> x = Tensor.Create([1, 2, 3, -4, 5, 0.5], [1, 6]);
        double[] expected = [.. ((double[][])[[1, 2], [3, 1e-6], [5, 0.5]]).Select(w => Math.Pow(w.Average(v => v * v * v), 1 / 3.0))];
        AssertClose(expected, new GeMPool1d(3, 2).Forward(x));
        AssertClose([Math.Pow(((double[])[1, 2, 3, 1e-6, 5, 0.5]).Average(v => v * v * v), 1 / 3.0)], new GlobalGeMPool1d().Forward(x));
        // p = 1 is the average of positive numbers; an overhanging window has fewer taps; ε is the caller's.
        AssertClose([1.5, 1.75, 2.75], new GeMPool1d(1, 2) { Epsilon = 0.5 }.Forward(x));
        AssertClose([2, 2.75], new GeMPool1d(1, 3, stride: 3, ceilMode: true) { Epsilon = 0.5 }.Forward(Tensor.Create([1, 2, 3, -4, 5.0], [1, 5])));
        AssertClose([Math.Pow((1 + 1 / 2.0 + 1 / 4.0) / 3, -1)], new GlobalGeMPool1d(-1).Forward(Tensor.Create([1, 2, 4.0], [1, 3])));
    }

    [Fact]
    public void Soft_pooling_is_the_paper_s_formula_and_never_overflows()
    {
        AssertClose([Soft(1, 2), Soft(-3, 4), Soft(0.5, 0.25)], new SoftPool1d(2).Forward(Tensor.Create([1, 2, -3, 4, 0.5, 0.25], [1, 6])));
        Assert.Equal([1e30f, -1e30f], new SoftPool1d(2).Forward(Tensor.Create([1e30f, 0f, -1e30f, -1e30f], [1, 4])));
        Assert.Equal([float.PositiveInfinity, 3f, float.NegativeInfinity, float.NaN], new SoftPool1d(2).Forward(Tensor.Create([1f, float.PositiveInfinity, float.NegativeInfinity, 3f, float.NegativeInfinity, float.NegativeInfinity, float.NaN, float.PositiveInfinity], [1, 8])));
        // Taps 60000 and 60001 of a Half-like range in float: only their difference counts.
        Assert.Equal(60000 + (float)(Math.E / (1 + Math.E)), new SoftPool1d(2).Forward(Tensor.Create([60000f, 60001f], [1, 2]))[0, 0], 0.01f);
        // A window that steps over its input has no tap.
        Assert.Equal([0.0], new SoftPool1d(2, padding: 1, dilation: 2).Forward(Tensor.Create([7.0], [1, 1])));
        static double Soft(double a, double b) => (a * Math.Exp(a) + b * Math.Exp(b)) / (Math.Exp(a) + Math.Exp(b));
    }

    public static TheoryData<SmoothPool, nint[], double> Layers => new()
    {
        { new GeMPool2d(3, (3, 2), (2, 1), ceilMode: true, padding: (1, 0), dilation: (1, 2)), [2, 2, 6, 5], 0.1 },
        { new GeMPool3d(2.4, 2, 1), [1, 2, 3, 3, 4], 0.1 },
        { new GeMPool1d(-1.5, 3, 2), [2, 3, 9], 0.1 },
        { new GlobalGeMPool2d(4.2), [2, 3, 3, 4], 0.1 },
        { new GlobalLpPool2d(3), [2, 3, 3, 4], 0.1 },
        { new SoftPool2d((3, 2), (2, 1), (1, 0), (1, 2), ceilMode: true), [2, 2, 6, 5], -3 },
        { new SoftPool3d(2, 1), [1, 2, 3, 3, 4], -3 },
        { new SoftPool1d(3, 2), [2, 3, 9], -3 },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void Gradients_are_those_of_finite_differences(SmoothPool pool, nint[] shape, double least)
    {
        var random = new Random(4);
        double[] data = Sample.RowMajor(Sample.Doubles(random, shape, least, 3));
        Tensor<double> x = Tensor.Create(data, shape), g = Sample.Doubles(random, pool.Forward(x).Lengths.ToArray());
        Sample.RequireSlope(data, () => Sample.Dot(pool.Forward(x), g), Sample.RowMajor(pool.Backward(g, x)));
        Assert.Equal(Sample.RowMajor(pool.Backward(g, x)), Sample.RowMajor(pool.Backward(Sample.ChannelsLast(g), Sample.ChannelsLast(x))));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0.7)]
    [InlineData(-2)]
    public void The_gradient_of_the_exponent_is_that_of_finite_differences(double p)
    {
        var random = new Random(6);
        Tensor<double> x = Sample.Doubles(random, [2, 3, 7, 6], -0.2, 2);
        Tensor<double> g = Sample.Doubles(random, new GeMPool2d(p, 3, 2, padding: 1).Forward(x).Lengths.ToArray()), whole = Sample.Doubles(random, [2, 3, 1, 1]);
        Require(q => Sample.Dot(new GeMPool2d(q, 3, 2, padding: 1) { Epsilon = 0.1 }.Forward(x), g), new GeMPool2d(p, 3, 2, padding: 1) { Epsilon = 0.1 }.NormTypeGradient(g, x));
        Require(q => Sample.Dot(new GlobalGeMPool2d(q) { Epsilon = 0.1 }.Forward(x), whole), new GlobalGeMPool2d(p) { Epsilon = 0.1 }.NormTypeGradient(whole, x));
        double one = new GeMPool2d(p, 3, 2, padding: 1) { MaxDegreeOfParallelism = 1 }.NormTypeGradient(g, x);
        foreach (int threads in (int[])[2, 7]) Assert.Equal(one, new GeMPool2d(p, 3, 2, padding: 1) { MaxDegreeOfParallelism = threads }.NormTypeGradient(Sample.ChannelsLast(g), Sample.ChannelsLast(x)));
        void Require(Func<double, double> loss, double gradient) => Assert.Equal((loss(p + 1e-6) - loss(p - 1e-6)) / 2e-6, gradient, 1e-6);
    }

    [Fact]
    public void Threads_and_memory_order_change_no_bit()
    {
        var random = new Random(8);
        Tensor<double> x = Sample.Doubles(random, [3, 5, 40, 41], 0, 3);
        Sample.RequireSameBits(threads => tensor => new SoftPool2d(3, 2, 1) { MaxDegreeOfParallelism = threads }.Forward(tensor), Sample.As<float>(x));
        Sample.RequireSameBits(threads => tensor => new GeMPool2d(3, 3, 2, padding: 1) { MaxDegreeOfParallelism = threads }.Forward(tensor), Sample.As<Half>(x));
        Sample.RequireSameBits(threads => tensor => new GlobalGeMPool2d { MaxDegreeOfParallelism = threads }.Forward(tensor), Sample.As<BFloat16>(x));
        Sample.RequireSameBits(threads => tensor => new SoftPool2d(3, 2, 1) { MaxDegreeOfParallelism = threads }.Forward(tensor), x);
    }

    /// <summary>A sum of 200·200 floats that is added up in float is wrong in the fourth digit.</summary>
    [Fact]
    public void Norms_of_whole_planes_add_in_double()
    {
        var random = new Random(3);
        Tensor<double> x = Sample.Doubles(random, [1, 300, 300], 0, 1);
        Tensor<float> narrow = Sample.As<float>(x);
        double exact = Math.Sqrt(Sample.RowMajor(narrow).Sum(v => (double)v * v));
        Assert.Equal((float)exact, new GlobalLpPool2d().Forward(narrow)[0, 0, 0]);
        Assert.Equal((float)(exact / 300), new GlobalGeMPool2d(2).Forward(narrow)[0, 0, 0]);
    }

    [Fact]
    public void What_is_no_mean_is_refused()
    {
        Assert.Contains("must be a finite number other than 0", Assert.Throws<ArgumentOutOfRangeException>(() => new GeMPool2d(double.PositiveInfinity, 2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new GlobalGeMPool2d(0));
        Assert.Contains("Epsilon is 0; it must be", Assert.Throws<ArgumentOutOfRangeException>(() => new GlobalGeMPool2d { Epsilon = 0 }).Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => new SoftPool1d(2).Forward(Tensor.Create<int>([1, 2], [1, 2])));
        Assert.Throws<ArgumentException>(() => new SoftPool1d(2).Backward(Tensor.Create([1.0], [1, 1]), Tensor.Create([1.0, 2, 3, 4], [1, 4])));
    }

    private static void AssertClose(double[] expected, Tensor<double> actual)
    {
        double[] values = Sample.RowMajor(actual);
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < values.Length; i++) Assert.Equal(expected[i], values[i], 1e-12);
    }
}
