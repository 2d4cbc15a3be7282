namespace Cenote.Gpu.Tests;

/// <summary>The arithmetic of kernels beyond what memory lets any test run.</summary>
public sealed class WalkTests
{
    private const long Giga = 1L << 30;

    [Fact]
    public void Divisions_by_multiplication_are_exact()
    {
        int[] edges = [1, 2, 3, 5, 7, 224, 641, 65535, 65536, 65537, 46341, (1 << 30) - 1, 1 << 30, (1 << 30) + 1, int.MaxValue - 1, int.MaxValue];
        foreach (int divisor in edges)
            foreach (int value in edges.Append(0)) Check(divisor, value);
        var random = new Random(1);
        for (int i = 0; i < 100_000; i++)
        {
            int divisor = random.Next(1, int.MaxValue) >> random.Next(31), value = random.Next();
            if (divisor == 0) divisor = 1;
            Check(divisor, value);
            // Where quotients change.
            Check(divisor, value / divisor * divisor);
            Check(divisor, Math.Max(0, value / divisor * divisor - 1));
        }

        static void Check(int divisor, int value)
        {
            if (new Divider(divisor).Divide(value, out int remainder) != value / divisor || remainder != value % divisor) Assert.Fail($"{value} / {divisor}");
        }
    }

    /// <summary>Tensors, planes and rows of more than 2³¹ elements: the launches follow each other without gaps, and their first and last items lie where 64-bit arithmetic says.</summary>
    [Theory]
    [InlineData(1 << 20, 64, 1, 64, 64, false)]
    [InlineData(1 << 20, 64, 1, 64, 64, true)]
    [InlineData(2, 3, 1, 100_000, 100_000, false)]
    [InlineData(1, 3, 1, 100_000, 100_000, true)]
    [InlineData(1, 2, 70_000, 50_000, 4, false)]
    [InlineData(1, 2, 2_000, 1_000_000, 6, true)]
    [InlineData(1, 1, 1, 2, 2_147_000_000, false)]
    [InlineData(3, 40, 1, 1, 2_000_000_000, true)]
    [InlineData(1, 1, 2_147_000_000, 3, 2, false)]
    public void Launches_cover_every_output_once(int batch, int channels, int depths, int heights, int columns, bool channelsLast)
    {
        GpuDevice device = Devices.Get("Cpu");
        using GpuTensor<byte> memory = device.Allocate<byte>(1);
        PoolPlan plan = new MaxPool3d((1, 1, 1)).Plan([batch, channels, depths, heights, columns]);
        var call = new PoolCall(device, device.DefaultStream, plan, memory.View<byte>(), memory.View<byte>(), channelsLast);
        foreach (var (rows, wide) in new[] { (1, 1), (4, 1), (4, 2) })
        {
            if (columns % wide != 0) continue;
            Int128 covered = 0;
            long next = 0;
            foreach (Walk walk in call.Walks(1, rows, wide).Take(200_000))
            {
                Assert.InRange(walk.Items, 1, int.MaxValue - KernelCache.MostThreads);
                Place first = walk.At(0), final = walk.At(walk.Items - 1);
                CheckPlace(first);
                CheckPlace(final);
                Assert.True(rows > 1 || first.Output == next, $"a launch begins at {first.Output}, and the one before ends at {next}");
                next = final.Output + wide;
                covered += walk.Items;
            }

            Assert.Equal((Int128)batch * channels * depths * ((heights + rows - 1) / rows) * (columns / wide), covered);
        }

        void CheckPlace(Place place)
        {
            // From the output's place back to coordinates, and from these to the input's.
            Int128 rest = place.Output, c = 0;
            if (channelsLast) (rest, c) = Int128.DivRem(rest, channels);
            (rest, Int128 w) = Int128.DivRem(rest, columns);
            (rest, Int128 h) = Int128.DivRem(rest, heights);
            (Int128 plane, Int128 d) = Int128.DivRem(rest, depths);
            Assert.Equal((d, h, w), ((Int128)place.D, (Int128)place.H, (Int128)place.W));
            Assert.Equal(plane * depths * heights * columns * (channelsLast ? channels : 1) + c, (Int128)place.Input);
        }
    }

    /// <summary>Windows at the far end of the longest axes.</summary>
    [Fact]
    public void Taps_lie_right_in_planes_beyond_32_bits()
    {
        GpuDevice device = Devices.Get("Cpu");
        using GpuTensor<byte> memory = device.Allocate<byte>(1);
        const long length = 2 * Giga - 10;
        PoolPlan plan = new MaxPool2d(3, 2, 1).Plan([1, 1, (nint)length, 1 << 12]);
        var call = new PoolCall(device, device.DefaultStream, plan, memory.View<byte>(), memory.View<byte>(), false);
        Walk walk = call.Walks().Last();
        Place place = walk.At(walk.Items - 1);
        AxisWindows height = walk.Height, width = walk.Width;
        Assert.True(place.H < height.WholeEnd && place.W < width.WholeEnd);
        ListedWindow one = new() { Start = 0, Count = 1 };
        ListedWindow high = new() { Start = place.H * height.Stride - height.Before, Count = 3 }, wide = new() { Start = place.W * width.Stride - width.Before, Count = 3 };
        Assert.Equal((length - 3) * (1 << 12) + (1 << 12) - 3, walk.Corner(place, one, high, wide));
    }

    [Fact]
    public void Axes_beyond_32_bits_are_refused_in_words()
    {
        GpuDevice device = Devices.Get("Cpu");
        Assert.Contains("2^31", Assert.Throws<NotSupportedException>(() => device.Plans[new MaxPool1d(3).Plan([1, 1, Length(2 * Giga)])]).Message, StringComparison.Ordinal);
        Assert.Contains("2^31", Assert.Throws<NotSupportedException>(() => device.Plans[new MaxPool1d(int.MaxValue, 1, int.MaxValue / 2, dilation: 2).Plan([1, 1, Length(4 * Giga)])]).Message, StringComparison.Ordinal);

        static nint Length(long length) => (nint)length;
    }
}
