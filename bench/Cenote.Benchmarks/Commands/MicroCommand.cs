using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Cenote.Benchmarks.Commands;

/// <summary>BenchmarkDotNet, for the statistics of single calls while a kernel is being written.</summary>
internal static class MicroCommand
{
    /// <summary>The longest name of a kernel and its row that a table does not cut.</summary>
    private const int LongestName = 64;

    public static Command Create()
    {
        var arguments = new Argument<string[]>("ARGUMENTS") { Description = "BenchmarkDotNet's own arguments, after --: micro -- --filter '*stem*'", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("micro", "BenchmarkDotNet over single calls and single kernels.") { arguments };
        command.SetAction(parse =>
        {
            // In this process: the peers' packages are not built a second time.
            IConfig config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)).WithArtifactsPath(Path.Combine("artifacts", "micro"))
                .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(LongestName));
            new BenchmarkSwitcher([typeof(LayerBenchmarks), typeof(KernelBenchmarks)]).Run(parse.GetValue(arguments), config);
        });
        return command;
    }
}
