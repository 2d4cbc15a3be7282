using System.Numerics.Tensors;

namespace Cenote.Tests.Blocks;

/// <summary>What users of other tools complained of, and the rules that no random case shows.</summary>
public class ComplaintTests
{
    [Fact]
    public void Skimage_4940_the_last_row_is_not_dark()
    {
        Tensor<float> bright = Tensor.Create(Enumerable.Repeat(9f, 25).ToArray(), [1, 5, 5]);
        Assert.Equal(Enumerable.Repeat(9f, 9), new BlockReduce2d(2).Forward(bright));
        Assert.Equal(Enumerable.Repeat(9f, 4), new BlockReduce2d(2) { Edge = BlockEdge.Drop }.Forward(bright));
        Assert.Equal([9f, 9f, 4.5f, 9f, 9f, 4.5f, 4.5f, 4.5f, 2.25f], new BlockReduce2d(2) { Edge = BlockEdge.Pad }.Forward(bright));
    }

    [Fact]
    public void Skimage_4334_the_mean_of_integers_keeps_its_type()
    {
        Tensor<byte> x = Tensor.Create(new byte[] { 1, 2, 255, 254, 2, 3 }, [1, 6]);
        Assert.Equal<byte>([1, 254, 2], new BlockReduce1d(2).Forward(x));
        Assert.Equal<byte>([2, 254, 2], new BlockReduce1d(2) { IntegerRounding = IntegerRounding.NearestEven }.Forward(x));
    }

    [Fact]
    public void Xarray_8059_a_sum_has_a_minimum_count()
    {
        Tensor<double> nothing = Tensor.Create(Enumerable.Repeat(double.NaN, 4).ToArray(), [1, 4]), some = Tensor.Create(new[] { 1, double.NaN, 2, 4 }, [1, 4]);
        Assert.Equal([double.NaN], new BlockReduce1d(4, Reduction.Sum) { IgnoreNaN = true, MinCount = 1 }.Forward(nothing));
        Assert.Equal([7d], new BlockReduce1d(4, Reduction.Sum) { IgnoreNaN = true, MinCount = 3 }.Forward(some));
        Assert.Equal([double.NaN], new BlockReduce1d(4, Reduction.Sum) { IgnoreNaN = true, MinCount = 4 }.Forward(some));
    }

    [Fact]
    public void Xarray_4354_a_minimum_count_goes_over_several_axes() =>
        Assert.Equal([5f, float.NaN], new BlockReduce2d(2, Reduction.Sum) { IgnoreNaN = true, MinCount = 2 }.Forward(Tensor.Create(new[] { 1, float.NaN, 3, float.NaN, 4, float.NaN, float.NaN, float.NaN }, [1, 2, 4])));

    [Fact]
    public void Reducer_194_partial_blocks_are_means_of_what_is_there() =>
        Assert.Equal([1.5f, 5f], new BlockReduce1d(2).Forward(Tensor.Create(new float[] { 1, 2, 5 }, [1, 3])));

    /// <summary>Igneous makes several levels at a time, because a mean of truncated means is darker than the mean.</summary>
    [Theory]
    [InlineData(IntegerRounding.TowardZero)]
    [InlineData(IntegerRounding.NearestEven)]
    public void Several_levels_truncate_once(IntegerRounding rounding)
    {
        // Every mean of four ends in ¾, and loses it.
        byte[] pattern = [.. Enumerable.Range(0, 64 * 64).Select(i => (byte)(i % 2 == 0 || i / 64 % 2 == 0 ? 8 : 7))];
        Tensor<byte> x = Tensor.Create(pattern, [1, 64, 64]);
        var layer = new BlockReduce2d(2) { IntegerRounding = rounding };
        Tensor<byte>[] pyramid = layer.Pyramid(x, 5);
        for (int level = 1; level <= 5; level++)
            Assert.All(pyramid[level - 1], mean => Assert.Equal(rounding == IntegerRounding.NearestEven ? 8 : 7, mean));
        // A ramp: the exact mean of each big block, by whole numbers.
        Tensor<ushort> ramp = Tensor.Create([.. Enumerable.Range(0, 100 * 77).Select(i => (ushort)(i * 31 % 65536))], [1, 100, 77]);
        Tensor<ushort>[] levels = layer.Pyramid(ramp, 4);
        for (int h = 0; h < 7; h++)
            for (int w = 0; w < 5; w++)
            {
                long[] taps = [.. from i in Enumerable.Range(16 * h, 16) from j in Enumerable.Range(16 * w, 16) where i < 100 && j < 77 select (long)ramp[0, i, j]];
                decimal mean = (decimal)taps.Sum() / taps.Length;
                Assert.Equal(rounding == IntegerRounding.NearestEven ? Math.Round(mean) : Math.Truncate(mean), levels[3][0, h, w]);
            }
    }

