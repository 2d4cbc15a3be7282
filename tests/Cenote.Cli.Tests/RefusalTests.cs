using System.Text;

namespace Cenote.Cli.Tests;

/// <summary>What cannot be done: exit code 2, one line that names the option or file and the value, and nothing else anywhere.</summary>
public sealed class RefusalTests : IDisposable
{
    private readonly Workplace _place = new();

    public RefusalTests()
    {
        _place.MakeFolder("folder");
        _place.MakeFolder("folder.npy");
        _place.Write("a.npy", NpyArray.Random("f4", [4, 4], 1));
        _place.Write("photo.png", Pictures.Png(Picture.Random(4, 4, 4, seed: 2)));
    }

    public void Dispose() => _place.Dispose();

    [Theory]
    // Usage.
    [InlineData("", "command", "cenote --help")]
    [InlineData("pool a.npy", "'pool'", "cenote --help")]
    [InlineData("max", "-k", "cenote max --help")]
    [InlineData("max -k 2", "INPUT", "cenote max --help")]
    [InlineData("max a.npy", "-k", "cenote max --help")]
    [InlineData("max a.npy -k", "-k", "cenote max --help")]
    [InlineData("max a.npy -k 2 -k 3", "-k", "cenote max --help")]
    [InlineData("max a.npy -k 2 --dims 2 --dims 2", "--dims", "cenote max --help")]
    [InlineData("max a.npy -k 2 --ceil --ceil", "--ceil is given 2 times", "cenote max --help")]
    [InlineData("max a.npy -k 2 --force --json --json --json", "--json is given 3 times", "cenote max --help")]
    [InlineData("max a.npy -k 2 --kernel 2", "-k is given 2 times", "cenote max --help")]
    [InlineData("shape 4 -k 2 --ceil --ceil", "--ceil", "cenote shape --help")]
    [InlineData("max a.npy -k 2 --bogus", "'--bogus'", "cenote max --help")]
    [InlineData("max a.npy -k 2 --bogus --out-dir folder", "'--bogus'", "cenote max --help")]
    [InlineData("max a.npy -k 2 -z", "'-z'", "cenote max --help")]
    [InlineData("max a.npy -k 2 --divisor 3", "'--divisor'", "cenote max --help")]
    [InlineData("global-avg a.npy -k 2", "'-k'", "cenote global-avg --help")]
    [InlineData("shape 4x4 -k 2 --zero-padding", "'--zero-padding'", "cenote shape --help")]
    [InlineData("shape -k 2", "SIZE", "cenote shape --help")]
    [InlineData("bench stem", "'stem'", "cenote bench --help")]
    [InlineData("bench --quiet", "'--quiet'", "cenote bench --help")]
    [InlineData("bench --threads", "--threads", "cenote bench --help")]
    [InlineData("bench --json --json", "--json is given 2 times", "cenote bench --help")]
    // Numbers.
    [InlineData("max a.npy -k 0", "-k", "'0'")]
    [InlineData("max a.npy -k -1", "-k", "'-1'")]
    [InlineData("max a.npy -k 1000000000", "a.npy", "1000000000")]
    [InlineData("max a.npy -k 99999999999", "-k", "'99999999999'")]
    [InlineData("max a.npy -k 2x", "-k", "'2x'")]
    [InlineData("max a.npy -k 2.5", "-k", "'2.5'")]
    [InlineData("max a.npy -k ２", "-k", "'２'")]
    [InlineData("max a.npy -k 1x1x1x1", "-k", "'1x1x1x1'")]
    [InlineData("max a.npy -k 2 -s 0", "-s", "'0'")]
    [InlineData("max a.npy -k 2 -s 1x2x3", "-s", "1×2×3")]
    [InlineData("max a.npy -k 2 -p -1", "-p", "'-1'")]
    [InlineData("max a.npy -k 2 -p 2", "-p", "padding 2")]
    [InlineData("max a.npy -k 3x1 -p 1", "-p", "width")]
    [InlineData("max a.npy -k 2 -p 1:", "-p", "'1:'")]
    [InlineData("max a.npy -k 2 -p 1:1:1", "-p", "'1:1:1'")]
    [InlineData("max a.npy -k 3x1 -p 1x0:0x1", "-p", "width")]
    [InlineData("unpool a.npy --indices b.npy -k 2 -p 0:-1", "-p", "'-1'")]
    [InlineData("max a.npy -k 2 --same up", "--same", "'up'")]
    [InlineData("avg a.npy -k 2 --same upper -p 1", "--same", "-p")]
    [InlineData("shape 4x4 -k 2 --same lower -p 0", "--same", "-p")]
    [InlineData("unpool a.npy --indices b.npy -k 2 --same upper", "--same", "cenote unpool --help")]
    [InlineData("shape 4x4 --stack conv --same upper", "--stack", "--same")]
    [InlineData("max a.npy -k 2 -d 0", "-d", "'0'")]
    [InlineData("max a.npy -k 2 -d 4", "a.npy", "dilation 4")]
    [InlineData("max a.npy -k 2 --dims 4", "--dims", "'4'")]
    [InlineData("max a.npy -k 2x2 --dims 1", "--dims", "-k")]
    [InlineData("max a.npy -k 2 --threads 0", "--threads", "'0'")]
    [InlineData("adaptive-avg a.npy --size 7x", "--size", "'7x'")]
    [InlineData("mode a.npy -k 2", "a.npy", "elements of float32 have no mode; they must be integers")]
    [InlineData("avg a.npy -k 2 --divisor 0", "--divisor", "'0'")]
    [InlineData("avg a.npy -k 2 --divisor 9223372036854775808", "--divisor", "'9223372036854775808'")]
    [InlineData("avg a.npy -k 2 --round up", "--round", "'up'")]
    [InlineData("max a.npy -k 2 --layout chw", "--layout", "'chw'")]
    [InlineData("shape 0x4 -k 1", "SIZE", "'0x4'")]
    [InlineData("shape 4x4x4x4 -k 1", "SIZE", "'4x4x4x4'")]
    [InlineData("shape 4 -k 5", "SIZE", "kernelSize 5")]
    [InlineData("shape 4 -k 2x2", "-k", "2×2")]
    [InlineData("bench --threads 0", "--threads", "'0'")]
    [InlineData("bench --threads -1", "--threads", "'-1'")]
    [InlineData("bench --threads 2147483648", "--threads", "'2147483648'")]
    [InlineData("bench --threads two", "--threads", "'two'")]
    [InlineData("bench --seconds 0", "--seconds", "'0'")]
    [InlineData("bench --seconds 3601", "--seconds", "'3601'")]
    [InlineData("bench --seconds 1e1", "--seconds", "'1e1'")]
    [InlineData("bench --seconds NaN", "--seconds", "'NaN'")]
    // Axes.
    [InlineData("max a.npy -k 2 --dims 3", "a.npy", "4×4")]
    [InlineData("max a.npy -k 2 --layout nhwc", "a.npy", "--layout")]
    [InlineData("max photo.png -k 2 --layout nhwc", "--layout", "photo.png")]
    [InlineData("max photo.png -k 2 --dims 1", "--dims", "photo.png")]
    [InlineData("max photo.png -k 1x1x1", "-k", "photo.png")]
    [InlineData("blur a.npy -s 2x2 --dims 1", "--dims", "-s has 2 numbers")]
    [InlineData("adaptive-max photo.png --size 1x1x1", "--size", "photo.png")]
    // Names.
    [InlineData("pyramid a.npy --levels 2 -o b.npy", "-o names one file", "--out-dir")]
    [InlineData("max missing.npy -k 2", "missing.npy", "no such file")]
    [InlineData("max nowhere/missing.npy -k 2", "nowhere/missing.npy", "no such file")]
    [InlineData("max folder -k 2", "folder", "a folder")]
    [InlineData("max folder.npy -k 2", "folder.npy", "a folder")]
    [InlineData("max a.npy -k 2 -o nowhere/b.npy", "-o", "'nowhere/b.npy'")]
    [InlineData("max a.npy -k 2 --out-dir nowhere", "--out-dir", "'nowhere'")]
    [InlineData("max a.npy -k 2 --out-dir a.npy", "--out-dir", "'a.npy'")]
    [InlineData("max a.npy -k 2 -o b.npy --out-dir folder", "-o", "--out-dir")]
    [InlineData("max a.npy photo.png -k 2 -o b.npy", "2 inputs", "--out-dir")]
    [InlineData("max a.npy photo.png -k 2", "2 inputs", "--out-dir")]
    [InlineData("max a.npy -k 2 -o a.npy", "'a.npy'", "--force")]
    [InlineData("max a.npy -k 2 -o folder.npy --force", "-o", "'folder.npy'")]
    [InlineData("max a.npy -k 2 -o b.gif", "-o", "'.gif'")]
    [InlineData("max a.npy -k 2 --onnx b.npy", "--onnx", "'b.npy'")]
    [InlineData("max a.npy -k 2 --onnx nowhere/b.onnx", "--onnx", "'nowhere/b.onnx'")]
    [InlineData("max a.npy photo.png -k 2 --onnx b.onnx --out-dir folder", "--onnx", "2 inputs")]
    [InlineData("avg photo.png -k 2 --onnx b.onnx", "--onnx", "AveragePool")]
    [InlineData("unpool a.npy --indices b.npy -k 2 --onnx b.onnx", "--onnx", "cenote unpool --help")]
    [InlineData("onnx", "MODEL", "cenote onnx --help")]
    [InlineData("onnx missing.onnx", "missing.onnx", "no such file")]
    [InlineData("onnx folder", "folder", "a folder")]
    [InlineData("onnx photo.png", "photo.png", "no ONNX file")]
    [InlineData("max a.npy -k 2 -o folder", "-o", "'folder'")]
    [InlineData("max a.npy -k 2 -o b.png", "b.png", "f4")]
    [InlineData("max photo.png -k 2 -o b.jpg", "b.jpg", "alpha")]
    public void Bad_usage_is_refused(string arguments, string names, string value) => AssertRefused(arguments, names, value);

