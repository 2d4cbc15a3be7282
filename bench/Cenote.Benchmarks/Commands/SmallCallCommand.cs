using System.CommandLine;

namespace Cenote.Benchmarks.Commands;

/// <inheritdoc cref="SmallCallReport"/>
internal static class SmallCallCommand
{
    public static Command Create()
    {
        var command = new Command("small-call", "Nanoseconds of a call on a tensor of 1×1×8×8.");
        command.SetAction(_ => SmallCallReport.Write(Console.Out) ? 0 : 1);
        return command;
    }
}
