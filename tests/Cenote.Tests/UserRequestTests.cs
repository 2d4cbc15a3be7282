using System.Numerics;
using System.Numerics.Tensors;

namespace Cenote.Tests;

/// <summary>What users of other libraries asked for, or found wrong there, by the number that it has in their list. What they say of speed is measured in bench/, not here.</summary>
public class UserRequestTests
{
    private static readonly int[] Threads = [1, 2, 7];

    [Fact]
    public void Pytorch_107412_integers_have_maxima_and_minima_in_one_dimension_too()
    {
        Assert.Equal([int.MinValue + 1, 7], new MaxPool1d(2).Forward(Tensor.Create([int.MinValue, int.MinValue + 1, 7, -7], [1, 1, 4])));
        Assert.Equal([0u, uint.MaxValue - 1], new MinPool1d(2).Forward(Tensor.Create([0u, uint.MaxValue, uint.MaxValue - 1, uint.MaxValue], [1, 1, 4])));
        Assert.Equal([sbyte.MaxValue], new MaxPool3d(2).Forward(Tensor.Create<sbyte>([-128, 127, 0, 1, -1, 3, 4, 5], [1, 1, 2, 2, 2])));
    }

    [Fact]
    public void Pytorch_139115_integers_have_averages_whose_sums_do_not_overflow()
    {
        Assert.Equal([(byte)254], new AvgPool2d(2).Forward(Tensor.Create<byte>([255, 255, 255, 254], [1, 1, 2, 2])));
        Assert.Equal([(sbyte)-127], new AvgPool2d(2).Forward(Tensor.Create<sbyte>([-128, -128, -128, -127], [1, 1, 2, 2])));
        Assert.Equal([long.MaxValue], new AvgPool1d(3).Forward(Tensor.Create([long.MaxValue, long.MaxValue, long.MaxValue], [1, 1, 3])));
    }

    [Fact]
    public void Pytorch_104602_adaptive_averages_of_4096_ones_of_16_bits_are_one()
    {
        Same(Half.One);
        Same((BFloat16)1f);

        static void Same<T>(T one)
            where T : unmanaged
        {
            Tensor<T> ones = Tensor.Create(Enumerable.Repeat(one, 16 * 16 * 16).ToArray(), [1, 1, 16, 16, 16]);
            Assert.Equal([one], new AdaptiveAvgPool3d(1).Forward(ones));
            Assert.Equal([one], new AvgPool3d(16).Forward(ones));
        }
    }

    [Fact]
    public void Pytorch_50198_gradients_of_adaptive_and_3D_pools_are_the_same_bits_every_time()
    {
        Tensor<float> input = Numbers(2, 3, 9, 11, 13);
        float[]? average = null, maximum = null;
        foreach (int threads in Threads)
        {
            var mean = new AdaptiveAvgPool3d((4, 5, 6)) { MaxDegreeOfParallelism = threads };
            var max = new AdaptiveMaxPool3d((4, 5, 6)) { MaxDegreeOfParallelism = threads };
            Tensor<float> gradient = mean.Forward(input);
            float[] one = [.. mean.Backward(gradient, input.Lengths)], other = [.. max.Backward(gradient, max.ForwardWithIndices(input).Indices)];
            Assert.Equal(average ??= one, one);
            Assert.Equal(maximum ??= other, other);
        }
    }

    [Fact]
    public void Pytorch_3867_padding_that_differs_before_and_after_is_no_tap_of_a_maximum()
    {
        Tensor<float> negative = Tensor.Create([-1f, -2, -3, -4, -5], [1, 1, 5]);
        Assert.Equal([-1f, -2, -4], new MaxPool1d(2, 2, new Padding(1, 0)).Forward(negative));
        Assert.Equal([-1f, -3, -5], new MaxPool1d(2, 2, Padding.SameUpper).Forward(negative));
        // With dilation the window spans more, and so must what SAME adds.
        Assert.Equal([5], new MaxPool1d(3, 1, Padding.SameUpper, dilation: 2).Forward(negative).Lengths[2..].ToArray().Select(length => (int)length));
    }

    [Fact]
    public void Pytorch_7541_padding_may_be_half_of_what_a_dilated_window_spans()
    {
        Tensor<float> output = new MaxPool1d(3, 1, 2, dilation: 2).Forward(Tensor.Create([3f, 1, 2, 5, 4], [1, 1, 5]));
        Assert.Equal([3f, 5, 4, 5, 4], output);
    }