    [Fact]
    public void Zero_as_no_data_is_the_sparse_form()
    {
        Tensor<byte> labels = Tensor.Create(new byte[] { 0, 8, 0, 0, 0, 6, 0, 0 }, [1, 2, 4]);
        Assert.Equal<byte>([7, 0], new BlockReduce2d(2) { NoData = 0 }.Forward(labels));
        Assert.Equal<byte>([6, 0], new BlockReduce2d(2, Reduction.Min) { NoData = 0 }.Forward(labels));
        Assert.Equal<byte>([0, 0], new BlockReduce2d(2) { NoData = 0, MinCount = 3 }.Forward(labels));
    }

    [Fact]
    public void One_weight_serves_an_axis()
    {
        Tensor<float> x = Tensor.Create(new float[] { 1, 2, 3, 4 }, [1, 2, 2]);
        Tensor<double> rows = Tensor.Create([3.0, 1.0], [1, 2, 2], [0, 1, 0]);
        Assert.Equal([2f], new BlockReduce2d(2).ForwardWeighted(x, rows));
        Assert.Equal([16f], new BlockReduce2d(2, Reduction.Sum).ForwardWeighted(x, rows));
    }

    [Fact]
    public void Gradients_go_to_data()
    {
        Tensor<float> x = Tensor.Create(new[] { 1, float.NaN, 3, 4, 5 }, [1, 5]), g = Tensor.Create(new float[] { 6, 8 }, [1, 2]);
        Assert.Equal([6f, 0f, 4f, 4f, 0f], new BlockReduce1d(2) { IgnoreNaN = true, Edge = BlockEdge.Drop }.Backward(g, x));
        Assert.Equal([0f, 0f, 4f, 4f, 0f], new BlockReduce1d(2) { IgnoreNaN = true, Edge = BlockEdge.Drop, MinCount = 2 }.Backward(g, x));
        Assert.Equal([6f, 0f, 8f, 8f, 0f], new BlockReduce1d(2, Reduction.Sum) { IgnoreNaN = true, Edge = BlockEdge.Drop }.Backward(g, x));
        Assert.Equal([4.5f, 1.5f, 2f, 6f, 0f], new BlockReduce1d(2) { Edge = BlockEdge.Drop }.BackwardWeighted(g, x, Tensor.Create(new[] { 3.0, 1, 1, 3, 9 }, [1, 5])));
    }

