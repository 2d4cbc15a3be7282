using System.Numerics.Tensors;

namespace Cenote.Tests.Choosing;

/// <summary>Fractional windows against their formula; libtorch is asked elsewhere.</summary>
public class FractionalTests
{
    [Fact]
    public void Windows_are_those_of_the_formula()
    {
        var random = new Random(6);
        for (int number = 0; number < 200; number++)
        {
            int kernel = 1 + random.Next(4), output = 1 + random.Next(9), length = output + kernel - 1 + random.Next(12);
            double u = random.NextDouble(), alpha = (length - kernel) / (double)Math.Max(1, output - 1);
            double[] x = [.. Enumerable.Range(0, length).Select(_ => (double)random.Next(5))];
            long[] starts = [.. Enumerable.Range(0, output).Select(i => i == output - 1 ? length - kernel : (long)((i + u) * alpha) - (long)(u * alpha))];
            var pool = new FractionalMaxPool1d(kernel, output) { RandomSamples = Tensor.Create([u], [1, 1, 1]) };
            var (y, indices) = pool.ForwardWithIndices(Pooled.Row(x));
            Assert.Equal(starts.Select(start => x[(int)start..((int)start + kernel)].Max()), y);
            Assert.Equal(starts.Select(start => start + Array.IndexOf(x[(int)start..((int)start + kernel)], y[0, Array.IndexOf(starts, start)])), indices.ToFlat());
        }
    }

    [Fact]
    public void A_seed_gives_every_plane_windows_of_its_own_and_always_the_same()
    {
        Tensor<float> x = Tensor.Create([.. Enumerable.Range(0, 8 * 100).Select(i => (float)(i % 100))], [8, 100]);
        float[] first = [.. new FractionalMaxPool1d(2, 37) { Seed = 5 }.Forward(x)];
        Assert.Equal(first, new FractionalMaxPool1d(2, 37) { Seed = 5 }.Forward(x));
        Assert.NotEqual(first, new FractionalMaxPool1d(2, 37) { Seed = 6 }.Forward(x));
        Assert.True(first.Chunk(37).DistinctBy(plane => string.Join(' ', plane)).Count() > 4);
    }

    /// <summary>The generator is documented: SplitMix64's first numbers from seed 1234567, as its authors' program prints them.</summary>
    [Fact]
    public void The_generator_is_SplitMix64() =>
        Assert.Equal([6457827717110365317ul, 3203168211198807973ul, 9817491932198370423ul, 4593380528125082431ul], Enumerable.Range(0, 4).Select(i => Draws.Bits(1234567, (ulong)i)));

    [Fact]
    public void A_ratio_rounds_the_size_down()
    {
        Assert.Equal([1, 1, 5, 6], new FractionalMaxPool2d(2, outputRatio: [0.5, 0.7]).Plan(1, 1, 11, 9).OutputShape.ToArray());
        Assert.Equal("FractionalMaxPool2d(k2 ratio 0.5 seed 0)", new FractionalMaxPool2d(2, outputRatio: [0.5]).ToString());
    }

    [Fact]
    public void Threads_and_memory_order_change_no_bit()
    {
        Pooled.RequireSameEverywhere(threads => new FractionalMaxPool2d(2, (13, 11)) { MaxDegreeOfParallelism = threads, Seed = 9 }, [3, 17, 20, 19], seed: 4);
        Pooled.RequireSameEverywhere(threads => new FractionalMaxPool2d(3, 90) { MaxDegreeOfParallelism = threads, Seed = 2 }, [2, 20, 200, 200], seed: 4);
        Pooled.RequireSameEverywhere(threads => new FractionalMaxPool3d(2, (3, 9, 8)) { MaxDegreeOfParallelism = threads }, [2, 5, 6, 15, 14], seed: 5);
        Pooled.RequireSameEverywhere(threads => new FractionalMaxPool1d(2, 1) { MaxDegreeOfParallelism = threads }, [2, 3, 6], seed: 5);
    }

