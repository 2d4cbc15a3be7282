using System.Runtime.InteropServices;

namespace Cenote.Benchmarks.Peers;

/// <summary>oneDNN 2's C functions, as far as pooling needs them. Each returns 0 on success.</summary>
internal static unsafe partial class DnnlNative
{
    public const string Library = "libdnnl.so.2";

    /// <summary>Room for any descriptor: the largest has 3288 bytes.</summary>
    public const int DescriptorBytes = 4096;

    public const int CpuEngine = 1, DefaultStream = 1, ForwardInference = 96;
    public const int PoolingMax = 0x1ff, PoolingAverageWithPadding = 0x2ff;
    public const int SourceArgument = 1, DestinationArgument = 17;

    [LibraryImport(Library, EntryPoint = "dnnl_version")]
    public static partial int* Version();

    [LibraryImport(Library, EntryPoint = "dnnl_engine_create")]
    public static partial int CreateEngine(out nint engine, int kind, nuint index);

    [LibraryImport(Library, EntryPoint = "dnnl_stream_create")]
    public static partial int CreateStream(out nint stream, nint engine, uint flags);

    [LibraryImport(Library, EntryPoint = "dnnl_stream_wait")]
    public static partial int Wait(nint stream);

    [LibraryImport(Library, EntryPoint = "dnnl_memory_desc_init_by_strides")]
    public static partial int DescribeMemory(byte* descriptor, int rank, long* lengths, int elementType, long* strides);

    [LibraryImport(Library, EntryPoint = "dnnl_memory_create")]
    public static partial int CreateMemory(out nint memory, byte* descriptor, nint engine, void* data);

    [LibraryImport(Library, EntryPoint = "dnnl_memory_destroy")]
    public static partial int DestroyMemory(nint memory);

    [LibraryImport(Library, EntryPoint = "dnnl_pooling_v2_forward_desc_init")]
    public static partial int DescribePooling(byte* descriptor, int propagation, int algorithm, byte* source, byte* destination, long* stride, long* kernel, long* dilation, long* before, long* after);

    [LibraryImport(Library, EntryPoint = "dnnl_primitive_desc_create")]
    public static partial int CreatePrimitiveDescriptor(out nint primitiveDescriptor, byte* descriptor, nint attributes, nint engine, nint hint);

    [LibraryImport(Library, EntryPoint = "dnnl_primitive_desc_destroy")]
    public static partial int DestroyPrimitiveDescriptor(nint primitiveDescriptor);

    [LibraryImport(Library, EntryPoint = "dnnl_primitive_create")]
    public static partial int CreatePrimitive(out nint primitive, nint primitiveDescriptor);

    [LibraryImport(Library, EntryPoint = "dnnl_primitive_execute")]
    public static partial int Execute(nint primitive, nint stream, int count, Argument* arguments);

    [LibraryImport(Library, EntryPoint = "dnnl_primitive_destroy")]
    public static partial int DestroyPrimitive(nint primitive);

    /// <summary>Of the OpenMP runtime that Debian's oneDNN runs on.</summary>
    [LibraryImport("libgomp.so.1", EntryPoint = "omp_set_num_threads")]
    public static partial void SetThreads(int count);

    [StructLayout(LayoutKind.Sequential)]
    public readonly struct Argument(int kind, nint memory)
    {
        public readonly int Kind = kind;
        public readonly nint Memory = memory;
    }
}
