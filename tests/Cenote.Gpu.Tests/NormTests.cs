using System.Numerics.Tensors;

namespace Cenote.Gpu.Tests;

/// <summary>Norms and generalised means, and their gradients, on every device against the CPU.</summary>
public sealed class NormTests
{
    public static TheoryData<string> Names => Devices.Names;

    private static readonly (SmoothPool Layer, nint[] Shape)[] Layers =
    [
        (new LpPool2d(1, 3, 2, padding: 1), [1, 8, 5, 6]),
        (new LpPool2d(2, (2, 3), 1, ceilMode: true), [2, 3, 4, 5]),
        (new LpPool1d(3, 3, 2, ceilMode: true), [1, 4, 8]),
        (new LpPool2d(2.5, 2) { TrueNorm = true }, [1, 4, 4, 5]),
        (new LpPool2d(2, 3, 2, padding: 1) { TrueNorm = true }, [1, 8, 5, 4]),
        (new LpPool1d(-1.5, 2, 1), [1, 2, 6]),
        (new LpPool3d(2, 2, 1, padding: 1), [1, 2, 2, 3, 4]),
        (new LpPool2d(double.PositiveInfinity, 3, 1) { TrueNorm = true }, [1, 8, 4, 5]),
        (new LpPool1d(double.PositiveInfinity, 2), [1, 3, 6]),
        (new LpPool2d(0.5, 2, dilation: 2), [1, 3, 4, 5]),
        (new GlobalLpPool2d(), [2, 8, 5, 7]),
        (new GlobalLpPool2d(1), [2, 3, 5, 7]),
        (new GlobalLpPool1d(3.5), [1, 4, 33]),
        (new GlobalLpPool2d(double.PositiveInfinity), [2, 8, 3, 5]),
        (new GeMPool2d(3, 2), [1, 8, 4, 6]),
        (new GlobalGeMPool2d(2.25), [2, 3, 5, 4]),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Norms(string device)
    {
        foreach (var (layer, shape) in Layers)
        {
            Each<float>(layer, shape);
            Each<double>(layer, shape);
            Each<System.Half>(layer, shape);
            Each<BFloat16>(layer, shape);
        }

        void Each<T>(SmoothPool layer, nint[] shape)
            where T : unmanaged
        {
            foreach (bool last in new[] { false, true })
            {
                Tensor<T> x = Positive<T>(shape, last);
                using GpuTensor<T> input = Devices.Get(device).Upload(x), output = layer.Forward(input);
                AssertClose(layer.Forward(x), output.Download(), $"{layer} of {typeof(T).Name}", slack: 4);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients(string device)
    {
        foreach (var (layer, shape) in Layers)
        {
            Each<float>(layer, shape);
            Each<System.Half>(layer, shape);
        }

        foreach (var (layer, shape) in new[] { Layers[3], Layers[7], Layers[10], Layers[14] })
        {
            Each<double>(layer, shape);
            Each<BFloat16>(layer, shape);
        }

        void Each<T>(SmoothPool layer, nint[] shape)
            where T : unmanaged
        {
            GpuDevice gpu = Devices.Get(device);
            foreach (bool last in new[] { false, true })
            {
                Tensor<T> x = Positive<T>(shape, last), dy = Positive<T>(layer.Plan(shape).OutputShape.ToArray(), last, seed: 3);
                using GpuTensor<T> input = gpu.Upload(x), gradient = gpu.Upload(dy), result = layer.Backward(gradient, input);
                AssertClose(layer.Backward(dy, x), result.Download(), $"gradient of {layer} of {typeof(T).Name}", slack: 32);
            }
        }
    }

    /// <summary>NaN, infinities, zeros of both signs and negative numbers: what is no ordinary number is the CPU's.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Special_values(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        foreach (double p in new[] { 1, 2, 3, 2.5, -1, -2, 0.5, double.PositiveInfinity })
        {
            foreach (bool isTrue in p < 0 ? [false] : new[] { false, true })
            {
                var layer = new LpPool1d(p, 1) { TrueNorm = isTrue };
                Tensor<double> x = Tensor.Create(new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, 0, -3, 7, 1, -1, double.Epsilon, double.MaxValue }, [1, 11]);
                Tensor<double> dy = Tensor.Create(new double[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, [1, 11]);
                using GpuTensor<double> input = gpu.Upload(x), output = layer.Forward(input), gradient = gpu.Upload(dy), result = layer.Backward(gradient, input);
                AssertClose(layer.Forward(x), output.Download(), $"{layer}", slack: 4);
                AssertClose(layer.Backward(dy, x), result.Download(), $"gradient of {layer}", slack: 32);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Large_windows_are_added_axis_by_axis(string device)
    {
        foreach (LpPool layer in new LpPool[] { new LpPool2d(2, 9, 1, padding: 4), new LpPool2d(3.5, 9, 1) { TrueNorm = true }, new LpPool2d(double.PositiveInfinity, 9, 1) { TrueNorm = true } })
        {
            nint[] shape = [1, 4, 11, 12];
            Assert.True(Separable.Accepts(layer.Plan(shape)));
            foreach (bool last in new[] { false, true })
            {
                Tensor<float> x = Positive<float>(shape, last);
                using GpuTensor<float> input = Devices.Get(device).Upload(x), output = layer.Forward(input);
                AssertClose(layer.Forward(x), output.Download(), $"{layer}", slack: 90);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Integers_have_no_norm(string device)
    {
        using GpuTensor<int> input = Devices.Get(device).Upload(Samples.Of<int>([1, 1, 4]));
        Assert.Throws<NotSupportedException>(() => new LpPool1d(2, 2).Forward(input));
        Assert.Throws<NotSupportedException>(() => new LpPool1d(2, 1).Backward(input, input));
        using GpuTensor<float> floats = Devices.Get(device).Upload(Samples.Of<float>([1, 1, 4]));
        Assert.Throws<NotSupportedException>(() => new SoftPool1d(2).Forward(floats));
        using GpuTensor<float> halves = Devices.Get(device).Upload(Samples.Of<float>([1, 1, 2]));
        Assert.Throws<NotSupportedException>(() => new SoftPool1d(2).Backward(halves, floats));
        Assert.Throws<ArgumentException>(() => new LpPool1d(2, 2).Backward(floats, floats));
        Assert.Throws<ArgumentException>(() => new LpPool1d(2, 2).Backward(halves, floats, floats));
    }

    /// <summary>Kernels cannot call the platform's power; theirs is within an ulp or so of it.</summary>
    [Fact]
    public void Powers_are_the_platforms()
    {
        double[] special = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, 0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 1e300, -1e300, 1e-300, double.Epsilon, double.MaxValue, (1L << 53) + 1, 1e18];
        foreach (double x in special)
        {
            foreach (double y in special)
            {
                (double want, double got) = (Math.Pow(x, y), Reals.Pow(x, y));
                bool isOrdinary = double.IsNormal(want) && !double.IsPow2(Math.Abs(want));
                Assert.True(isOrdinary ? Math.Abs(want - got) <= 4e-16 * Math.Abs(want) : Samples.Bits(want) == Samples.Bits(got), $"{x}^{y} is {got}, and {want} on the platform");
            }
        }

        var random = new Random(5);
        for (int i = 0; i < 20000; i++)
        {
            double x = Math.Exp(20 * (random.NextDouble() - 0.5)), y = 20 * (random.NextDouble() - 0.5), want = Math.Pow(x, y), got = Reals.Pow(x, y);
            Assert.True(Math.Abs(want - got) <= 4e-16 * want, $"{x}^{y} is {got}, and {want} on the platform");
            x = Math.Exp(1400 * (random.NextDouble() - 0.5));
            y = 2 * (random.NextDouble() - 0.5);
            (want, got) = (Math.Pow(x, y), Reals.Pow(x, y));
            Assert.True(Math.Abs(want - got) <= 4e-16 * want, $"{x}^{y} is {got}, and {want} on the platform");
            float less = (float)x, power = (float)y;
            Assert.Equal(MathF.Pow(less, power), Reals.Pow(less, power), 1.2e-7f * MathF.Pow(less, power));
        }
    }

    /// <summary>Numbers from 0.5 to 4: sums of powers that do not cancel.</summary>
    private static Tensor<T> Positive<T>(nint[] shape, bool channelsLast, int seed = 1)
        where T : unmanaged
    {
        Tensor<T> tensor = Samples.Of<T>(shape, channelsLast);
        var random = new Random(seed);
        foreach (ref T element in tensor.AsTensorSpan())
        {
            double value = 0.5 + 3.5 * random.NextDouble();
            element = default(T) switch { float => (T)(object)(float)value, double => (T)(object)value, System.Half => (T)(object)(System.Half)value, _ => (T)(object)(BFloat16)value };
        }

        return tensor;
    }

    private static void AssertClose<T>(Tensor<T> expected, Tensor<T> actual, string what, double slack)
        where T : unmanaged
    {
        Assert.Equal(expected.Lengths.ToArray(), actual.Lengths.ToArray());
        double epsilon = default(T) switch { float => 6e-8, double => 1.2e-16, System.Half => 5e-4, _ => 4e-3 };
        T[] want = [.. expected], got = [.. actual];
        for (int i = 0; i < want.Length; i++)
        {
            (double one, double other) = (Samples.Value(want[i]), Samples.Value(got[i]));
            if (Samples.Bits(want[i]) != Samples.Bits(got[i]) && !(Math.Abs(one - other) <= slack * epsilon * Math.Abs(one))) Assert.Fail($"{what}: element {i} is {other:R}, and {one:R} on the CPU");
        }
    }
}
