namespace Cenote.Cli.Tests;

/// <summary>Standard input and output as files.</summary>
public sealed class StreamTests : IDisposable
{
    private static readonly NpyArray Grid = NpyArray.Floats([4, 4], 1, 3, 2, 1, 4, 6, 5, 0, 2, 9, 3, 4, 0, 1, 7, 2);

    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_dash_is_standard_input_and_then_standard_output_too()
    {
        Outcome run = _place.RunAlone(Npy.Write(Grid, default), "max", "-", "-k", "2");
        Assert.Equal(0, run.Exit);
        Assert.Equal([6, 5, 9, 7], Npy.Read(run.Output).Array.Values<float>());
        Assert.StartsWith("-  4×4 → 2×2  max k2 s2  ", run.Errors, StringComparison.Ordinal);
        Assert.Empty(_place.Entries);
    }

    [Fact]
    public void The_stream_is_byte_for_byte_the_file()
    {
        var form = new NpyForm(IsBigEndian: true, IsFortran: true, Version: 2);
        _place.Write("a.npy", Grid, form);
        _place.Run("avg a.npy -k 3 -o b.npy").Succeeded();
        Outcome run = _place.RunAlone(Npy.Write(Grid, form), "avg", "-", "-k", "3", "-o", "-", "--quiet").Succeeded();
        Assert.Equal(_place.Read("b.npy"), run.Output);
    }

    [Fact]
    public void Standard_input_can_go_to_a_file()
    {
        Outcome run = _place.RunAlone(Npy.Write(Grid, default), "max", "-", "-k", "2", "-o", "b.npy").Succeeded();
        Assert.StartsWith("-  4×4 → 2×2  max k2 s2  ", run.Printed, StringComparison.Ordinal);
        Assert.Equal([6, 5, 9, 7], _place.ReadArray("b.npy").Values<float>());
    }

    [Fact]
    public void Standard_input_in_a_folder_is_called_stdin()
    {
        _place.MakeFolder("out");
        _place.RunAlone(Npy.Write(Grid, default), "global-avg", "-", "--out-dir", "out").Succeeded();
        Assert.Equal([3.125f], _place.ReadArray("out/stdin.global-avg.npy").Values<float>());
    }

    [Fact]
    public void A_picture_goes_to_standard_output_as_an_array()
    {
        _place.Write("a.png", Pictures.Png(new(2, 1, 3, [1, 2, 3, 4, 5, 6])));
        Outcome run = _place.Run("max a.png -k 1x2 -o - --quiet").Succeeded();
        NpyArray pooled = Npy.Read(run.Output).Array;
        Assert.Equal((long[])[3, 1, 1], pooled.Shape);
        Assert.Equal((byte[])[4, 5, 6], pooled.Elements);
    }

    [Fact]
    public void An_array_that_ends_early_on_standard_input_is_refused()
    {
        Outcome run = _place.RunAlone(Npy.Write(Grid, default)[..^1], "max", "-", "-k", "2");
        Assert.Equal("cenote: standard input: the npy file ends inside its data.", run.Refused());
    }

    [Theory]
    [InlineData("mkfifo pipe; cat a.npy > pipe & cenote max pipe -k 2 --quiet")]
    [InlineData("cat a.npy | cenote max /dev/stdin -k 2 --quiet")]
    [InlineData("cenote max /dev/stdin -k 2 --quiet -o - < a.npy")]
    public void A_pipe_by_its_name_is_read_as_standard_input_is(string line)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no pipes in its folders");
        _place.Write("a.npy", Grid);
        Assert.Equal([6, 5, 9, 7], Npy.Read(_place.Shell(line).Succeeded().Output).Array.Values<float>());
    }

    [Fact]
    public void A_pipe_in_a_folder_keeps_its_name()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no pipes in its folders");
        _place.MakeFolder("out");
        _place.Write("a.npy", Grid);
        _place.Shell("mkfifo pipe; cat a.npy > pipe & cenote max pipe -k 2 --out-dir out").Succeeded();
        Assert.Equal([6, 5, 9, 7], _place.ReadArray("out/pipe.max.npy").Values<float>());
    }

    [Theory]
    [InlineData("max a.npy -k 2 -o -", 0)]
    [InlineData("max a.npy -k 2 -o - --json", 0)]
    [InlineData("max missing.npy -k 2", 2)]
    [InlineData("max missing.npy -k 2 -o - --json", 2)]
    [InlineData("bogus", 2)]
    public void A_standard_error_that_cannot_be_written_changes_nothing_else(string arguments, int exit)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here: it is tested on Linux.");
        _place.Write("a.npy", Grid);
        foreach (string where in (string[])["2>/dev/full", "2>&-"])
        {
            Outcome run = _place.Shell($"cenote {arguments} {where}");
            Assert.Equal((exit, ""), (run.Exit, run.Errors));
            if (exit == 0) Assert.Equal([6, 5, 9, 7], Npy.Read(run.Output).Array.Values<float>());
        }
    }

    [Theory]
    [InlineData("max a.npy -k 2 -o -")]
    [InlineData("max a.npy -k 2 --force")]
    [InlineData("shape 4x4 -k 2")]
    public void A_closed_standard_output_is_told_by_its_name(string arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it is closed by a shell");
        _place.Write("a.npy", Grid);
        Assert.StartsWith("cenote: standard output: ", _place.Shell($"cenote {arguments} >&-").Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("max a.npy -k 2 -o -")]
    [InlineData("max a.npy -k 2 --force")]
    [InlineData("max a.npy -k 2 --force --json")]
    [InlineData("shape 4x4 -k 2")]
    [InlineData("max --help")]
    public void A_full_standard_output_is_told_once(string arguments)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here: it is tested on Linux.");
        _place.Write("a.npy", Grid);
        string line = _place.Shell($"cenote {arguments} > /dev/full").Refused();
        Assert.Contains("standard output", line, StringComparison.Ordinal);
        Assert.Contains("No space left", line, StringComparison.Ordinal);
    }
}
