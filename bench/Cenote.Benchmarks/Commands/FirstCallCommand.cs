using System.CommandLine;
using System.Globalization;
using Cenote.Benchmarks.Measure;

namespace Cenote.Benchmarks.Commands;

/// <inheritdoc cref="FirstCallReport"/>
internal static class FirstCallCommand
{
    public static Command Create()
    {
        var command = new Command("first-call", "Milliseconds of the first call in a process, of Cenote and of its peers.");
        command.SetAction(_ => FirstCallReport.Write(Console.Out));
        return command;
    }

    /// <summary>What the new processes run.</summary>
    public static Command CreateHere()
    {
        var peer = new Argument<string>("PEER");
        var command = new Command(FirstCall.Command) { peer };
        command.Hidden = true;
        command.SetAction(parse => Console.WriteLine(FirstCall.Here(parse.GetValue(peer)!)?.ToString("R", CultureInfo.InvariantCulture) ?? "absent"));
        return command;
    }
}
