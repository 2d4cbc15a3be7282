using System.Text.Json;

namespace Cenote.Cli.Tests;

/// <summary>The indices of the maxima, written beside the values.</summary>
public sealed class IndicesTests : IDisposable
{
    private static readonly NpyArray Grid = NpyArray.Floats([4, 4], 1, 3, 2, 1, 4, 6, 5, 0, 2, 9, 3, 4, 0, 1, 7, 2);

    private readonly Workplace _place = new();

    public static TheoryData<string, string> Cases =>
        [.. from @case in ArrayCase.All where @case.Layer is IndexedPool from layout in (string[])["nchw", "nhwc"] select (@case.Arguments, layout)];

    public void Dispose() => _place.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_indices_are_what_the_library_gives_and_lead_back(string arguments, string layout)
    {
        ArrayCase @case = ArrayCase.All.Single(@case => @case.Arguments == arguments);
        var layer = (IndexedPool)@case.Layer;
        bool channelsLast = layout == "nhwc";
        // Two forms of one element type, and over the cases every type: each run is a process, and UnpoolTests has the other forms.
        int code = ArrayCase.All.Where(other => other.Layer is IndexedPool).ToList().IndexOf(@case) % NpyArray.Codes.Length;
        foreach (ArrayInput input in @case.Inputs(channelsLast).Where(input => input.Array.Code == NpyArray.Codes[code] && input.Form.IsBigEndian == input.Form.IsFortran))
        {
            _place.Write(input.Name, input.Array, input.Form);
            _place.Run($"{arguments} --layout {layout} {input.Name} -o values.npy --indices indices.npy --force --quiet").Succeeded();
            var (values, form) = Npy.Read(_place.Read("values.npy"));
            var (indices, indexForm) = Npy.Read(_place.Read("indices.npy"));
            AssertSame(Library.Pool(layer, input.Array, channelsLast), values);
            AssertSame(Library.Indices(layer, input.Array, channelsLast), indices);
            Assert.Equal(form.IsFortran, indexForm.IsFortran);

            int dims = layer.SpatialRank;
            long[] spatial = input.Array.ChannelsFirst(dims, channelsLast).Shape[^dims..];
            _place.Run($"unpool values.npy --indices indices.npy -k 1 --size {string.Join('x', spatial)} --dims {dims} --layout {layout} -o back.npy --force --quiet").Succeeded();
            AssertSame(Unpooling.Expected(values, indices, spatial, channelsLast), _place.ReadArray("back.npy"));
        }
    }

    [Fact]
    public void Indices_need_a_name() => Assert.Equal("cenote: --indices is ''; it must end in .npy, or be - for standard output.", _place.Run("max", "a.npy", "-k", "2", "--indices", "").Refused());

    [Fact]
    public void The_cases_have_every_element_type() => Assert.InRange(ArrayCase.All.Count(@case => @case.Layer is IndexedPool), NpyArray.Codes.Length, int.MaxValue);

    [Fact]
    public void An_index_is_a_position_in_the_plane()
    {
        _place.Write("a.npy", Grid);
        Assert.Matches(@"^a\.npy  4×4 → 2×2  max k2 s2  indices i\.npy  \d+\.\d ms$", Assert.Single(_place.Run("max a.npy -k 2 --indices i.npy").Succeeded().PrintedLines));
        Assert.Equal([6, 5, 9, 7], _place.ReadArray("a.max.npy").Values<float>());
        Assert.Equal(("i8", 2L, 2L), (_place.ReadArray("i.npy").Code, _place.ReadArray("i.npy").Shape[0], _place.ReadArray("i.npy").Shape[1]));
        Assert.Equal([5, 6, 9, 14], _place.ReadArray("i.npy").Values<long>());

        _place.Run("global-max a.npy --indices g.npy").Succeeded();
        Assert.Equal([9], _place.ReadArray("g.npy").Values<long>());
    }

