using System.Numerics;
using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Blocks;

/// <summary>Blocks by their mode and their median, against a count and a sort of what is data.</summary>
public class PickReductionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Labels_shrink_by_their_mode_and_numbers_by_their_median(bool channelsLast)
    {
        var random = new Random(12);
        for (int number = 0; number < 150; number++)
        {
            Compare<ulong>(random, channelsLast, values => [.. values.Select(value => (ulong)value)]);
            Compare<sbyte>(random, channelsLast, values => [.. values.Select(value => (sbyte)(value - 2))]);
        }
    }

    private static void Compare<T>(Random random, bool channelsLast, Func<int[], T[]> convert)
        where T : unmanaged, IBinaryInteger<T>
    {
        int[] block = [1 + random.Next(3), 1 + random.Next(4), 1 + random.Next(3)], lengths = [1 + random.Next(9), 1 + random.Next(20), 1 + random.Next(70)];
        T[] data = convert([.. Enumerable.Range(0, 2 * lengths[0] * lengths[1] * lengths[2]).Select(_ => random.Next(4))]);
        bool ignores = random.Next(2) == 0;
        int least = ignores ? 1 + random.Next(block[0] * block[1] * block[2]) : 1, levels = 1 + random.Next(2), threads = 1 + random.Next(2);
        foreach (Reduction method in (Reduction[])[Reduction.Mode, Reduction.Median])
        {
            var layer = new BlockReduce3d((block[0], block[1], block[2]), method) { NoData = ignores ? 0 : null, MinCount = least, MaxDegreeOfParallelism = threads };
            nint[] shape = [2, .. lengths.Select(length => (nint)length)];
            Tensor<T> x = Dense.Of(data, shape, 3, channelsLast);
            Tensor<T>[] pyramid = layer.Pyramid(x, levels);
            for (int level = 1; level <= levels; level++)
            {
                T[] expected = Expected(data, lengths, [.. block.Select(size => (int)Math.Pow(size, level))], method, ignores, least);
                Assert.Equal(expected, Dense.RowMajor(pyramid[level - 1]));
                Assert.Equal(expected, Dense.RowMajor(layer.AtLevel(level).Forward(x)));
            }
        }
    }

    private static T[] Expected<T>(T[] data, int[] lengths, int[] block, Reduction method, bool ignores, int least)
        where T : unmanaged, IBinaryInteger<T>
    {
        List<T> outputs = [];
        for (int c = 0; c < 2; c++)
            for (int d = 0; d < lengths[0]; d += block[0])
                for (int h = 0; h < lengths[1]; h += block[1])
                    for (int w = 0; w < lengths[2]; w += block[2])
                    {
                        List<T> taps = [];
                        for (int i = d; i < Math.Min(d + block[0], lengths[0]); i++)
                            for (int j = h; j < Math.Min(h + block[1], lengths[1]); j++)
                                for (int k = w; k < Math.Min(w + block[2], lengths[2]); k++) taps.Add(data[((c * lengths[0] + i) * lengths[1] + j) * lengths[2] + k]);
                        if (ignores) taps.RemoveAll(T.IsZero);
                        outputs.Add(taps.Count < least ? T.Zero
                            : method == Reduction.Median ? taps.Order().ElementAt((taps.Count - 1) / 2)
                            : taps.GroupBy(tap => tap).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First().Key);
                    }

        return [.. outputs];
    }

    [Fact]
    public void Floats_have_a_median_and_no_mode()
    {
        Tensor<float> x = Tensor.Create([4, float.NaN, 1, 3, 2, float.NaN, float.NaN, float.NaN], [1, 8]);
        Assert.Equal([3f, 2f], new BlockReduce1d(4, Reduction.Median) { IgnoreNaN = true }.Forward(x));
        Assert.Equal([3f, float.NaN], new BlockReduce1d(4, Reduction.Median) { IgnoreNaN = true, MinCount = 2 }.Forward(x));
        Assert.True(float.IsNaN(new BlockReduce1d(4, Reduction.Median).Forward(x)[0, 0]));
        Assert.Contains("have no mode", Assert.Throws<NotSupportedException>(() => new BlockReduce1d(4, Reduction.Mode).Forward(x)).Message, StringComparison.Ordinal);
        Assert.Contains("Edge is Pad", Assert.Throws<ArgumentException>(() => new BlockReduce1d(3, Reduction.Median) { Edge = BlockEdge.Pad }.Forward(x)).Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => new BlockReduce1d(4, Reduction.Median).Backward(x, x));
    }
}
