using System.Globalization;
using Cenote.Packaging.Tests;

[assembly: AssemblyFixture(typeof(Feed))]

namespace Cenote.Packaging.Tests;

/// <summary>The packages of this checkout in a folder of their own, outside of it, so that nothing of the checkout's settings reaches their users.</summary>
public sealed class Feed : IDisposable
{
    private readonly Lock _packing = new();
    private readonly Lazy<string> _library, _onnx, _gpu, _tool;

    public Feed()
    {
        Folder = Directory.CreateTempSubdirectory("cenote-packages-").FullName;
        _library = new(() => Pack("Cenote"));
        _onnx = new(() => Pack("Cenote.Onnx"));
        _gpu = new(() => Pack("Cenote.Gpu"));
        _tool = new(() => Pack("Cenote.Cli"));
    }

    public string Folder { get; }

    /// <summary>A version that no package cache has seen, so that a stale package cannot pass for the new one.</summary>
    public string Version { get; } = "0.0.1-test." + DateTime.UtcNow.ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture);

    /// <summary>The path of the library's package, without its ending.</summary>
    public string Library => _library.Value;

    /// <summary>The path of the package for ONNX models, without its ending.</summary>
    public string Onnx => _onnx.Value;

    /// <summary>The path of the package for devices, without its ending.</summary>
    public string Gpu => _gpu.Value;

    /// <summary>The path of the command's package, without its ending.</summary>
    public string Tool => _tool.Value;

    public static string Root { get; } = FindRoot();

    /// <summary>A new empty folder, in which restores find this feed beside the user's own sources.</summary>
    public string NewFolder(string name)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "NuGet.config"), $"""
            <configuration>
              <packageSources><add key="packed" value="{Path.Combine(Folder, "feed")}" /></packageSources>
            </configuration>
            """);
        return folder;
    }

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        if (!Directory.Exists(cache)) return;
        foreach (string package in Directory.GetDirectories(cache, "cenote*"))
            if (Path.Combine(package, Version) is var version && Directory.Exists(version)) Directory.Delete(version, recursive: true);
    }

    private string Pack(string project)
    {
        // One at a time: each of them writes what the command and the package for ONNX models take from the library.
        using Lock.Scope one = _packing.EnterScope();
        // Own artifacts: the build around the tests may be using the checkout's.
        Command.Dotnet(
            Root,
            "pack",
            Path.Combine("src", project, project + ".csproj"),
            "-c",
            "Release",
            "-o",
            Path.Combine(Folder, "feed"),
            "-p:ArtifactsPath=" + Path.Combine(Folder, "artifacts"),
            "-p:Version=" + Version,
            // The checkout's own build has run them.
            "-p:RunAnalyzers=false",
            // Source paths without the machine's folders; the compiler needs a checkout to know what to leave out.
            "-p:ContinuousIntegrationBuild=" + Path.Exists(Path.Combine(Root, ".git")));
        return Path.Combine(Folder, "feed", $"{project}.{Version}");
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Cenote.slnx"))) return folder.FullName;
        throw new InvalidOperationException($"no Cenote.slnx above {AppContext.BaseDirectory}");
    }
}
