using System.Numerics.Tensors;
using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

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

    /// <summary>Everything that a device is asked for, in turn.</summary>
    private static readonly Dictionary<string, Func<GpuDevice, Task>> Calls = new()
    {
        ["copies"] = async gpu =>
        {
            Tensor<float> x = Samples.Of<float>([1, 2, 5, 6]);
            using GpuTensor<float> there = await gpu.UploadAsync(x);
            Samples.AssertSame(x, await there.DownloadAsync(), "copies");
            Samples.AssertSame(x, there.Download(), "copies");
        },
        ["small windows"] = gpu => Forward(gpu, new MaxPool2d(3, 2, 1), [1, 8, 7, 6]),
        ["zeros as data"] = gpu => Forward(gpu, new MaxPool2d(3, 2, 1) { ZeroPadding = true }, [1, 2, 7, 6]),
        ["uneven windows"] = gpu => Forward(gpu, new AdaptiveMaxPool2d(3), [1, 2, 8, 5]),
        ["large windows"] = gpu => Forward(gpu, new MaxPool2d(9, 1), [1, 2, 10, 11]),
        ["whole planes"] = gpu => Forward(gpu, new GlobalMaxPool2d(), [2, 3, 5, 4]),
        ["host tensors"] = gpu =>
        {
            Tensor<float> x = Samples.Of<float>([2, 3, 6, 4]);
            Samples.AssertSame(new MaxPool2d(2).Forward(x), new MaxPool2d(2).ForwardOn(gpu, x, 300), "parts");
            return Task.CompletedTask;
        },
        ["averages"] = gpu =>
        {
            var layer = new AvgPool2d(3, 2, 1);
            Tensor<float> dy = Samples.Of<float>([1, 2, 3, 4]);
            using GpuTensor<float> gradient = gpu.Upload(dy), result = layer.Backward(gradient, [1, 2, 6, 7]);
            Samples.AssertSame(layer.Backward(dy, [1, 2, 6, 7]), result.Download(), "gradient");
            return Task.CompletedTask;
        },
        ["norms"] = gpu =>
        {
            var layer = new LpPool2d(2, 2) { TrueNorm = true };
            Tensor<float> x = Samples.Of<float>([1, 2, 4, 6]), dy = Samples.Of<float>([1, 2, 2, 3]);
            using GpuTensor<float> input = gpu.Upload(x), gradient = gpu.Upload(dy), result = layer.Backward(gradient, input);
            Samples.AssertNear(layer.Backward(dy, x), result.Download(), 4, "gradient");
            return Task.CompletedTask;
        },
        ["without indices"] = gpu =>
        {
            var layer = new MaxPool2d(2);
            Tensor<float> x = Samples.Of<float>([1, 2, 4, 6]), dy = Samples.Of<float>([1, 2, 2, 3]);
            using GpuTensor<float> input = gpu.Upload(x), gradient = gpu.Upload(dy), result = layer.BackwardFromInput(gradient, input);
            Samples.AssertSame(layer.BackwardFromInput(dy, x), result.Download(), "gradient");
            return Task.CompletedTask;
        },
        ["indices"] = gpu =>
        {
            (var layer, var back) = (new MaxPool2d(2), new MaxUnpool2d(2));
            Tensor<float> x = Samples.Of<float>([1, 2, 4, 6]);
            var (values, indices) = layer.ForwardWithIndices(x);
            using GpuTensor<float> input = gpu.Upload(x);
            var (there, chosen) = layer.ForwardWithIndices(input);
            using (there)
            using (chosen)
            using (GpuTensor<float> gradient = layer.Backward(there, chosen), unpooled = back.Forward(there, chosen), again = back.Backward(unpooled, chosen))
            using (GpuTensor<long> flat = chosen.ToFlat())
            using (GpuIndices same = GpuIndices.FromFlat(layer.Plan(x.Lengths), flat))
            using (GpuTensor<float> byFlat = back.Forward(there, flat), last = back.Backward(byFlat, flat), gathered = layer.Gather(gradient, same))
            {
                Samples.AssertSame(layer.Backward(values, indices), gradient.Download(), "gradient");
                Samples.AssertSame(values, gathered.Download(), "gathered");
                Samples.AssertSame(values, last.Download(), "unpooled and back");
            }

            return Task.CompletedTask;
        },
    };

    public static TheoryData<string, string> EachCall => [.. Devices.Names.SelectMany(device => Calls.Keys.Select(call => new TheoryDataRow<string, string>(device.Data, call)))];

    private static Task Forward(GpuDevice gpu, PoolLayer layer, nint[] shape)
    {
        Tensor<float> x = Samples.Of<float>(shape, channelsLast: true);
        using GpuTensor<float> input = gpu.Upload(x), output = layer.Forward(input);
        Samples.AssertSame(layer.Forward(x), output.Download(), $"{layer}");
        return Task.CompletedTask;
    }

    /// <summary>The driver fails at every point of a call in turn: one clear exception, nothing leaks, and the device goes on.</summary>
    [Theory]
    [MemberData(nameof(EachCall))]
    public async Task A_failure_anywhere_is_one_exception_and_leaves_nothing_behind(string device, string call)
    {
        using GpuDevice gpu = Devices.New(device);
        foreach (var (error, kind) in new[] { (CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE, GpuError.OutOfMemory), (CLError.CL_BUILD_PROGRAM_FAILURE, GpuError.KernelRefused), (CLError.CL_DEVICE_NOT_AVAILABLE, GpuError.DeviceLost) })
        {
            bool hasFailed = true;
            int point = 0;
            for (; hasFailed; point++)
            {
                int left = point;
                hasFailed = false;
                gpu.Asking = () =>
                {
                    if (left-- != 0) return;
                    hasFailed = true;
                    throw new CLException(error);
                };
                GpuException? failure = await Record.ExceptionAsync(() => Calls[call](gpu)) as GpuException;
                gpu.Asking = null;
                // Host tensors are tried again in smaller parts where memory is short.
                if (call != "host tensors" || kind != GpuError.OutOfMemory) Assert.Equal(hasFailed, failure is not null);
                if (failure is not null)
                {
                    Assert.Equal(kind, failure.Error);
                    Assert.DoesNotContain('\n', failure.Message);
                }

                gpu.Trim();
                Assert.Equal(0, gpu.AllocatedBytes);
            }

            Assert.True(point > 4, $"{point} points");
            await Calls[call](gpu);
            gpu.Trim();
            Assert.Equal(0, gpu.AllocatedBytes);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_kernel_that_the_compiler_refuses_leaves_the_device_usable(string device)
    {
        using GpuDevice gpu = Devices.New(device);
        GpuException failure = Assert.Throws<GpuException>(() => gpu.Kernels.Get(typeof(FailureTests), accelerator => accelerator.LoadKernel<ArrayView<int>>(Unfit)));
        Assert.Equal(GpuError.KernelRefused, failure.Error);
        Assert.DoesNotContain('\n', failure.Message);
        using GpuTensor<float> input = gpu.Upload(Samples.Of<float>([1, 1, 2, 2])), output = new MaxPool2d(2).Forward(input);
        Assert.Equal(4, output.Download().Rank);

        // Objects are beyond a kernel.
        static void Unfit(ArrayView<int> view) => view[0] = new string('a', view.IntLength).Length;
    }

    [Theory]
    [InlineData("CUDA_ERROR_OUT_OF_MEMORY", GpuError.OutOfMemory)]
    [InlineData("CUDA_ERROR_NO_BINARY_FOR_GPU", GpuError.KernelRefused)]
    [InlineData("CUDA_ERROR_INVALID_PTX", GpuError.KernelRefused)]
    [InlineData("CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", GpuError.KernelRefused)]
    [InlineData("CUDA_ERROR_ILLEGAL_ADDRESS", GpuError.DeviceLost)]
    [InlineData("CUDA_ERROR_LAUNCH_FAILED", GpuError.DeviceLost)]
    [InlineData("CUDA_ERROR_ECC_UNCORRECTABLE", GpuError.DeviceLost)]
    public void CUDAs_errors_are_told_apart(string error, GpuError kind)
    {
        // Only the driver can make one with a code.
        var exception = new CudaException();
        typeof(CudaException).GetField("<Error>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)!.SetValue(exception, error);
        Assert.True(Enum.TryParse(error, out CudaError _));
        Assert.Equal(kind, DeviceFailure.Of(exception));
    }

    [Theory]
    [InlineData(CLError.CL_OUT_OF_RESOURCES, GpuError.OutOfMemory)]
    [InlineData(CLError.CL_OUT_OF_HOST_MEMORY, GpuError.OutOfMemory)]
    [InlineData(CLError.CL_BUILD_PROGRAM_FAILURE, GpuError.KernelRefused)]
    [InlineData(CLError.CL_DEVICE_NOT_AVAILABLE, GpuError.DeviceLost)]
    public void OpenCLs_errors_are_told_apart(CLError error, GpuError kind) => Assert.Equal(kind, DeviceFailure.Of(new CLException(error)));

    /// <summary>Lengths that kernels do not count are refused before anything is read: the memory behind these is far smaller.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_plan_too_large_is_refused(string device)
    {
        using GpuDevice gpu = Devices.New(device);
        using GpuTensor<byte> little = gpu.Allocate<byte>(64);
        nint length = ((nint)1 << 31) + 8, far = (nint)1 << 40;
        using GpuTensor<byte> input = gpu.Wrap<byte>(little.Pointer, [1, 1, length]), output = gpu.Wrap<byte>(little.Pointer + far, [1, 1, length / 2]);
        Assert.Contains("2^31", Assert.Throws<NotSupportedException>(() => new MaxPool1d(2).Forward(input, output)).Message, StringComparison.Ordinal);
        using GpuTensor<long> flat = gpu.Wrap<long>(little.Pointer + 2 * far, [1, 1, length / 2]);
        Assert.Contains("elements", Assert.Throws<NotSupportedException>(() => new MaxUnpool1d(2).Forward(output, flat, input)).Message, StringComparison.Ordinal);
        // More windows that differ from each other than a list is for.
        const int uneven = (1 << 24) + 1;
        using GpuTensor<byte> wide = gpu.Wrap<byte>(little.Pointer, [1, 1, uneven + 2]), narrow = gpu.Wrap<byte>(little.Pointer + far, [1, 1, uneven]);
        Assert.Contains("differ", Assert.Throws<NotSupportedException>(() => new AdaptiveMaxPool1d(uneven).Forward(wide, narrow)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => gpu.Allocate<double>((nint)1 << 61));
        Assert.Equal(64, gpu.AllocatedBytes);
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
        Assert.Throws<NotSupportedException>(() => new BlockReduce2d(3, Reduction.Median).Forward(input));
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
