using System.CommandLine;

namespace Cenote.Cli;

/// <summary>How many threads a call may use.</summary>
internal sealed class ThreadsOption
{
    public Option<string?> Option { get; } = new("--threads") { Description = "The most threads to use, from 1. [default: CENOTE_NUM_THREADS, or all cores]", HelpName = "N" };

    /// <returns>As the layers take it: at least 1, or −1 for all cores.</returns>
    public int Read(ParseResult parse) => parse.GetValue(Option) is { } count
        ? (int)Numbers.Integer("--threads", count, $"a whole number from 1 to {int.MaxValue}", n => n is >= 1 and <= int.MaxValue)
        : new GlobalMaxPool1d().MaxDegreeOfParallelism;
}
