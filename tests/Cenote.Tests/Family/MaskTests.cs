using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Family;

/// <summary>Global pooling of padded samples is global pooling of their real positions alone.</summary>
public class MaskTests
{
    /// <summary>The home-made mean of padded sentences divides by the padded length (demand 20): here by the real one, whatever the padding holds.</summary>
    [Fact]
    public void Masked_averages_of_sentences_divide_by_the_real_count()
    {
        Tensor<float> words = Tensor.Create([1f, 2, 3, 9, 9, 4, float.NaN, 9, 9, 9], [2, 1, 5]);
        PoolMask mask = PoolMask.FromLengths(3, 1);
        Assert.Equal([2f, 4f], new GlobalAvgPool1d().Forward(words, mask));
        Assert.Equal([6f, 4f], new GlobalSumPool1d().Forward(words, mask));
        Assert.Equal([3f, 4f], new GlobalMaxPool1d().Forward(words, mask));
        Assert.Equal([1f, 4f], new GlobalMinPool1d().Forward(words, mask));
        Assert.Equal([MathF.Sqrt(14), 4f], new GlobalLpPool1d().Forward(words, mask));
        Assert.Equal([1f, 1, 1, 0, 0, 6, 0, 0, 0, 0], new GlobalAvgPool1d().Backward(Tensor.Create([3f, 6], [2, 1, 1]), [2, 1, 5], mask));
        Assert.Equal([3f, 3, 3, 0, 0, 6, 0, 0, 0, 0], new GlobalSumPool1d().Backward(Tensor.Create([3f, 6], [2, 1, 1]), [2, 1, 5], mask));
        PoolMask attention = PoolMask.From(Tensor.Create<long>([1, 1, 1, 0, 0, 1, 0, 0, 0, 0], [2, 5]));
        Assert.Equal([2f, 4f], new GlobalAvgPool1d().Forward(words, attention));
    }

    [Fact]
    public void A_sample_without_a_real_position_is_defined()
    {
        PoolMask none = PoolMask.FromLengths(0);
        Tensor<float> x = Tensor.Create([7f, float.NaN], [1, 1, 2]), one = Tensor.Create([5f], [1, 1, 1]);
        Assert.Equal([0f], new GlobalAvgPool1d().Forward(x, none));
        Assert.Equal([0f], new GlobalSumPool1d().Forward(x, none));
        Assert.Equal([0f], new GlobalLpPool1d(3).Forward(x, none));
        Assert.Equal([0f], new GlobalGeMPool1d().Forward(x, none));
        Assert.Equal([short.MinValue], new GlobalMaxPool1d().Forward(Tensor.Create<short>([7, 8], [1, 1, 2]), none));
        Assert.Equal([short.MaxValue], new GlobalMinPool1d().Forward(Tensor.Create<short>([7, 8], [1, 1, 2]), none));
        Assert.Equal([float.PositiveInfinity], new GlobalMinPool1d().ForwardWithIndices(x, none).Values);
        Assert.Equal([-1L], new GlobalMinPool1d().ForwardWithIndices(x, none).Indices.ToFlat());
        Assert.Equal([(byte)0], new GlobalAvgPool1d().Forward(Tensor.Create<byte>([7, 8], [1, 1, 2]), none));
        var pool = new GlobalMaxPool1d();
        var (values, indices) = pool.ForwardWithIndices(x, none);
        Assert.Equal([float.NegativeInfinity], values);
        Assert.Equal([-1L], indices.ToFlat());
        Assert.Equal([-1L], indices.ToOnnx());
        Assert.Equal([0f, 0f], pool.Backward(one, indices));
        Assert.Equal([0f], pool.Gather(x, indices));
        Assert.Equal([0f, 0f], new GlobalAvgPool1d().Backward(one, [1, 1, 2], none));
        Assert.Equal([0f, 0f], new GlobalLpPool1d().Backward(one, x, none));
    }

    [Theory]
    [InlineData("float", 1, false)]
    [InlineData("float", 2, true)]
    [InlineData("double", 3, false)]
    [InlineData("half", 2, false)]
    [InlineData("byte", 2, true)]
    [InlineData("int", 3, true)]
    public void Every_layer_gives_what_it_gives_of_the_real_elements(string type, int rank, bool channelsLast)
    {
        switch (type)
        {
            case "float": Run<float>(rank, channelsLast); break;
            case "double": Run<double>(rank, channelsLast); break;
            case "half": Run<Half>(rank, channelsLast); break;
            case "byte": Run<byte>(rank, channelsLast); break;
            default: Run<int>(rank, channelsLast); break;
        }
    }

