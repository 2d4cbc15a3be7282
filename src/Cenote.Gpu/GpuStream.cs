using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>A queue of work on a device: what is queued on one stream runs in order.</summary>
public sealed class GpuStream : IDisposable
{
    internal GpuStream(GpuDevice device, AcceleratorStream stream) => (Device, Stream) = (device, stream);

    /// <summary>The device it belongs to.</summary>
    public GpuDevice Device { get; }

    internal AcceleratorStream Stream { get; }

    /// <summary>Waits until everything queued so far is done.</summary>
    /// <exception cref="GpuException">The device is lost.</exception>
    public void Synchronize() => Device.Guard("waiting", Stream.Synchronize);

    /// <summary>Frees the stream; a device's default stream lives as long as the device.</summary>
    public void Dispose()
    {
        if (!ReferenceEquals(this, Device.DefaultStream) && !Stream.IsDisposed) Stream.Dispose();
    }
}
