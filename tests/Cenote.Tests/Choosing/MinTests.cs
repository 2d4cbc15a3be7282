using System.Numerics.Tensors;

namespace Cenote.Tests.Choosing;

/// <summary>Minima are first class.</summary>
public class MinTests
{
    /// <summary>Keras 14355: the negative of a maximum of negatives is no minimum of bytes.</summary>
    [Fact]
    public void Minima_of_unsigned_types_need_no_negation()
    {
        Assert.Equal([(byte)1, (byte)0], new MinPool1d(2).Forward(Pooled.Row<byte>(255, 1, 0, 128)));
        Assert.Equal([0ul, 5ul], new MinPool1d(2).Forward(Pooled.Row<ulong>(ulong.MaxValue, 0, 5, 6)));
        Assert.Equal([(ushort)3], new GlobalMinPool1d().Forward(Pooled.Row<ushort>(ushort.MaxValue, 3)));
    }

    [Fact]
    public void The_least_signed_number_has_no_negative() => Assert.Equal([int.MinValue], new MinPool1d(2).Forward(Pooled.Row(int.MinValue, int.MaxValue)));

    [Fact]
    public void Ties_and_NaN_are_a_maximum_s()
    {
        var (y, indices) = new MinPool1d(3).ForwardWithIndices(Pooled.Row(-0f, 0f, 1f, 0f, -0f, 1f, float.NaN, 1f, float.NaN, float.NegativeInfinity, float.NaN, 1f));
        Assert.Equal([float.NegativeInfinity, float.PositiveInfinity], y.Take(2).Select(zero => 1 / zero));
        Assert.All(y.Skip(2), value => Assert.True(float.IsNaN(value)));
        Assert.Equal([0L, 3, 8, 10], indices.ToFlat());
    }

    [Fact]
    public void A_window_of_infinities_has_an_index_and_one_without_a_tap_has_none()
    {
        var pool = new MinPool1d(2, stride: 1, padding: 1, dilation: 2);
        var (y, indices) = pool.ForwardWithIndices(Pooled.Row(float.PositiveInfinity));
        Assert.Equal([float.PositiveInfinity], y);
        Assert.Equal([-1L], indices.ToFlat());
        Assert.Equal([byte.MaxValue], pool.Forward(Pooled.Row<byte>(7)));
        Assert.Equal([0L], new MinPool1d(2).ForwardWithIndices(Pooled.Row(float.PositiveInfinity, float.PositiveInfinity)).Indices.ToFlat());
    }

    [Fact]
    public void Padding_takes_no_part() => Assert.Equal([1f, 2f], new MinPool1d(3, 2, 1).Forward(Pooled.Row(1f, 2f, 3f, 4f)));

    [Fact]
    public void Indices_lead_values_back()
    {
        Tensor<float> x = Tensor.Create(new float[] { 4, 3, 9, 8, 1, 2, 7, 6 }, [1, 2, 4]);
        var pool = new MinPool2d(2);
        var (y, indices) = pool.ForwardWithIndices(x);
        Assert.Equal([1f, 6f], y);
        Assert.Equal([4L, 7L], indices.ToFlat());
        Assert.Equal([0f, 0, 0, 0, 1, 0, 0, 6], new MaxUnpool2d(2).Forward(y, indices));
        Assert.Equal([0f, 0, 0, 0, 10, 0, 0, 20], pool.Backward(Tensor.Create(new float[] { 10, 20 }, [1, 1, 2]), indices));
        Assert.Equal([4L], new GlobalMinPool2d().ForwardWithIndices(x).Indices.ToFlat());
    }

    [Fact]
    public void Threads_and_memory_order_change_no_bit()
    {
        Pooled.RequireSameEverywhere(threads => new MinPool2d(3, 2, 1) { MaxDegreeOfParallelism = threads }, [2, 17, 40, 41], seed: 1);
        Pooled.RequireSameEverywhere(threads => new MinPool3d(2) { MaxDegreeOfParallelism = threads }, [1, 5, 9, 20, 21], seed: 2);
        Pooled.RequireSameEverywhere(threads => new GlobalMinPool1d { MaxDegreeOfParallelism = threads }, [2, 9, 1000], seed: 3);
    }
}
