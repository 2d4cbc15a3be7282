using System.Numerics.Tensors;

namespace Cenote.Tests;

/// <summary>The examples by which pooling is taught.</summary>
public class MissionTests
{
    private static readonly float[] Grid = [1, 3, 2, 1, 4, 6, 5, 0, 2, 9, 3, 4, 0, 1, 7, 2];

    [Fact]
    public void Max_2x2() => Check(new MaxPool2d(2), Grid, [1, 4, 4], [6, 5, 9, 7], [1, 2, 2]);

    [Fact]
    public void Average_2x2() => Check(new AvgPool2d(2, 2), Grid, [1, 4, 4], [3.5f, 2, 3, 4], [1, 2, 2]);

    [Fact]
    public void The_strongest_of_four() => Check(new MaxPool2d(2), [1, 5, 2, 4], [1, 2, 2], [5], [1, 1, 1]);

    [Fact]
    public void Five_by_five_drops_the_rest_or_keeps_it_in_ceil_mode()
    {
        float[] input = [.. Enumerable.Range(1, 25).Select(i => (float)i)];
        Check(new MaxPool2d(2, 2), input, [1, 5, 5], [7, 9, 17, 19], [1, 2, 2]);
        Check(new MaxPool2d(2, 2, ceilMode: true), input, [1, 5, 5], [7, 9, 10, 17, 19, 20, 22, 24, 25], [1, 3, 3]);
        Check(new AvgPool2d(2, 2, ceilMode: true), input, [1, 5, 5], [4, 6, 7.5f, 14, 16, 17.5f, 21.5f, 23.5f, 25], [1, 3, 3]);
    }

    [Fact]
    public void Dilation_2_reads_the_corners() => Check(new MaxPool2d(2, dilation: 2), [1, 9, 2, 9, 9, 9, 3, 9, 4], [1, 3, 3], [4], [1, 1, 1]);

    [Fact]
    public void Kernel_of_two_rows_and_three_columns() => Check(new MaxPool2d((2, 3)), [1, 2, 3, 4, 5, 6], [1, 2, 3], [6], [1, 1, 1]);

    [Fact]
    public void Stride_1_overlaps() => Check(new MaxPool1d(2, 1), [1, 3, 2, 5], [1, 4], [3, 3, 5], [1, 3]);

    [Fact]
    public void Global_average_gives_one_number_per_channel() => Check(new GlobalAvgPool2d(), [1, 2, 3, 4, 10, 20, 30, 40], [2, 2, 2], [2.5f, 25], [2, 1, 1]);

    [Fact]
    public void Global_max_gives_one_number_per_channel() => Check(new GlobalMaxPool2d(), [1, 2, 3, 4, 40, 30, 20, 10], [2, 2, 2], [4, 40], [2, 1, 1]);

    [Fact]
    public void Padding_is_no_zero_unless_asked_for()
    {
        float[] negative = [-1, -2, -3, -4];
        Check(new MaxPool2d(2, 2, 1), negative, [1, 2, 2], [-1, -2, -3, -4], [1, 2, 2]);
        Check(new MaxPool2d(2, 2, 1) { ZeroPadding = true }, negative, [1, 2, 2], [0, 0, 0, 0], [1, 2, 2]);
    }

    [Fact]
    public void Average_counts_padding_unless_told_not_to()
    {
        Check(new AvgPool1d(2, 2, 1), [4, 6], [1, 2], [2, 3], [1, 2]);
        Check(new AvgPool1d(2, 2, 1, countIncludePad: false), [4, 6], [1, 2], [4, 6], [1, 2]);
        Check(new AvgPool1d(2, 2, 1, divisorOverride: 4), [4, 6], [1, 2], [1, 1.5f], [1, 2]);
    }

    private static void Check(PoolLayer pool, float[] input, nint[] shape, float[] expected, nint[] expectedShape)
    {
        Tensor<float> output = pool.Forward(Tensor.Create(input, shape));
        Assert.Equal(expectedShape, output.Lengths.ToArray());
        Assert.Equal(expected, output.ToArray());
    }
}
