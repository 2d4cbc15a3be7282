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
        where T : unmanaged
    {
        if (device is null) return Cpu;
        try
        {
            if (indices is null) layer.ForwardOn<T>(device, input.Span<T>(), output.Span<T>(), cancellationToken: cancellation);
            else ((IndexedPool)layer).ForwardWithIndicesOn<T>(device, input.Span<T>(), output.Span<T>(), indices.Span<long>(), cancellationToken: cancellation);
            return device.Info.Backend == GpuBackend.Cpu ? "simulated" : device.Info.Name;
        }
        catch (Exception error) when (isAuto && error is NotSupportedException or GpuException)
        {
            return Cpu;
        }
    }

    public void Dispose() => device?.Dispose();
}
