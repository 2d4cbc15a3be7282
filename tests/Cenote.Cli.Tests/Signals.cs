using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Cenote.Cli.Tests;

/// <summary>Ctrl+C for another process, on Linux.</summary>
internal static partial class Signals
{
    private const int Interruption = 2;

    /// <summary>Why there is none here; null where there is.</summary>
    public static string? Missing => !OperatingSystem.IsLinux() ? "an interruption is sent by SIGINT, on Linux"
        : IgnoresInterruption() ? "SIGINT is ignored here, as it is for a process that a shell started in the background"
        : null;

    public static void Interrupt(Process process) => Assert.Equal(0, Kill(process.Id, Interruption));

    // Children inherit what is ignored.
    private static bool IgnoresInterruption()
    {
        string ignored = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..];
        return (ulong.Parse(ignored, NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) >> (Interruption - 1) & 1) == 1;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}
