namespace Cenote.Playground;

/// <summary>The library's own words for what is impossible.</summary>
internal static class Errors
{
    public static bool Is(Exception error) => error is ArgumentException or NotSupportedException or FormatException;

    /// <summary>The message without the name that .NET appends, which it has already.</summary>
    public static string Message(Exception error)
    {
        string message = error.Message.ReplaceLineEndings("\n").Split('\n')[0];
        int suffix = message.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        return suffix < 0 ? message : message[..suffix];
    }
}
