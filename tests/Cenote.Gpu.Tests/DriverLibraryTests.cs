using System.Reflection;
using System.Runtime.InteropServices;

namespace Cenote.Gpu.Tests;

public sealed class DriverLibraryTests
{
    /// <summary>The names that ILGPU asks for are read from it, so that another version that asks otherwise is noticed.</summary>
    [Fact]
    public void Every_driver_that_ILGPU_asks_for_on_Linux_has_a_versioned_file()
    {
        string[] names = [.. from type in (Type[])[typeof(ILGPU.Runtime.Cuda.CudaAPI), typeof(ILGPU.Runtime.OpenCL.CLAPI)]
                             select (string)type.GetField("LibNameLinux", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!.GetRawConstantValue()!];
        Assert.All(names, name => Assert.NotNull(DriverLibraries.FileOf(name)));
        Assert.All(names, name => Assert.Matches($@"^lib{name}\.so\.\d+$", DriverLibraries.FileOf(name)));
        Assert.Null(DriverLibraries.FileOf("nvvm"));
    }
}
