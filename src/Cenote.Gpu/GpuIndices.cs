using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>The tap that each window of a pooling chose, in a device's memory: <see cref="PoolIndices"/>, one byte for windows of up to 256 taps.</summary>
public sealed class GpuIndices : IDisposable
{
    private readonly long _bytes;

    internal GpuIndices(GpuDevice device, PoolPlan plan, bool channelsLast)
    {
        (Device, Plan, ChannelsLast, BytesPerIndex) = (device, plan, channelsLast, OffsetMemory.SizeFor(plan.Taps));
        _bytes = checked(plan.OutputElements * BytesPerIndex);
        Memory = device.AllocateBytes(_bytes);
    }

    /// <summary>Where the memory is.</summary>
    public GpuDevice Device { get; }

    /// <summary>One length per axis: the output's shape.</summary>
    public ReadOnlySpan<nint> Shape => Plan.OutputShape;

    /// <summary>The shape of the input that the indices point into.</summary>
    public ReadOnlySpan<nint> InputShape => Plan.InputShape;

    /// <summary>The bytes of one index: 1, 2, 4 or 8.</summary>
    public int BytesPerIndex { get; }

    internal PoolPlan Plan { get; }

    internal bool ChannelsLast { get; }

    internal MemoryBuffer Memory { get; }

    /// <summary>Copies the indices to the host, once all work on the device is done.</summary>
    /// <returns>The same indices, for the layers on the CPU, and to be read as PyTorch's or ONNX's.</returns>
    /// <exception cref="ArgumentException">They are too many for one array.</exception>
    /// <exception cref="GpuException">The device is lost.</exception>
    public unsafe PoolIndices Download()
    {
        var indices = new PoolIndices(Plan);
        if (ChannelsLast)
        {
            long width = Plan.Channels, height = width * Plan.Width.OutputLength, depth = height * Plan.Height.OutputLength;
            indices.Layout = new TensorLayout(depth * Plan.Depth.OutputLength, 1, depth, height, width).Along(Plan.Batch, Plan.Channels, Plan.Depth.OutputLength, Plan.Height.OutputLength, Plan.Width.OutputLength);
        }

        if (_bytes == 0) return indices;
        fixed (byte* to = &indices.First)
        {
            nint start = (nint)to;
            Device.Guard("copying", () =>
            {
                Device.Accelerator.Synchronize();
                using var host = ILGPU.Runtime.CPU.CPUMemoryBuffer.Create(Device.Accelerator, start, _bytes, 1);
                Memory.AsArrayView<byte>(0, _bytes).CopyTo(Device.Accelerator.DefaultStream, host.AsArrayView<byte>(0, _bytes));
                Device.Accelerator.DefaultStream.Synchronize();
            });
        }

        return indices;
    }

    /// <summary>Frees the device memory.</summary>
    public void Dispose() => Device.Free(Memory);

    internal ArrayView<TNumber> View<TNumber>()
        where TNumber : unmanaged => Memory.AsArrayView<byte>(0, Math.Max(Unsafe.SizeOf<TNumber>(), _bytes)).Cast<TNumber>();
}
