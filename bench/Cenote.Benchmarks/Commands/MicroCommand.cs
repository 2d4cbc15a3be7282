using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Cenote.Benchmarks.Commands;

/// <summary>BenchmarkDotNet, for the statistics of single calls while a kernel is being written.</summary>
internal static class MicroCommand
{
    public static Command Create()
    {
        var arguments = new Argument<string[]>("ARGUMENTS") { Description = "BenchmarkDotNet's own arguments, after --: micro -- --filter '*stem*'", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("micro", "BenchmarkDotNet over single calls.") { arguments };
        command.SetAction(parse =>
        {
            // In this process: the peers' packages are not built a second time.
            IConfig config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)).WithArtifactsPath(Path.Combine("artifacts", "micro"));
            new BenchmarkSwitcher([typeof(LayerBenchmarks)]).Run(parse.GetValue(arguments), config);
        });
        return command;
    }
}
