using System.Text.Json;

namespace Cenote.Cli.Tests;

/// <summary>Unpooling from file to file.</summary>
public sealed class UnpoolTests : IDisposable
{
    private static readonly NpyArray Values = NpyArray.Floats([2, 2], 6, 5, 9, 7);
    private static readonly NpyArray Indices = NpyArray.Of("i8", [2, 2], [5L, 6, 9, 14]);

    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Each_value_returns_to_its_place_among_zeros()
    {
        WriteBoth();
        Assert.Matches(@"^v\.npy  2×2 → 4×4  unpool k2 s2  \d+\.\d ms$", Assert.Single(_place.Run("unpool v.npy --indices i.npy -k 2").Succeeded().PrintedLines));
        Assert.Equal([0, 0, 0, 0, 0, 6, 5, 0, 0, 9, 0, 0, 0, 0, 7, 0], _place.ReadArray("v.unpool.npy").Values<float>());
    }

    [Theory]
    [InlineData("-k 2", "4×4", "k2 s2")]
    [InlineData("-k 3 -s 2", "5×5", "k3 s2")]
    [InlineData("-k 5x6 -s 4x3 -p 1x2", "7×5", "k5×6 s4×3 p1×2")]
    [InlineData("-k 2 --size 9", "9×9", "k2 s2")]
    [InlineData("-k 2 --size 5x4", "5×4", "k2 s2")]
    [InlineData("-k 1 --size 3x5", "3×5", "k1 s1")]
    public void The_size_is_worked_out_or_given(string options, string shape, string told)
    {
        WriteBoth();
        using var report = JsonDocument.Parse(_place.Run($"unpool v.npy --indices i.npy {options} --json").Succeeded().Printed);
        Assert.Equal(shape, string.Join('×', _place.ReadArray("v.unpool.npy").Shape));
        Assert.Equal(("unpool", told), (report.RootElement.GetProperty("operator").GetString(), report.RootElement.GetProperty("options").GetString()));
    }

    [Theory]
    [InlineData("i1")]
    [InlineData("i2")]
    [InlineData("i4")]
    [InlineData("i8")]
    [InlineData("u1")]
    [InlineData("u2")]
    [InlineData("u4")]
    [InlineData("u8")]
    public void Indices_can_be_integers_of_any_kind_and_form(string code)
    {
        // Leading axes, so that another memory order of the indices alone would show.
        long[] shape = [3, 2, 1, 2];
        NpyArray values = NpyArray.Random("i2", shape, seed: 1);
        long[] flat = [.. Enumerable.Range(0, 12).Select(i => i * 7 % 11L)];
        var indices = new NpyArray(code, shape, [.. flat.SelectMany(index => BitConverter.GetBytes(index)[..(code[1] - '0')])]);
        NpyArray expected = Unpooling.Expected(values, NpyArray.Of("i8", shape, flat), [3, 4], channelsLast: false);
        foreach (bool fortran in (bool[])[false, true])
            foreach (bool other in (bool[])[false, true])
            {
                _place.Write("v.npy", values, new(IsFortran: fortran, IsBigEndian: other));
                _place.Write("i.npy", indices, new(IsFortran: other, IsBigEndian: fortran));
                _place.Run("unpool v.npy --indices i.npy -k 2 --size 3x4 -o b.npy --force").Succeeded();
                var (actual, form) = Npy.Read(_place.Read("b.npy"));
                Assert.Equal(expected.Elements, actual.Elements);
                Assert.Equal((fortran, other), (form.IsFortran, form.IsBigEndian));
            }
    }

