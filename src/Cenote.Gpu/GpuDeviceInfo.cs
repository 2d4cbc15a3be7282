using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Cenote.Gpu;

/// <summary>By which means kernels reach a device.</summary>
public enum GpuBackend
{
    /// <summary>NVIDIA's driver.</summary>
    Cuda,

    /// <summary>Any vendor's OpenCL driver of version 2 or later.</summary>
    OpenCl,

    /// <summary>The kernels run on the CPU, slowly: for tests and for debugging, never chosen of itself.</summary>
    Cpu,
}

/// <summary>A device that kernels can run on, as the machine announces it.</summary>
/// <param name="Index">Its place in <see cref="GpuDevice.Enumerate"/>, by which the command line names it.</param>
/// <param name="Name">The vendor's name.</param>
/// <param name="Backend">By which means it is reached.</param>
/// <param name="MemoryBytes">Its memory.</param>
/// <param name="Multiprocessors">How many groups of threads it runs side by side.</param>
public sealed record GpuDeviceInfo(int Index, string Name, GpuBackend Backend, long MemoryBytes, int Multiprocessors)
{
    /// <summary>What the driver understands: <c>CUDA 13.0, SM_90</c> or <c>OpenCL 3.0</c>; empty for the simulated device.</summary>
    public string Driver { get; init; } = "";

    internal static GpuDeviceInfo Of(int index, Device device) => new(
        index,
        device.Name.Trim(),
        device.AcceleratorType switch { AcceleratorType.Cuda => GpuBackend.Cuda, AcceleratorType.OpenCL => GpuBackend.OpenCl, _ => GpuBackend.Cpu },
        device.MemorySize,
        device.NumMultiprocessors)
    {
        Driver = device switch
        {
            CudaDevice cuda => cuda.Architecture is { } architecture ? $"CUDA {cuda.DriverVersion}, {architecture}" : $"CUDA {cuda.DriverVersion}",
            CLDevice cl => $"OpenCL {cl.DeviceVersion}",
            _ => "",
        },
    };

    /// <summary>Whether ILGPU can run kernels there: OpenCL drivers need pointers that reach any memory, which came with version 2.</summary>
    internal static bool IsUsable(CLDevice device) => device.Capabilities.GenericAddressSpace;

    /// <summary>The device in one line.</summary>
    /// <returns>For example <c>0: NVIDIA H200 (Cuda, 139.8 GiB)</c>.</returns>
    public override string ToString() => FormattableString.Invariant($"{Index}: {Name} ({Backend}{(Backend == GpuBackend.Cpu ? "" : $", {MemoryBytes / (double)(1 << 30):0.0} GiB")})");
}
