using System.Numerics.Tensors;
using CsCheck;

namespace Cenote.Tests;

/// <summary>Adaptive windows, and the layers over them, against their definition.</summary>
public class AdaptiveTests
{
    private static readonly Gen<(int Length, int Output)> Axes = Gen.Select(Gen.Int[1, 60], Gen.Int[1, 70]);

    [Fact]
    public void Windows_are_those_of_the_definition() => Axes.Sample((length, output) =>
    {
        AxisPlan axis = AxisPlan.Adaptive(length, output, "length");
        for (int o = 0; o < output; o++)
        {
            int start = o * length / output, end = ((o + 1) * length + output - 1) / output;
            Assert.Equal((start, end - start), (axis[o].Start, axis[o].Count));
            Assert.Equal(start, axis.Start(o));
            Assert.True(axis[o].Count <= axis.Kernel);
        }
    });

    [Fact]
    public void The_transpose_lists_the_outputs_that_read_an_input() => Axes.Sample((length, output) =>
    {
        AxisPlan axis = AxisPlan.Adaptive(length, output, "length"), readers = axis.Transpose();
        for (int i = 0; i < length; i++)
        {
            long[] expected = [.. Enumerable.Range(0, output).Where(o => axis[o].Start <= i && i < axis[o].Start + axis[o].Count).Select(o => (long)o)];
            Assert.Equal(expected, Enumerable.Range(0, (int)readers[i].Count).Select(k => readers[i].Start + k * readers[i].Step));
        }
    });

    [Fact]
    public void Long_axes_lose_nothing()
    {
        AxisPlan axis = AxisPlan.Adaptive((1L << 59) + 1, 1L << 58, "length");
        Assert.Equal((1L << 59) + 1, axis[(1L << 58) - 1].Start + axis[(1L << 58) - 1].Count);
        PoolPlan plan = new AdaptiveAvgPool2d((3527, 2219)).Plan(1, 1, 5873, 3693);
        Assert.Equal([1, 1, 3527, 2219], plan.OutputShape.ToArray());
        Assert.Equal(5873, plan.WindowAt(0, 3526).Start + plan.WindowAt(0, 3526).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Layers_give_the_mean_and_the_maximum_of_each_share(bool channelsLast)
    {
        var random = new Random(3);
        foreach (var (c, h, w, oh, ow) in (ReadOnlySpan<(int, int, int, int, int)>)[(1, 7, 5, 3, 2), (20, 13, 13, 7, 7), (17, 9, 31, 4, 12), (33, 5, 5, 8, 7), (16, 8, 8, 4, 4), (3, 10, 11, -1, 1), (3, 9, 13, 5, 4), (2, 7, 6, 9, 8), (5, 6, 7, 1, 1)])
        {
            float[] data = [.. Enumerable.Range(0, c * h * w).Select(_ => (float)random.Next(-50, 50))];
            nint[] strides = channelsLast ? [1, w * c, c] : [h * w, w, 1];
            Tensor<float> x = Tensor.Create(data, [c, h, w], c == 1 ? [0, strides[1], strides[2]] : strides);
            Tensor<float> mean = new AdaptiveAvgPool2d((oh, ow)).Forward(x), max = new AdaptiveMaxPool2d((oh, ow)).Forward(x);
            var (values, indices) = new AdaptiveMaxPool2d((oh, ow)).ForwardWithIndices(x);
            Tensor<long> flat = indices.ToFlat();
            int rows = oh < 0 ? h : oh;
            for (int n = 0; n < c; n++)
            {
                for (int i = 0; i < rows; i++)
                {
                    for (int j = 0; j < ow; j++)
                    {
                        var taps = from row in Share(i, h, rows) from column in Share(j, w, ow) select (Value: x[n, row, column], Flat: (long)row * w + column);
                        Assert.Equal(taps.Sum(tap => (double)tap.Value) / taps.Count(), mean[n, i, j], 1e-5);
                        Assert.Equal(taps.Max(tap => tap.Value), max[n, i, j]);
                        Assert.Equal(max[n, i, j], values[n, i, j]);
                        Assert.Equal(taps.First(tap => tap.Value == max[n, i, j]).Flat, flat[n, i, j]);
                    }
                }
            }

            Assert.Equal(flat, PoolIndices.FromFlat(new AdaptiveMaxPool2d((oh, ow)).Plan(x.Lengths), flat).ToFlat());
        }

        static IEnumerable<int> Share(int o, int length, int outputs) => Enumerable.Range(o * length / outputs, ((o + 1) * length + outputs - 1) / outputs - o * length / outputs);
    }

    [Fact]
    public void Gradients_of_a_mean_are_its_adjoint()
    {
        var random = new Random(4);
        var pool = new AdaptiveAvgPool2d((4, 6));
        Tensor<double> x = Random(random, [2, 3, 7, 5]), g = Random(random, [2, 3, 4, 6]);
        Tensor<double> y = pool.Forward(x), dx = pool.Backward(g, x.Lengths);
        Assert.Equal(y.Zip(g, (a, b) => a * b).Sum(), x.Zip(dx, (a, b) => a * b).Sum(), 1e-10);
    }

    [Fact]
    public void PyTorch_s_example_of_a_gradient() =>
        Assert.Equal([0.5f, 0.83333f, 0.33333f, 0.83333f, 0.5f], new AdaptiveAvgPool1d(3).Backward(Tensor.Create(new float[] { 1, 1, 1 }, [1, 3]), [1, 5]).Select(x => MathF.Round(x, 5)));

    [Fact]
    public void Sixteen_bit_averages_of_4096_ones_are_one()
    {
        Half[] ones = [.. Enumerable.Repeat((Half)1, 4096 * 9)];
        Assert.All(new AdaptiveAvgPool2d(3).Forward(Tensor.Create(ones, [1, 192, 192])), mean => Assert.Equal((Half)1, mean));
        Assert.Equal((Half)1, new AdaptiveAvgPool3d(1).Forward(Tensor.Create(ones, [1, 16, 48, 48])).Single());
    }

    [Fact]
    public void Sizes_that_are_none_are_refused()
    {
        Assert.Contains("outputSize height is 0; it must be at least 1, or -1", Assert.Throws<ArgumentOutOfRangeException>(() => new AdaptiveAvgPool2d((0, 3))).Message, StringComparison.Ordinal);
        Assert.Contains("3 numbers; a 2-D layer takes one number, or 2", Assert.Throws<ArgumentException>(() => new AdaptiveMaxPool2d((1, 2, 3))).Message, StringComparison.Ordinal);
    }

    private static Tensor<double> Random(Random random, nint[] shape) => Tensor.Create([.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => random.NextDouble())], shape);
}
