using System.Buffers;
using System.Numerics.Tensors;

namespace Cenote.Tests.Family;

/// <summary>Pooling of regions against a sample-by-sample brute force, and its gradients.</summary>
public class RoiTests
{
    private static readonly double[][] Boxes =
    [
        [0, 0, 0, 5, 4], [1, 1.3, 2.2, 6.9, 7.1], [0, -3, -2, 4, 3], [1, 4, 5, 12, 11], [0, 2, 2, 2, 2], [1, 5, 5, 3, 4], [0, 20, 20, 30, 30], [1, -0.7, -0.7, 0.4, 0.4], [0, 0.5, 0.5, 7.5, 6.5],
    ];

    public static TheoryData<Spatial, double, int, bool, RoiMode> Aligns
    {
        get
        {
            var rows = new TheoryData<Spatial, double, int, bool, RoiMode>();
            foreach (Spatial size in (Spatial[])[1, (2, 3)])
                foreach (double scale in (double[])[1, 0.5])
                    foreach (int ratio in (int[])[0, 1, 2, 3])
                        foreach (bool aligned in (bool[])[false, true])
                            foreach (RoiMode mode in Enum.GetValues<RoiMode>()) rows.Add(size, scale, ratio, aligned, mode);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Aligns))]
    public void RoiAlign_is_the_brute_force_s(Spatial size, double scale, int ratio, bool aligned, RoiMode mode)
    {
        var random = new Random(7);
        double[] data = Sample.RowMajor(Sample.Doubles(random, [2, 3, 8, 9]));
        Tensor<double> x = Tensor.Create(data, [2, 3, 8, 9]), boxes = BoxTensor();
        var pool = new RoiAlign(size, scale, ratio, aligned, mode);
        Tensor<double> y = pool.Forward(x, boxes);
        for (int r = 0; r < Boxes.Length; r++)
            for (int c = 0; c < 3; c++)
                for (int h = 0; h < size[0]; h++)
                    for (int w = 0; w < size[1]; w++) Assert.Equal(Align(x, r, c, h, w, size, scale, ratio, aligned, mode), y[r, c, h, w], 1e-12);
        Tensor<double> g = Sample.Doubles(random, y.Lengths.ToArray());
        Sample.RequireSlope(data, () => Sample.Dot(pool.Forward(x, boxes), g), Sample.RowMajor(pool.Backward(g, x, boxes)), step: 7);
        Assert.Equal(Sample.RowMajor(y), Sample.RowMajor(pool.Forward(Sample.ChannelsLast(x), boxes)));
        Assert.Equal(Sample.RowMajor(pool.Backward(g, x, boxes)), Sample.RowMajor(pool.Backward(Sample.ChannelsLast(g), Sample.ChannelsLast(x), boxes)));
        // The images of the boxes may come beside them.
        Tensor<double> four = Tensor.Create([.. Boxes.SelectMany(box => box[1..])], [Boxes.Length, 4]);
        long[] images = [.. Boxes.Select(box => (long)box[0])];
        Assert.Equal(Sample.RowMajor(y), Sample.RowMajor(pool.Forward(x, four, images)));
        Assert.Equal(Sample.RowMajor(pool.Backward(g, x, boxes)), Sample.RowMajor(pool.Backward(g, x, four, images)));
    }

    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(2, 1.0)]
    [InlineData(3, 0.5)]
    [InlineData(7, 1.0)]
    public void RoiMaxPool_is_the_brute_force_s(int size, double scale)
    {
        var random = new Random(7);
        double[] data = Sample.RowMajor(Sample.Doubles(random, [2, 3, 8, 9]));
        Tensor<double> x = Tensor.Create(data, [2, 3, 8, 9]), boxes = BoxTensor();
        var pool = new RoiMaxPool(size, scale);
        Tensor<double> y = pool.Forward(x, boxes);
        for (int r = 0; r < Boxes.Length; r++)
            for (int c = 0; c < 3; c++)
                for (int h = 0; h < size; h++)
                    for (int w = 0; w < size; w++) Assert.Equal(Max(x, Boxes[r], c, h, w, size, scale), y[r, c, h, w]);
        Tensor<double> g = Sample.Doubles(random, y.Lengths.ToArray());
        Sample.RequireSlope(data, () => Sample.Dot(pool.Forward(x, boxes), g), Sample.RowMajor(pool.Backward(g, x, boxes)), step: 5);
        Assert.Equal(Sample.RowMajor(y), Sample.RowMajor(pool.Forward(Sample.ChannelsLast(x), boxes)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Threads_and_memory_order_change_no_bit(bool isMax)
    {
        var random = new Random(7);
        Tensor<double> x = Sample.Doubles(random, [2, 70, 30, 31]), boxes = Tensor.Create([.. Enumerable.Range(0, 40).SelectMany(i => (double[])[i % 2, i % 7 - 1, i % 5, i % 7 + 9 + i % 3, i % 5 + 12])], [40, 5]);
        Sample.RequireSameBits(threads => tensor => Make(threads).Forward(tensor, Sample.As<float>(boxes)), Sample.As<float>(x));
        Sample.RequireSameBits(threads => tensor => Make(threads).Forward(tensor, Sample.As<Half>(boxes)), Sample.As<Half>(x));
        Sample.RequireSameBits(threads => tensor => Make(threads).Backward(Make(1).Forward(tensor, Sample.As<BFloat16>(boxes)), tensor, Sample.As<BFloat16>(boxes)), Sample.As<BFloat16>(x));
        RoiPool Make(int threads) => isMax ? new RoiMaxPool(7) { MaxDegreeOfParallelism = threads } : new RoiAlign(7, samplingRatio: 2) { MaxDegreeOfParallelism = threads };
    }

    [Theory]
    [InlineData(2, 37)]
    [InlineData(0, 130)]
    public void Channels_side_by_side_have_the_bits_of_each_alone(int ratio, int channels)
    {
        Check<float>();
        Check<double>();
        Check<Half>();
        Check<BFloat16>();

        // Boxes of the same image follow each other, as many as are worth a copy of its channels; one channel alone is walked row by row.
        void Check<T>()
            where T : unmanaged
        {
            var random = new Random(3);
            Tensor<T> x = Sample.As<T>(Sample.Doubles(random, [2, channels, 9, 10]));
            Tensor<T> boxes = Sample.As<T>(Tensor.Create([.. Enumerable.Range(0, 40).SelectMany(i => (double[])[i / 25, i % 7 - 2, i % 5 - 0.25, i % 7 + i % 9 - 1, i % 5 + i % 4 + 0.5])], [40, 5]));
            var pool = new RoiAlign((3, 2), samplingRatio: ratio, aligned: true);
            Tensor<T> together = pool.Forward(x, boxes), last = pool.Forward(Sample.ChannelsLast(x), boxes);
            Assert.Equal(Sample.RowMajor(together), Sample.RowMajor(last));
            for (int c = 0; c < channels; c += 12)
            {
                Tensor<T> alone = pool.Forward(x.Slice(NRange.All, new NRange(c, c + 1), NRange.All, NRange.All), boxes);
                Assert.Equal(Sample.RowMajor(alone), Sample.RowMajor(together.Slice(NRange.All, new NRange(c, c + 1), NRange.All, NRange.All)));
            }
        }
    }

    [Fact]
    public void Boxes_beyond_all_bounds_take_no_time()
    {
        Tensor<double> x = Tensor.Create([1, 2, 3, 4.0], [1, 1, 2, 2]);
        Tensor<double> huge = Tensor.Create([0, -1e12, -1e12, 1e12, 1e12], [1, 5]);
        Assert.Equal(0, new RoiAlign(1).Forward(x, huge)[0, 0, 0, 0], 1e-12);
        Assert.Equal(4, new RoiAlign(1, mode: RoiMode.Max).Forward(x, huge)[0, 0, 0, 0], 0.5);
        Assert.Equal(4, new RoiMaxPool(1).Forward(x, huge)[0, 0, 0, 0]);
        Assert.Empty(new RoiAlign(2).Forward(x, Tensor.Create(Array.Empty<double>(), [0, 5])));
    }

    [Fact]
    public void What_is_no_region_is_refused()
    {
        Tensor<float> x = Tensor.Create<float>([1, 2, 3, 4], [1, 1, 2, 2]);
        Refused("boxes is 1×4; it must be R×5", () => new RoiAlign(1).Forward(x, Tensor.Create<float>([0, 0, 1, 1], [1, 4])));
        Refused("boxes has NaN as y1 of region 0", () => new RoiAlign(1).Forward(x, Tensor.Create<float>([0, 0, float.NaN, 1, 1], [1, 5])));
        Refused("boxes has image 1 for region 0; it must be a whole number from 0 to 0", () => new RoiMaxPool(1).Forward(x, Tensor.Create<float>([1, 0, 0, 1, 1], [1, 5])));
        Refused("images has image -1 for region 0", () => new RoiMaxPool(1).Forward(x, Tensor.Create<float>([0, 0, 1, 1], [1, 4]), [-1]));
        Refused("images has 2 numbers, and boxes 1 regions", () => new RoiMaxPool(1).Forward(x, Tensor.Create<float>([0, 0, 1, 1], [1, 4]), [0, 0]));
        Refused("input has 3 axes (1×2×2)", () => new RoiMaxPool(1).Forward(Tensor.Create<float>([1, 2, 3, 4], [1, 2, 2]), Tensor.Create<float>([0, 0, 1, 1], [1, 4])));
        Refused("gradient is 1×1×2×2", () => new RoiAlign(1).Backward(x, x, Tensor.Create<float>([0, 0, 0, 1, 1], [1, 5])));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RoiAlign(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RoiAlign(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RoiAlign(1, samplingRatio: 1001));
        Assert.Throws<ArgumentException>(() => new RoiAlign((1, 2, 3)));
        Assert.Throws<NotSupportedException>(() => new RoiMaxPool(1).Forward(Tensor.Create<int>([1], [1, 1, 1, 1]), Tensor.Create<int>([0, 0, 0, 1, 1], [1, 5])));
        static void Refused(string message, Action call) => Assert.Contains(message, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);
    }

    private static Tensor<double> BoxTensor() => Tensor.Create([.. Boxes.SelectMany(box => box)], [Boxes.Length, 5]);

    private static double Align(Tensor<double> x, int r, int c, int h, int w, Spatial size, double scale, int ratio, bool aligned, RoiMode mode)
    {
        double[] box = Boxes[r];
        double off = aligned ? 0.5 : 0, x1 = box[1] * scale - off, y1 = box[2] * scale - off, wide = box[3] * scale - off - x1, high = box[4] * scale - off - y1;
        if (!aligned) (wide, high) = (Math.Max(wide, 1), Math.Max(high, 1));
        double binHigh = high / size[0], binWide = wide / size[1];
        int gridHigh = ratio > 0 ? ratio : (int)Math.Ceiling(binHigh), gridWide = ratio > 0 ? ratio : (int)Math.Ceiling(binWide);
        List<double> samples = [], corners = [];
        for (int i = 0; i < gridHigh; i++)
        {
            for (int j = 0; j < gridWide; j++)
            {
                double[] four = Corners(x, (int)box[0], c, y1 + h * binHigh + (i + 0.5) * binHigh / gridHigh, x1 + w * binWide + (j + 0.5) * binWide / gridWide);
                samples.Add(four.Sum());
                corners.AddRange(four);
            }
        }

        if (mode == RoiMode.Max) return corners.Count == 0 ? 0 : corners.Max();
        return samples.Sum() / Math.Max(1, samples.Count);
    }

    /// <summary>The four corners of a sample, each times its weight.</summary>
    private static double[] Corners(Tensor<double> x, int n, int c, double at, double across)
    {
        nint rows = x.Lengths[2], columns = x.Lengths[3];
        if (at < -1 || at > rows || across < -1 || across > columns) return [0];
        (at, across) = (Math.Max(at, 0), Math.Max(across, 0));
        nint top = (nint)at, left = (nint)across, bottom = top + 1, right = left + 1;
        if (top >= rows - 1) at = top = bottom = rows - 1;
        if (left >= columns - 1) across = left = right = columns - 1;
        double down = at - top, over = across - left;
        return [(1 - down) * (1 - over) * x[n, c, top, left], (1 - down) * over * x[n, c, top, right], down * (1 - over) * x[n, c, bottom, left], down * over * x[n, c, bottom, right]];
    }

    private static double Max(Tensor<double> x, double[] box, int c, int h, int w, int size, double scale)
    {
        int[] corner = [.. box[1..].Select(number => (int)Math.Round(number * scale, MidpointRounding.AwayFromZero))];
        int wide = Math.Max(corner[2] - corner[0] + 1, 1), high = Math.Max(corner[3] - corner[1] + 1, 1);
        List<double> taps = [];
        for (int i = h * high / size; i < (int)Math.Ceiling((h + 1) * high / (double)size); i++)
            for (int j = w * wide / size; j < (int)Math.Ceiling((w + 1) * wide / (double)size); j++)
                if (corner[1] + i is >= 0 and < 8 && corner[0] + j is >= 0 and < 9) taps.Add(x[(int)box[0], c, corner[1] + i, corner[0] + j]);
        return taps.Count == 0 ? 0 : taps.Max();
    }
}
