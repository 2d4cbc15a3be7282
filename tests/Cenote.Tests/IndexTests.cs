using System.Numerics.Tensors;

namespace Cenote.Tests;

/// <summary>Indices, gradients and unpooling on examples small enough to check by hand.</summary>
public class IndexTests
{
    [Fact]
    public void A_window_says_which_tap_it_chose()
    {
        Tensor<float> x = Tensor.Create(new float[] { 1, 5, 2, 0, 4, 5, 3, 3, 9, 1, 0, 0, 2, 8, 0, 0 }, [1, 1, 4, 4]);
        var pool = new MaxPool2d(2);
        var (values, indices) = pool.ForwardWithIndices(x);
        Assert.Equal([5f, 3f, 9f, 0f], values);
        Assert.Equal([1L, 6, 8, 10], indices.ToFlat());
        Assert.Equal(1, indices.BytesPerIndex);
        Tensor<float> gradient = Tensor.Create(new float[] { 1, 2, 3, 4 }, [1, 1, 2, 2]);
        float[] expected = [0, 1, 0, 0, 0, 0, 2, 0, 3, 0, 4, 0, 0, 0, 0, 0];
        Assert.Equal(expected, pool.Backward(gradient, indices));
        Assert.Equal(expected, pool.BackwardFromInput(gradient, x));
        Assert.Equal(values, pool.Gather(x, indices));
        Assert.Equal([0f, 5, 0, 0, 0, 0, 3, 0, 9, 0, 0, 0, 0, 0, 0, 0], new MaxUnpool2d(2).Forward(values, indices));
        Assert.Equal([0f, 5, 0, 0, 0, 0, 3, 0, 9, 0, 0, 0, 0, 0, 0, 0], new MaxUnpool2d(2).Forward(values, indices.ToFlat()));
        Assert.Equal(values, new MaxUnpool2d(2).Backward(x, indices));
        Assert.Equal(indices.ToFlat(), PoolIndices.FromFlat(pool.Plan(1, 1, 4, 4), indices.ToFlat()).ToFlat());
    }

    [Fact]
    public void The_gradient_of_an_average_is_shared_by_its_taps()
    {
        Tensor<float> gradient = Tensor.Create(new float[] { 3, 6 }, [1, 1, 2]);
        Assert.Equal([1f, 1, 3, 2, 2], new AvgPool1d(3, stride: 2).Backward(gradient, [1, 1, 5]));
    }
}
