using System.Text.Json;
using Cenote.Gpu;

namespace Cenote.Cli.Tests;

/// <summary><c>--device</c> and <c>cenote devices</c>; the kernels run on the simulated device.</summary>
public sealed class DeviceTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("max", "-k 3 -s 2 -p 1", "f4")]
    [InlineData("max", "-k 2 --zero-padding -p 1 --layout nhwc", "f8")]
    [InlineData("avg", "-k 2 --exclude-padding", "f2")]
    [InlineData("avg", "-k 3x2 -p 1x0", "u1")]
    [InlineData("avg", "-k 2", "i8")]
    [InlineData("min", "-k 2 --layout nhwc", "i8")]
    [InlineData("sum", "-k 2 --dims 3", "i4")]
    [InlineData("global-max", "", "u2")]
    [InlineData("global-avg", "--layout nhwc", "f4")]
    [InlineData("adaptive-avg", "--size 3x2", "f4")]
    [InlineData("adaptive-max", "--size 2", "i2")]
    public void A_device_gives_the_numbers_of_the_CPU(string verb, string options, string code)
    {
        _place.Write("a.npy", NpyArray.Random(code, [2, 3, 6, 4], 1));
        Assert.Matches(@"  on simulated  \d+\.\d ms$", Assert.Single(_place.Run($"{verb} a.npy {options} --device simulated -o there.npy").Succeeded().PrintedLines));
        _place.Run($"{verb} a.npy {options} -o here.npy").Succeeded();
        Assert.Equal(_place.Read("here.npy"), _place.Read("there.npy"));
    }

    [Theory]
    [InlineData("max", "-k 3 -s 2 -p 1", false, false)]
    [InlineData("max", "-k 2 --layout nhwc", true, false)]
    [InlineData("min", "-k 2", false, true)]
    [InlineData("adaptive-max", "--size 3x2 --layout nhwc", false, false)]
    [InlineData("global-min", "", true, true)]
    public void So_it_does_with_indices(string verb, string options, bool isFortran, bool isBigEndian)
    {
        // Few values, and so many ties.
        _place.Write("a.npy", NpyArray.Floats([2, 3, 6, 4], [.. Enumerable.Range(0, 144).Select(i => (float)(i * 7 % 5))]), new NpyForm(isBigEndian, isFortran));
        _place.Run($"{verb} a.npy {options} --device simulated -o there.npy --indices there.indices.npy").Succeeded();
        _place.Run($"{verb} a.npy {options} -o here.npy --indices here.indices.npy").Succeeded();
        Assert.Equal(_place.Read("here.npy"), _place.Read("there.npy"));
        Assert.Equal(_place.Read("here.indices.npy"), _place.Read("there.indices.npy"));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("--layout nhwc", true)]
    public void So_it_unpools(string layout, bool isFortran)
    {
        _place.Write("a.npy", NpyArray.Random("f4", [2, 4, 6, 4], 1), new NpyForm(IsFortran: isFortran));
        _place.Run($"max a.npy -k 3 -s 1 -p 1 {layout} -o max.npy --indices at.npy").Succeeded();
        Assert.Contains("  on simulated  ", _place.Run($"unpool max.npy --indices at.npy -k 3 -s 1 -p 1 {layout} --device simulated -o there.npy").Succeeded().Printed, StringComparison.Ordinal);
        _place.Run($"unpool max.npy --indices at.npy -k 3 -s 1 -p 1 {layout} -o here.npy").Succeeded();
        Assert.Equal(_place.Read("here.npy"), _place.Read("there.npy"));
        _place.Write("wrong.npy", NpyArray.Random("u1", [2, 4, 6, 4], 1));
        _place.Run($"unpool max.npy --indices wrong.npy -k 3 -s 1 -p 1 {layout} --device simulated -o never.npy").Refused();
        Assert.DoesNotContain("never.npy", _place.Entries);
    }

    [Fact]
    public void A_picture_is_pooled_there_too()
    {
        _place.Write("photo.png", Pictures.Png(Picture.Random(9, 8, 3, seed: 1)));
        _place.Run("avg photo.png -k 3 --device simulated -o there.npy").Succeeded();
        _place.Run("avg photo.png -k 3 -o here.npy").Succeeded();
        Assert.Equal(_place.Read("here.npy"), _place.Read("there.npy"));
    }

    [Fact]
    public void The_report_says_where()
    {
        _place.Write("a.npy", NpyArray.Random("f4", [4, 4], 1));
        Assert.DoesNotContain(" on ", _place.Run("max a.npy -k 2").Succeeded().Printed, StringComparison.Ordinal);
        Assert.Contains("  on cpu  ", _place.Run("max a.npy -k 2 --device cpu --force").Succeeded().Printed, StringComparison.Ordinal);
        Assert.Equal("simulated", Where("simulated"));
        Assert.Equal(GpuDevice.Enumerate().Count == 0 ? "cpu" : GpuDevice.Enumerate()[0].Name, Where("auto"));

        string? Where(string device)
        {
            using var report = JsonDocument.Parse(_place.Run($"max a.npy -k 2 --device {device} --json --force").Succeeded().Printed);
            return report.RootElement.GetProperty("device").GetString();
        }
    }

    [Fact]
    public void A_layer_without_kernels_is_refused()
    {
        _place.Write("a.npy", NpyArray.Random("f4", [4, 4], 1));
        string[] before = _place.Snapshot;
        Assert.Contains("a.npy: StochasticPool2d(", _place.Run("stochastic a.npy -k 2 --device simulated").Refused(), StringComparison.Ordinal);
        Assert.Equal(before, _place.Snapshot);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("0")]
    public void Without_a_device_it_is_refused(string device)
    {
        Assert.SkipUnless(GpuDevice.Enumerate().Count == 0, "there is a device");
        _place.Write("a.npy", NpyArray.Random("f4", [4, 4], 1));
        string[] before = _place.Snapshot;
        Assert.Equal($"cenote: --device is {device}, and no GPU was found: neither NVIDIA's driver (libcuda, nvcuda.dll) nor an OpenCL 2 driver answers.", _place.Run($"max a.npy -k 2 --device {device}").Refused());
        Assert.Contains($"--device is {device}, and no GPU was found", _place.Run($"bench --device {device}").Refused(), StringComparison.Ordinal);
        Assert.Equal(before, _place.Snapshot);
    }

    [Theory]
    [InlineData("max a.npy -k 2 --device GPU", "--device is 'GPU'; it must be cpu, gpu, auto, simulated, or a number that cenote devices lists")]
    [InlineData("max a.npy -k 2 --device -1", "--device is '-1'")]
    [InlineData("max a.npy -k 2 --device 99", "--device is 99, and ")]
    [InlineData("spp a.npy --sizes 1,2 --device simulated", "'--device' is neither an option nor a file")]
    public void Wrong_devices_are_refused(string arguments, string message)
    {
        _place.Write("a.npy", NpyArray.Random("f4", [4, 4], 1));
        Assert.Contains(message, _place.Run(arguments).Refused(), StringComparison.Ordinal);
        Assert.Equal(["a.npy"], _place.Entries);
    }

    [Fact]
    public void The_devices_are_listed()
    {
        string[] lines = _place.Run("devices").Succeeded().PrintedLines, objects = _place.Run("devices --json").Succeeded().PrintedLines;
        IReadOnlyList<GpuDeviceInfo> found = GpuDevice.Enumerate();
        Assert.Equal(found.Count, objects.Length);
        if (found.Count == 0) Assert.Equal(["No GPU was found: neither NVIDIA's driver (libcuda, nvcuda.dll) nor an OpenCL 2 driver answers."], lines);
        else Assert.Equal(found.Select(device => device.Name), lines[1..].Zip(found, (line, device) => line[line.IndexOf(device.Name, StringComparison.Ordinal)..][..device.Name.Length]));
    }

    [Fact]
    public void The_bench_runs_there()
    {
        string[] lines = _place.RunAlone("bench --seconds 0.1 --device simulated").Succeeded().PrintedLines;
        Assert.Matches(@"^row +layout +ms +GB/s +× floor$", lines[0]);
        Assert.Contains(lines[1..^1], line => line.StartsWith("SPPF: max k5 s1 p2, 1×5×20×20 ", StringComparison.Ordinal));
        Assert.Matches(@"^\d of \d rows run within 1\.25 times what copying the same bytes takes.*\. The simulated device\.$", lines[^1]);
    }

    [Fact]
    public void Nothing_of_it_is_loaded_without_the_option()
    {
        // A copy of the command whose compiler for devices is broken.
        string folder = _place.PathOf("command");
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(file => !Path.GetFileName(file).StartsWith("lib", StringComparison.Ordinal))) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(folder, "ILGPU.dll"), "no assembly");
        _place.Write("a.npy", NpyArray.Random("f4", [4, 4], 1));
        foreach (string arguments in (string[])["max a.npy -k 2 --force", "max a.npy -k 2 --device cpu --force", "shape 8 -k 2", "bench --help"])
            Assert.Equal("", _place.Shell($"dotnet '{Path.Combine(folder, "Cenote.Cli.dll")}' {arguments} > /dev/null").Succeeded().Printed);
        Assert.NotEqual(0, _place.Shell($"dotnet '{Path.Combine(folder, "Cenote.Cli.dll")}' max a.npy -k 2 --device simulated --force").Exit);
    }
}