    [Theory]
    [InlineData("")]
    [InlineData("no array at all")]
    [InlineData("\u0093NUMPZ\u0001")]
    public void What_is_no_npy_file_is_refused(string content) => AssertFileRefused("bad.npy", Encoding.Latin1.GetBytes(content), "no npy file");

    [Theory]
    [InlineData(0, "version 0")]
    [InlineData(4, "version 4")]
    public void An_npy_version_of_the_future_is_refused(int version, string value)
    {
        byte[] file = Npy.Write(NpyArray.Floats([2, 2], 1, 2, 3, 4), default);
        file[6] = (byte)version;
        AssertFileRefused("bad.npy", file, value);
    }

    [Theory]
    [InlineData(1, 6, "header")]
    [InlineData(1, 7, "header")]
    [InlineData(1, 11, "header")]
    [InlineData(1, 20, "header")]
    [InlineData(2, 11, "header")]
    [InlineData(3, 40, "header")]
    [InlineData(1, -1, "shape 2×2 needs 16 bytes, and 15 follow the header")]
    [InlineData(2, -16, "shape 2×2 needs 16 bytes, and 0 follow the header")]
    public void An_npy_file_that_ends_early_is_refused(int version, int length, string value)
    {
        byte[] file = Npy.Write(NpyArray.Floats([2, 2], 1, 2, 3, 4), new(Version: version));
        AssertFileRefused("bad.npy", length < 0 ? file[..^-length] : file[..length], value);
    }

