using System.Diagnostics;

namespace Cenote.Cli.Tests;

/// <summary>Ctrl+C.</summary>
public sealed class InterruptTests : IDisposable
{
    private readonly Workplace _place = new();

    public InterruptTests()
    {
        _place.MakeFolder("out");
        _place.Write("small.npy", NpyArray.Bytes([2, 2], 1, 2, 3, 4));
    }

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_long_run_ends_with_130_and_leaves_no_file()
    {
        Assert.SkipWhen(Signals.Missing is not null, Signals.Missing ?? "");
        // A million windows of up to a million taps: hours.
        _place.Write("large.npy", new NpyArray("u1", [1000, 1000], new byte[1_000_000]));
        AssertInterrupted("max small.npy large.npy -k 1000 -s 1 -p 999 --out-dir out");
    }

    [Fact]
    public void Waiting_for_standard_input_can_be_interrupted()
    {
        Assert.SkipWhen(Signals.Missing is not null, Signals.Missing ?? "");
        AssertInterrupted("max small.npy - -k 2 --out-dir out");
    }

    /// <summary>Interrupts a run of two inputs after the first, when it is certain to be under way.</summary>
    private void AssertInterrupted(string arguments)
    {
        using Process process = _place.Start(arguments);
        Assert.StartsWith("small.npy  ", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
        Thread.Sleep(200);
        Signals.Interrupt(process);
        Outcome run = Workplace.Finish(process);
        Assert.Equal((130, "cenote: interrupted.", ""), (run.Exit, run.Errors.TrimEnd(), run.Printed));
        Assert.Equal([Path.Combine("out", "small.max.npy")], _place.Entries.Where(entry => entry.StartsWith("out/", StringComparison.Ordinal)));
    }
}