    private static void Run<T>(int rank, bool channelsLast)
        where T : unmanaged
    {
        var random = new Random(rank);
        foreach (var (channels, length) in (ReadOnlySpan<(int, int)>)[(1, 5), (3, 16), (70, 9)])
        {
            nint[] spatial = [.. Enumerable.Repeat((nint)length, rank)], shape = [4, channels, .. spatial];
            Tensor<T> x = Sample.As<T>(Sample.Doubles(random, shape, 0, 100));
            if (channelsLast) x = Sample.ChannelsLast(x);
            var real = new bool[4 * spatial.Aggregate((nint)1, (a, b) => a * b)];
            // A sample with holes, one whole, one empty, one run.
            int plane = real.Length / 4;
            for (int i = 0; i < plane; i++) (real[i], real[plane + i], real[3 * plane + i]) = (random.Next(2) == 0, true, i > 0 && i < plane - 1);
            PoolMask mask = PoolMask.From(Tensor.Create(real, [4, .. spatial]));
            Require(Make<GlobalAvgPool>(rank), (pool, tensor) => ((GlobalAvgPool)pool).Forward(tensor, mask), x, real);
            Require(Make<GlobalSumPool>(rank), (pool, tensor) => ((GlobalSumPool)pool).Forward(tensor, mask), x, real);
            Require(Make<GlobalMaxPool>(rank), (pool, tensor) => ((GlobalMaxPool)pool).Forward(tensor, mask), x, real);
            Require(Make<GlobalMinPool>(rank), (pool, tensor) => ((GlobalMinPool)pool).Forward(tensor, mask), x, real);
            RequireIndices(Make<GlobalMaxPool>(rank), mask, x, real, sign: 1);
            RequireIndices(Make<GlobalMinPool>(rank), mask, x, real, sign: -1);
            if (typeof(T) == typeof(byte) || typeof(T) == typeof(int)) continue;
            Require(Make<GlobalLpPool>(rank), (pool, tensor) => ((GlobalLpPool)pool).Forward(tensor, mask), x, real);
            Require(Make<GlobalGeMPool>(rank), (pool, tensor) => ((GlobalGeMPool)pool).Forward(tensor, mask), x, real);
        }
    }

    private static void Require<T>(PoolLayer pool, Func<PoolLayer, Tensor<T>, Tensor<T>> masked, Tensor<T> x, bool[] real)
        where T : unmanaged
    {
        Tensor<T> y = masked(pool, x);
        T[] elements = Sample.RowMajor(x), outputs = Sample.RowMajor(y);
        int channels = (int)x.Lengths[1], plane = elements.Length / 4 / channels;
        PoolLayer line = (PoolLayer)Activator.CreateInstance(typeof(MaxPool).Assembly.GetType(pool.GetType().FullName!.Replace($"{pool.SpatialRank}d", "1d", StringComparison.Ordinal))!, pool is NormPool norm ? [norm.NormType] : [])!;
        for (int n = 0; n < 4; n++)
        {
            for (int c = 0; c < channels; c++)
            {
                T[] kept = [.. Enumerable.Range(0, plane).Where(i => real[n * plane + i]).Select(i => elements[(n * channels + c) * plane + i])];
                if (kept.Length == 0) continue;
                double expected = Elements.ToDouble(line.Forward(Tensor.Create(kept, [1, kept.Length]))[0, 0]), actual = Elements.ToDouble(outputs[n * channels + c]);
                Assert.Equal(expected, actual, 1e-6 * Math.Abs(expected));
            }
        }
    }

    private static void RequireIndices<T, TPool>(TPool pool, PoolMask mask, Tensor<T> x, bool[] real, int sign)
        where T : unmanaged
        where TPool : IndexedPool, IGlobalPool
    {
        var (values, indices) = pool.ForwardWithIndices(x, mask);
        T[] elements = Sample.RowMajor(x), outputs = Sample.RowMajor(values);
        long[] flat = Sample.RowMajor(indices.ToFlat());
        int channels = (int)x.Lengths[1], plane = elements.Length / 4 / channels;
        for (int i = 0; i < flat.Length; i++)
        {
            int n = i / channels;
            int first = -1;
            for (int k = 0; k < plane; k++)
                if (real[n * plane + k] && (first < 0 || sign * Elements.ToDouble(elements[i * plane + k]) > sign * Elements.ToDouble(elements[i * plane + first]))) first = k;
            Assert.Equal(first, flat[i]);
            if (first >= 0) Assert.Equal(elements[i * plane + first], outputs[i]);
        }

        if (typeof(T) == typeof(byte) || typeof(T) == typeof(int)) return;
        Tensor<T> g = Sample.As<T>(Tensor.Create([.. Enumerable.Range(1, flat.Length).Select(i => (double)i)], values.Lengths));
        T[] gradient = Sample.RowMajor(pool.Backward(g, indices));
        for (int i = 0; i < gradient.Length; i++) Assert.Equal(flat[i / plane] == i % plane ? i / plane + 1 : 0, Elements.ToDouble(gradient[i]), 0.5);
    }