    [Fact]
    public void The_gradient_of_a_plain_mean_is_an_average_s()
    {
        var random = new Random(2);
        foreach (BlockEdge edge in Enum.GetValues<BlockEdge>())
        {
            Tensor<float> x = Tensor.Create([.. Enumerable.Range(0, 3 * 9 * 7).Select(_ => random.NextSingle())], [3, 9, 7]);
            var layer = new BlockReduce2d((2, 3)) { Edge = edge };
            var average = edge switch
            {
                BlockEdge.Drop => new AvgPool2d((2, 3)),
                BlockEdge.Partial => new AvgPool2d((2, 3), ceilMode: true, countIncludePad: false),
                _ => new AvgPool2d((2, 3), padding: new Padding(0, (1, 2))),
            };
            Tensor<float> y = layer.Forward(x), g = Tensor.Create([.. y.Select(_ => random.NextSingle())], y.Lengths);
            Assert.Equal(average.Forward(x), y);
            Assert.Equal(average.Backward(g, x.Lengths), layer.Backward(g, x));
        }
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Tensor<byte> bytes = Tensor.Create(new byte[4], [1, 4]);
        Tensor<float> floats = Tensor.Create(new float[4], [1, 4]);
        Refused<ArgumentOutOfRangeException>("MinCount is 5; it must be from 1 to the 4 elements of a block", () => new BlockReduce2d(2) { MinCount = 5 });
        Refused<ArgumentOutOfRangeException>("MinCount is 0", () => new BlockReduce2d(2) { MinCount = 0 });
        Refused<ArgumentOutOfRangeException>("method is 9; it must be one of Mean, Max", () => new BlockReduce2d(2, (Reduction)9));
        Refused<ArgumentOutOfRangeException>("Edge is 7; it must be one of Drop, Partial, Pad", () => new BlockReduce2d(2) { Edge = (BlockEdge)7 });
        Refused<ArgumentException>("NoData is -9999, and no uint8 is that number; it must be a whole one from 0 to 255", () => new BlockReduce1d(2) { NoData = -9999 }.Forward(bytes));
        Refused<ArgumentException>("NoData is 0.5, and no uint8", () => new BlockReduce1d(2) { NoData = 0.5 }.Forward(bytes));
        Refused<ArgumentException>("and no int64 is that number", () => new BlockReduce1d(2) { NoData = 9223372036854775808.0 }.Forward(Tensor.Create(new long[4], [1, 4])));
        Refused<ArgumentException>("NoData is 1E+300, which is beyond the range of float32", () => new BlockReduce1d(2) { NoData = 1e300 }.Forward(floats));
        Refused<ArgumentException>("MinCount is 2, and uint8 has no NaN", () => new BlockReduce1d(2) { MinCount = 2 }.Forward(bytes));
        Refused<ArgumentException>("input length 4 is too small", () => new BlockReduce1d(5) { Edge = BlockEdge.Drop }.Forward(floats));
        Refused<ArgumentOutOfRangeException>("levels is 0", () => new BlockReduce1d(2).Pyramid(floats, 0));
        Refused<ArgumentOutOfRangeException>("blocks of 2 to that power have more than 2^31", () => new BlockReduce1d(2).Pyramid(floats, 31));
        Refused<NotSupportedException>("has neither weights nor a gradient", () => new BlockReduce1d(2, Reduction.Max).Backward(Tensor.Create(new float[2], [1, 2]), floats));
        Refused<NotSupportedException>("weights of int32 are not supported", () => new BlockReduce1d(2).ForwardWeighted(floats, Tensor.Create(new int[4], [1, 4])));
        Refused<ArgumentException>("weights is 1×3", () => new BlockReduce1d(2).ForwardWeighted(floats, Tensor.Create(new float[3], [1, 3])));
        Refused<NotSupportedException>("gradients of uint8", () => new BlockReduce1d(2).Backward(Tensor.Create(new byte[2], [1, 2]), bytes));
        Tensor<float> shared = Tensor.Create(new float[8], [1, 8]);
        Refused<ArgumentException>("output shares memory with level 1", () => new BlockReduce1d(2).Pyramid<float>(shared, 2, level => Tensor.Create(Outputs, [1, 4 / level]).AsTensorSpan()));
    }

    private static readonly float[] Outputs = new float[4];

    [Fact]
    public void A_cancelled_pyramid_says_so()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => new BlockReduce1d(2).Pyramid(Tensor.Create(new float[8], [1, 8]), 2, cancellationToken: cancellation.Token));
    }

    [Fact]
    public void Empty_batches_have_empty_levels() =>
        Assert.Equal([0, 1, 2], new BlockReduce1d(2).Pyramid(Tensor.Create(Array.Empty<float>(), [0, 1, 8]), 2)[1].Lengths.ToArray());

    private static void Refused<TException>(string message, Func<object> call)
        where TException : Exception => Assert.Contains(message, Assert.Throws<TException>(call).Message, StringComparison.Ordinal);

    private static void Refused<TException>(string message, Action call)
        where TException : Exception => Assert.Contains(message, Assert.Throws<TException>(call).Message, StringComparison.Ordinal);
}
