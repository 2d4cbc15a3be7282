using System.Runtime.InteropServices;

namespace Cenote.Benchmarks.Training;

/// <summary>libtorch's backward functions. To be called after <c>TorchNative</c> has loaded the library.</summary>
internal static unsafe partial class TorchGradientNative
{
    private const string Library = "torch_cpu";

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_max_pool2d_with_indices_backward")]
    public static partial int MaxPool2d(nint gradient, nint self, long* kernel, long kernels, long* stride, long strides, long* padding, long paddings, long* dilation, long dilations, int ceil, nint indices, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_max_pool3d_with_indices_backward")]
    public static partial int MaxPool3d(nint gradient, nint self, long* kernel, long kernels, long* stride, long strides, long* padding, long paddings, long* dilation, long dilations, int ceil, nint indices, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_avg_pool2d_backward")]
    public static partial int AveragePool2d(nint gradient, nint self, long* kernel, long kernels, long* stride, long strides, long* padding, long paddings, int ceil, int countPadding, long* divisor, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_avg_pool3d_backward")]
    public static partial int AveragePool3d(nint gradient, nint self, long* kernel, long kernels, long* stride, long strides, long* padding, long paddings, int ceil, int countPadding, long* divisor, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_adaptive_max_pool2d_backward")]
    public static partial int GlobalMaxPool2d(nint gradient, nint self, nint indices, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_adaptive_max_pool3d_backward")]
    public static partial int GlobalMaxPool3d(nint gradient, nint self, nint indices, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__adaptive_avg_pool2d_backward")]
    public static partial int GlobalAveragePool2d(nint gradient, nint self, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__adaptive_avg_pool3d_backward")]
    public static partial int GlobalAveragePool3d(nint gradient, nint self, out nint result);
}
