using Cenote.Benchmarks.Measure;
using Cenote.Benchmarks.Peers;
using Cenote.Benchmarks.Report;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Commands;

/// <summary>Random odd shapes: how many are slower than the fastest peer, and the worst of them.</summary>
internal static class OddShapeReport
{
    /// <returns>Whether all outputs were the same.</returns>
    public static bool Write(TextWriter writer, int count, int seed, int rank, int worst, Layout[] layouts, Element element, int threads)
    {
        Machine.Write(writer);
        var shapes = new OddShapes(seed, rank);
        var all = new List<(string Name, Comparison Comparison)>();
        for (int number = 0; number < count; number++)
        {
            Row row = shapes.Next();
            Layout layout = layouts.Length == 1 ? layouts[0] : shapes.NextLayout();
            using var job = new Job(row, layout, element, threads);
            Comparison comparison = Comparison.Run(job, Turns.Quick);
            // A machine that was busy for a moment is no loss: what is slower must be so twice.
            if (comparison.RatioToPeer > 1) comparison = Comparison.Run(job, Turns.Thorough);
            all.Add(($"{row} {layout.Text()}", comparison));
        }

        var compared = all.Where(entry => entry.Comparison.RatioToPeer is not null).OrderByDescending(entry => entry.Comparison.RatioToPeer).ToList();
        int slower = compared.Count(entry => entry.Comparison.RatioToPeer > 1);
        writer.WriteLine($"{element.Name}, {Format.Threads(threads)}, seed {seed}: of {compared.Count} random odd shapes, {slower} are slower than the fastest peer in the same layout, "
            + $"and {all.Count(entry => entry.Comparison.MeetsRule)} take at most half its time or 1¼ of the copy floor. The worst, in microseconds of a call:");
        writer.WriteLine();
        var table = new MarkdownTable(writer, texts: 1, "shape", "Cenote", "best peer", "copy floor", "of best peer", "of floor");
        foreach ((string name, Comparison comparison) in compared.Take(worst))
            table.Add(name, Format.Number(comparison.Cenote * 1e6), Format.Number(comparison.BestPeer * 1e6), Format.Number(comparison.Floor * 1e6), Format.Ratio(comparison.RatioToPeer), Format.Ratio(comparison.RatioToFloor));
        return Differences.Write(writer, all.SelectMany(entry => entry.Comparison.Differences));
    }
}
