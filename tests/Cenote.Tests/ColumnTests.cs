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
