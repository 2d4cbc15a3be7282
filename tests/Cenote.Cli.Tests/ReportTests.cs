using System.Text.Json;

namespace Cenote.Cli.Tests;

/// <summary>What is printed about each input.</summary>
public sealed class ReportTests : IDisposable
{
    private readonly Workplace _place = new();

    public ReportTests() => _place.Write("a.npy", NpyArray.Random("i2", [3, 8, 9], 1));

    public void Dispose() => _place.Dispose();

    [Fact]
    public void The_report_is_a_line_of_name_shapes_operator_options_and_time()
    {
        Outcome run = _place.Run("avg a.npy -k 3x2 -s 2x1 -p 1x0 -d 1x2 --ceil --exclude-padding").Succeeded();
        Assert.Matches(@"^a\.npy  3×8×9 → 3×5×7  avg k3×2 s2×1 p1×0 d1×2 ceil exclude-padding  \d+\.\d ms$", Assert.Single(run.PrintedLines));
    }

    [Fact]
    public void Padding_that_differs_is_reported_as_it_was_given()
    {
        Assert.Matches(@"^a\.npy  3×8×9 → 3×4×5  sum k2×1 s2 p1×0:0  \d+\.\d ms$", Assert.Single(_place.Run("sum a.npy -k 2x1 -s 2 -p 1x0:0x0").Succeeded().PrintedLines));
        Assert.Matches(@"^a\.npy  3×8×9 → 3×4×5  max k2 s2 same-lower  \d+\.\d ms$", Assert.Single(_place.Run("max a.npy -k 2 --same lower").Succeeded().PrintedLines));
    }

    [Fact]
    public void A_picture_is_reported_as_channels_rows_and_columns()
    {
        _place.Write("a.png", Pictures.Png(new(4, 2, 3, new byte[24])));
        Assert.Matches(@"^a\.png  3×2×4 → 3×1×2  max k2 s2  \d+\.\d ms$", Assert.Single(_place.Run("max a.png -k 2").Succeeded().PrintedLines));
    }

    [Fact]
    public void Quiet_prints_nothing()
    {
        Assert.Empty(_place.Run("max a.npy -k 2 --quiet").Succeeded().Output);
        Assert.Contains("a.max.npy", _place.Entries);
    }

    [Fact]
    public void Json_is_one_object_per_input()
    {
        _place.Write("b é.png", Pictures.Png(new(4, 2, 1, new byte[8])));
        _place.MakeFolder("out");
        string[] lines = _place.Run("max", "a.npy", "b é.png", "-k", "2", "--out-dir", "out", "--json").Succeeded().PrintedLines;
        Assert.Equal(2, lines.Length);
        Check(lines[0], "a.npy", "a.max.npy", "i2", [3, 8, 9], [3, 4, 4]);
        Check(lines[1], "b é.png", "b é.max.png", "u1", [1, 2, 4], [1, 1, 2]);

        static void Check(string line, string input, string output, string type, int[] from, int[] to)
        {
            using var report = JsonDocument.Parse(line);
            JsonElement root = report.RootElement;
            Assert.Equal(["input", "output", "type", "inputShape", "outputShape", "operator", "options", "milliseconds"], root.EnumerateObject().Select(property => property.Name));
            Assert.Equal(input, root.GetProperty("input").GetString());
            Assert.Equal(Path.Combine("out", output), root.GetProperty("output").GetString());
            Assert.Equal(type, root.GetProperty("type").GetString());
            Assert.Equal(from, root.GetProperty("inputShape").EnumerateArray().Select(length => length.GetInt32()));
            Assert.Equal(to, root.GetProperty("outputShape").EnumerateArray().Select(length => length.GetInt32()));
            Assert.Equal(("max", "k2 s2"), (root.GetProperty("operator").GetString(), root.GetProperty("options").GetString()));
            Assert.True(root.GetProperty("milliseconds").GetDouble() >= 0);
        }
    }

    [Fact]
    public void Json_of_a_failure_is_its_line()
    {
        Outcome run = _place.Run("max missing.npy -k 2 --json");
        Assert.Equal((2, "cenote: missing.npy: no such file."), (run.Exit, run.Errors.TrimEnd()));
        using var report = JsonDocument.Parse(Assert.Single(run.PrintedLines));
        Assert.Equal("missing.npy", report.RootElement.GetProperty("input").GetString());
        Assert.Equal("missing.npy: no such file.", report.RootElement.GetProperty("error").GetString());
    }

    [Fact]
    public void Json_leaves_standard_output_to_the_array()
    {
        Outcome run = _place.Run("max a.npy -k 2 -o - --json");
        Assert.Equal((long[])[3, 4, 4], Npy.Read(run.Output).Array.Shape);
        using var report = JsonDocument.Parse(run.Errors);
        Assert.Equal("-", report.RootElement.GetProperty("output").GetString());
    }
}
