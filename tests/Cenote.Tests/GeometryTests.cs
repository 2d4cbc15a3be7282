using CsCheck;

namespace Cenote.Tests;

public class GeometryTests
{
    [Theory]
    // length, kernel, stride, padding, dilation, ceil → size
    [InlineData(5, 2, 2, 0, 1, false, 2)]
    [InlineData(5, 2, 2, 0, 1, true, 3)]
    [InlineData(112, 3, 2, 1, 1, false, 56)]
    [InlineData(112, 3, 2, 1, 1, true, 57)]
    [InlineData(4, 1, 2, 0, 1, true, 2)]
    [InlineData(2, 1, 2, 0, 1, true, 1)]
    [InlineData(3, 5, 3, 0, 1, true, 1)]
    [InlineData(7, 2, 1, 0, 2, false, 5)]
    [InlineData(16777217, 1, 1, 0, 1, false, 16777217)]
    [InlineData(1L << 40, 3, 2, 1, 1, false, 1L << 39)]
    [InlineData((1L << 33) + 1, 2, 2, 0, 1, true, (1L << 32) + 1)]
    [InlineData(1, int.MaxValue, 1, int.MaxValue - 1, 1, false, int.MaxValue)]
    [InlineData(1L << 60, int.MaxValue, int.MaxValue, 0, 1, false, (1L << 60) / int.MaxValue)]
    public void Output_size(long length, int kernel, int stride, int padding, int dilation, bool ceil, long expected)
    {
        var pool = new MaxPool1d(kernel, stride, padding, dilation, ceil);
        Assert.Equal(expected, pool.Plan(1, (nint)length).OutputShape[1]);
    }

    [Fact]
    public void Sizes_and_windows_equal_brute_force() =>
        Gen.Select(Gen.Int[1, 14], Gen.Int[1, 6], Gen.Int[1, 7], Gen.Int[1, 4], Gen.Bool, Gen.Bool).SelectMany(c =>
            Gen.Select(Gen.Int[0, (c.Item2 - 1) * c.Item4], Gen.Int[0, (c.Item2 - 1) * c.Item4])
                .Select(p => (Length: c.Item1, Kernel: c.Item2, Stride: c.Item3, Dilation: c.Item4, Ceil: c.Item5, Count: c.Item6, Before: p.Item1, After: p.Item2)))
        .Sample(
            c =>
            {
                long size = BruteForce.OutputSize(c.Length, c.Kernel, c.Stride, c.Before, c.After, c.Dilation, c.Ceil);
                var options = new AvgPool1d(c.Kernel, c.Stride, new Padding(c.Before, c.After), c.Ceil, c.Count, dilation: c.Dilation);
                if (size < 1)
                {
                    Assert.Throws<ArgumentException>(() => options.Plan(1, c.Length));
                    return;
                }

                PoolPlan plan = options.Plan(1, c.Length);
                Assert.Equal(size, plan.OutputShape[1]);
                for (long position = 0; position < size; position++)
                {
                    List<long> taps = BruteForce.Taps(position, c.Length, c.Kernel, c.Stride, c.Before, c.After, c.Dilation);
                    List<long> inside = [.. taps.Where(tap => tap >= 0 && tap < c.Length)];
                    Window window = plan.WindowAt(0, position);
                    Assert.Equal(inside.Count, window.Count);
                    Assert.Equal(taps.Count(tap => tap < 0), window.Before);
                    Assert.Equal(taps.Count(tap => tap >= c.Length), window.After);
                    Assert.Equal(c.Count ? taps.Count : inside.Count, window.Extent);
                    Assert.Equal(inside, Enumerable.Range(0, (int)window.Count).Select(tap => window.Start + tap * window.Step));
                    Assert.Equal(Enumerable.Range(0, c.Kernel).Select(tap => Place(position * c.Stride - c.Before + tap * c.Dilation, c.Length, c.After)), plan.TapsAt(0, position));
                }

                Assert.Equal((c.Before, c.After), plan.PaddingAt(0));
            },
            iter: 20_000);

    private static Tap Place(long position, long length, long after) =>
        new(position, position >= 0 && position < length ? TapPlace.Input : position < length + after ? TapPlace.Padding : TapPlace.Overhang);

    [Fact]
    public void Taps_of_uneven_windows_are_those_they_read()
    {
        PoolPlan plan = new AdaptiveMaxPool1d(3).Plan(1, 7);
        Assert.Equal([new(2, TapPlace.Input), new(3, TapPlace.Input), new(4, TapPlace.Input)], plan.TapsAt(0, 1));
        Assert.Equal((0, 0), plan.PaddingAt(0));
        Assert.Equal(5, new GlobalAvgPool2d().Plan(1, 2, 5).TapsAt(1, 0).Count());
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.TapsAt(0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.PaddingAt(1));
        // Taps are made as they are asked for.
        Assert.Equal(-2147483646, new MaxPool1d(int.MaxValue, 1, int.MaxValue - 1).Plan(1, 1).TapsAt(0, 0).First().Position);
    }

