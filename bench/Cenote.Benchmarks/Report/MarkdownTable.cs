namespace Cenote.Benchmarks.Report;

/// <summary>A Markdown table that is written row by row, as the rows come.</summary>
internal sealed class MarkdownTable
{
    private readonly TextWriter _writer;

    /// <summary>Writes the header; the columns after the first <paramref name="texts"/> hold numbers and stand to the right.</summary>
    public MarkdownTable(TextWriter writer, int texts, params IEnumerable<string> columns)
    {
        _writer = writer;
        string[] names = [.. columns];
        Add(names);
        Add(names.Select((_, index) => index < texts ? "---" : "---:"));
    }

    public void Add(params IEnumerable<string> cells)
    {
        _writer.WriteLine($"| {string.Join(" | ", cells)} |");
        _writer.Flush();
    }
}
