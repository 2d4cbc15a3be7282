using System.Runtime.InteropServices;

namespace Cenote.Benchmarks;

/// <summary>What the process is told on the peers' behalf.</summary>
internal static partial class PeerProcess
{
    private const string Waiting = "OMP_WAIT_POLICY";

    /// <summary>glibc's names of what <see cref="SetOption"/> sets.</summary>
    private const int TrimThreshold = -1, MostMappings = -4;

    /// <summary>To be called before any peer is loaded: the runtimes read their environment once.</summary>
    public static void Prepare()
    {
        // .NET keeps an environment of its own; native libraries look into the process's. Workers that spin between calls would hold the core of whoever's turn is next.
        if (!OperatingSystem.IsWindows()) _ = SetEnvironment(Waiting, "passive", overwrite: 1);
        KeepMemory();
    }

    /// <summary>Tells the C library to keep what peers give back: a result made anew in every call would be taken from the system page by page, which can take twenty times as long as pooling.</summary>
    private static void KeepMemory()
    {
        // Other C libraries have no such function.
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out nint library) || !NativeLibrary.TryGetExport(library, "mallopt", out _)) return;
        _ = SetOption(MostMappings, 0);
        _ = SetOption(TrimThreshold, int.MaxValue);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
