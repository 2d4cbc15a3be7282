using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Cenote.Tests;

public class LayerTests
{
    private const string WithoutRegisters = "Without registers a plane is one piece of work.";

    public static TheoryData<PoolLayer> Layers =>
    [
        new MaxPool2d(3, 2, 1), new MaxPool2d((2, 3), 1, dilation: (2, 1), ceilMode: true), new AvgPool2d(3, 2, 1, ceilMode: true),
        new AvgPool2d(2, padding: new Padding((1, 0), (0, 1)), countIncludePad: false), new GlobalAvgPool2d(), new GlobalMaxPool2d(), new MaxPool2d(3, 2, 1) { ZeroPadding = true },
    ];

    public static nint[][] Orders => [[0, 1, 2, 3], [0, 2, 3, 1], [3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Any_memory_order_gives_the_same_numbers_in_the_same_order(PoolLayer pool)
    {
        nint[] shape = [2, 3, 5, 6];
        float[] data = Random(2 * 3 * 5 * 6, 1);
        Tensor<float> expected = pool.Forward(Tensor.Create(data, shape));
        foreach (nint[] order in Orders)
        {
            Tensor<float> permuted = Permuted(data, shape, order);
            Tensor<float> output = pool.Forward(permuted);
            Assert.Equal(expected.ToArray(), output.ToArray());
            nint[] strides = output.Strides.ToArray();
            nint[] kept = [.. order.Where(axis => output.Lengths[(int)axis] > 1)];
            Assert.Equal(kept, kept.OrderByDescending(axis => strides[axis]));
        }
    }

    /// <summary>Sums of more taps than are added in order: rows first, in runs, in strips, from pixels and from blocks of planes.</summary>
    [Theory]
    [InlineData("6", "1", "2x16x16x16")]
    [InlineData("6", "1", "2x21x4x20")]
    [InlineData("6", "3", "2x16x40x40")]
    [InlineData("7", "2", "2x20x31x50")]
    [InlineData("8", "5", "2x12x64x64")]
    [InlineData("5x7", "1", "2x16x20x24")]
    [InlineData("20x5", "4x1", "2x16x64x64")]
    [InlineData("20x5", "4x1", "2x3x60x200")]
    [InlineData("33x2", "1", "2x13x50x20")]
    [InlineData("4", "1", "2x16x8x10x12")]
    [InlineData("5", "2", "2x12x11x13x24")]
    [InlineData("3x4x3", "2x1x2", "2x16x9x12x30")]
    public void Sums_of_many_taps_are_grouped_alike_in_every_memory_order(string kernel, string stride, string input)
    {
        nint[] shape = [.. input.Split('x').Select(nint.Parse)];
        int rank = shape.Length - 2;
        Spatial size = Sizes(kernel, rank), step = Sizes(stride, rank);
        PoolLayer pool = rank == 2 ? new AvgPool2d(size, step, 1) : new AvgPool3d(size, step, 1);
        float[] data = Random((int)shape.Aggregate((product, length) => product * length), 5);
        float[] expected = pool.Forward(Tensor.Create(data, shape)).ToArray();
        nint[] channelsLast = [0, .. Enumerable.Range(2, rank).Select(axis => (nint)axis), 1];
        Assert.Equal(expected.Select(BitConverter.SingleToUInt32Bits), pool.Forward(Permuted(data, shape, channelsLast)).ToArray().Select(BitConverter.SingleToUInt32Bits));
    }

    /// <summary>Small planes go in blocks, whose last register steps back over planes that others hold too.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(33)]
    [InlineData(42)]
    [InlineData(60)]
    public void Any_number_of_small_planes_is_pooled_as_each_of_them(int planes)
    {
        const int Height = 7, Width = 20, Plane = Height * Width;
        float[] data = Random(planes * Plane, 9);
        Tensor<float> all = Tensor.Create(data, [planes / 3, 3, Height, Width]);
        foreach (PoolLayer pool in new PoolLayer[] { new MaxPool2d(3, 2, 1), new AvgPool2d(2), new AvgPool2d(3), new AvgPool2d(4, 1, 2) })
            Assert.Equal(Enumerable.Range(0, planes).SelectMany(plane => pool.Forward(One(plane)).ToArray()), pool.Forward(all).ToArray());

        var max = new MaxPool2d(5, 3, 1);
        Assert.Equal(Enumerable.Range(0, planes).SelectMany(plane => max.ForwardWithIndices(One(plane)).Indices.ToFlat().ToArray()), max.ForwardWithIndices(all).Indices.ToFlat().ToArray());

        Tensor<float> One(int plane) => Tensor.Create(data[(plane * Plane)..((plane + 1) * Plane)], [1, 1, Height, Width]);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_slice_of_a_larger_tensor_is_read_and_written_in_place(PoolLayer pool)
    {
        Tensor<float> large = Tensor.Create(Random(4 * 8 * 9 * 10, 2), [4, 8, 9, 10]);
        Tensor<float> slice = large.Slice(new NRange(1, 3), new NRange(2, 5), new NRange(1, 8), new NRange(3, 10));
        Tensor<float> dense = Tensor.Create(slice.ToArray(), [2, 3, 7, 7]);
        Tensor<float> expected = pool.Forward(dense);
        Assert.Equal(expected.ToArray(), pool.Forward(slice).ToArray());

        Tensor<float> room = Tensor.CreateFromShape<float>([2, 4, 12, 12]);
        Tensor<float> part = room.Slice(new NRange(0, 2), new NRange(1, 4), new NRange(2, 2 + expected.Lengths[2]), new NRange(1, 1 + expected.Lengths[3]));
        pool.Forward(slice, part);
        Assert.Equal(expected.ToArray(), part.ToArray());
        Assert.Equal(expected.FlattenedLength, room.ToArray().Count(value => value != 0));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Without_a_batch_it_is_a_batch_of_one(PoolLayer pool)
    {
        float[] data = Random(3 * 5 * 6, 3);
        Tensor<float> one = pool.Forward(Tensor.Create(data, [3, 5, 6])), batch = pool.Forward(Tensor.Create(data, [1, 3, 5, 6]));
        Assert.Equal(batch.Lengths[1..].ToArray(), one.Lengths.ToArray());
        Assert.Equal(batch.ToArray(), one.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Any_number_of_threads_gives_the_same_bits(int threads)
    {
        float[] data = Random(2 * 16 * 70 * 70, 4);
        Tensor<float> input = Tensor.Create(data, [2, 16, 70, 70]);
        foreach ((PoolLayer one, PoolLayer many) in new (PoolLayer, PoolLayer)[]
        {
            (new MaxPool2d(3, 1, 1) { MaxDegreeOfParallelism = 1 }, new MaxPool2d(3, 1, 1) { MaxDegreeOfParallelism = threads }),
            (new AvgPool2d(5, 2, 2) { MaxDegreeOfParallelism = 1 }, new AvgPool2d(5, 2, 2) { MaxDegreeOfParallelism = threads }),
            (new GlobalAvgPool2d { MaxDegreeOfParallelism = 1 }, new GlobalAvgPool2d { MaxDegreeOfParallelism = threads }),
        })
            Assert.Equal(one.Forward(input).ToArray(), many.Forward(input).ToArray());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public void Threads_share_a_large_plane(int threads)
    {
        Assert.SkipUnless(System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated, WithoutRegisters);
        Tensor<float> input = Tensor.Create(Random(3_000_000, 8), [1, 1500, 2000]);
        var progress = new List<double>();
        Tensor<float> mean = new GlobalAvgPool2d { MaxDegreeOfParallelism = threads }.Forward(input, new Collect(progress));
        Assert.True(progress.Count > 1);
        Assert.Equal(new GlobalAvgPool2d { MaxDegreeOfParallelism = 1 }.Forward(input).ToArray(), mean.ToArray());
        Assert.Equal([input.ToArray().Max()], new GlobalMaxPool2d { MaxDegreeOfParallelism = threads }.Forward(input).ToArray());
    }

    [Fact]
    public void One_large_plane_can_be_cancelled()
    {
        Assert.SkipUnless(System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated, WithoutRegisters);
        using var source = new CancellationTokenSource();
        var input = Tensor.Create(new float[3_000_000], [1, 1500, 2000]);
        Assert.ThrowsAny<OperationCanceledException>(() => new GlobalAvgPool2d { MaxDegreeOfParallelism = 1 }.Forward(input, new CancelAfterFirst(source), source.Token));
    }

    [Fact]
    public void The_three_forms_agree()
    {
        float[] data = Random(2 * 3 * 6 * 6, 5), memory = new float[2 * 3 * 3 * 3], flat = new float[2 * 3 * 3 * 3];
        var pool = new MaxPool2d(2);
        Tensor<float> input = Tensor.Create(data, [2, 3, 6, 6]);
        Tensor<float> expected = pool.Forward(input);
        pool.Forward(input.AsReadOnlyTensorSpan(), new TensorSpan<float>(memory, [2, 3, 3, 3], []));
        pool.Forward(pool.Plan(2, 3, 6, 6), data, flat);
        Assert.Equal(expected.ToArray(), memory);
        Assert.Equal(expected.ToArray(), flat);
        Assert.Equal(expected.ToArray(), pool.Forward(input.AsReadOnlyTensorSpan()).ToArray());
    }

    [Fact]
    public void One_and_three_axes_are_two_axes_with_ones()
    {
        float[] data = Random(2 * 3 * 24, 6);
        float[] expected = new MaxPool2d((1, 3), (1, 2), (0, 1)).Forward(Tensor.Create(data, [2, 3, 1, 24])).ToArray();
        Assert.Equal(expected, new MaxPool1d(3, 2, 1).Forward(Tensor.Create(data, [2, 3, 24])).ToArray());
        Assert.Equal(expected, new MaxPool3d((1, 1, 3), (1, 1, 2), (0, 0, 1)).Forward(Tensor.Create(data, [2, 3, 1, 1, 24])).ToArray());
    }

    [Fact]
    public void Every_element_type_pools()
    {
        AssertPools<float>(value => value);
        AssertPools<double>(value => value);
        AssertPools(value => (Half)value);
        AssertPools(value => (BFloat16)value);
        AssertPools(value => (sbyte)value);
        AssertPools(value => (byte)value);
        AssertPools(value => (short)value);
        AssertPools(value => (ushort)value);
        AssertPools(value => (int)value);
        AssertPools(value => (uint)value);
        AssertPools(value => (long)value);
        AssertPools(value => (ulong)value);
    }

    [Fact]
    public void Progress_rises_to_one()
    {
        var seen = new List<double>();
        new MaxPool2d(3, 1, 1).Forward(Tensor.Create(new float[512 * 512], [1, 512, 512]), new Collect(seen));
        Assert.True(seen.Count > 1);
        Assert.Equal(seen.Order(), seen);
        Assert.Equal(1, seen[^1]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_call_can_be_cancelled(int threads)
    {
        using var source = new CancellationTokenSource();
        var input = Tensor.Create(new float[512 * 512], [1, 512, 512]);
        var pool = new MaxPool2d(3, 1, 1) { MaxDegreeOfParallelism = threads };
        Assert.ThrowsAny<OperationCanceledException>(() => pool.Forward(input, new CancelAfterFirst(source), source.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => pool.Forward(input, cancellationToken: source.Token));
    }

    [Fact]
    public void One_enormous_window_can_be_cancelled()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        var input = Tensor.Create(new float[1 << 18], [1, 1 << 9, 1 << 9]);
        // A norm that no kernel knows is the reference's, which takes minutes for this.
        var pool = new LpPool2d(-2.5, 511, 1, padding: 255);
        Assert.ThrowsAny<OperationCanceledException>(() => pool.Forward(input, cancellationToken: source.Token));
    }

    [Fact]
    public void A_layer_serves_many_threads_and_shapes_at_once()
    {
        var pool = new AvgPool2d(2) { MaxDegreeOfParallelism = 1 };
        Parallel.For(0, 200, i =>
        {
            int size = 2 + i % 7;
            Tensor<float> output = pool.Forward(Tensor.Create(Enumerable.Repeat((float)i, size * size).ToArray(), [1, size, size]));
            Assert.Equal(Enumerable.Repeat((float)i, size / 2 * (size / 2)), output.ToArray());
        });
    }

    [Fact]
    public void More_elements_than_an_array_holds()
    {
        Assert.SkipWhen(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes < 8L << 30, "needs 8 GB of memory");
        unsafe
        {
            nint length = unchecked((nint)((1L << 31) + 5));
            byte* memory = (byte*)NativeMemory.AllocZeroed((nuint)length);
            try
            {
                memory[length - 1] = 9;
                var last = new byte[2];
                new MaxPool1d(16, int.MaxValue, new Padding(0, 11)).Forward(new ReadOnlyTensorSpan<byte>(memory, length, [1, length], [0, 1]), new TensorSpan<byte>(last, [1, 2], []));
                Assert.Equal([0, 9], last);
                new GlobalMaxPool2d().Forward(new ReadOnlyTensorSpan<byte>(memory, length, [1, 2, 2], [0, length - 3, 2]), new TensorSpan<byte>(last, [1, 1, 1], []));
                Assert.Equal(9, last[0]);
            }
            finally
            {
                NativeMemory.Free(memory);
            }
        }
    }

    private static void AssertPools<T>(Func<float, T> from)
        where T : unmanaged
    {
        T[] data = [.. new float[] { 1, 3, 2, 1, 4, 6, 5, 0, 2, 9, 3, 4, 0, 1, 7, 2 }.Select(from)];
        Tensor<T> input = Tensor.Create(data, [1, 4, 4]);
        Assert.Equal(new float[] { 6, 5, 9, 7 }.Select(from), new MaxPool2d(2).Forward(input).ToArray());
        Assert.Equal([from(9)], new GlobalMaxPool2d().Forward(input).ToArray());
        Assert.Equal(new float[] { 14, 8, 12, 16 }.Select(from), new AvgPool2d(2, divisorOverride: 1).Forward(input).ToArray());
        Assert.Equal(new float[] { 3, 4 }.Select(from), new AvgPool2d(2).Forward(input).ToArray()[2..]);
        Assert.Equal([from(4)], new GlobalAvgPool2d().Forward(input.Slice(new NRange(0, 1), new NRange(2, 4), new NRange(2, 4))).ToArray());
    }

    private static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() + 1)];
    }

    /// <summary>The same logical tensor with its axes in another order in memory.</summary>
    private static Tensor<float> Permuted(float[] data, nint[] shape, nint[] order)
    {
        var strides = new nint[shape.Length];
        nint next = 1;
        foreach (nint axis in order.Reverse())
        {
            strides[axis] = next;
            next *= shape[axis];
        }

        var memory = new float[data.Length];
        for (int i = 0; i < data.Length; i++)
        {
            nint rest = i, at = 0;
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                at += rest % shape[axis] * strides[axis];
                rest /= shape[axis];
            }

            memory[at] = data[i];
        }

        return Tensor.Create(memory, shape, strides);
    }

    private static Spatial Sizes(string text, int rank)
    {
        int[] numbers = [.. text.Split('x').Select(int.Parse)];
        if (numbers.Length == 1) return numbers[0];
        return rank == 2 ? (numbers[0], numbers[1]) : (numbers[0], numbers[1], numbers[2]);
    }

    private sealed class Collect(List<double> seen) : IProgress<double>
    {
        public void Report(double value)
        {
            lock (seen) seen.Add(value);
        }
    }

    private sealed class CancelAfterFirst(CancellationTokenSource source) : IProgress<double>
    {
        public void Report(double value) => source.Cancel();
    }
}
