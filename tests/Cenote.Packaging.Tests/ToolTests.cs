using System.Diagnostics;

namespace Cenote.Packaging.Tests;

/// <summary>The command installs from its package.</summary>
public class ToolTests(Feed feed)
{
    [Fact]
    public async Task The_command_installs_and_runs()
    {
        Assert.True(File.Exists(feed.Tool + ".nupkg"), $"pack made no {feed.Tool}.nupkg");
        string folder = feed.NewFolder("tool");
        Command.Dotnet(folder, "tool", "install", "Cenote.Cli", "--tool-path", "bin", "--version", feed.Version);
        string cenote = Path.Combine(folder, "bin", OperatingSystem.IsWindows() ? "cenote.exe" : "cenote");
        string printed = Command.Run(cenote, folder, "shape", "112x112", "-k", "3", "-s", "2", "-p", "1");
        Assert.Contains("56", printed, StringComparison.Ordinal);

        // A picture needs the native library of this platform.
        File.Copy(Path.Combine(Feed.Root, "samples", "cenote.png"), Path.Combine(folder, "cenote.png"));
        Command.Run(cenote, folder, "max", "cenote.png", "-k", "4");
        Assert.True(File.Exists(Path.Combine(folder, "cenote.max.png")));

        // And the kernels for devices.
        Command.Run(cenote, folder, "max", "cenote.png", "-k", "80", "--device", "simulated", "-o", "there.npy");
        Command.Run(cenote, folder, "max", "cenote.png", "-k", "80", "-o", "here.npy");
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "here.npy")), File.ReadAllBytes(Path.Combine(folder, "there.npy")));

        // The page lies beside the command.
        using Process server = Process.Start(new ProcessStartInfo(cenote, ["serve", "--port", "0"]) { RedirectStandardOutput = true, Environment = { ["DOTNET_ROOT"] = Command.DotnetRoot } })!;
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri((await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!.Split(' ')[0]) };
            Assert.Contains("playground.js", await client.GetStringAsync("", TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Equal("application/wasm", (await client.GetAsync("_framework/Cenote.wasm", TestContext.Current.CancellationToken)).EnsureSuccessStatusCode().Content.Headers.ContentType!.MediaType);
        }
        finally
        {
            server.Kill();
        }
    }

    [Fact]
    public void Its_packages_are_small()
    {
        _ = feed.Tool;
        FileInfo[] packages = new DirectoryInfo(Path.Combine(feed.Folder, "feed")).GetFiles("Cenote.Cli.*.nupkg");
        Assert.True(packages.Length > 6, "there is a package for each platform, and one that names them");
        // The page takes 3 MB of each; macOS's picture library is one for both of its processors, and makes its packages the largest, 14.03 MB.
        Assert.All(packages, package => Assert.InRange(package.Length, 1, 15_000_000));
    }
}
