using System.Runtime.InteropServices;

namespace Cenote.Benchmarks;

/// <summary>Tells the peers' OpenMP runtimes not to spin between their calls: spinning workers would hold the core of whoever's turn is next.</summary>
internal static partial class PassiveWaiting
{
    private const string Variable = "OMP_WAIT_POLICY";

    /// <summary>To be called before any peer is loaded: the runtimes read their environment once.</summary>
    public static void Ask()
    {
        // .NET keeps an environment of its own; native libraries look into the process's.
        if (!OperatingSystem.IsWindows()) _ = SetEnvironment(Variable, "passive", overwrite: 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
