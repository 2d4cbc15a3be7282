using System.Numerics.Tensors;
using Cenote.Gpu;

namespace Cenote.Cli;

/// <summary>The place that the user named for pooling: a device that is open, or the CPU.</summary>
/// <param name="device">The device; null for the CPU.</param>
/// <param name="isAuto">Whether the CPU pools what the device cannot.</param>
internal sealed class PoolingDevice(GpuDevice? device, bool isAuto) : IDisposable
{
    /// <summary>Where the CPU pooled.</summary>
    public const string Cpu = "cpu";

    /// <summary>Pools on the device.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="input">The input.</param>
    /// <param name="output">Written.</param>
    /// <param name="indices">Written, where given: PyTorch's indices of the maxima.</param>
    /// <param name="cancellation">Looked at between the parts of an array that is larger than the device.</param>
    /// <returns>The device's name; <see cref="Cpu"/> where the CPU has it to do.</returns>
    /// <exception cref="NotSupportedException">The layer has no kernel for devices.</exception>
    /// <exception cref="GpuException">The device has not enough memory, refuses the kernel, or is lost.</exception>
    public string Forward<T>(PoolLayer layer, ArrayView input, ArrayView output, ArrayView? indices, CancellationToken cancellation)
        where T : unmanaged => On(device =>
        {
            if (indices is null) layer.ForwardOn<T>(device, input.Span<T>(), output.Span<T>(), cancellationToken: cancellation);
            else ((IndexedPool)layer).ForwardWithIndicesOn<T>(device, input.Span<T>(), output.Span<T>(), indices.Span<long>(), cancellationToken: cancellation);
        });

    /// <summary>Unpools on the device, in one part.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="input">The values.</param>
    /// <param name="indices">PyTorch's, a number for each value.</param>
    /// <param name="output">Written.</param>
    /// <returns>The device's name; <see cref="Cpu"/> where the CPU has it to do.</returns>
    /// <exception cref="ArgumentException">An index lies outside its plane.</exception>
    /// <exception cref="GpuException">The device has not enough memory, refuses the kernel, or is lost.</exception>
    public string Unpool<T>(MaxUnpool layer, ArrayView input, ArrayView indices, ArrayView output)
        where T : unmanaged => On(device =>
        {
            using GpuTensor<T> values = Upload<T>(device, input), unpooled = device.Allocate<T>(output.Lengths);
            using GpuTensor<long> places = Upload<long>(device, indices);
            layer.Forward(values, places, unpooled);
            unpooled.Download().AsReadOnlyTensorSpan().CopyTo(output.Span<T>());
        });

    /// <summary>For what devices have no kernel: the CPU has it to do, if the user allows that.</summary>
    /// <exception cref="NotSupportedException">The user named a device.</exception>
    public string RequireCpu(string what) => On(_ => throw new NotSupportedException($"{what} has no kernel for devices; leave --device out, or say auto."));

    public void Dispose() => device?.Dispose();

    private string On(Action<GpuDevice> pool)
    {
        if (device is null) return Cpu;
        try
        {
            pool(device);
            return device.Info.Backend == GpuBackend.Cpu ? "simulated" : device.Info.Name;
        }
        catch (Exception error) when (isAuto && error is NotSupportedException or GpuException)
        {
            return Cpu;
        }
    }

    private static GpuTensor<T> Upload<T>(GpuDevice device, ArrayView array)
        where T : unmanaged
    {
        Tensor<T> dense = Tensor.CreateFromShapeUninitialized<T>(array.Lengths);
        array.Span<T>().CopyTo(dense.AsTensorSpan());
        return device.Upload(dense);
    }
}