    [Theory]
    [InlineData("(1000, 1000)", "1000×1000")]
    [InlineData("(1099511627776, 1099511627776)", "1099511627776×1099511627776")]
    [InlineData("(4611686018427387904, 4, 0)", "2^63")]
    [InlineData("(99999999999999999999,)", "'99999999999999999999'")]
    [InlineData("(-1, 4)", "'-1'")]
    [InlineData("(2, x)", "holds ''")]
    [InlineData("(4)", "(4), a number; it must be a tuple such as (4,)")]
    [InlineData("()", "a scalar")]
    [InlineData("(16,)", "1 axes (16)")]
    [InlineData("(2, 0, 4)", "height is 0")]
    public void A_shape_that_is_not_true_or_not_poolable_is_refused(string shape, string value) =>
        AssertFileRefused("bad.npy", Npy.File(1, $"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}\n", new byte[16]), value);

    [Theory]
    [InlineData("'|O'", "'|O' (Python objects)")]
    [InlineData("'|b1'", "'|b1' (booleans")]
    [InlineData("'<c8'", "'<c8' (complex numbers)")]
    [InlineData("'|V2'", "'|V2' (BFloat16")]
    [InlineData("'bfloat16'", "'bfloat16' (BFloat16")]
    [InlineData("'<U4'", "'<U4'")]
    [InlineData("'<f16'", "'<f16'")]
    [InlineData("'<i3'", "'<i3'")]
    [InlineData("''", "''")]
    [InlineData("[('x', '<f4')]", "a record")]
    public void An_element_type_that_cannot_be_pooled_is_refused(string descr, string value) =>
        AssertFileRefused("bad.npy", Npy.File(1, $"{{'descr': {descr}, 'fortran_order': False, 'shape': (2, 2), }}\n", new byte[64]), value);

