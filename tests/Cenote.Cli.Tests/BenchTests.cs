using System.Diagnostics;
using System.Text.Json;

namespace Cenote.Cli.Tests;

/// <summary>What <c>cenote bench</c> prints; its times are of no interest here.</summary>
public sealed class BenchTests : IDisposable
{
    private const int Rows = 15;

    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void The_table_is_a_line_per_row_and_a_verdict()
    {
        string[] lines = _place.RunAlone("bench --seconds 0.1 --threads 1").Succeeded().PrintedLines;
        Assert.Equal(Rows + 2, lines.Length);
        Assert.Matches(@"^row +layout +ms +GB/s +× floor$", lines[0]);
        Assert.All(lines[1..^1], line => Assert.Matches(@"^[\w ,]+: (max k\d+ s\d( p\d+)?|avg k\d s\d( p\d)?|global-avg), \d+(×\d+){3}  +(nchw|nhwc)  +\d+(\.\d+)?  +\d+(\.\d+)?  +\d+\.\d\d$", line));
        Assert.StartsWith("ResNet stem: max k3 s2 p1, 8×64×112×112 ", lines[1], StringComparison.Ordinal);
        Assert.Matches(@"^\d+ of 15 rows run within 1\.25 times what copying the same bytes takes(; the furthest off, [\w ,]+ \((nchw|nhwc)\), takes \d+\.\d\d times)?\. .+: \d+ cores?, vectors of \d+ bits; 1 thread used\.$", lines[^1]);
    }

    [Fact]
    public void The_columns_are_aligned()
    {
        string[] lines = _place.RunAlone("bench --seconds 0.1").Succeeded().PrintedLines;
        int layout = lines[0].IndexOf("layout", StringComparison.Ordinal);
        Assert.All(lines[1..^1], line => Assert.Equal(" n", line.Substring(layout - 1, 2)));
    }

    [Fact]
    public void Json_is_one_object_per_row()
    {
        string[] lines = _place.RunAlone("bench --seconds 0.1 --threads 2147483647 --json").Succeeded().PrintedLines;
        Assert.Equal(Rows, lines.Length);
        foreach (string line in lines)
        {
            using var row = JsonDocument.Parse(line);
            JsonElement root = row.RootElement;
            Assert.Equal(
                ["row", "operator", "options", "type", "layout", "inputShape", "outputShape", "milliseconds", "gigabytesPerSecond", "floorMilliseconds", "timesFloor", "processor", "cores", "vectorBits", "threads"],
                root.EnumerateObject().Select(property => property.Name));
            Assert.All((string[])["inputShape", "outputShape"], shape => Assert.Equal(4, root.GetProperty(shape).GetArrayLength()));
            Assert.All((string[])["milliseconds", "gigabytesPerSecond", "floorMilliseconds", "timesFloor"], number => Assert.True(root.GetProperty(number).GetDouble() > 0));
            // More threads than cores are of no use to a layer, and would be unfair to the copy.
            Assert.Equal(root.GetProperty("cores").GetInt32(), root.GetProperty("threads").GetInt32());
        }

        using var stem = JsonDocument.Parse(lines[1]);
        Assert.Equal(("max", "k3 s2 p1", "f4", "nhwc"), (Text("operator"), Text("options"), Text("type"), Text("layout")));
        Assert.Equal([8, 64, 56, 56], stem.RootElement.GetProperty("outputShape").EnumerateArray().Select(length => length.GetInt32()));

        string? Text(string name) => stem.RootElement.GetProperty(name).GetString();
    }

    [Fact]
    public void It_leaves_no_file()
    {
        _place.RunAlone("bench --seconds 0.1").Succeeded();
        Assert.Empty(_place.Entries);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" --json")]
    public void An_interruption_ends_it_with_130(string options)
    {
        Assert.SkipWhen(Signals.Missing is not null, Signals.Missing ?? "");
        using Process process = _place.Start($"bench --seconds 600{options}");
        // Without a table nothing is printed before the first row, half a minute away.
        if (options.Length == 0) Assert.StartsWith("row ", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
        else Thread.Sleep(1500);
        Signals.Interrupt(process);
        Outcome run = Workplace.Finish(process);
        Assert.Equal((130, "cenote: interrupted.", ""), (run.Exit, run.Errors.TrimEnd(), run.Printed));
    }

    [Fact]
    public void A_number_of_threads_in_the_environment_is_checked()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the variable is set by a shell");
        Assert.Contains("CENOTE_NUM_THREADS is 'many'", _place.Shell("CENOTE_NUM_THREADS=many; export CENOTE_NUM_THREADS; cenote bench").Refused(), StringComparison.Ordinal);
    }
}
