namespace Cenote.Gpu;

/// <summary>What went wrong on a device. Memory on the host is as it was; unless the device is lost, it can be used again.</summary>
/// <remarks>Wrong arguments are <see cref="ArgumentException"/>s, as on the CPU, and found before anything runs.</remarks>
public sealed class GpuException : Exception
{
    internal GpuException(GpuError error, string message, Exception? inner = null)
        : base(message, inner) => Error = error;

    /// <summary>The kind of failure.</summary>
    public GpuError Error { get; }
}

/// <summary>The kinds of failure on a device.</summary>
public enum GpuError
{
    /// <summary>There is no such device on this machine, or its driver does not start.</summary>
    NoDevice,

    /// <summary>The device has not enough memory.</summary>
    OutOfMemory,

    /// <summary>The driver refuses a kernel: mostly because the device lacks a type, such as 64-bit floating-point numbers.</summary>
    KernelRefused,

    /// <summary>The device stopped answering, or was disposed while in use; open it anew.</summary>
    DeviceLost,
}