    [Theory]
    [InlineData("{'descr': '|u1', 'shape': (2, 2), }", "fortran_order")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), 'more': 1}", "'more'")]
    [InlineData("{'descr': '|u1', 'fortran_order': Perhaps, 'shape': (2, 2)}", "no Python dictionary")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2)} + 1", "no Python dictionary")]
    [InlineData("{'descr': '|u1", "no Python dictionary")]
    [InlineData("", "no Python dictionary")]
    public void A_header_that_is_none_is_refused(string header, string value) => AssertFileRefused("bad.npy", Npy.File(2, header, new byte[4]), value);

    [Fact]
    public void A_header_that_claims_gigabytes_is_refused() => AssertFileRefused("bad.npy", [0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255], "4294967295");

    [Theory]
    [InlineData("")]
    [InlineData("this is text")]
    [InlineData("GIF89a\u0001\0\u0001\0\0\0\0,\0\0\0\0\u0001\0\u0001\0\0\u0002\u0002D\u0001\0;")]
    public void What_is_no_picture_is_refused(string content) => AssertFileRefused("bad.png", Encoding.Latin1.GetBytes(content), "picture");

    [Theory]
    [InlineData(".png")]
    [InlineData(".jpg")]
    [InlineData(".webp")]
    [InlineData(".bmp")]
    public void A_picture_that_ends_early_is_refused(string extension)
    {
        byte[] file = Pictures.Encoded(Picture.Random(40, 40, 3, seed: 4), extension);
        AssertFileRefused("bad" + extension, file[..(file.Length / 2)], "the file ends early");
    }

    [Theory]
    [InlineData("-k", "2\n3")]
    [InlineData("-k", "")]
    [InlineData("-o", "")]
    [InlineData("-o", "b\nc.gif")]
    public void A_value_of_any_characters_is_told_in_one_line(string option, string value)
    {
        string[] before = _place.Snapshot;
        string line = _place.Run(["max", "a.npy", option, value, .. option == "-k" ? (string[])[] : ["-k", "2"]]).Refused();
        Assert.StartsWith($"cenote: {option}", line, StringComparison.Ordinal);
        Assert.Equal(before, _place.Snapshot);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no such\nfile.npy")]
    public void An_input_of_any_characters_is_told_in_one_line(string name) => _place.Run("max", name, "-k", "2").Refused();

    [Fact]
    public void A_file_may_begin_with_a_dash()
    {
        _place.Write("-x.npy", NpyArray.Bytes([1, 2], 3, 4));
        _place.Run("max -k 1x2 -- -x.npy").Succeeded();
        Assert.Equal((byte[])[4], _place.ReadArray("-x.max.npy").Elements);
    }

    [Fact]
    public void A_folder_that_forbids_writing_is_told_by_the_output()
    {
        Assert.SkipUnless(Directory.Exists("/proc/self"), "there is no folder here that forbids writing even to root: it is tested on Linux.");
        AssertRefused("max a.npy -k 2 --out-dir /proc/self", "/proc/self/a.max.npy", "cannot be written");
    }

    [Fact]
    public void An_output_larger_than_the_system_allows_leaves_nothing_behind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the size of files is limited by a shell, on Linux.");
        _place.Write("large.npy", new NpyArray("u1", [1000, 1000], new byte[1_000_000]));
        string[] before = _place.Snapshot;
        // The runtime itself writes to memory files of no small size, unless it is told not to.
        string line = _place.Shell("trap '' XFSZ; ulimit -f 100; DOTNET_EnableWriteXorExecute=0; export DOTNET_EnableWriteXorExecute; cenote max large.npy -k 1 -o b.npy").Refused();
        Assert.StartsWith("cenote: b.npy cannot be written: ", line, StringComparison.Ordinal);
        Assert.Equal(before, _place.Snapshot);
    }

    [Fact]
    public void A_number_of_threads_in_the_environment_is_checked_too()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the variable is set by a shell");
        Assert.Contains("CENOTE_NUM_THREADS is 'many'", _place.Shell("CENOTE_NUM_THREADS=many; export CENOTE_NUM_THREADS; cenote max a.npy -k 2").Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shape 112 -k 3")]
    [InlineData("max a.npy -k 2 --threads 2")]
    public void A_number_of_threads_in_the_environment_is_looked_at_only_where_it_counts(string arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the variable is set by a shell");
        _place.Shell($"CENOTE_NUM_THREADS=many; export CENOTE_NUM_THREADS; cenote {arguments}").Succeeded();
    }

    private void AssertFileRefused(string name, byte[] content, string value)
    {
        _place.Write(name, content);
        AssertRefused($"max {name} -k 2", $"cenote: {name}: ", value);
    }

    private void AssertRefused(string arguments, string names, string value)
    {
        string[] before = _place.Snapshot;
        string line = _place.Run(arguments).Refused();
        Assert.Contains(names, line, StringComparison.Ordinal);
        Assert.Contains(value, line, StringComparison.Ordinal);
        Assert.Equal(before, _place.Snapshot);
    }
}
