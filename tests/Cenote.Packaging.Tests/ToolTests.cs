namespace Cenote.Packaging.Tests;

/// <summary>The command installs from its package.</summary>
public class ToolTests(Feed feed)
{
    [Fact]
    public void The_command_installs_and_runs()
    {
        Assert.True(File.Exists(feed.Tool + ".nupkg"), $"pack made no {feed.Tool}.nupkg");
        string folder = feed.NewFolder("tool");
        Command.Dotnet(folder, "tool", "install", "Cenote.Cli", "--tool-path", "bin", "--version", feed.Version);
        string printed = Command.Run(Path.Combine(folder, "bin", OperatingSystem.IsWindows() ? "cenote.exe" : "cenote"), folder, "shape", "112x112", "-k", "3", "-s", "2", "-p", "1");
        Assert.Contains("56", printed, StringComparison.Ordinal);
    }
}
