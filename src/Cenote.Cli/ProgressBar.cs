using Spectre.Console;

namespace Cenote.Cli;

/// <summary>A bar on standard error for work that takes a while, on a terminal only.</summary>
internal static class ProgressBar
{
    /// <summary>Elements read below which work ends before a bar could be read.</summary>
    private const double WorthABar = 3e8;

    public static void Run(double reads, bool allowed, string title, Action<IProgress<double>?> work)
    {
        if (!allowed || Console.IsErrorRedirected || reads < WorthABar)
        {
            work(null);
            return;
        }

        IAnsiConsole terminal = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Error) });
        terminal.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).Start(bars =>
        {
            ProgressTask bar = bars.AddTask(Markup.Escape(title), maxValue: 1);
            work(new Fraction(bar));
        });
    }

    private sealed class Fraction(ProgressTask bar) : IProgress<double>
    {
        public void Report(double value) => bar.Value = value;
    }
}
