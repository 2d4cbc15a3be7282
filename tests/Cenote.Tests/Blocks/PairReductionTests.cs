using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Blocks;

/// <summary>Plain means of pairs: large images have a kernel of their own, and the bits of small ones.</summary>
public class PairReductionTests
{
    private const int Rows = 201, Columns = 333, Strip = 40;

    [Theory]
    [InlineData(BlockEdge.Partial, IntegerRounding.TowardZero)]
    [InlineData(BlockEdge.Partial, IntegerRounding.NearestEven)]
    [InlineData(BlockEdge.Drop, IntegerRounding.TowardZero)]
    [InlineData(BlockEdge.Drop, IntegerRounding.NearestEven)]
    [InlineData(BlockEdge.Pad, IntegerRounding.TowardZero)]
    [InlineData(BlockEdge.Pad, IntegerRounding.NearestEven)]
    public void Large_images_are_reduced_as_their_strips_are(BlockEdge edge, IntegerRounding rounding)
    {
        Compare<byte>(edge, rounding);
        Compare<ushort>(edge, rounding);
        Compare<float>(edge, rounding);
    }

    private static void Compare<T>(BlockEdge edge, IntegerRounding rounding)
        where T : unmanaged
    {
        var random = new Random(3);
        T[] image = [.. Enumerable.Range(0, Rows * Columns).Select(_ => Elements.FromDouble<T>(random.Next(256) * (typeof(T) == typeof(ushort) ? 257 : 1)))];
        var layer = new BlockReduce2d(2) { Edge = edge, IntegerRounding = rounding, MaxDegreeOfParallelism = 2 };
        T[] whole = [.. layer.Forward(Tensor.Create(image, [1, Rows, Columns]))];
        List<T> strips = [];
        for (int row = 0; row < Rows; row += Strip)
        {
            int rows = Math.Min(Strip, Rows - row);
            if (rows > 1 || edge != BlockEdge.Drop) strips.AddRange(layer.Forward(Tensor.Create(image[(row * Columns)..((row + rows) * Columns)], [1, rows, Columns])));
        }

        Assert.Equal(strips, whole);
        // Three times the same picture, its channels last, as pictures from files have them.
        Tensor<T> pixels = Tensor.Create([.. image.SelectMany(value => Enumerable.Repeat(value, 3))], 0, [3, Rows, Columns], [1, 3 * Columns, 3]);
        Assert.Equal([.. strips, .. strips, .. strips], layer.Forward(pixels));
    }

    /// <summary>Volumes wide enough for registers, of which some rows of two levels are made at once.</summary>
    [Theory]
    [InlineData(BlockEdge.Partial)]
    [InlineData(BlockEdge.Drop)]
    [InlineData(BlockEdge.Pad)]
    public void Levels_of_volumes_are_the_reductions_of_the_input(BlockEdge edge)
    {
        var random = new Random(4);
        foreach (nint width in (ReadOnlySpan<nint>)[63, 64, 101, 140, 270])
        {
            foreach (double? noData in (ReadOnlySpan<double?>)[null, 0])
            {
                Tensor<byte> volume = Tensor.Create([.. Enumerable.Range(0, (int)(9 * 11 * width)).Select(_ => (byte)(random.Next(4) * random.Next(86)))], [1, 9, 11, width]);
                var layer = new BlockReduce3d(2) { Edge = edge, IntegerRounding = (IntegerRounding)(width % 2), NoData = noData, MaxDegreeOfParallelism = 2 };
                Tensor<byte>[] levels = layer.Pyramid(volume, 3);
                for (int level = 1; level <= levels.Length; level++) Assert.Equal(layer.AtLevel(level).Forward(volume), levels[level - 1]);
            }
        }
    }

    /// <summary>Pictures wide enough for registers, of which four pixels at a time are put into the order of one channel.</summary>
    [Theory]
    [InlineData(BlockEdge.Partial)]
    [InlineData(BlockEdge.Drop)]
    [InlineData(BlockEdge.Pad)]
    public void Levels_of_pixels_are_the_reductions_of_the_input(BlockEdge edge)
    {
        foreach (nint channels in (ReadOnlySpan<nint>)[2, 3, 4, 5])
        {
            Levels<byte>(channels, 37 * 7 / channels, edge);
            Levels<byte>(channels, 64, edge);
            Levels<ushort>(channels, 83, edge);
        }
    }

