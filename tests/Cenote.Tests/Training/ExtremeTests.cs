using System.Numerics.Tensors;

namespace Cenote.Tests.Training;

/// <summary>Training at the edges of memory and of numbers.</summary>
public class ExtremeTests
{
    [Fact]
    public void Windows_dilated_beyond_all_bounds_give_their_one_tap_its_gradient()
    {
        const int D = (1 << 22) - 1;
        foreach (var layer in (MaxPool3d[])[new(2, stride: 1024, padding: new Padding((D, 0, 0), (0, D, D)), dilation: D), new(2, stride: 1024, padding: new Padding(0, D), dilation: D)])
        {
            var (y, indices) = layer.ForwardWithIndices(Tensor.Create(new float[] { 1 }, [1, 1, 1, 1]));
            for (int time = 0; time < 3; time++) Assert.Equal([1f], layer.Backward(y, indices));
        }
    }

    [Fact]
    public void Planes_that_no_memory_holds_are_refused()
    {
        const int K = 1 << 20;
        var pool = new MaxPool3d(K, 1, padding: K - 1);
        var result = new float[] { 5 };
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => pool.BackwardFromInput<float>(
            new ReadOnlyTensorSpan<float>(new float[1], [1, K, K, K], [0, 0, 0, 0]), new ReadOnlyTensorSpan<float>(new float[1], [1, 1, 1, 1], []), new TensorSpan<float>(result, [1, 1, 1, 1], [])));
        Assert.Contains("1×1048576×1048576×1048576", refusal.Message, StringComparison.Ordinal);
        refusal = Assert.Throws<ArgumentException>(() => new MaxUnpool2d(2).Backward<float>(
            new ReadOnlyTensorSpan<float>(new float[1], [2, 1 << 30, (nint)1 << 31], [0, 0, 0]), new ReadOnlyTensorSpan<long>(new long[] { 5, 7 }, [2, 1, 1], []), new TensorSpan<float>(new float[2], [2, 1, 1], [])));
        Assert.Contains("2305843009213693952 positions", refusal.Message, StringComparison.Ordinal);
        Assert.Equal([5f], result);
    }

    [Fact]
    public void An_empty_batch_has_nothing_to_do()
    {
        var progress = new Told();
        _ = new MaxPool1d(2).BackwardFromInput(Tensor.CreateFromShape<float>([0, 1, 8]), Tensor.CreateFromShape<float>([0, 1, 16]), progress);
        Assert.Equal(1, progress.Last);
    }

    [Theory]
    [InlineData(6, true)]
    [InlineData(10, true)]
    [InlineData(10, false)]
    [InlineData(20, true)]
    [InlineData(20, false)]
    public void The_memory_order_of_an_average_s_gradient_changes_no_bit(int kernel, bool countPadding)
    {
        var random = new Random(6);
        var pool = new AvgPool2d(kernel, 1, kernel / 2, countIncludePad: countPadding);
        nint[] shape = [2, 16, 60, 60], output = pool.Plan(shape).OutputShape.ToArray();
        float[] data = [.. Enumerable.Range(0, (int)(output[0] * output[1] * output[2] * output[3])).Select(_ => random.NextSingle() - 0.5f)];
        Tensor<float> rows = Tensor.Create(data, output);
        Tensor<float> pixels = Tensor.CreateFromShape<float>(output, [output[1] * output[2] * output[3], 1, output[1] * output[3], output[1]]);
        rows.CopyTo(pixels);
        float[] expected = [.. pool.Backward(rows, shape)];
        Assert.Equal(expected, pool.Backward(pixels, shape));
        Tensor<float> other = Tensor.CreateFromShape<float>(shape, [16 * 60 * 60, 1, 16 * 60, 16]);
        pool.Backward(rows, other);
        Assert.Equal(expected, other);
        Tensor<float> back = Tensor.CreateFromShape<float>(shape);
        pool.Backward(pixels, back);
        Assert.Equal(expected, back);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(400)]
    public void Gradients_are_divided_before_they_are_added(int kernel)
    {
        float[] large = [.. Enumerable.Repeat(3e38f, 1000)];
        Tensor<float> result = new AvgPool1d(kernel, stride: 1).Backward(Tensor.Create(large, [1, 1000]), [1, 999 + kernel]);
        Assert.InRange(result[0, 600], 2.99e38f, 3.01e38f);
    }

    [Fact]
    public void A_call_that_is_refused_leaves_the_indices_as_they_were()
    {
        var pool = new MaxPool2d(2, 1);
        Tensor<float> x = Tensor.Create([.. Enumerable.Range(0, 18).Select(i => (float)(i * 7 % 18))], [1, 2, 3, 3]);
        var (_, indices) = pool.ForwardWithIndices(x);
        long[] before = [.. indices.ToFlat()];
        Tensor<float> pixels = Tensor.CreateFromShape<float>([1, 2, 3, 3], [0, 1, 6, 2]), output = Tensor.CreateFromShape<float>([1, 2, 2, 2], [0, 1, 4, 2]);
        Assert.Throws<OperationCanceledException>(() => pool.ForwardWithIndices(pixels, output, indices, cancellationToken: new CancellationToken(canceled: true)));
        Assert.Equal(before, indices.ToFlat());
    }

    [Theory]
    [InlineData(4097, 1)]
    [InlineData(5000, 3)]
    [InlineData(3, 5000)]
    public void Windows_without_tables_have_gradients_too(int kernel, int stride)
    {
        var random = new Random(7);
        var pool = new MaxPool1d(kernel, stride, kernel / 2);
        Tensor<float> x = Tensor.Create([.. Enumerable.Range(0, 2 * 12000).Select(_ => (float)random.Next(1000))], [2, 12000]);
        var (y, indices) = pool.ForwardWithIndices(x);
        Tensor<long> flat = indices.ToFlat();
        var expected = new float[x.FlattenedLength];
        for (int c = 0; c < 2; c++)
            for (int o = 0; o < y.Lengths[1]; o++) expected[c * 12000 + flat[c, o]] += y[c, o];
        Assert.Equal(expected, pool.Backward(y, indices));
        Assert.Equal(expected.Select(sum => (Half)sum), pool.Backward(Tensor.Create([.. y.Select(value => (Half)value)], y.Lengths), indices));
    }

    private sealed class Told : IProgress<double>
    {
        public double Last { get; private set; }

        public void Report(double value) => Last = value;
    }
}
