namespace Cenote.Tests.Training;

/// <summary>Which outputs read an input, and where taps are: arithmetic, also of planes that no memory holds.</summary>
public class TransposeTests
{
    [Fact]
    public void The_readers_of_every_input_equal_brute_force()
    {
        int cases = 0, stepping = 0;
        foreach (int length in (int[])[1, 2, 3, 4, 5, 7, 8, 11, 18])
        {
            foreach (var (kernel, stride, dilation) in from kernel in Enumerable.Range(1, 6) from stride in Enumerable.Range(1, 7) from dilation in Enumerable.Range(1, 7) select (kernel, stride, dilation))
            {
                int reach = (kernel - 1) * dilation;
                foreach (var (before, after) in (HashSet<(int, int)>)[(0, 0), (reach, reach), (reach / 2, reach / 3), (0, reach), (reach, 0)])
                {
                    foreach (bool ceil in (bool[])[false, true])
                    {
                        if (length + before + after <= reach && !ceil) continue;
                        if (BruteForce.OutputSize(length, kernel, stride, before, after, dilation, ceil) < 1) continue;
                        PoolPlan plan = new MaxPool1d(kernel, stride, new Padding(before, after), dilation, ceil).Plan(1, length);
                        RequireReaders(plan, length, kernel, stride, dilation, before);
                        cases++;
                        if (stride > 1 && dilation % stride == 0) stepping++;
                    }
                }
            }
        }

        Assert.InRange(cases, 10_000, int.MaxValue);
        Assert.InRange(stepping, 500, int.MaxValue);
    }

    [Fact]
    public void Transposed_twice_a_plan_is_itself()
    {
        PoolPlan plan = new MaxPool2d(3, 2, 1).Plan(1, 1, 9, 9);
        Assert.Same(plan, plan.Transposed.Transposed);
        Assert.Equal(plan.InputShape, plan.Transposed.OutputShape);
        Assert.Equal(plan.OutputShape, plan.Transposed.InputShape);
    }

    [Theory]
    // length, kernel, stride, dilation, padding
    [InlineData(1L << 40, 3, 1, 1, 1)]
    [InlineData(1L << 40, 3, 2, 1, 1)]
    [InlineData((1L << 40) + 7, 5, 3, 4, 2)]
    [InlineData((1L << 40) + 7, 7, 6, 4, 3)]
    [InlineData(1L << 59, 2, 1, int.MaxValue, 0)]
    [InlineData(1L << 59, 4, int.MaxValue - 1, int.MaxValue, 5)]
    public void Readers_far_out_are_those_that_read(long length, int kernel, int stride, int dilation, int padding)
    {
        PoolPlan plan = new MaxPool1d(kernel, stride, padding, dilation).Plan(1, (nint)length);
        AxisPlan axis = plan.Width, readers = plan.Transposed.Width;
        Assert.Equal(length, readers.OutputLength);
        foreach (long output in (long[])[0, 1, axis.OutputLength / 2, axis.OutputLength - 2, axis.OutputLength - 1])
        {
            Window window = axis[output];
            for (long tap = 0; tap < window.Count; tap++)
            {
                long input = window.Start + tap * window.Step;
                Assert.Contains(output, Members(readers[input]));
                foreach (long reader in Members(readers[input])) Assert.Contains(input, Members(axis[reader]));
            }
        }
    }