    [Fact]
    public void A_window_without_a_tap_has_no_index()
    {
        _place.Write("a.npy", NpyArray.Bytes([3], 1, 2, 3));
        _place.Run("max a.npy --dims 1 -k 2 -s 1 -p 2 -d 4 --indices i.npy").Succeeded();
        Assert.Equal([2, -1, 0], _place.ReadArray("i.npy").Values<long>());
    }

    [Fact]
    public void An_empty_batch_has_no_indices()
    {
        _place.Write("a.npy", NpyArray.Floats([0, 3, 4, 6]));
        _place.Run("max a.npy -k 2 --indices i.npy").Succeeded();
        Assert.Equal((long[])[0, 3, 2, 3], _place.ReadArray("i.npy").Shape);
        _place.Run("unpool a.max.npy --indices i.npy -k 2").Succeeded();
        Assert.Equal((long[])[0, 3, 4, 6], _place.ReadArray("a.max.unpool.npy").Shape);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void Indices_of_a_picture_are_channels_rows_and_columns(int channels)
    {
        var picture = Picture.Random(6, 4, channels, seed: channels);
        _place.Write("a.png", Pictures.Png(picture));
        _place.Run("max a.png -k 2 -o small.npy --indices i.npy").Succeeded();
        AssertSame(Library.Indices(new MaxPool2d(2), picture.ToArray(), channelsLast: false), _place.ReadArray("i.npy"));

        // From the array or from the picture, into either.
        NpyArray expected = Unpooling.Expected(_place.ReadArray("small.npy"), _place.ReadArray("i.npy"), [4, 6], channelsLast: false);
        _place.Run("max a.png -k 2 -o small.png").Succeeded();
        foreach (string input in (string[])["small.npy", "small.png"])
        {
            _place.Run($"unpool {input} --indices i.npy -k 2 -o back.png --force").Succeeded();
            AssertSame(expected, Pictures.Decode(_place.Read("back.png")).ToArray());
            _place.Run($"unpool {input} --indices i.npy -k 2 -o back.npy --force").Succeeded();
            AssertSame(expected, _place.ReadArray("back.npy"));
        }
    }

    [Fact]
    public void Json_names_the_indices()
    {
        _place.Write("a.npy", Grid);
        using var report = JsonDocument.Parse(_place.Run("max a.npy -k 2 --indices i.npy --json").Succeeded().Printed);
        Assert.Equal(["input", "output", "indices", "type", "inputShape", "outputShape", "operator", "options", "milliseconds"], report.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal("i.npy", report.RootElement.GetProperty("indices").GetString());
    }

    [Theory]
    [InlineData("-o - --indices i.npy", "i.npy", "a.max.npy")]
    [InlineData("-o v.npy --indices -", "v.npy", "i.npy")]
    [InlineData("--indices - --json", "a.max.npy", "i.npy")]
    public void One_of_the_two_can_go_to_standard_output(string options, string file, string streamed)
    {
        _place.Write("a.npy", Grid);
        Outcome run = _place.Run($"max a.npy -k 2 {options}");
        byte[] written = _place.Read(file);
        Assert.Equal(0, run.Exit);
        Assert.Contains("a.npy", run.Errors, StringComparison.Ordinal);
        _place.Run("max a.npy -k 2 --indices i.npy --force").Succeeded();
        Assert.Equal(_place.Read(file == "i.npy" ? "i.npy" : "a.max.npy"), written);
        Assert.Equal(_place.Read(streamed), run.Output);
    }

    [Fact]
    public void A_failed_run_reports_beside_the_indices()
    {
        Outcome run = _place.Run("max missing.npy -k 2 --indices - --json");
        Assert.Equal((2, ""), (run.Exit, run.Printed));
        Assert.Contains("{\"input\":\"missing.npy\"", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("max a.npy -k 2 --indices old.npy", "--indices: 'old.npy' exists; --force overwrites it.")]
    [InlineData("max a.npy -k 2 --indices nowhere/i.npy", "--indices: the folder of 'nowhere/i.npy' does not exist.")]
    [InlineData("max a.npy -k 2 --indices folder.npy --force", "--indices: 'folder.npy' is a folder; it must be a file.")]
    [InlineData("max a.npy -k 2 --indices i.png", "--indices is 'i.png'; it must end in .npy, or be - for standard output.")]
    [InlineData("max a.npy -k 2 --indices i.txt", "--indices is 'i.txt'; it must end in .npy, or be - for standard output.")]
    [InlineData("max a.npy -k 2 --indices a.max.npy", "--indices: 'a.max.npy' is the output too; values and indices need a place each.")]
    [InlineData("max a.npy -k 2 -o - --indices -", "--indices: '-' is the output too; values and indices need a place each.")]
    [InlineData("max a.npy -k 2 -o b.npy --indices ./b.npy --force", "--indices: './b.npy' is the output too; values and indices need a place each.")]
    [InlineData("max a.npy old.npy -k 2 --out-dir folder.npy --indices i.npy", "--indices is 'i.npy', one file, and 2 inputs are given; it takes one input.")]
    [InlineData("avg a.npy -k 2 --indices i.npy", "'--indices' is neither an option nor a file; see cenote avg --help.")]
    [InlineData("max a.npy -k 2 -o b.png --indices i.npy", "b.png: an array of 2×2 f4 is no picture; it must be bytes (u1) of H×W, or C×H×W with 1, 3 or 4 channels. Write a .npy.")]
    [InlineData("max a.npy -k 2 --indices", "Required argument missing for option: '--indices'; see cenote max --help.")]
    public void What_cannot_be_is_refused_and_nothing_is_written(string arguments, string line)
    {
        _place.Write("a.npy", Grid);
        _place.Write("old.npy", Grid);
        _place.MakeFolder("folder.npy");
        string[] before = _place.Snapshot;
        Assert.Equal($"cenote: {line}", _place.Run(arguments).Refused());
        Assert.Equal(before, _place.Snapshot);
    }

    [Theory]
    [InlineData("-o b.npy --indices /proc/self/i.npy", "/proc/self/i.npy cannot be written: ")]
    [InlineData("-o /proc/self/b.npy --indices i.npy", "/proc/self/b.npy cannot be written: ")]
    [InlineData("-o - --indices i.npy > /dev/full", "standard output: ")]
    [InlineData("-o b.npy --indices - > /dev/full", "standard output: ")]
    public void Both_are_written_or_none(string options, string line)
    {
        Assert.SkipUnless(Directory.Exists("/proc/self"), "there is no folder here that forbids writing even to root: it is tested on Linux.");
        _place.Write("a.npy", Grid);
        Assert.StartsWith($"cenote: {line}", _place.Shell($"cenote max a.npy -k 2 {options}").Refused(), StringComparison.Ordinal);
        Assert.Equal(["a.npy"], _place.Entries);
    }

    [Fact]
    public void Indices_larger_than_the_system_allows_leave_what_stood_there()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the size of files is limited by a shell, on Linux.");
        _place.Write("a.npy", new NpyArray("u1", [200, 200], new byte[40_000]));
        _place.Write("b.npy", [1, 2, 3]);
        _place.Write("empty.npy", []);
        string[] before = _place.Snapshot;
        foreach (string output in (string[])["b.npy", "empty.npy"])
        {
            string line = _place.Shell($"trap '' XFSZ; ulimit -f 100; DOTNET_EnableWriteXorExecute=0; export DOTNET_EnableWriteXorExecute; cenote max a.npy -k 1 -o {output} --indices i.npy --force").Refused();
            Assert.StartsWith("cenote: i.npy cannot be written: ", line, StringComparison.Ordinal);
            Assert.Equal(before, _place.Snapshot);
        }
    }

    private static void AssertSame(NpyArray expected, NpyArray actual)
    {
        Assert.Equal((expected.Code, string.Join('×', expected.Shape)), (actual.Code, string.Join('×', actual.Shape)));
        Assert.True(expected.Elements.AsSpan().SequenceEqual(actual.Elements), "other elements");
    }
}