    [Theory]
    // length, kernel, stride, dilation, upper → size, before, after
    [InlineData(5, 3, 2, 1, true, 3, 1, 1)]
    [InlineData(6, 3, 2, 1, true, 3, 0, 1)]
    [InlineData(6, 3, 2, 1, false, 3, 1, 0)]
    [InlineData(32, 2, 1, 1, true, 32, 0, 1)]
    [InlineData(32, 2, 1, 1, false, 32, 1, 0)]
    [InlineData(7, 1, 3, 1, true, 3, 0, 0)]
    [InlineData(10, 3, 1, 2, true, 10, 2, 2)]
    public void Same_padding(int length, int kernel, int stride, int dilation, bool upper, int size, int before, int after)
    {
        PoolPlan plan = new AvgPool1d(kernel, stride, upper ? Padding.SameUpper : Padding.SameLower, dilation: dilation).Plan(1, length);
        Assert.Equal(size, plan.OutputShape[1]);
        Assert.Equal((before + dilation - 1) / dilation, plan.WindowAt(0, 0).Before);
        Assert.Contains($"padding {before} before and {after} after", plan.DescribeAxis(0), StringComparison.Ordinal);
        Assert.Equal((before, after), plan.PaddingAt(0));
    }

    [Fact]
    public void A_plan_says_what_it_is()
    {
        PoolPlan plan = new MaxPool2d(3, 2, 1).Plan(8, 64, 112, 112);
        Assert.Equal("max 8×64×112×112 → 8×64×56×56 (k3 s2 p1)", plan.ToString());
        Assert.Equal(
            """
            max 8×64×112×112 → 8×64×56×56 (k3 s2 p1)
            height: floor((112 + 1 + 1 − 1·(3 − 1) − 1) / 2) + 1 = floor(111 / 2) + 1 = 56
            width: floor((112 + 1 + 1 − 1·(3 − 1) − 1) / 2) + 1 = floor(111 / 2) + 1 = 56
            """.ReplaceLineEndings("\n"),
            plan.Describe());
    }

    [Fact]
    public void A_plan_tells_a_dropped_window()
    {
        string text = new MaxPool1d(1, 2, ceilMode: true).Plan(1, 2).DescribeAxis(0);
        Assert.Equal("length: ceil((2 + 0 + 0 − 1·(1 − 1) − 1) / 2) + 1 = ceil(1 / 2) + 1 = 2, less the last window, which would start at 2, after the input: 1", text);
    }

    [Fact]
    public void A_plan_tells_what_an_output_reads()
    {
        PoolPlan plan = new AvgPool2d(3, 2, 1, ceilMode: true).Plan(1, 1, 4, 4);
        Assert.Equal(
            """
            output (0, 2), divisor 6
            height 0: reads input 0 to 1, 2 inside, 1 padded before, 0 padded after
            width 2: reads input 3, 1 inside, 0 padded before, 1 padded after
            """.ReplaceLineEndings("\n"),
            plan.Describe(0, 2));
        Assert.Equal(6, plan.DivisorAt(0, 2));
        Assert.Equal(7, new AvgPool2d(2, divisorOverride: 7).Plan(1, 4, 4).DivisorAt(1, 1));
    }

    [Fact]
    public void The_divisor_counts_padding_but_no_overhang()
    {
        PoolPlan plan = new AvgPool2d(3, 2, 1, ceilMode: true).Plan(1, 1, 4, 4);
        long[] divisors = [.. from h in Enumerable.Range(0, 3) from w in Enumerable.Range(0, 3) select plan.DivisorAt(h, w)];
        Assert.Equal([9, 9, 6, 9, 9, 6, 6, 6, 4], divisors);
    }

    [Fact]
    public void A_plan_of_a_great_many_outputs_costs_nothing()
    {
        PoolPlan plan = new MaxPool3d(3, 1, 1).Plan(1, 1 << 20, 1 << 20, 1 << 20);
        Assert.Equal(1L << 60, plan.OutputElements);
        Assert.Equal((1L << 20) - 2, plan.WindowAt(0, (1L << 20) - 1).Start);
    }

    [Fact]
    public void Spatial_is_written_in_many_ways()
    {
        Spatial both = [3, 3];
        Spatial pair = (2, 3);
        Spatial triple = (1, 2, 3);
        Assert.Equal((3, 3), (both[0], both[1]));
        Assert.Equal("2×3", pair.ToString());
        Assert.Equal([1, 2, 3], triple.ToArray());
        Assert.Equal(5, ((Spatial)5)[2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => pair[2]);
        Assert.Throws<ArgumentException>(() => Spatial.Create([]));
        Assert.Throws<ArgumentException>(() => Spatial.Create([1, 2, 3, 4]));
        Assert.Equal("k2×3 s1 p1×0:0×1", new MaxPool2d([2, 3], 1, new Padding([1, 0], [0, 1]), [2, 1]).Plan(1, 9, 9).OptionsText.Replace(" d2×1", "", StringComparison.Ordinal));
    }
}