    private static TPool Make<TPool>(int rank) => (TPool)Activator.CreateInstance(typeof(MaxPool).Assembly.GetType($"Cenote.{typeof(TPool).Name}{rank}d")!, typeof(TPool) == typeof(GlobalLpPool) ? [2.0] : typeof(TPool) == typeof(GlobalGeMPool) ? [3.0] : [])!;

    [Fact]
    public void Gradients_are_those_of_finite_differences()
    {
        var random = new Random(1);
        double[] data = Sample.RowMajor(Sample.Doubles(random, [3, 2, 4, 5], 0.1, 2));
        Tensor<double> x = Tensor.Create(data, [3, 2, 4, 5]), g = Sample.Doubles(random, [3, 2, 1, 1]);
        PoolMask mask = PoolMask.FromLengths((2, 3), (4, 5), (0, 2));
        Sample.RequireSlope(data, () => Sample.Dot(new GlobalAvgPool2d().Forward(x, mask), g), Sample.RowMajor(new GlobalAvgPool2d().Backward(g, [3, 2, 4, 5], mask)));
        Sample.RequireSlope(data, () => Sample.Dot(new GlobalSumPool2d().Forward(x, mask), g), Sample.RowMajor(new GlobalSumPool2d().Backward(Sample.ChannelsLast(g), [3, 2, 4, 5], mask)));
        Sample.RequireSlope(data, () => Sample.Dot(new GlobalLpPool2d(3).Forward(x, mask), g), Sample.RowMajor(new GlobalLpPool2d(3).Backward(g, x, mask)));
        Sample.RequireSlope(data, () => Sample.Dot(new GlobalGeMPool2d().Forward(x, mask), g), Sample.RowMajor(new GlobalGeMPool2d().Backward(g, Sample.ChannelsLast(x), mask)));
        double[] infinity = Sample.RowMajor(new GlobalLpPool2d(double.PositiveInfinity).Backward(g, x, mask));
        Assert.Equal(4, infinity.Count(share => share != 0));
    }

    [Fact]
    public void Threads_and_memory_order_change_no_bit()
    {
        Tensor<double> x = Sample.Doubles(new Random(2), [5, 130, 70, 9]);
        PoolMask mask = PoolMask.FromLengths((70, 9), (33, 7), (1, 1), (12, 9), (0, 0));
        Sample.RequireSameBits(threads => tensor => new GlobalAvgPool2d { MaxDegreeOfParallelism = threads }.Forward(tensor, mask), Sample.As<float>(x));
        Sample.RequireSameBits(threads => tensor => new GlobalMaxPool2d { MaxDegreeOfParallelism = threads }.Forward(tensor, mask), Sample.As<Half>(x));
        Sample.RequireSameBits(threads => tensor => new GlobalLpPool2d { MaxDegreeOfParallelism = threads }.Forward(tensor, mask), Sample.As<float>(x));
    }

    [Fact]
    public void Masks_of_other_shapes_are_refused()
    {
        Tensor<float> x = Tensor.Create([1f, 2, 3, 4], [2, 1, 2]);
        Refused("mask has the lengths of 1 samples", () => new GlobalAvgPool1d().Forward(x, PoolMask.FromLengths(1)));
        Refused("mask has the length 3 for sample 1; the input's length is 2", () => new GlobalAvgPool1d().Forward(x, PoolMask.FromLengths(1, 3)));
        Refused("mask is 2×3; global-avg 2×1×2 → 2×1×1 needs 2×2", () => new GlobalAvgPool1d().Forward(x, PoolMask.From(Tensor.Create(new bool[6], [2, 3]))));
        Refused("2 numbers, for sample 0", () => new GlobalAvgPool1d().Forward(x, PoolMask.FromLengths((1, 1), (1, 1))));
        Assert.Throws<ArgumentOutOfRangeException>(() => PoolMask.FromLengths(-1));
        // Without an axis of samples there is one.
        Assert.Equal([2f], new GlobalMaxPool2d().Forward(Tensor.Create([1f, 2, 3, 4], [1, 2, 2]), PoolMask.From(Tensor.Create<byte>([1, 7, 0, 0], [2, 2]))));
        static void Refused(string message, Action call) => Assert.Contains(message, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);
    }
}
