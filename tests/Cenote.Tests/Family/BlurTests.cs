using System.Numerics.Tensors;

namespace Cenote.Tests.Family;

/// <summary>Binomial filters against a brute force that mirrors step by step.</summary>
public class BlurTests
{
    public static TheoryData<BlurPool, nint[]> Layers => new()
    {
        { new BlurPool1d(3, 2), [2, 3, 9] },
        { new BlurPool1d(4, 1), [1, 2, 3] },
        { new BlurPool1d(7, 3), [1, 2, 2] },
        { new BlurPool1d(5, 2), [1, 1, 1] },
        { new BlurPool1d(1, 3), [1, 2, 8] },
        { new BlurPool1d(2, 5), [1, 2, 12] },
        { new BlurPool2d(3, 2), [2, 3, 7, 8] },
        { new BlurPool2d(5, (1, 3)), [1, 17, 6, 11] },
        { new BlurPool2d(4, (3, 2)), [3, 300, 2, 9] },
        { new BlurPool3d(3, (1, 2, 2)), [1, 2, 3, 4, 7] },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void Outputs_are_the_brute_force_s_and_gradients_are_transposed(BlurPool pool, nint[] shape)
    {
        var random = new Random(5);
        Tensor<double> x = Sample.Doubles(random, shape), y = pool.Forward(x);
        double[] expected = BruteForce(Sample.RowMajor(x), shape, pool, out nint[] lengths), actual = Sample.RowMajor(y);
        Assert.Equal(lengths, y.Lengths.ToArray());
        for (int i = 0; i < actual.Length; i++) Assert.Equal(expected[i], actual[i], 1e-14);
        Tensor<double> g = Sample.Doubles(random, lengths), back = pool.Backward(g, shape);
        Assert.Equal(Sample.Dot(g, y), Sample.Dot(back, x), 1e-10);
        Sample.RequireSameBits(_ => tensor => pool.Forward(tensor), x);
        Sample.RequireSameBits(_ => gradient => pool.Backward(gradient, shape), g);
    }

    [Fact]
    public void The_filter_is_a_row_of_Pascal_s_triangle()
    {
        Tensor<float> impulse = Tensor.Create([0f, 0, 0, 0, 16, 0, 0, 0, 0], [1, 9]);
        Assert.Equal([0f, 0, 4, 8, 4, 0, 0, 0, 0], [.. new BlurPool1d(3, 1).Forward(impulse).Skip(1), 0f]);
        Assert.Equal([0f, 0, 1, 4, 6, 4, 1, 0, 0], new BlurPool1d(5, 1).Forward(impulse));
        Assert.Equal([0f, 1, 6, 1, 0], new BlurPool1d(5, 2).Forward(impulse));
        // Mirrored without repeating the end: 2 1 | 1 is not, 3 2 | 1 2 3 is.
        Assert.Equal([1.5f, 2f, 2.5f], new BlurPool1d(3, 1).Forward(Tensor.Create([1f, 2, 3], [1, 3])));
    }

    [Fact]
    public void Integers_round_to_the_nearest_and_halves_to_even()
    {
        Assert.Equal([(byte)2, (byte)254], new BlurPool1d(2, 2).Forward(Tensor.Create<byte>([1, 2, 254, 255], [1, 4])));
        Assert.Equal([(byte)255], new BlurPool2d(3, 9).Forward(Tensor.Create([.. Enumerable.Repeat(byte.MaxValue, 64)], [1, 8, 8])));
        Assert.Equal([int.MinValue], new BlurPool1d(3, 9).Forward(Tensor.Create([int.MinValue, int.MinValue], [1, 2])));
        Assert.Equal([2L, 2L], new BlurPool1d(2, 2).Forward(Tensor.Create([1L, 2, 2, 3], [1, 4])));
        Assert.Equal([(Half)1], new BlurPool3d(3, 9).Forward(Tensor.Create([.. Enumerable.Repeat((Half)1, 64)], [1, 4, 4, 4])));
    }

    /// <summary>A signal that moves by one changes what a plain stride of 2 picks altogether, and a blurred one hardly.</summary>
    [Fact]
    public void Shifts_matter_less_after_a_blur()
    {
        float[] signal = [.. Enumerable.Range(0, 65).Select(i => i % 2 == 0 ? 1f : 0f)];
        Tensor<float> here = Tensor.Create(signal[..64], [1, 64]), there = Tensor.Create(signal[1..], [1, 64]);
        Assert.Equal(1f, Difference(new BlurPool1d(1, 2)));
        Assert.Equal(0f, Difference(new BlurPool1d(3, 2)));
        float Difference(BlurPool pool) => pool.Forward(here).Zip(pool.Forward(there), (a, b) => Math.Abs(a - b)).Skip(1).SkipLast(1).Max();
    }

    [Fact]
    public void Threads_change_no_bit_and_numbers_out_of_range_are_refused()
    {
        Tensor<double> x = Sample.Doubles(new Random(2), [3, 5, 140, 61]);
        Sample.RequireSameBits(threads => tensor => new BlurPool2d(3, 2) { MaxDegreeOfParallelism = threads }.Forward(tensor), Sample.As<float>(x));
        Sample.RequireSameBits(threads => tensor => new BlurPool2d(3, 2) { MaxDegreeOfParallelism = threads }.Forward(tensor), Sample.As<Half>(x));
        Assert.Contains("taps is 0; it must be from 1 to 1000", Assert.Throws<ArgumentOutOfRangeException>(() => new BlurPool2d(0, 2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new BlurPool2d(3, 0));
        Assert.Throws<ArgumentException>(() => new BlurPool1d(3, (2, 2)));
    }

    /// <summary>Axis by axis, one after the other.</summary>
    private static double[] BruteForce(double[] x, nint[] shape, BlurPool pool, out nint[] lengths)
    {
        lengths = [.. shape];
        double[] weights = [1];
        for (int n = 1; n < pool.Taps; n++) weights = [.. weights.Append(0).Zip([0, .. weights], (a, b) => (a + b) / 2)];
        for (int axis = 2; axis < shape.Length; axis++)
        {
            nint length = lengths[axis], stride = pool.Stride[axis - 2], outputs = (length - 1) / stride + 1, inner = lengths[(axis + 1)..].Aggregate((nint)1, (a, b) => a * b), outer = x.Length / (length * inner);
            var y = new double[outer * outputs * inner];
            for (nint o = 0; o < outer; o++)
                for (nint p = 0; p < outputs; p++)
                    for (nint i = 0; i < inner; i++)
                        for (nint k = 0; k < pool.Taps; k++) y[(o * outputs + p) * inner + i] += weights[k] * x[(o * length + Mirror(p * stride - (pool.Taps - 1) / 2 + k, length)) * inner + i];
            (x, lengths[axis]) = (y, outputs);
        }

        return x;
    }

    private static nint Mirror(nint at, nint length)
    {
        if (length == 1) return 0;
        while (at < 0 || at >= length) at = at < 0 ? -at : 2 * (length - 1) - at;
        return at;
    }
}
