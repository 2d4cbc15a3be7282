using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>A queue of work on a device: what is queued on one stream runs in order.</summary>
public sealed class GpuStream : IDisposable
{
    private MemoryBuffer? _scratch;

    internal GpuStream(GpuDevice device, AcceleratorStream stream) => (Device, Stream) = (device, stream);

    /// <summary>The device it belongs to.</summary>
    public GpuDevice Device { get; }

    internal AcceleratorStream Stream { get; }

    /// <summary>Waits until everything queued so far is done.</summary>
    /// <exception cref="GpuException">The device is lost.</exception>
    public void Synchronize() => Device.Guard("waiting", Stream.Synchronize);

    /// <summary>Memory for what a call needs between two kernels of this stream; kept for the next call.</summary>
    internal ArrayView<byte> Scratch(long bytes)
    {
        bytes = (bytes + 31) / 32 * 32;
        if (_scratch is null || _scratch.LengthInBytes < bytes)
        {
            Trim();
            _scratch = Device.AllocateBytes(bytes);
        }

        return _scratch.AsArrayView<byte>(0, bytes);
    }

    /// <summary>Frees the memory that calls have kept.</summary>
    internal void Trim() => Device.Guard("waiting", () =>
    {
        if (_scratch is null) return;
        Stream.Synchronize();
        Device.Free(_scratch);
        _scratch = null;
    });

    /// <summary>Frees the stream; a device's default stream lives as long as the device.</summary>
    public void Dispose()
    {
        if (ReferenceEquals(this, Device.DefaultStream)) return;
        if (_scratch is not null) Device.Free(_scratch);
        _scratch = null;
        if (!Stream.IsDisposed) Device.Release(Stream);
    }
}
