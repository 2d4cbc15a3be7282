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
        // Medians of 40,401 floats, each window by itself: minutes, of which a row takes a part of a second.
        _place.Write("large.npy", NpyArray.Random("f4", [1000, 1000], seed: 3));
        AssertInterrupted("median small.npy large.npy -k 201 -s 1 -p 100 --out-dir out");
    }

    [Fact]
    public void Waiting_for_standard_input_can_be_interrupted()
    {
        Assert.SkipWhen(Signals.Missing is not null, Signals.Missing ?? "");
        AssertInterrupted("max small.npy - -k 2 --out-dir out");
    }

    [Fact]
    public void Waiting_for_a_pipe_can_be_interrupted()
    {
        Assert.SkipWhen(Signals.Missing is not null, Signals.Missing ?? "");
        _place.MakePipe("pipe.npy");
        AssertInterrupted("max small.npy pipe.npy -k 2 --out-dir out");
    }

    [Fact]
    public void Writing_a_large_array_can_be_interrupted()
    {
        using Process process = StartWriting();
        Signals.Interrupt(process);
        Thread.Sleep(500);
        Outcome run = Workplace.Finish(process);
        Assert.Equal((130, "cenote: interrupted."), (run.Exit, run.Errors.TrimEnd()));
        Assert.InRange(run.Output.Length, 1, 32_000_000);
    }

    [Fact]
    public void A_second_interruption_ends_at_once()
    {
        using Process process = StartWriting();
        Signals.Interrupt(process);
        Thread.Sleep(500);
        Assert.False(process.HasExited);
        Signals.Interrupt(process);
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.Equal(130, process.ExitCode);
    }

    /// <summary>A run that has begun to write to standard output, which nobody reads.</summary>
    private Process StartWriting()
    {
        Assert.SkipWhen(Signals.Missing is not null, Signals.Missing ?? "");
        _place.Write("large.npy", new NpyArray("u1", [8_000, 8_000], new byte[64_000_000]));
        Process process = _place.Start("max large.npy -k 1 -o -");
        // The header, and an element: between the two an interruption would still be heeded at once.
        process.StandardOutput.BaseStream.ReadExactly(new byte[129]);
        return process;
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
        Assert.Equal([Path.Combine("out", $"small.{arguments.Split(' ')[0]}.npy")], _place.Entries.Where(entry => entry.StartsWith("out/", StringComparison.Ordinal)));
    }
}
