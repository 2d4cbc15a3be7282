using System.Numerics.Tensors;

namespace Cenote.Gpu.Tests;

/// <summary>What goes wrong is said in one line, and the device goes on.</summary>
public sealed class FailureTests
{
    public static TheoryData<string> Names => Devices.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_tensor_that_no_memory_holds_leaves_the_device_usable(string device)
    {
        using GpuDevice gpu = Devices.New(device);
        long before = gpu.AllocatedBytes;
        GpuException failure = Assert.Throws<GpuException>(() => gpu.Allocate<float>(1, 1 << 20, 1 << 20, 1 << 10));
        Assert.Equal(GpuError.OutOfMemory, failure.Error);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Equal(before, gpu.AllocatedBytes);
        using GpuTensor<float> input = gpu.Upload(Samples.Of<float>([1, 1, 2, 2])), output = new MaxPool2d(2).Forward(input);
        Assert.Equal(4, output.Download().Rank);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Wrong_arguments_are_refused_before_anything_runs(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        using GpuTensor<float> input = gpu.Upload(Samples.Of<float>([1, 2, 4, 4])), small = gpu.Allocate<float>(1, 2, 1, 1);
        Assert.Throws<ArgumentException>(() => new MaxPool2d(5).Forward(input));
        Assert.Throws<ArgumentException>(() => new MaxPool2d(2).Forward(input, small));
        Assert.Throws<ArgumentException>(() => new MaxPool2d(2).Forward(input, input));
        Assert.Throws<NotSupportedException>(() => new MedianPool2d(2).Forward(input));
        Assert.Throws<NotSupportedException>(() => new BlockReduce2d(3, Reduction.Max) { Edge = BlockEdge.Pad }.Forward(input));
        using GpuTensor<long> longs = gpu.Upload(Samples.Of<long>([1, 2, 4, 4]));
        Assert.Throws<NotSupportedException>(() => new AvgPool2d(2).Forward(longs));
        using GpuDevice other = GpuDevice.Cpu();
        using GpuTensor<float> elsewhere = other.Allocate<float>(1, 2, 2, 2);
        Assert.Throws<ArgumentException>(() => new MaxPool2d(2).Forward(input, elsewhere));
    }

    [Fact]
    public void A_disposed_device_says_so()
    {
        GpuDevice gpu = GpuDevice.Cpu();
        GpuTensor<float> input = gpu.Upload(Samples.Of<float>([1, 1, 2, 2]));
        gpu.Dispose();
        gpu.Dispose();
        Assert.Equal(GpuError.DeviceLost, Assert.Throws<GpuException>(() => input.Download()).Error);
        Assert.Equal(GpuError.DeviceLost, Assert.Throws<GpuException>(() => gpu.Allocate<int>(1)).Error);
        input.Dispose();
        Assert.Equal(0, gpu.AllocatedBytes);
    }

    [Fact]
    public void The_best_device_is_a_real_one_or_a_clear_refusal()
    {
        if (GpuDevice.Enumerate().Count == 0)
        {
            GpuException failure = Assert.Throws<GpuException>(() => GpuDevice.Best());
            Assert.Equal(GpuError.NoDevice, failure.Error);
            Assert.Contains("GpuDevice.Cpu()", failure.Message, StringComparison.Ordinal);
        }
        else
        {
            using GpuDevice best = GpuDevice.Best();
            Assert.NotEqual(GpuBackend.Cpu, best.Info.Backend);
        }
    }
}
