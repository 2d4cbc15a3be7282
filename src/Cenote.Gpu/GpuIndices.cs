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
        _bytes = plan.OutputElements <= long.MaxValue / BytesPerIndex ? plan.OutputElements * BytesPerIndex : throw new ArgumentException($"indices of {plan} take more than 2^63 − 1 bytes.");
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

    /// <summary>Copies indices of the host to a device, and waits until they are there.</summary>
    internal static GpuIndices Upload(GpuDevice device, PoolIndices source)
    {
        TensorLayout layout = Along(source.Plan, source.Layout);
        bool last = layout != Layout(source.Plan, channelsLast: false);
        // Any third order becomes row-major.
        if (last && layout != Layout(source.Plan, channelsLast: true)) (source, last) = (PoolIndices.FromFlat(source.Plan, source.ToFlat()), false);
        return new GpuIndices(device, source.Plan, last).Filled(indices => indices.Copy(source, toHost: false));
    }

    /// <summary>Copies the indices to the host, once all work on the device is done.</summary>
    /// <returns>The same indices, for the layers on the CPU, and to be read as PyTorch's or ONNX's.</returns>
    /// <exception cref="ArgumentException">They are too many for one array.</exception>
    /// <exception cref="GpuException">The device is lost.</exception>
    public PoolIndices Download()
    {
        var indices = new PoolIndices(Plan) { Layout = Layout(Plan, ChannelsLast) };
        Copy(indices, toHost: true);
        return indices;
    }

    /// <summary>PyTorch's indices, on the device: for each output the flat, row-major position of the chosen tap in its plane; −1 where there is none.</summary>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <returns>A tensor of <see cref="Shape"/>, in the indices' memory order; the caller disposes it.</returns>
    /// <exception cref="GpuException">The device has not enough memory, refuses the kernel, or is lost.</exception>
    public GpuTensor<long> ToFlat(GpuStream? stream = null)
    {
        stream = TensorOrder.StreamOf(Device, stream);
        GpuTensor<long> flat = new(Device, Shape, TensorOrder.Strides(Shape, Plan.SpatialRank, ChannelsLast));
        return flat.Filled(() =>
        {
            if (flat.ElementCount > 0) IndexConversion.ToFlat(new(Device, stream, Plan, Numbers.Memory, flat.View<byte>(), ChannelsLast), Numbers);
        });
    }

    /// <summary>Indices from PyTorch's, which lie on the device: the way back from <see cref="ToFlat"/>. They are looked at there, and the call waits for that.</summary>
    /// <param name="plan">The plan of the pooling that they come from.</param>
    /// <param name="flat">For each output the flat, row-major position of the chosen tap in its plane, or −1 where there is none; row-major or channels-last.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <returns>The same indices, compact; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">The shape is not that of the plan's output, the tensor lies neither row-major nor channels-last, or an index is no tap of its window.</exception>
    /// <exception cref="GpuException">The device has not enough memory, refuses the kernel, or is lost.</exception>
    public static GpuIndices FromFlat(PoolPlan plan, GpuTensor<long> flat, GpuStream? stream = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(flat);
        Require.Shape(nameof(flat), flat.Lengths, plan.OutputShape, plan);
        bool last = TensorOrder.IsChannelsLast(nameof(flat), flat, plan.SpatialRank);
        stream = TensorOrder.StreamOf(flat.Device, stream);
        return new GpuIndices(flat.Device, plan, last).Filled(indices =>
        {
            if (flat.ElementCount > 0) IndexConversion.FromFlat(new(flat.Device, stream, plan, flat.View<byte>(), indices.Numbers.Memory, last), indices.Numbers);
        });
    }

    /// <summary>Frees the device memory.</summary>
    public void Dispose() => Device.Free(Memory);

    internal NumberMemory Numbers => new(Memory.AsArrayView<byte>(0, Math.Max(BytesPerIndex, _bytes)), BytesPerIndex);

    private static TensorLayout Layout(PoolPlan plan, bool channelsLast)
    {
        long depths = plan.Depth.OutputLength, rows = plan.Height.OutputLength, columns = plan.Width.OutputLength, row = plan.Channels * columns;
        return Along(plan, channelsLast ? new(row * rows * depths, 1, row * rows, row, plan.Channels) : TensorLayout.RowMajor(plan.Channels, depths, rows, columns));
    }

    private static TensorLayout Along(PoolPlan plan, in TensorLayout layout) => layout.Along(plan.Batch, plan.Channels, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength);

    /// <summary>These indices once they are filled; freed where that fails.</summary>
    private GpuIndices Filled(Action<GpuIndices> fill)
    {
        try
        {
            fill(this);
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private unsafe void Copy(PoolIndices indices, bool toHost)
    {
        if (_bytes == 0) return;
        fixed (byte* first = &indices.First)
        {
            nint start = (nint)first;
            Device.Guard("copying", () =>
            {
                AcceleratorStream stream = Device.Accelerator.DefaultStream;
                Device.Accelerator.Synchronize();
                using var host = ILGPU.Runtime.CPU.CPUMemoryBuffer.Create(Device.Accelerator, start, _bytes, 1);
                ArrayView<byte> there = Memory.AsArrayView<byte>(0, _bytes), here = host.AsArrayView<byte>(0, _bytes);
                if (toHost) there.CopyTo(stream, here);
                else there.CopyFrom(stream, here);
                stream.Synchronize();
            });
        }
    }
}
