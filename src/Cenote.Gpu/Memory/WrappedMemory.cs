using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Cenote.Gpu;

/// <summary>Device memory of another owner.</summary>
internal sealed class WrappedMemory : MemoryBuffer
{
    public WrappedMemory(Accelerator accelerator, nint pointer, long bytes)
        : base(accelerator, bytes, 1) => NativePtr = pointer;

    protected override void MemSet(AcceleratorStream stream, byte value, in ArrayView<byte> targetView)
    {
        switch (stream)
        {
            case CudaStream cuda: CudaMemoryBuffer.CudaMemSet(cuda, value, targetView); break;
            case CLStream openCl: CLMemoryBuffer.CLMemSet(openCl, value, targetView); break;
            default: CPUMemoryBuffer.CPUMemSet(targetView.LoadEffectiveAddressAsPtr(), value, 0, targetView.Length); break;
        }
    }

    protected override void CopyFrom(AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) => Copy(stream, sourceView, targetView);

    protected override void CopyTo(AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) => Copy(stream, sourceView, targetView);

    /// <summary>Nothing is freed: the memory is another's.</summary>
    protected override void DisposeAcceleratorObject(bool disposing) => NativePtr = 0;

    private static void Copy(AcceleratorStream stream, in ArrayView<byte> source, in ArrayView<byte> target)
    {
        switch (stream)
        {
            case CudaStream cuda: CudaMemoryBuffer.CudaCopy(cuda, source, target); break;
            case CLStream openCl: CLMemoryBuffer.CLCopy(openCl, source, target); break;
            default: CPUMemoryBuffer.CPUCopy(stream, source, target); break;
        }
    }
}
