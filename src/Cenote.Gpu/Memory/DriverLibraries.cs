using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Cenote.Gpu;

/// <summary>Where the drivers' libraries are found. On Linux ILGPU asks for names that only development packages bring; a machine that merely runs programs has those with a version.</summary>
internal static class DriverLibraries
{
    /// <summary>Has the runtime look for these, too, where it finds nothing of itself.</summary>
    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2255", Justification = "Must come before the first look for a driver, wherever that is.")]
    public static void Find() => AssemblyLoadContext.Default.ResolvingUnmanagedDll += Load;

    /// <summary>The versioned file of a library as ILGPU names it; null for any other.</summary>
    public static string? FileOf(string name) => name switch
    {
        "cuda" => "libcuda.so.1",
        "OpenCL" => "libOpenCL.so.1",
        _ => null,
    };

    private static nint Load(Assembly asking, string name) =>
        OperatingSystem.IsLinux() && asking == typeof(ILGPU.Context).Assembly && FileOf(name) is { } file && NativeLibrary.TryLoad(file, out nint handle) ? handle : 0;
}
