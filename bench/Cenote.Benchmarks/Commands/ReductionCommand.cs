using System.CommandLine;

namespace Cenote.Benchmarks.Commands;

/// <inheritdoc cref="ReductionReport"/>
internal static class ReductionCommand
{
    public static Command Create()
    {
        Option<int> threads = Options.Threads();
        var command = new Command("reductions", "Blocks of images and volumes, and pyramids, in billions of voxels a second.") { threads };
        command.SetAction(parse => ReductionReport.Write(Console.Out, parse.GetValue(threads)));
        return command;
    }
}
