using System.Runtime.InteropServices;

namespace Cenote.Conformance.Tests.Torch;

/// <summary>Turns standard error off while it lives: libtorch prints every refusal, and refusals are expected here.</summary>
internal sealed partial class QuietErrors : IDisposable
{
    private const int StandardError = 2;
    private static readonly int Nowhere = Open("/dev/null", 1);

    private readonly int _saved = Duplicate(StandardError);

    public QuietErrors() => _ = Replace(Nowhere, StandardError);

    public void Dispose()
    {
        _ = Replace(_saved, StandardError);
        _ = Close(_saved);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int file);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Replace(int file, int place);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