    /// <summary>In sixteen bits the windows of long axes are far from where they should be, but never outside.</summary>
    [Fact]
    public void Narrow_samples_leave_no_window_outside()
    {
        foreach (int length in (int[])[300, 3000, 70_000, 200_000])
        {
            var half = new FractionalMaxPool1d(3, length / 2) { Seed = 3 };
            Tensor<Half> x = Tensor.Create(Enumerable.Repeat((Half)2, length).ToArray(), [1, length]);
            Assert.All(half.Forward(x), value => Assert.Equal((Half)2, value));
            Tensor<BFloat16> b = Tensor.Create(Enumerable.Repeat((BFloat16)2f, length).ToArray(), [1, length]);
            Assert.All(half.Forward(b), value => Assert.Equal((BFloat16)2f, value));
        }
    }

    [Fact]
    public void Integers_have_fractional_maxima_too() => Assert.Equal([(byte)9], new FractionalMaxPool1d(3, 1).Forward(Pooled.Row<byte>(200, 9, 8, 7)));

    [Fact]
    public void What_cannot_be_is_refused_in_one_line()
    {
        Refuses("give one of them", () => new FractionalMaxPool2d(2));
        Refuses("give one of them", () => new FractionalMaxPool2d(2, 3, [0.5]));
        Refuses("between 0 and 1", () => new FractionalMaxPool2d(2, outputRatio: [1]));
        Refuses("between 0 and 1", () => new FractionalMaxPool2d(2, outputRatio: [double.NaN]));
        Refuses("outputRatio has 3 numbers", () => new FractionalMaxPool2d(2, outputRatio: [0.1, 0.2, 0.3]));
        Refuses("at least 1", () => new FractionalMaxPool2d(0, 3));
        Refuses("at least 1", () => new FractionalMaxPool2d(2, (3, 0)));
        Refuses("3 numbers", () => new FractionalMaxPool2d((1, 2, 3), 3));
        Refuses("from 1 to height − kernelSize + 1 = 3", () => new FractionalMaxPool2d(2, 4).Plan(1, 4, 9));
        Refuses("output's length is from 1", () => new FractionalMaxPool2d(2, outputRatio: [0.01]).Plan(1, 9, 9));
        Refuses("N×C×2", () => new FractionalMaxPool2d(2, 3) { RandomSamples = Tensor.Create([0.5], [1, 1, 1]) });
        Refuses("below 1", () => new FractionalMaxPool1d(2, 3) { RandomSamples = Tensor.Create([1.0], [1, 1, 1]) });
        Refuses("exactly 2", () => new FractionalMaxPool1d(2, 3) { RandomSamples = Tensor.Create([0.5], [1, 1, 1]) }.Plan(1, 2, 9));
        Refuses("at least 2", () => new FractionalMaxPool1d(2, 3) { RandomSamples = Tensor.Create([0.5], [1, 1, 1]) }.Plan(2, 1, 9));

        static void Refuses(string text, Func<object> call)
        {
            string message = Assert.ThrowsAny<ArgumentException>(call).Message;
            Assert.Contains(text, message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    [Fact]
    public void The_caller_s_samples_are_copied()
    {
        double[] samples = [0.1];
        var pool = new FractionalMaxPool1d(2, 5) { RandomSamples = Tensor.Create(samples, [1, 1, 1]) };
        Tensor<float> x = Pooled.Row<float>([.. Enumerable.Range(0, 17).Select(i => (float)i)]);
        float[] before = [.. pool.Forward(x)];
        samples[0] = 0.9;
        Assert.Equal(before, pool.Forward(x));
    }

    /// <summary>Planes and outputs that are turned in squares, what is left over, rows with NaN among them, and types that are copied one by one.</summary>
    [Fact]
    public void Memory_order_changes_no_bit()
    {
        Run<float>(20);
        Run<double>(9);
        Run<int>(16);
        Run<byte>(35);
        Run<float>(5);

        static void Run<T>(int channels)
            where T : unmanaged
        {
            var random = new Random(channels);
            nint[] shape = [2, channels, 23, 31];
            var numbers = new double[2 * channels * 23 * 31];
            foreach (ref double number in numbers.AsSpan()) number = typeof(T) == typeof(float) && random.Next(500) == 0 ? double.NaN : random.Next(200);
            Tensor<T> x = Family.Sample.As<T>(Tensor.Create(numbers, shape));
            foreach (int size in (int[])[5, 8, 19])
            {
                var pool = new FractionalMaxPool2d(3, size) { Seed = 3 };
                Assert.Equal(Family.Sample.RowMajor(pool.Forward(x)), Family.Sample.RowMajor(pool.Forward(Family.Sample.ChannelsLast(x))));
            }
        }
    }
}
