namespace Cenote.Benchmarks.Commands;

/// <summary>The outputs that are not the same: whoever times wrong numbers times nothing.</summary>
internal static class Differences
{
    /// <returns>Whether there are none.</returns>
    public static bool Write(TextWriter writer, IEnumerable<string> differences)
    {
        string[] all = [.. differences];
        if (all.Length == 0) return true;
        writer.WriteLine();
        writer.WriteLine("Outputs that differ:");
        writer.WriteLine();
        foreach (string difference in all) writer.WriteLine($"- {difference}");
        return false;
    }
}