    private static void Levels<T>(nint channels, nint width, BlockEdge edge)
        where T : unmanaged
    {
        var random = new Random(6);
        foreach (double? noData in (ReadOnlySpan<double?>)[null, 0])
        {
            T[] values = [.. Enumerable.Range(0, (int)(channels * 13 * width)).Select(_ => Elements.FromDouble<T>(random.Next(4) * random.Next(86)))];
            Tensor<T> pixels = Tensor.Create(values, 0, [channels, 13, width], [1, channels * width, channels]);
            var layer = new BlockReduce2d(2) { Edge = edge, IntegerRounding = (IntegerRounding)(width % 2), NoData = noData, MaxDegreeOfParallelism = 2 };
            Tensor<T>[] levels = layer.Pyramid(pixels, 3);
            for (int level = 1; level <= levels.Length; level++) Assert.Equal(layer.AtLevel(level).Forward(pixels), levels[level - 1]);
        }
    }

    /// <summary>Bytes of which zeros are no data, beside a mean of numbers: all counts up to eight, and outputs that have too few.</summary>
    [Theory]
    [InlineData(IntegerRounding.TowardZero)]
    [InlineData(IntegerRounding.NearestEven)]
    public void Means_are_those_of_the_bytes_that_are_data(IntegerRounding rounding)
    {
        const int depth = 8, height = 6, width = 134;
        var random = new Random(8);
        byte[] values = [.. Enumerable.Range(0, depth * height * width).Select(_ => (byte)(random.Next(3) * random.Next(128)))];
        Tensor<byte> volume = Tensor.Create(values, [1, depth, height, width]);
        foreach (int least in (ReadOnlySpan<int>)[1, 3, 4])
        {
            foreach (int depths in (ReadOnlySpan<int>)[1, 2])
            {
                Tensor<byte> level = new BlockReduce3d((depths, 2, 2)) { NoData = 0, MinCount = least, IntegerRounding = rounding }.Pyramid(volume, 1)[0];
                for (nint d = 0; d < depth / depths; d++)
                {
                    for (nint h = 0; h < height / 2; h++)
                    {
                        for (nint w = 0; w < width / 2; w++)
                        {
                            byte[] taps = [.. from i in Enumerable.Range(0, depths) from j in Enumerable.Range(0, 2) from k in Enumerable.Range(0, 2) let tap = volume[0, (d * depths) + i, (2 * h) + j, (2 * w) + k] where tap != 0 select tap];
                            double mean = taps.Length < least ? 0 : taps.Average(tap => (double)tap);
                            Assert.Equal(rounding == IntegerRounding.NearestEven ? Math.Round(mean) : Math.Truncate(mean), level[0, d, h, w]);
                        }
                    }
                }
            }
        }

        Tensor<byte> few = new BlockReduce2d((32768, 2)) { NoData = 0, MinCount = 65536, IntegerRounding = rounding }.Pyramid(Tensor.Create([.. values.Take(3 * width)], [1, 3, width]), 1)[0];
        Assert.All(few, mean => Assert.Equal(0, mean));
    }

    /// <summary>A block of which most is padding counts more taps than it has rows.</summary>
    [Theory]
    [InlineData(IntegerRounding.TowardZero)]
    [InlineData(IntegerRounding.NearestEven)]
    public void Padded_blocks_are_divided_by_all_their_taps(IntegerRounding rounding)
    {
        var layer = new BlockReduce2d((32768, 2), Reduction.Mean) { Edge = BlockEdge.Pad, IntegerRounding = rounding };
        Tensor<byte>[] levels = layer.Pyramid(Tensor.Create([.. Enumerable.Repeat((byte)200, 640)], [1, 10, 64]), 1);
        Assert.All(levels[0], mean => Assert.Equal(0, mean));
    }
}
