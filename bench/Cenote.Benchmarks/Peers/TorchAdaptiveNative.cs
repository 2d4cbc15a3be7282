using System.Runtime.InteropServices;

namespace Cenote.Benchmarks.Peers;

/// <summary>libtorch's adaptive pooling, of which global pooling is the case of one output. To be called after <c>TorchNative</c> has loaded the library.</summary>
internal static unsafe partial class TorchAdaptiveNative
{
    private const string Library = "torch_cpu";

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__adaptive_avg_pool2d")]
    public static partial int AveragePool2d(nint self, long* size, long sizes, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__adaptive_avg_pool3d")]
    public static partial int AveragePool3d(nint self, long* size, long sizes, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_adaptive_max_pool2d")]
    public static partial int MaxPool2d(nint self, long* size, long sizes, out nint values, out nint indices);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_adaptive_max_pool3d")]
    public static partial int MaxPool3d(nint self, long* size, long sizes, out nint values, out nint indices);
}
