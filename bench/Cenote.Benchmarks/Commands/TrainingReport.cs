using Cenote.Benchmarks.Measure;
using Cenote.Benchmarks.Report;
using Cenote.Benchmarks.Rows;
using Cenote.Benchmarks.Training;

namespace Cenote.Benchmarks.Commands;

/// <summary>Indices and gradients beside libtorch's: two tables and a plot.</summary>
internal static class TrainingReport
{
    /// <param name="writer">Where the tables go.</param>
    /// <param name="plot">The plot's file; null for none.</param>
    /// <param name="rows">What is measured.</param>
    /// <param name="layouts">In which memory orders.</param>
    /// <param name="threads">With how many threads.</param>
    /// <param name="passes">How many times over; see <see cref="Passes"/>.</param>
    /// <returns>Whether all results were the same.</returns>
    public static bool Write(TextWriter writer, string? plot, IReadOnlyList<Row> rows, Layout[] layouts, int threads, int passes = 1)
    {
        Machine.Write(writer);
        writer.WriteLine($"float32, {Format.Threads(threads)}, milliseconds of a call.{Passes.Text(passes)}");
        (Row Row, Layout Layout)[] chosen = [.. rows.SelectMany(row => layouts.Select(layout => (row, layout)))];
        TrainingComparison[][] results = Passes.Run(passes, chosen, each => TrainingComparison.Run(each.Row, each.Layout, threads, Turns.Brief));
        TrainingComparison[] all = [.. results.Select(passed => Passes.Middle(passed, each => each.BackwardScore))];
        WriteIndices(writer, [.. results.Select(passed => Passes.Middle(passed, each => each.IndicesScore)).Where(each => each.WithIndices is not null)]);
        WriteBackward(writer, all);
        if (plot is not null)
        {
            RatioPlot.Save($"Backward, time of libtorch's, {Format.Threads(threads)}", [.. all.Select(each => ($"{each.Row.Name} {each.Layout.Text()}", each.Backward / each.TorchBackward))], plot);
            writer.WriteLine();
            writer.WriteLine($"![Backward beside libtorch]({Path.GetFileName(plot)})");
        }

        return Differences.Write(writer, results.SelectMany(passed => passed).SelectMany(each => each.Differences).Distinct());
    }

    private static void WriteIndices(TextWriter writer, TrainingComparison[] all)
    {
        Head(writer, "Forward with indices");
        var table = new MarkdownTable(writer, texts: 2, ["row", "layout", "Forward", "ForwardWithIndices", "libtorch", "of Forward", "of libtorch", "of copy floor", "bytes per index", "verdict"]);
        foreach (TrainingComparison each in all)
        {
            table.Add(
                [each.Row.ToString(), each.Layout.Text(), Format.Milliseconds(each.Forward), Format.Milliseconds(each.WithIndices), Format.Milliseconds(each.TorchForward),
                Format.Ratio(each.WithIndices / each.Forward), Format.Ratio(each.WithIndices / each.TorchForward), Format.Ratio(each.WithIndices / each.Floor), $"{each.BytesPerIndex}", each.IndicesVerdict]);
        }

        writer.WriteLine();
        writer.WriteLine($"{all.Count(each => each.IndicesMeet)} of {all.Length} rows take at most 1.6 times `Forward` and half of libtorch's time.");
    }

    private static void WriteBackward(TextWriter writer, TrainingComparison[] all)
    {
        Head(writer, "Backward");
        var table = new MarkdownTable(writer, texts: 2, ["row", "layout", "Backward", "BackwardFromInput", "libtorch", "copy floor", "of libtorch", "of floor", "verdict"]);
        foreach (TrainingComparison each in all)
        {
            table.Add(
                [each.Row.ToString(), each.Layout.Text(), Format.Milliseconds(each.Backward), Format.Milliseconds(each.FromInput), Format.Milliseconds(each.TorchBackward), Format.Milliseconds(each.Floor),
                Format.Ratio(each.Backward / each.TorchBackward), Format.Ratio(each.Backward / each.Floor), each.BackwardMeets ? "meets" : "misses"]);
        }

        writer.WriteLine();
        writer.WriteLine($"{all.Count(each => each.BackwardMeets)} of {all.Length} rows take at most half of libtorch's time, or 1¼ of the copy floor.");
    }

    private static void Head(TextWriter writer, string title)
    {
        writer.WriteLine();
        writer.WriteLine($"## {title}");
        writer.WriteLine();
    }
}