    [Fact]
    public void Values_or_indices_come_from_standard_input()
    {
        WriteBoth();
        _place.Run("unpool v.npy --indices i.npy -k 2 -o b.npy").Succeeded();
        byte[] expected = _place.Read("b.npy");
        Assert.Equal(expected, _place.RunAlone(_place.Read("v.npy"), "unpool", "-", "--indices", "i.npy", "-k", "2", "--quiet").Succeeded().Output);
        Assert.Equal(expected, _place.RunAlone(_place.Read("i.npy"), "unpool", "v.npy", "--indices", "-", "-k", "2", "-o", "-", "--quiet").Succeeded().Output);
        Assert.StartsWith("v.npy  2×2 → 4×4  unpool k2 s2  ", _place.RunAlone(_place.Read("i.npy"), "unpool", "v.npy", "--indices", "-", "-k", "2").Succeeded().Printed, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_inputs_can_share_their_indices()
    {
        WriteBoth();
        _place.Write("w.npy", NpyArray.Bytes([2, 2], 1, 2, 3, 4));
        _place.MakeFolder("out");
        _place.Run("unpool v.npy w.npy --indices i.npy -k 2 --out-dir out").Succeeded();
        Assert.Equal((byte[])[0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 0, 0, 0, 0, 4, 0], _place.ReadArray("out/w.unpool.npy").Elements);
    }

    [Theory]
    // Usage.
    [InlineData("unpool v.npy -k 2", "Option '--indices' is required; see cenote unpool --help.")]
    [InlineData("unpool v.npy --indices i.npy", "Option '-k' is required; see cenote unpool --help.")]
    [InlineData("unpool v.npy --indices i.npy -k 2 -d 2", "'-d' is neither an option nor a file; see cenote unpool --help.")]
    [InlineData("unpool v.npy --indices i.npy -k 0", "-k is '0'; it must be a whole number from 1 to 2147483647, or one per axis such as 2x3.")]
    [InlineData("unpool v.npy --indices i.npy -k 2 --size 0", "--size is '0'; it must be a whole number from 1 to 2147483647, or one per axis such as 2x3.")]
    [InlineData("unpool v.npy --indices i.npy -k 2 --size 4x4x4", "--size has 3 numbers, and 2 axes are spatial; they must agree (see --dims).")]
    [InlineData("unpool v.npy --indices i.npy -k 2 -p 2", "-p: padding 2 on axis height is 2; each side may be at most (kernelSize − 1)·dilation = (2 − 1)·1 = 1.")]
    [InlineData("unpool v.npy v.npy --indices i.npy -k 2", "2 inputs are given; several inputs need --out-dir.")]
    [InlineData("unpool - --indices - -k 2", "--indices is -, standard input, which is read once; INPUT must then be one file.")]
    [InlineData("unpool v.npy w.npy --indices - -k 2 --out-dir folder", "--indices is -, standard input, which is read once; INPUT must then be one file.")]
    // Files.
    [InlineData("unpool missing.npy --indices i.npy -k 2", "missing.npy: no such file.")]
    [InlineData("unpool v.npy --indices missing.npy -k 2", "--indices: missing.npy: no such file.")]
    [InlineData("unpool v.npy --indices folder -k 2", "--indices is 'folder'; it must be an npy file, or - for standard input.")]
    [InlineData("unpool v.npy --indices v.npy -k 2", "--indices: v.npy is an array of f4; indices are an npy array of integers.")]
    [InlineData("unpool v.npy --indices photo.png -k 2", "--indices: photo.png is a picture; indices are an npy array of integers.")]
    [InlineData("unpool photo.png --indices i.npy -k 2", "--indices: i.npy is 2×2, and photo.png is 3×4×4; they must have the same shape.")]
    [InlineData("unpool photo.png --indices i.npy -k 2 --layout nhwc", "--layout is for arrays; photo.png is a picture.")]
    [InlineData("unpool v.npy --indices i.npy -k 2 -o old.npy", "-o: 'old.npy' exists; --force overwrites it.")]
    // Indices.
    [InlineData("unpool v.npy --indices flat.npy -k 2", "--indices: flat.npy is 4, and v.npy is 2×2; they must have the same shape.")]
    [InlineData("unpool v.npy --indices i.npy -k 2 --size 3x4", "--indices: indices has 14 for value (0, 0, 1, 1); it must be from 0 to 11 (a plane of 3×4), or -1 for nowhere.")]
    [InlineData("unpool v.npy --indices negative.npy -k 2", "--indices: indices has -2 for value (0, 0, 0, 1); it must be from 0 to 15 (a plane of 4×4), or -1 for nowhere.")]
    [InlineData("unpool v.npy --indices i.npy -k 2 --dims 3", "v.npy: an array of 2 axes (2×2); pooling 3 of them needs at least 3 (see --dims and --layout).")]
    public void What_cannot_be_is_refused_and_nothing_is_written(string arguments, string line)
    {
        WriteBoth();
        _place.Write("w.npy", Values);
        _place.Write("old.npy", Values);
        _place.Write("flat.npy", NpyArray.Of("i8", [4], Indices.Values<long>()));
        _place.Write("negative.npy", NpyArray.Of("i8", [2, 2], [5L, -2, 9, 14]));
        _place.Write("photo.png", Pictures.Png(Picture.Random(4, 4, 3, seed: 2)));
        _place.MakeFolder("folder");
        string[] before = _place.Snapshot;
        Assert.Equal($"cenote: {line}", _place.Run(arguments).Refused());
        Assert.Equal(before, _place.Snapshot);
    }

    private void WriteBoth()
    {
        _place.Write("v.npy", Values);
        _place.Write("i.npy", Indices);
    }
}
