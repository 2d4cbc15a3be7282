using Cenote.Benchmarks.Report;
using Cenote.Benchmarks.Rows;
using Cenote.Gpu.Benchmarks.Measure;

namespace Cenote.Gpu.Benchmarks.Report;

/// <summary>The results as a page of Markdown.</summary>
internal static class ResultTable
{
    /// <param name="writer">Written to.</param>
    /// <param name="versions">What the numbers were measured on and with, a line each.</param>
    /// <param name="results">What was measured.</param>
    /// <param name="jobs">How many jobs there are; those that are not measured yet are counted.</param>
    public static void Write(TextWriter writer, IEnumerable<string> versions, IReadOnlyList<Result> results, int jobs)
    {
        string[] verdicts = [.. results.Select(result => Verdict.Of(result, results))];
        writer.WriteLine("# Cenote, PyTorch and a copy on the GPU");
        writer.WriteLine();
        foreach (string version in versions) writer.WriteLine($"- {version}");
        writer.WriteLine();
        writer.WriteLine("Milliseconds of a call: medians of rounds in turn. GB/s count each byte that must move once; the copy moves as many. × PyTorch is PyTorch's time over Cenote's: above 1 Cenote is faster. 32 bits are float32, 16 Half.");
        writer.WriteLine($"{verdicts.Count(verdict => verdict == "meets")} of {results.Count} rows meet their aims{(results.Count < jobs ? $"; {jobs - results.Count} were not measured" : "")}.");
        writer.WriteLine();
        var table = new MarkdownTable(writer, 4, "row", "layout", "bits", "what", "Cenote", "GB/s", "copy", "PyTorch", "of copy", "× PyTorch", "verdict");
        foreach (var (result, verdict) in results.Zip(verdicts)) table.Add(Cells(result, verdict));
        string[] notes = [.. results.Where(result => (result.Difference ?? result.Note) is not null).Select(result => $"- {result.Job}: {(result.Difference is null ? result.Note : $"differs from PyTorch: {result.Difference}")}")];
        if (notes.Length == 0) return;
        writer.WriteLine();
        foreach (string note in notes) writer.WriteLine(note);
    }

    private static string[] Cells(Result result, string verdict) =>
    [
        result.Job.Row.ToString(),
        result.Job.Layout.Text(),
        $"{8 * result.Job.ElementSize}",
        result.Job.Pass.ToString().ToLowerInvariant(),
        Format.Milliseconds(Known(result.Cenote)),
        Format.Number(Known(result.GigabytesPerSecond)),
        Format.Milliseconds(Known(result.Copy)),
        Format.Milliseconds(result.Torch),
        Format.Ratio(Known(result.OfCopy)),
        Format.Ratio(result.TimesTorch),
        verdict,
    ];

    private static double? Known(double number) => double.IsNaN(number) ? null : number;
}
