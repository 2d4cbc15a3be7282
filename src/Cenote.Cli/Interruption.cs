namespace Cenote.Cli;

/// <summary>Ctrl+C: the first one lets the work end in good order; a second one ends the program at once.</summary>
internal static class Interruption
{
    /// <summary>A token for one run of a command.</summary>
    public static CancellationToken Listen()
    {
        var cancellation = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = !cancellation.IsCancellationRequested;
            cancellation.Cancel();
        };
        return cancellation.Token;
    }
}
