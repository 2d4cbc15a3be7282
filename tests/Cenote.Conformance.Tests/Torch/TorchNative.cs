using System.Reflection;
using System.Runtime.InteropServices;

namespace Cenote.Conformance.Tests.Torch;

/// <summary>libtorch's plain C functions. Each returns 0 on success and reports errors on standard error.</summary>
internal static unsafe partial class TorchNative
{
    private const string Library = "torch_cpu";

    private static readonly string? Folder = FindFolder();

    static TorchNative()
    {
        if (Folder is null) return;
        nint library = NativeLibrary.Load(Path.Combine(Folder, "libtorch_cpu.so"));
        NativeLibrary.SetDllImportResolver(typeof(TorchNative).Assembly, (name, _, _) => name == Library ? library : 0);
        // The cases are tiny: waking threads for each would be most of the run.
        SetThreads(1);
    }

    /// <summary>Whether this machine has the library; where not, tests against it skip.</summary>
    public static bool IsAvailable => Folder is not null;

    [LibraryImport(Library, EntryPoint = "_ZN2at15set_num_threadsEi")]
    public static partial void SetThreads(int count);

    [LibraryImport(Library, EntryPoint = "aoti_torch_create_tensor_from_blob")]
    public static partial int CreateTensor(void* data, long rank, long* sizes, long* strides, long offset, int elementType, int device, int deviceIndex, out nint tensor);

    [LibraryImport(Library, EntryPoint = "aoti_torch_delete_tensor_object")]
    public static partial int Delete(nint tensor);

    [LibraryImport(Library, EntryPoint = "aoti_torch_get_data_ptr")]
    public static partial int GetData(nint tensor, out void* data);

    [LibraryImport(Library, EntryPoint = "aoti_torch_get_sizes")]
    public static partial int GetSizes(nint tensor, out long* sizes);

    [LibraryImport(Library, EntryPoint = "aoti_torch_get_strides")]
    public static partial int GetStrides(nint tensor, out long* strides);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_max_pool2d_with_indices")]
    public static partial int MaxPool2d(nint self, long* kernel, long kernels, long* stride, long strides, long* padding, long paddings, long* dilation, long dilations, int ceil, out nint values, out nint indices);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_max_pool3d_with_indices")]
    public static partial int MaxPool3d(nint self, long* kernel, long kernels, long* stride, long strides, long* padding, long paddings, long* dilation, long dilations, int ceil, out nint values, out nint indices);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_avg_pool2d")]
    public static partial int AvgPool2d(nint self, long* kernel, long kernels, long* stride, long strides, long* padding, long paddings, int ceil, int countPadding, long* divisor, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_avg_pool3d")]
    public static partial int AvgPool3d(nint self, long* kernel, long kernels, long* stride, long strides, long* padding, long paddings, int ceil, int countPadding, long* divisor, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_max_pool2d_with_indices_backward")]
    public static partial int MaxPool2dBackward(nint gradient, nint self, long* kernel, long kernels, long* stride, long strides, long* padding, long paddings, long* dilation, long dilations, int ceil, nint indices, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_max_pool3d_with_indices_backward")]
    public static partial int MaxPool3dBackward(nint gradient, nint self, long* kernel, long kernels, long* stride, long strides, long* padding, long paddings, long* dilation, long dilations, int ceil, nint indices, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_avg_pool2d_backward")]
    public static partial int AvgPool2dBackward(nint gradient, nint self, long* kernel, long kernels, long* stride, long strides, long* padding, long paddings, int ceil, int countPadding, long* divisor, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_avg_pool3d_backward")]
    public static partial int AvgPool3dBackward(nint gradient, nint self, long* kernel, long kernels, long* stride, long strides, long* padding, long paddings, int ceil, int countPadding, long* divisor, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__adaptive_avg_pool2d_backward")]
    public static partial int AdaptiveAvgPool2dBackward(nint gradient, nint self, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__adaptive_avg_pool3d_backward")]
    public static partial int AdaptiveAvgPool3dBackward(nint gradient, nint self, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__adaptive_avg_pool2d")]
    public static partial int AdaptiveAvgPool2d(nint self, long* size, long sizes, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__adaptive_avg_pool3d")]
    public static partial int AdaptiveAvgPool3d(nint self, long* size, long sizes, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_adaptive_max_pool2d")]
    public static partial int AdaptiveMaxPool2d(nint self, long* size, long sizes, out nint values, out nint indices);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_adaptive_max_pool3d")]
    public static partial int AdaptiveMaxPool3d(nint self, long* size, long sizes, out nint values, out nint indices);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_adaptive_max_pool2d_backward")]
    public static partial int AdaptiveMaxPool2dBackward(nint gradient, nint self, nint indices, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_adaptive_max_pool3d_backward")]
    public static partial int AdaptiveMaxPool3dBackward(nint gradient, nint self, nint indices, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_max_unpool2d")]
    public static partial int MaxUnpool2d(nint self, nint indices, long* size, long sizes, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_max_unpool3d")]
    public static partial int MaxUnpool3d(nint self, nint indices, long* size, long sizes, long* stride, long strides, long* padding, long paddings, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_fractional_max_pool2d")]
    public static partial int FractionalMaxPool2d(nint self, long* kernel, long kernels, long* size, long sizes, nint samples, out nint values, out nint indices);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_fractional_max_pool3d")]
    public static partial int FractionalMaxPool3d(nint self, long* kernel, long kernels, long* size, long sizes, nint samples, out nint values, out nint indices);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_fractional_max_pool2d_backward")]
    public static partial int FractionalMaxPool2dBackward(nint gradient, nint self, long* kernel, long kernels, long* size, long sizes, nint indices, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_fractional_max_pool3d_backward")]
    public static partial int FractionalMaxPool3dBackward(nint gradient, nint self, long* kernel, long kernels, long* size, long sizes, nint indices, out nint result);

    /// <summary>Any operator by its name; takes the tensors on the stack, and leaves its results there.</summary>
    [LibraryImport(Library, EntryPoint = "aoti_torch_call_dispatcher", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Call(string @operator, string overload, ulong* stack);

    private static string? FindFolder()
    {
        string? fromPackage = typeof(TorchNative).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(data => data.Key == "TorchFolder")?.Value;
        string?[] places = [fromPackage, AppContext.BaseDirectory];
        return Array.Find(places, place => place is not null && File.Exists(Path.Combine(place, "libtorch_cpu.so")));
    }
}
