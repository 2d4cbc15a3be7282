using System.Numerics.Tensors;

namespace Cenote.Tests;

/// <summary>Maxima whose rows are combined before their columns: the plans at which that way ends.</summary>
public class ColumnTests
{
    /// <summary>Rows so long, and windows of so many of them, that kernels which keep the order cut them: these have other pieces than rows.</summary>
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(-0f)]
    public void What_one_plane_holds_is_seen_there_however_long_its_rows(float odd)
    {
        const int Height = 61, Width = 3600;
        float[] planes = [.. Enumerable.Repeat(odd == 0 ? -1f : 1, 2 * Height * Width)];
        int second = Height * Width;
        // Of zeros the first in row-major order, but not in the order of columns.
        planes[second + 1] = odd;
        planes[second + Width] = odd == 0 ? 0 : 1;
        foreach (int threads in (int[])[1, 2])
        {
            float[] pooled = [.. new MaxPool2d((40, 2), (21, 1)) { MaxDegreeOfParallelism = threads }.Forward(Tensor.Create(planes, [1, 2, Height, Width]))];
            float[] expected = [.. Enumerable.Repeat(odd == 0 ? -1f : 1, pooled.Length)];
            (expected[pooled.Length / 2], expected[pooled.Length / 2 + 1]) = (odd, odd);
            Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), pooled.Select(BitConverter.SingleToInt32Bits));
        }
    }

    /// <summary>Planes with NaN or −0 are pooled in order, and those between them are not; rows shorter than a register among them.</summary>
    [Theory]
    [InlineData(3, 1, 5)]
    [InlineData(3, 1, 20)]
    [InlineData(5, 2, 20)]
    [InlineData(3, 1, 37)]
    public void Planes_between_odd_ones_are_pooled_like_them(int kernel, int padding, int width)
    {
        const int Planes = 40, Height = 6;
        int size = Height * width;
        float[] planes = [.. Enumerable.Range(0, Planes * size).Select(i => -(float)(i * 37 % 64) / 8 - 1)];
        foreach (int odd in (int[])[0, 1, 7, 8, 30])
        {
            planes[odd * size + 1] = odd % 2 == 0 ? float.NaN : -0f;
            planes[odd * size + width] = 0;
        }

        var layer = new MaxPool2d(kernel, 1, padding) { MaxDegreeOfParallelism = 1 };
        float[] pooled = [.. layer.Forward(Tensor.Create(planes, [1, Planes, Height, width]))];
        short[] halves = [.. layer.Forward(Tensor.Create([.. planes.Select(each => (Half)each)], [1, Planes, Height, width])).Select(BitConverter.HalfToInt16Bits)];
        for (int i = 0; i < pooled.Length; i++)
        {
            var (h, w) = Math.DivRem(i % size, width);
            float expected = float.NegativeInfinity;
            for (int y = Math.Max(0, h - padding); y <= Math.Min(Height - 1, h + padding); y++)
                for (int x = Math.Max(0, w - padding); x <= Math.Min(width - 1, w + padding); x++)
                {
                    float tap = planes[i / size * size + y * width + x];
                    if (tap > expected || float.IsNaN(tap)) expected = tap;
                }

            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(pooled[i]));
            Assert.Equal(BitConverter.HalfToInt16Bits((Half)expected), halves[i]);
        }
    }

    /// <summary>Taps a thousand million positions apart: lines that hold them all would take gigabytes.</summary>
    [Fact]
    public void Windows_of_any_span_take_little_memory()
    {
        const int Far = 1_000_000_000;
        float[] input = [.. Enumerable.Range(0, 64).Select(i => (float)(i * 37 % 64))];
        Tensor<float> pooled = new MaxPool2d((2, 3), (2, 1), new Padding((0, Far), (0, Far)), (1, Far)).Forward(Tensor.Create(input, [1, 1, 4, 16]));
        Assert.Equal([1, 1, 2, 16], pooled.Lengths.ToArray());
        Assert.Equal(from row in (int[])[0, 32] from w in Enumerable.Range(0, 16) select Math.Max(input[row + w], input[row + 16 + w]), pooled);

        byte[] sparse = new byte[5 * 10_000_002];
        sparse[3 * 10_000_002 + 10_000_001] = 7;
        long before = Environment.WorkingSet;
        Assert.Equal(new byte[] { 0, 0, 0, 7 }, new MaxPool2d((3, 2), (2, 10_000_000)).Forward(Tensor.Create(sparse, [1, 1, 5, 10_000_002])));
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 300_000_000);
    }
}
