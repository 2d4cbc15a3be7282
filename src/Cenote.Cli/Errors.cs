namespace Cenote.Cli;

/// <summary>Every failure as one line.</summary>
internal static class Errors
{
    /// <summary>The line for a failure that an input or an option caused; null for one that is a fault of the program.</summary>
    public static string? Line(Exception error, string input) => Text(error, input)?.ReplaceLineEndings(" ");

    public static string FirstLine(string message) => message.ReplaceLineEndings("\n").Split('\n')[0];

    private static string? Text(Exception error, string input) => error switch
    {
        UserError => error.Message,
        // The library names its own parameters; here they are options.
        ArgumentException { ParamName: { } parameter } => $"{Option(parameter) ?? input}: {Message(error)}",
        NotSupportedException or Gpu.GpuException => $"{input}: {error.Message}",
        InvalidOperationException when error.Message.StartsWith("CENOTE_NUM_THREADS", StringComparison.Ordinal) => error.Message,
        FileNotFoundException or DirectoryNotFoundException => $"{input}: no such file.",
        UnauthorizedAccessException or IOException => $"{input}: {FirstLine(error.Message)}",
        OutOfMemoryException => $"{input}: not enough memory.",
        _ => null,
    };

    private static string? Option(string parameter) => parameter switch
    {
        "kernelSize" => "-k",
        "stride" => "-s",
        "padding" => "-p",
        "dilation" => "-d",
        "divisorOverride" => "--divisor",
        "indices" => "--indices",
        "mask" => "--mask",
        "weights" => "--weights",
        "boxes" => "--rois",
        "spatialScale" => "--scale",
        "outputSize" => "--size",
        "normType" or "TrueNorm" => "--norm",
        "layers" => "--stack",
        "level" or "levels" => "--levels",
        "MinCount" => "--min-count",
        "NoData" => "--nodata",
        _ => null,
    };

    private static string Message(Exception error)
    {
        string message = FirstLine(error.Message);
        int suffix = message.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        return suffix < 0 ? message : message[..suffix];
    }
}
