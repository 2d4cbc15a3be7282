using System.Buffers;
using System.Numerics.Tensors;

namespace Cenote.Gpu.Tests;

/// <summary>Tensors on devices: what comes back is what went there, and nothing leaks.</summary>
public sealed class MemoryTests
{
    public static TheoryData<string> Names => Devices.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_was_uploaded_comes_back(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        foreach (bool last in new[] { false, true })
        {
            Tensor<float> x = Samples.Of<float>([2, 3, 4, 5], last, special: true);
            using GpuTensor<float> there = gpu.Upload(x), later = await gpu.UploadAsync(x, TestContext.Current.CancellationToken);
            Samples.AssertSame(x, there.Download(), "uploaded at once");
            Tensor<float> back = await later.DownloadAsync(cancellationToken: TestContext.Current.CancellationToken);
            Samples.AssertSame(x, back, "uploaded in the background");
            Assert.Equal(x.Strides.ToArray(), back.Strides.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Tensors_larger_than_both_pinned_pieces_come_back(string device)
    {
        Tensor<byte> x = Samples.Of<byte>([1, 1, 3001, 3001]);
        using GpuTensor<byte> there = await Devices.Get(device).UploadAsync(x, TestContext.Current.CancellationToken);
        Tensor<byte> back = await there.DownloadAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(x.AsReadOnlyTensorSpan().SequenceEqual(back.AsReadOnlyTensorSpan()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_tensor_is_copied_on_the_device(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        Tensor<float> x = Samples.Of<float>([2, 3, 4, 5], special: true);
        using GpuStream stream = gpu.CreateStream();
        using GpuTensor<float> there = gpu.Upload(x), copy = gpu.Allocate<float>(2, 3, 4, 5), flat = gpu.Allocate<float>(120), other = gpu.Allocate<float>(119);
        there.CopyTo(copy);
        there.CopyTo(flat, stream);
        stream.Synchronize();
        Samples.AssertSame(x, copy.Download(), "copy");
        Samples.AssertSame(x, Tensor.Create([.. flat.Download()], x.Lengths), "elements in the order of memory");
        Assert.Contains("target has 119 elements", Assert.Throws<ArgumentException>(() => there.CopyTo(other)).Message, StringComparison.Ordinal);
        Assert.Contains("shares memory", Assert.Throws<ArgumentException>(() => there.CopyTo(there)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_slice_becomes_dense_and_other_orders_are_refused(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        Tensor<int> wide = Samples.Of<int>([1, 2, 6, 8]);
        Tensor<int> slice = wide.Slice([NRange.All, NRange.All, new(1, 5), new(2, 7)]);
        using GpuTensor<int> there = gpu.Upload(slice);
        Samples.AssertSame(slice, there.Download(), "slice");
        using GpuTensor<int> turned = gpu.Upload(Tensor.PermuteDimensions(wide, [0, 1, 3, 2]));
        Assert.NotNull(turned.Download());
        Tensor<int> odd = Tensor.Create(new int[2 * 3 * 4 * 5], [2, 3, 4, 5], [60, 4, 1, 12]);
        using GpuTensor<int> other = gpu.Upload(odd);
        Assert.Contains("strides", Assert.Throws<ArgumentException>(() => new MaxPool2d(2).Forward(other)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Wrapped_memory_is_used_where_it_is_and_never_freed(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        Tensor<float> x = Samples.Of<float>([1, 2, 4, 4]);
        using GpuTensor<float> owner = gpu.Upload(x), result = gpu.Allocate<float>(1, 2, 2, 2);
        using (GpuTensor<float> input = gpu.Wrap<float>(owner.Pointer, x.Lengths), output = gpu.Wrap<float>(result.Pointer, [1, 2, 2, 2]))
        using (GpuStream stream = gpu.CreateStream())
        {
            new MaxPool2d(2).Forward(input, output, stream);
            stream.Synchronize();
            Samples.AssertSame(new MaxPool2d(2).Forward(x), output.Download(), "wrapped");
        }

        Samples.AssertSame(new MaxPool2d(2).Forward(x), result.Download(), "owned");
        Assert.Throws<ArgumentException>(() => gpu.Wrap<float>(0, [1]));
        Assert.Throws<ArgumentException>(() => gpu.Wrap<float>(owner.Pointer, [2, 2], [4, 1]));
    }

    /// <summary>Where memory between kernels is short, planes have their turn after each other: the same bits.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Planes_in_turn_make_the_same_tensors(string device)
    {
        using GpuDevice gpu = Devices.New(device);
        (MaxPool2d max, LpPool2d norm, MaxUnpool2d unpool) = (new(2), new(2, 2) { TrueNorm = true }, new(2));
        foreach (bool last in new[] { false, true })
        {
            Tensor<float> x = Samples.Of<float>([3, 5, 4, 6], last), dy = Samples.Of<float>([3, 5, 2, 3], last, seed: 2), wide = Samples.Of<float>([3, 5, 10, 12], last);
            using GpuTensor<float> input = gpu.Upload(x), gradient = gpu.Upload(dy), large = gpu.Upload(wide);
            using GpuTensor<long> flat = gpu.Upload(max.ForwardWithIndices(x).Indices.ToFlat()), like = last ? gpu.Upload(Like(flat.Download(), dy)) : gpu.Upload(flat.Download());
            var whole = new List<Tensor<float>>();
            foreach (long bytes in new long[] { 256 << 20, 1, 200, 1000 })
            {
                gpu.ScratchBytes = bytes;
                using GpuTensor<float> a = max.BackwardFromInput(gradient, input), b = norm.Backward(gradient, input), c = unpool.Forward(gradient, like), d = unpool.Backward(input, like), e = new MaxPool2d(9, 1).Forward(large);
                List<Tensor<float>> now = [a.Download(), b.Download(), c.Download(), d.Download(), e.Download()];
                if (whole.Count == 0) whole = now;
                for (int i = 0; i < now.Count; i++) Samples.AssertSame(whole[i], now[i], $"result {i} in {bytes} bytes");
            }

            Samples.AssertSame(max.BackwardFromInput(dy, x), whole[0], "gradient from the input");
            Samples.AssertSame(new MaxPool2d(9, 1).Forward(wide), whole[4], "large windows");
        }

        static Tensor<long> Like(Tensor<long> source, Tensor<float> order)
        {
            Tensor<long> target = Tensor.CreateFromShapeUninitialized<long>(source.Lengths, order.Strides);
            source.CopyTo(target);
            return target;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Everything_disposed_leaves_nothing_behind(string device)
    {
        using GpuDevice gpu = Devices.New(device);
        var pool = new MaxPool2d(3, 2, 1);
        Tensor<float> x = Samples.Of<float>([2, 4, 9, 9]);
        Call();
        long before = gpu.AllocatedBytes;
        for (int i = 0; i < 20; i++) Call();
        Assert.Equal(before, gpu.AllocatedBytes);

        void Call()
        {
            using GpuTensor<float> input = gpu.Upload(x), output = pool.Forward(input);
            Assert.True(gpu.AllocatedBytes > 4 * x.FlattenedLength);
        }
    }
}