    [Fact]
    public void Pytorch_71549_ceil_mode_has_no_window_that_begins_in_the_padding_behind()
    {
        Assert.Equal([1, 1, 2], new AvgPool1d(2, 2, 1, ceilMode: true).Plan(1, 1, 2).OutputShape.ToArray().Select(length => (int)length));
        foreach (float each in new AvgPool2d(3, 2, 1, ceilMode: true, countIncludePad: false).Forward(Tensor.Create(Enumerable.Repeat(1f, 36).ToArray(), [1, 1, 6, 6]))) Assert.Equal(1f, each);
    }

    [Fact]
    public void Onnxruntime_29637_dilation_beside_padding_and_dilation_beyond_the_input()
    {
        var (values, indices) = new MaxPool1d(2, 1, 1, dilation: 3).ForwardWithIndices(Tensor.Create([1f, 9, 2, 8], [1, 1, 4]));
        Assert.Equal([2f, 8, 9], values);
        Assert.Equal([2L, 3, 1], indices.ToFlat());
        Assert.Contains("dilation", Assert.ThrowsAny<ArgumentException>(() => new MaxPool1d(2, 1, 0, dilation: int.MaxValue).Forward(Tensor.Create([1f, 9, 2, 8], [1, 1, 4]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pytorch_68418_planes_of_more_than_2_to_the_31_elements_have_a_plan()
    {
        PoolPlan plan = new MaxPool2d(3, 2, 1).Plan(1, 3, 100_000, 100_000);
        Assert.Equal([1, 3, 50_000, 50_000], plan.OutputShape.ToArray());
        Assert.Equal(30_000_000_000, plan.InputElements);
    }

    [Fact]
    public void Pytorch_103785_an_index_takes_a_byte()
    {
        Assert.Equal(1, new MaxPool2d(16).CreateIndices(1, 1, 64, 64).BytesPerIndex);
        Assert.Equal(2, new MaxPool2d(17).CreateIndices(1, 1, 64, 64).BytesPerIndex);
    }

    [Fact]
    public void Tensorflow_125965_a_maximum_is_NaN_whatever_the_number_of_channels()
    {
        for (int channels = 1; channels <= 40; channels++)
        {
            float[] memory = [.. Enumerable.Range(0, 4 * channels).Select(i => i / channels == 2 ? float.NaN : i)];
            Tensor<float> output = new MaxPool2d(2).Forward(Tensor.Create(memory, [1, channels, 2, 2], [0, channels == 1 ? 0 : 1, 2 * channels, channels]));
            Assert.All(output, each => Assert.True(float.IsNaN(each)));
        }
    }

    [Fact]
    public void Keras_3777_padded_sequences_divide_by_their_own_length()
    {
        Tensor<float> sentences = Tensor.Create([2f, 4, 99, 99, 1, 2, 3, 99], [2, 1, 4]);
        PoolMask lengths = PoolMask.FromLengths(2, 3);
        Assert.Equal([3f, 2], new GlobalAvgPool1d().Forward(sentences, lengths));
        Assert.Equal([4f, 3], new GlobalMaxPool1d().Forward(sentences, lengths));
    }

    [Fact]
    public void Pytorch_184037_norms_of_negative_numbers_and_of_infinite_order()
    {
        Tensor<float> input = Tensor.Create([-3f, -4, 3, -5], [1, 1, 4]);
        Assert.Equal([5f, MathF.Sqrt(34)], new LpPool1d(2, 2) { TrueNorm = true }.Forward(input));
        Assert.Equal([7f, 8], new LpPool1d(1, 2) { TrueNorm = true }.Forward(input));
        Assert.Equal([4f, 5], new LpPool1d(double.PositiveInfinity, 2) { TrueNorm = true }.Forward(input));
        Assert.Contains("normType", Assert.ThrowsAny<ArgumentException>(() => new LpPool1d(0, 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pytorch_80827_unpooling_to_one_place_twice_has_one_meaning_and_its_gradient()
    {
        Tensor<float> values = Tensor.Create([1f, 2], [1, 1, 2]);
        Tensor<long> same = Tensor.Create([1L, 1], [1, 1, 2]);
        var unpool = new MaxUnpool1d(2);
        Assert.Equal([0f, 2, 0, 0], unpool.Forward(values, same));
        Assert.Equal([0f, 20], unpool.Backward(Tensor.Create([10f, 20, 30, 40], [1, 1, 4]), same));
    }

    [Fact]
    public void Keras_14355_minima_of_unsigned_numbers_are_no_negated_maxima()
    {
        var (values, indices) = new MinPool2d(2).ForwardWithIndices(Tensor.Create<byte>([0, 200, 255, 3], [1, 1, 2, 2]));
        Assert.Equal([(byte)0], values);
        Assert.Equal([0L], indices.ToFlat());
    }

    [Fact]
    public void Keras_16702_the_exponent_of_a_generalised_mean_can_be_learned()
    {
        Tensor<double> input = Tensor.Create([1.0, 2, 3, 4], [1, 1, 4]), one = Tensor.Create([1.0], [1, 1, 1]);
        double difference = (new GlobalGeMPool1d(3 + 1e-5).Forward(input)[0, 0, 0] - new GlobalGeMPool1d(3 - 1e-5).Forward(input)[0, 0, 0]) / 2e-5;
        Assert.Equal(difference, new GlobalGeMPool1d(3).NormTypeGradient(one, input), 1e-8);
    }

    [Fact]
    public void Softpool_5_sums_and_divisors_of_one_s_own()
    {
        Tensor<float> input = Tensor.Create([1f, 2, 3, 4], [1, 1, 2, 2]);
        Assert.Equal([10f], new SumPool2d(2).Forward(input));
        Assert.Equal([5f], new AvgPool2d(2, divisorOverride: 2).Forward(input));
    }

    [Fact]
    public void Tensorflow_2660_both_memory_orders_give_the_same_bits()
    {
        Tensor<float> rows = Numbers(2, 5, 9, 8);
        float[] last = new float[rows.FlattenedLength];
        for (int n = 0; n < 2; n++)
            for (int c = 0; c < 5; c++)
                for (int h = 0; h < 9; h++)
                    for (int w = 0; w < 8; w++) last[((n * 9 + h) * 8 + w) * 5 + c] = rows[n, c, h, w];
        Tensor<float> pixels = Tensor.Create(last, [2, 5, 9, 8], [360, 1, 40, 5]);
        foreach (PoolLayer layer in (PoolLayer[])[new MaxPool2d(3, 2, 1), new AvgPool2d(3, 2, 1), new LpPool2d(2, 3, 2), new MedianPool2d(3, 1, 1), new GlobalAvgPool2d(), new AdaptiveAvgPool2d((4, 3)), new BlurPool2d(3, 2)])
            Assert.Equal(layer.Forward(rows).ToArray(), layer.Forward(pixels).ToArray());
    }

    [Fact]
    public void Jax_274_the_gradient_of_a_gradient()
    {
        var pool = new MaxPool1d(2);
        PoolIndices indices = pool.ForwardWithIndices(Tensor.Create([1f, 5, 7, 2], [1, 1, 4])).Indices;
        Assert.Equal([20f, 30], pool.Gather(Tensor.Create([10f, 20, 30, 40], [1, 1, 4]), indices));
        Assert.Equal([15f, 35], new AvgPool1d(2).Forward(Tensor.Create([10f, 20, 30, 40], [1, 1, 4])));
    }

    [Fact]
    public void Kornia_128_anti_aliased_pooling_in_every_dimension()
    {
        Assert.All(new BlurPool1d(3, 2).Forward(Ones(1, 1, 8)), One);
        Assert.All(new BlurPool2d(5, 2).Forward(Ones(1, 1, 8, 8)), One);
        Assert.All(new BlurPool3d(3, 2).Forward(Ones(1, 1, 8, 8, 8)), One);

        static void One(float each) => Assert.Equal(1f, each, 1e-6f);
        static Tensor<float> Ones(params nint[] shape) => Tensor.Create(Enumerable.Repeat(1f, (int)shape.Aggregate((product, length) => product * length)).ToArray(), shape);
    }

    [Fact]
    public void Kornia_4734_dilation_and_erosion_leak_no_sentinel()
    {
        Tensor<float> low = Tensor.Create(Enumerable.Repeat(float.MinValue, 25).ToArray(), [1, 1, 5, 5]), infinite = Tensor.Create(Enumerable.Repeat(float.NegativeInfinity, 25).ToArray(), [1, 1, 5, 5]);
        Assert.All(new MaxPool2d(5, 1, 2).Forward(low), each => Assert.Equal(float.MinValue, each));
        Assert.All(new MaxPool2d(5, 1, 2).Forward(infinite), each => Assert.Equal(float.NegativeInfinity, each));
        Assert.All(new MinPool2d(5, 1, 2).Forward(Tensor.Create(Enumerable.Repeat(float.PositiveInfinity, 25).ToArray(), [1, 1, 5, 5])), each => Assert.Equal(float.PositiveInfinity, each));
    }

    private static Tensor<float> Numbers(params nint[] shape)
    {
        var random = new Random(17);
        return Tensor.Create([.. Enumerable.Range(0, (int)shape.Aggregate((product, length) => product * length)).Select(_ => random.NextSingle() - 0.5f)], shape);
    }
}
