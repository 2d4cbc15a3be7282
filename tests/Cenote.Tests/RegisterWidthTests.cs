using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace Cenote.Tests;

/// <summary>The kernels once more on machines with narrower registers, or none: the runtime plays them.</summary>
public class RegisterWidthTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task Kernels_give_the_same_bits_without(string instructions)
    {
        bool hasThem = instructions switch { "DOTNET_EnableAVX512" => Vector512.IsHardwareAccelerated, "DOTNET_EnableAVX2" => Vector256.IsHardwareAccelerated, _ => Vector128.IsHardwareAccelerated };
        Assert.SkipUnless(hasThem, "This machine has no such registers: every run is one without.");
        Assert.SkipUnless(Environment.GetEnvironmentVariable(instructions) is null, "This is the run without.");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[typeof(KernelTests).Assembly.Location, "--filter-class", typeof(KernelTests).FullName!, typeof(IndexedKernelTests).FullName!, typeof(GradientKernelTests).FullName!, typeof(MemoryOrderTests).FullName!, typeof(Family.UnevenKernelTests).FullName!, typeof(Choosing.PickKernelTests).FullName!, "--filter-not-trait", KernelTests.Walks + "=" + KernelTests.RepeatedWalks]) start.ArgumentList.Add(argument);
        start.Environment[instructions] = "0";
        using Process process = Process.Start(start)!;
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
        string printed = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        Assert.True(process.ExitCode == 0, printed + await errors);
        Assert.Contains("succeeded: ", printed, StringComparison.Ordinal);
    }
}
