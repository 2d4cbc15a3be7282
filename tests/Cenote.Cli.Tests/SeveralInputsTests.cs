namespace Cenote.Cli.Tests;

/// <summary>Several inputs at once.</summary>
public sealed class SeveralInputsTests : IDisposable
{
    private readonly Workplace _place = new();

    public SeveralInputsTests()
    {
        _place.MakeFolder("out");
        _place.MakeFolder("other");
        foreach (string name in (string[])["a.npy", "b.npy", "other/a.npy"]) _place.Write(name, NpyArray.Bytes([2, 2], 1, 2, 3, 4));
    }

    public void Dispose() => _place.Dispose();

    [Fact]
    public void One_bad_input_does_not_keep_the_others_from_being_written()
    {
        _place.Write("bad.npy", [1, 2, 3]);
        Outcome run = _place.Run("max a.npy bad.npy missing.npy b.npy -k 2 --out-dir out");
        Assert.Equal(2, run.Exit);
        Assert.Equal(["a.npy", "b.npy"], run.PrintedLines.Select(line => line.Split(' ')[0]));
        Assert.Equal(["bad.npy", "missing.npy"], run.Errors.TrimEnd().Split('\n').Select(line => line.Split(": ")[1]));
        Assert.Equal(["a.max.npy", "b.max.npy"], Outputs);
        Assert.All(Outputs, name => Assert.Equal((byte[])[4], _place.ReadArray($"out/{name}").Elements));
    }

    [Fact]
    public void Json_has_an_object_for_each_good_or_bad()
    {
        Outcome run = _place.Run("max a.npy missing.npy b.npy -k 2 --out-dir out --json");
        Assert.Equal(2, run.Exit);
        Assert.Equal([false, true, false], run.PrintedLines.Select(line => line.Contains("\"error\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("--force")]
    public void Two_inputs_never_become_one_output(string force)
    {
        _place.Write("other/a.npy", NpyArray.Bytes([2, 2], 5, 6, 7, 8));
        Outcome run = _place.Run($"max a.npy other/a.npy -k 2 --out-dir out {force}");
        Assert.Equal(2, run.Exit);
        Assert.StartsWith($"cenote: --out-dir: '{Path.Combine("out", "a.max.npy")}' ", Assert.Single(run.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Equal((byte[])[4], _place.ReadArray("out/a.max.npy").Elements);
    }

    [Fact]
    public void Arrays_and_pictures_go_together()
    {
        _place.Write("c.png", Pictures.Png(new(2, 2, 1, [5, 6, 7, 8])));
        Assert.Equal(2, _place.Run("max a.npy c.png -k 2 --out-dir out").Succeeded().PrintedLines.Length);
        Assert.Equal(["a.max.npy", "c.max.png"], Outputs);
    }

    private string[] Outputs => [.. _place.Entries.Where(entry => Path.GetDirectoryName(entry) == "out").Select(entry => Path.GetFileName(entry))];
}
