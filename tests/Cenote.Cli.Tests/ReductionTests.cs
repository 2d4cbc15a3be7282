using System.Diagnostics;

namespace Cenote.Cli.Tests;

/// <summary>Blocks and pyramids on the command line.</summary>
public sealed class ReductionTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("mean", Reduction.Mean)]
    [InlineData("max", Reduction.Max)]
    [InlineData("min", Reduction.Min)]
    [InlineData("sum", Reduction.Sum)]
    [InlineData("rms", Reduction.RootMeanSquare)]
    public void An_array_of_any_type_is_reduced_as_the_library_does(string name, Reduction method)
    {
        (string Code, NpyArray Array)[] inputs = [.. NpyArray.Codes.Select(code => (code, NpyArray.Random(code, [2, 7, 9], seed: 4)))];
        foreach (var (code, array) in inputs) _place.Write(code + ".npy", array);
        _place.MakeFolder("out");
        _place.Run($"reduce {string.Join(' ', inputs.Select(input => input.Code + ".npy"))} -k 2x3 --method {name} --edge drop --out-dir out").Succeeded();
        foreach (var (code, array) in inputs)
            Assert.Equal(Library.Pool(new BlockReduce2d((2, 3), method) { Edge = BlockEdge.Drop }, array, channelsLast: false).Elements, _place.ReadArray($"out/{code}.reduce.npy").Elements);
    }

    [Fact]
    public void Weights_are_of_the_arrays_shape_or_of_its_spatial_lengths()
    {
        _place.Write("x.npy", NpyArray.Floats([2, 2, 2], 1, 2, 3, 4, 10, 20, 30, 40));
        _place.Write("rows.npy", NpyArray.Of("f8", [2, 2], [3.0, 3, 1, 1]));
        _place.Write("ints.npy", NpyArray.Of("u2", [2, 2, 2], (ushort[])[3, 3, 1, 1, 0, 0, 0, 5]));
        Assert.StartsWith("x.npy  2×2×2 → 2×1×1  reduce k2 mean partial weighted  ", _place.Run("reduce x.npy -k 2 --weights rows.npy -o y.npy").Succeeded().Printed, StringComparison.Ordinal);
        Assert.Equal([2f, 20], _place.ReadArray("y.npy").Values<float>());
        _place.Run("reduce x.npy -k 2 --weights ints.npy -o y.npy --force").Succeeded();
        Assert.Equal([2f, 40], _place.ReadArray("y.npy").Values<float>());
        _place.Run("reduce x.npy -k 2 --method sum --weights ints.npy -o y.npy --force").Succeeded();
        Assert.Equal([16f, 200], _place.ReadArray("y.npy").Values<float>());
        _place.Write("columns.npy", NpyArray.Of("f8", [2, 2], [3.0, 1, 3, 1]));
        _place.Run("reduce x.npy -k 1x2 --layout nhwc --weights columns.npy -o y.npy --force").Succeeded();
        Assert.Equal([1.5f, 2.5f, 15, 25], _place.ReadArray("y.npy").Values<float>());
    }

    [Fact]
    public void Weights_have_memory_orders_and_pictures()
    {
        NpyArray x = NpyArray.Random("f8", [3, 2, 4, 4], seed: 5), weights = NpyArray.Of("f4", [3, 2, 4, 4], [.. Enumerable.Range(1, 96).Select(i => (float)i)]);
        double[] values = x.Values<double>(), expected = [.. Enumerable.Range(0, 6).Select(plane => Enumerable.Range(plane * 16, 16).Sum(i => values[i] * (i + 1)) / Enumerable.Range(plane * 16, 16).Sum(i => i + 1))];
        foreach (bool fortran in (bool[])[false, true])
        {
            _place.Write("x.npy", x, new(IsFortran: fortran));
            _place.Write("w.npy", weights, new(IsFortran: !fortran));
            _place.Run("reduce x.npy -k 4 --weights w.npy -o y.npy --force").Succeeded();
            Assert.Equal(expected, _place.ReadArray("y.npy").Values<double>(), (one, other) => Math.Abs(one - other) < 1e-9);
        }

        _place.Write("photo.png", Pictures.Png(new Picture(2, 1, 3, [10, 20, 30, 50, 60, 70])));
        _place.Write("plane.npy", NpyArray.Of("f4", [1, 2], [3f, 1]));
        _place.Write("all.npy", NpyArray.Of("f4", [3, 1, 2], [3f, 1, 1, 1, 0, 1]));
        _place.Run("reduce photo.png -k 1x2 --weights plane.npy -o y.npy --force").Succeeded();
        Assert.Equal((byte[])[20, 30, 40], _place.ReadArray("y.npy").Elements);
        _place.Run("reduce photo.png -k 1x2 --weights all.npy -o y.npy --force").Succeeded();
        Assert.Equal((byte[])[20, 40, 70], _place.ReadArray("y.npy").Elements);
    }

    [Theory]
    [InlineData("--method max --weights w.npy", "--weights are given, and --method is neither mean nor sum; no other method has weights.")]
    [InlineData("--weights x.npy --onnx y.onnx", "--onnx and --weights are both given; ONNX's pooling has no weights.")]
    [InlineData("--weights w.npy", "--weights: w.npy is 3, and x.npy is 2×2×2; they must have the same shape, or weights be 2×2.")]
    [InlineData("--weights x.npy --device simulated", "x.npy: a reduction by weights has no kernel for devices; leave --device out, or say auto.")]
    public void What_cannot_be_weighted_is_refused(string options, string line)
    {
        _place.Write("x.npy", NpyArray.Floats([2, 2, 2], 1, 2, 3, 4, 10, 20, 30, 40));
        _place.Write("w.npy", NpyArray.Floats([3], 1, 2, 3));
        Assert.Equal($"cenote: {line}", _place.Run($"reduce x.npy -k 2 {options}").Refused());
    }

    [Fact]
    public void What_is_no_data_takes_no_part()
    {
        _place.Write("a.npy", NpyArray.Floats([1, 6], 1, float.NaN, -9, 3, -9, float.NaN));
        _place.Run("reduce a.npy -k 1x2 --ignore-nan --nodata -9").Succeeded();
        Assert.Equal([1f, 3, -9], _place.ReadArray("a.reduce.npy").Values<float>());
        _place.Run("reduce a.npy -k 1x2 --ignore-nan --nodata -9 --min-count 2 --force").Succeeded();
        Assert.Equal([-9f, -9, -9], _place.ReadArray("a.reduce.npy").Values<float>());
        _place.Write("b.npy", NpyArray.Bytes([1, 5], 0, 4, 0, 0, 7));
        _place.Run("reduce b.npy -k 1x2 --nodata 0").Succeeded();
        Assert.Equal((byte[])[4, 0, 7], _place.ReadArray("b.reduce.npy").Elements);
        _place.Run("reduce b.npy -k 1x2 --edge pad --force").Succeeded();
        Assert.Equal((byte[])[2, 0, 3], _place.ReadArray("b.reduce.npy").Elements);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void A_pyramid_of_a_picture_is_a_file_per_level(int channels)
    {
        Picture picture = Picture.Random(37, 22, channels, seed: 6);
        _place.Write("photo.png", Pictures.Png(picture));
        Outcome run = _place.Run("pyramid photo.png --levels 3").Succeeded();
        Assert.Equal(["photo.1.png", "photo.2.png", "photo.3.png", "photo.png"], _place.Entries);
        Assert.Equal(3, run.PrintedLines.Length);
        Assert.StartsWith($"photo.png  {channels}×22×37 → {channels}×3×5  pyramid k2 mean partial  ", run.PrintedLines[2], StringComparison.Ordinal);
        var layer = new BlockReduce2d(2) { IntegerRounding = IntegerRounding.NearestEven };
        for (int level = 1; level <= 3; level++)
            Assert.Equal(picture.Pool(layer.AtLevel(level)).Samples, Pictures.Decode(_place.Read($"photo.{level}.png")).Samples);
    }

    [Fact]
    public void A_pyramid_of_volumes_has_a_factor_per_axis_and_a_folder()
    {
        NpyArray volume = NpyArray.Random("u2", [2, 5, 12, 9], seed: 7);
        _place.Write("v.npy", volume);
        _place.MakeFolder("out");
        _place.Run("pyramid v.npy --levels 2 --factor 1x2x2 --method max --out-dir out --quiet").Succeeded();
        var layer = new BlockReduce3d((1, 2, 2), Reduction.Max);
        for (int level = 1; level <= 2; level++)
        {
            NpyArray expected = Library.Pool(layer.AtLevel(level), volume, channelsLast: false), actual = _place.ReadArray($"out/v.{level}.npy");
            Assert.Equal(expected.Shape, actual.Shape);
            Assert.Equal(expected.Elements, actual.Elements);
        }
    }

    [Theory]
    [InlineData("reduce a.npy", "'-k' is required")]
    [InlineData("reduce a.npy -k 2 --method middle", "--method is 'middle'; it must be mean, max, min, sum, rms, median or mode.")]
    [InlineData("reduce a.npy -k 2 --edge wrap", "--edge is 'wrap'; it must be partial, drop or pad.")]
    [InlineData("reduce a.npy -k 2 --nodata none", "--nodata is 'none'; it must be a number, nan, inf or -inf.")]
    [InlineData("reduce a.npy -k 2 --nodata 300", "--nodata: NoData is 300, and no uint8 is that number; it must be a whole one from 0 to 255.")]
    [InlineData("reduce a.npy -k 2 --min-count 0", "--min-count is '0'; it must be a whole number from 1.")]
    [InlineData("reduce a.npy -k 2 --nodata 0 --min-count 5", "--min-count: MinCount is 5; it must be from 1 to the 4 elements of a block.")]
    [InlineData("reduce a.npy -k 2 --min-count 2", "--min-count: MinCount is 2, and uint8 has no NaN for outputs with fewer elements; say which number stands for them with NoData.")]
    [InlineData("pyramid a.npy", "'--levels' is required")]
    [InlineData("pyramid a.npy --levels 0", "--levels is '0'; it must be a whole number from 1 to 62.")]
    [InlineData("pyramid a.npy --levels 31", "--levels: level is 31; blocks of 2 to that power have more than 2^31 − 1 elements along the height.")]
    [InlineData("pyramid a.npy --levels 5 --edge drop", "a.npy: input height 4 is too small")]
    public void What_cannot_be_is_refused_and_nothing_is_written(string arguments, string reason)
    {
        _place.Write("a.npy", NpyArray.Bytes([4, 4], new byte[16]));
        Assert.Contains(reason, _place.Run(arguments).Refused(), StringComparison.Ordinal);
        Assert.Equal(["a.npy"], _place.Entries);
    }

    [Fact]
    public void An_existing_level_keeps_all_others_from_being_written()
    {
        _place.Write("a.npy", NpyArray.Bytes([4, 4], new byte[16]));
        _place.Write("a.2.npy", [1, 2, 3]);
        string[] before = _place.Snapshot;
        Assert.Contains("a.2.npy' exists; --force overwrites it", _place.Run("pyramid a.npy --levels 3").Refused(), StringComparison.Ordinal);
        Assert.Equal(before, _place.Snapshot);
        _place.Run("pyramid a.npy --levels 3 --force").Succeeded();
        Assert.Equal(["a.1.npy", "a.2.npy", "a.3.npy", "a.npy"], _place.Entries);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_level_that_cannot_be_written_takes_the_others_with_it(int level)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        _place.Write("a.npy", NpyArray.Bytes([8, 8], new byte[64]));
        File.CreateSymbolicLink(_place.PathOf($"a.{level}.npy"), _place.PathOf("nowhere/a.npy"));
        string[] before = _place.Entries;
        Assert.Contains($"a.{level}.npy cannot be written", _place.Run("pyramid a.npy --levels 3 --force").Refused(), StringComparison.Ordinal);
        Assert.Equal(before, _place.Entries);
    }

    [Fact]
    public void An_interrupted_pyramid_leaves_no_level()
    {
        Assert.SkipWhen(Signals.Missing is not null, Signals.Missing ?? "");
        _place.MakeFolder("out");
        _place.Write("small.npy", new NpyArray("i8", [1, 1], new byte[8]));
        _place.Write("large.npy", new NpyArray("i8", [1000, 1000], new byte[8_000_000]));
        // Levels that are as large as the input: seconds of work, and of writing.
        using Process process = _place.Start("pyramid small.npy large.npy --levels 60 --factor 1 --nodata 7 --out-dir out");
        for (int level = 1; level <= 60; level++) Assert.StartsWith("small.npy  ", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
        Thread.Sleep(100);
        Signals.Interrupt(process);
        Outcome run = Workplace.Finish(process);
        Assert.Equal((130, "cenote: interrupted."), (run.Exit, run.Errors.TrimEnd()));
        Assert.DoesNotContain(_place.Entries, entry => entry.Contains("large.", StringComparison.Ordinal) && entry.StartsWith("out", StringComparison.Ordinal));
        Assert.DoesNotContain(_place.Entries, entry => entry.EndsWith(".tmp", StringComparison.Ordinal));
    }
}
