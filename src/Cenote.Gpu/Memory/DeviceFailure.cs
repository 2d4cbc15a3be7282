using ILGPU;
using ILGPU.Backends;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Cenote.Gpu;

/// <summary>What a driver's or the compiler's exception means.</summary>
internal static class DeviceFailure
{
    /// <summary>The kind of failure; null for an exception that is none of the device's.</summary>
    public static GpuError? Of(Exception error) => error switch
    {
        OutOfMemoryException => GpuError.OutOfMemory,
        CudaException { Error: nameof(CudaError.CUDA_ERROR_OUT_OF_MEMORY) } => GpuError.OutOfMemory,
        CLException { Error: CLError.CL_OUT_OF_RESOURCES or CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE or CLError.CL_OUT_OF_HOST_MEMORY or CLError.CL_INVALID_BUFFER_SIZE } => GpuError.OutOfMemory,
        CudaException { Error: nameof(CudaError.CUDA_ERROR_NO_BINARY_FOR_GPU) or nameof(CudaError.CUDA_ERROR_INVALID_IMAGE) or nameof(CudaError.CUDA_ERROR_INVALID_PTX) or nameof(CudaError.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES) } => GpuError.KernelRefused,
        CLException { Error: CLError.CL_BUILD_PROGRAM_FAILURE or CLError.CL_COMPILE_PROGRAM_FAILURE or CLError.CL_INVALID_PROGRAM_EXECUTABLE } => GpuError.KernelRefused,
        InternalCompilerException or CapabilityNotSupportedException or InvalidCodeGenerationException or NotSupportedIntrinsicException or InvalidKernelOperationException => GpuError.KernelRefused,
        AcceleratorException or ObjectDisposedException => GpuError.DeviceLost,
        _ => null,
    };

    /// <summary>Does something that a lost device refuses, where that no longer matters.</summary>
    public static void Ignore(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (Of(error) is not null)
        {
        }
    }

    public static string Text(GpuError kind, string what, GpuDevice device, Exception error)
    {
        string reason = error.Message.Split('\n')[0].Trim();
        return kind switch
        {
            GpuError.OutOfMemory => $"{what} needs more memory than device {device.Info} has free; {device.AllocatedBytes} bytes are in use by tensors. Dispose some, or pass the layer a host tensor, which is pooled in parts.",
            GpuError.KernelRefused => $"{what}: device {device.Info} refuses the kernel: {reason}",
            _ => $"{what}: device {device.Info} does not answer any more ({reason}); open it anew.",
        };
    }
}