    [Fact]
    public void Taps_of_planes_beyond_2_31_elements_have_64_bit_positions()
    {
        long side = 1L << 20;
        foreach (MaxPool3d pool in (MaxPool3d[])[new(3, 2, 1), new((2, 3, 4), (1, 2, 3), new Padding((0, 1, 2), (1, 0, 3)), (2, 3, 1)), new(2, 1, 0, 5, ceilMode: true)])
        {
            PoolPlan plan = pool.Plan(1, 1, (nint)side, (nint)side, (nint)(side + 1));
            var decoder = new TapDecoder(plan);
            AxisPlan[] axes = [plan.Depth, plan.Height, plan.Width];
            long[][] outputs = [.. axes.Select(axis => (long[])[0, 1, axis.OutputLength / 2, axis.OutputLength - 1])];
            foreach (var (d, h, w) in from d in outputs[0] from h in outputs[1] from w in outputs[2] select (d, h, w))
            {
                for (long offset = 0; offset < plan.Taps; offset++)
                {
                    long k = offset % axes[2].Kernel, j = offset / axes[2].Kernel % axes[1].Kernel, i = offset / axes[2].Kernel / axes[1].Kernel;
                    long depth = At(pool, 0, d, i), height = At(pool, 1, h, j), width = At(pool, 2, w, k);
                    bool inside = depth >= 0 && depth < side && height >= 0 && height < side && width >= 0 && width <= side;
                    long expected = inside ? (long)(((Int128)depth * side + height) * (side + 1) + width) : -1;
                    Assert.Equal(expected, decoder.Flat(d, h, w, offset));
                    if (!inside) continue;
                    Assert.True(decoder.TryOffset(d, h, w, expected, out long back));
                    Assert.Equal(offset, back);
                }
            }
        }
    }

    [Fact]
    public void A_window_of_more_than_2_32_taps_has_indices_of_8_bytes()
    {
        PoolPlan plan = new GlobalMaxPool2d().Plan(1, 1, 1 << 20, 1 << 20);
        Assert.Equal(1L << 40, plan.Taps);
        Assert.Equal([1, 1, 2, 2, 4, 4, 8, 8], new[] { 1, 1L << 8, (1L << 8) + 1, 1L << 16, (1L << 16) + 1, 1L << 32, (1L << 32) + 1, plan.Taps }.Select(OffsetMemory.SizeFor));
        var decoder = new TapDecoder(plan);
        foreach (long flat in (long[])[0, 1, 1L << 31, (1L << 32) + 5, (1L << 40) - 1])
        {
            Assert.Equal(flat, decoder.Flat(0, 0, 0, flat));
            Assert.True(decoder.TryOffset(0, 0, 0, flat, out long offset));
            Assert.Equal(flat, offset);
        }

        Assert.False(decoder.TryOffset(0, 0, 0, 1L << 40, out _));
        Assert.False(decoder.TryOffset(0, 0, 0, -1, out _));
    }

    [Fact]
    public void Positions_of_large_planes_lie_where_their_layout_says()
    {
        long side = 1L << 20, channels = 3;
        TensorLayout rowMajor = TensorLayout.RowMajor(channels, side, side, side), channelsLast = new(0, 1, side * side * channels, side * channels, channels), sliced = rowMajor with { Height = 2 * side, Depth = 2 * side * side };
        foreach (long flat in (long[])[0, side - 1, side, (1L << 31) + 1, side * side, (1L << 60) - 1])
        {
            long w = flat % side, h = flat / side % side, d = flat / side / side;
            foreach (TensorLayout layout in (TensorLayout[])[rowMajor, channelsLast, sliced])
                Assert.Equal(d * layout.Depth + h * layout.Height + w * layout.Width, new PlaneAddress(side, side, side, layout)[flat]);
        }
    }

    private static long At(MaxPool3d pool, int axis, long output, long tap) =>
        output * (pool.Options.Stride ?? pool.Options.Kernel)[axis] - pool.Options.Padding.Before[axis] + tap * pool.Options.Dilation[axis];

    private static IEnumerable<long> Members(Window window) => Enumerable.Range(0, (int)window.Count).Select(i => window.Start + i * window.Step);

    private static void RequireReaders(PoolPlan plan, int length, int kernel, int stride, int dilation, int before)
    {
        AxisPlan readers = plan.Transposed.Width;
        for (int input = 0; input < length; input++)
        {
            long[] expected = [.. from output in Enumerable.Range(0, (int)plan.OutputShape[1]) where Enumerable.Range(0, kernel).Any(tap => output * stride - before + tap * dilation == input) select (long)output];
            long[] actual = [.. Members(readers[input])];
            if (!expected.SequenceEqual(actual)) Assert.Fail($"{plan}, input {input}: expected readers {string.Join(' ', expected)}, got {string.Join(' ', actual)}");
            if (!(actual.Length <= readers.MaxCount)) Assert.Fail($"{plan}, input {input}: {actual.Length} readers, MaxCount is {readers.MaxCount}");
        }
    }
}
