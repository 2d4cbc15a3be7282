namespace Cenote.Cli;

/// <summary>Lines on standard error. Where they cannot be written nobody reads them, and the run goes on.</summary>
internal static class StandardError
{
    public static void WriteLine(string line)
    {
        try
        {
            Console.Error.WriteLine(line);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The exit code tells what happened all the same.
        }
    }
}
