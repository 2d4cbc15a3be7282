using System.CommandLine;
using Cenote.Benchmarks.Report;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Commands;

/// <summary>All measurements of a machine, as files to be committed.</summary>
internal static class RecordCommand
{
    private const int OddShapes = 300, Seed = 1, Rank = 2, Worst = 10;

    private static readonly int[] Threads = [1, 2];

    public static Command Create()
    {
        var folder = new Option<string>("--out") { Description = "The folder for the files. [default: benchmarks/ and the processor's name]", HelpName = "FOLDER" };
        Option<int> passes = Options.Passes();
        var command = new Command("record", "Every measurement of this machine, as Markdown files and plots.") { folder, passes };
        command.SetAction(parse => Record(parse.GetValue(folder) ?? Path.Combine("benchmarks", Machine.Slug), parse.GetValue(passes)) ? 0 : 1);
        return command;
    }

    /// <returns>Whether all outputs were the same.</returns>
    private static bool Record(string folder, int passes)
    {
        Directory.CreateDirectory(folder);
        bool same = true;
        Layout[] layouts = Options.Layouts("both");
        Element element = Element.All[0];
        foreach (int threads in Threads)
        {
            Write(folder, $"versus-{threads}", $"Beside its peers, {Format.Threads(threads)}", writer => same &= VersusReport.Write(writer, RowTable.All, layouts, element, threads, passes));
            Write(folder, $"family-{threads}", $"The rest of the family beside its peers, {Format.Threads(threads)}", writer => same &= VersusReport.Write(writer, RowTable.Family, layouts, element, threads, passes));
            Write(folder, $"odd-shapes-{threads}", $"Random odd shapes, {Format.Threads(threads)}", writer => same &= OddShapeReport.Write(writer, OddShapes, Seed, Rank, Worst, layouts, element, threads));
            Write(folder, $"reductions-{threads}", $"Blocks and pyramids, {Format.Threads(threads)}", writer => ReductionReport.Write(writer, threads));
            Write(folder, $"training-{threads}", $"Indices and gradients, {Format.Threads(threads)}", writer => same &= TrainingReport.Write(writer, Path.Combine(folder, $"training-{threads}.png"), RowTable.All, layouts, threads, passes));
        }

        Write(folder, "types", "Element types", writer => TypesReport.Write(writer, RowTable.All, layouts, threads: 1));
        Write(folder, "scaling", "Laws of growth", writer => ScalingReport.Write(writer, folder, GrowthLaw.All));
        Write(folder, "small-call", "Small calls", writer => same &= SmallCallReport.Write(writer));
        Write(folder, "first-call", "First calls", FirstCallReport.Write);
        return same;
    }

    private static void Write(string folder, string name, string title, Action<TextWriter> report)
    {
        string path = Path.Combine(folder, $"{name}.md");
        Console.Error.WriteLine(path);
        using var writer = new StreamWriter(path);
        writer.WriteLine($"# {title}");
        writer.WriteLine();
        report(writer);
    }
}
