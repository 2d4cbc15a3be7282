using System.Runtime.InteropServices;

namespace Cenote.Packaging.Tests;

/// <summary>An empty project that takes the library from its package: built, and compiled ahead of time and trimmed, without a warning.</summary>
public class ConsumerTests(Feed feed)
{
    private const string Program = """
        using System.Numerics.Tensors;
        using Cenote;

        float[] map = [1, 3, 2, 1, 4, 6, 5, 0, 2, 9, 3, 4, 0, 1, 7, 2];
        Tensor<float> x = Tensor.Create(map, [1, 4, 4]);
        Console.WriteLine(string.Join(" ", new MaxPool2d(2).Forward(x)));
        Console.WriteLine(string.Join(" ", new AvgPool2d(3, stride: 2, padding: 1, countIncludePad: false).Forward(x)));
        Console.WriteLine(string.Join(" ", new GlobalAvgPool2d().Forward(x)));
        Tensor<byte> pixels = Tensor.Create(new byte[] { 1, 2, 3, 5 }, [1, 4]);
        Console.WriteLine(string.Join(" ", new AvgPool1d(2) { IntegerRounding = IntegerRounding.NearestEven }.Forward(pixels)));
        """;

    private static readonly string[] Printed = ["6 5 9 7", "3.5 2.8333333 3.6666667 4.111111", "3.125", "2 4"];

    private const string OnnxProgram = """
        using Cenote;
        using Cenote.Onnx;

        byte[] model = OnnxPool.Write<float>(new MaxPool2d(3, stride: 2, padding: 1), [1, 64, 112, 112]);
        Console.WriteLine(OnnxPool.Read(model));
        Console.WriteLine(OnnxPool.Write<float>(new AdaptiveAvgPool2d((3, 4)), [-1, 64, 10, 7]).Length > 500);
        """;

    private static readonly string[] OnnxPrinted = ["MaxPool2d(k3 s2 p1)", "True"];

    private const string GpuProgram = """
        using System.Numerics.Tensors;
        using Cenote;
        using Cenote.Gpu;

        // The simulated device: the kernels are compiled all the same.
        using GpuDevice device = GpuDevice.Cpu();
        Tensor<float> x = Tensor.Create(new float[] { 1, 3, 2, 1, 4, 6, 5, 0, 2, 9, 3, 4, 0, 1, 7, 2 }, [1, 4, 4]);
        using GpuTensor<float> input = device.Upload(x);
        var (values, indices) = new MaxPool2d(2).ForwardWithIndices(input);
        Console.WriteLine(string.Join(" ", values.Download()));
        Console.WriteLine(string.Join(" ", indices.Download().ToFlat()));
        Console.WriteLine(string.Join(" ", new GlobalAvgPool2d().ForwardOn(device, x)));
        """;

    private static readonly string[] GpuPrinted = ["6 5 9 7", "5 6 9 14", "3.125"];

    [Fact]
    public void A_new_project_reads_and_writes_ONNX()
    {
        _ = feed.Onnx;
        string folder = NewProject("onnx", OnnxProgram, "Cenote.Onnx");
        Command.Dotnet(folder, "build", "-c", "Release", "-o", "out", "-warnaserror");
        Assert.Equal(OnnxPrinted, Lines(Command.Dotnet(folder, Path.Combine("out", "onnx.dll"))));
    }

    [Fact]
    public void A_new_project_pools_on_a_device()
    {
        _ = feed.Gpu;
        string folder = NewProject("gpu", GpuProgram, "Cenote.Gpu");
        Command.Dotnet(folder, "build", "-c", "Release", "-o", "out", "-warnaserror");
        Assert.Equal(GpuPrinted, Lines(Command.Dotnet(folder, Path.Combine("out", "gpu.dll"))));
    }

    [Fact]
    public void A_new_project_pools()
    {
        string folder = NewProject("consumer");
        Command.Dotnet(folder, "build", "-c", "Release", "-o", "out", "-warnaserror");
        Assert.Equal(Printed, Lines(Command.Dotnet(folder, Path.Combine("out", "consumer.dll"))));
    }

    [Fact]
    public void Compiled_ahead_of_time_it_pools_too()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && OnPath("gcc"), "NativeAOT links with gcc, which is not installed here.");
        string folder = NewProject("native");
        string log = Command.Dotnet(
            folder,
            "publish",
            "-c",
            "Release",
            "-r",
            RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? $"linux-musl-{Architecture}" : $"linux-{Architecture}",
            "-o",
            "out",
            "-warnaserror",
            "-p:PublishAot=true",
            "-p:PublishTrimmed=true",
            "-p:CppCompilerAndLinker=gcc",
            "-p:TrimmerSingleWarn=false");
        Assert.DoesNotContain("warning", log, StringComparison.OrdinalIgnoreCase);
        Assert.False(File.Exists(Path.Combine(folder, "out", "Cenote.dll")), "the library is compiled into the program, and not beside it");
        string program = Path.Combine(folder, "out", "native");
        Assert.Equal(Printed, Lines(Command.Run(program, folder)));
        // It is compiled for one width of registers: were kernels for others not left out, it would be five times as large.
        Assert.InRange(new FileInfo(program).Length, 1, 15_000_000);
    }

    private static string Architecture => RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x64";

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    private string NewProject(string name, string program = Program, string package = "Cenote")
    {
        _ = feed.Library;
        string folder = feed.NewFolder(name);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), program);
        File.WriteAllText(Path.Combine(folder, name + ".csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="{package}" Version="[{feed.Version}]" /></ItemGroup>
            </Project>
            """);
        return folder;
    }
}
