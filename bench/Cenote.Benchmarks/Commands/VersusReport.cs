using Cenote.Benchmarks.Measure;
using Cenote.Benchmarks.Peers;
using Cenote.Benchmarks.Report;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Commands;

/// <summary>The table of rows, peers and ratios.</summary>
internal static class VersusReport
{
    /// <returns>Whether all outputs were the same.</returns>
    public static bool Write(TextWriter writer, IReadOnlyList<Row> rows, Layout[] layouts, Element element, int threads)
    {
        Machine.Write(writer);
        writer.WriteLine($"{element.Name}, {Format.Threads(threads)}, milliseconds of a call.");
        writer.WriteLine();
        var table = new MarkdownTable(writer, texts: 2, ["row", "layout", "Cenote", .. AllPeers.Others.Select(peer => peer.Version is null ? $"{peer.Name} (absent)" : peer.Name), "copy floor", "of best peer", "of floor", "GB/s", "verdict"]);
        var all = new List<Comparison>();
        foreach (Row row in rows)
        {
            foreach (Layout layout in layouts)
            {
                if (row.HasOneChannel && layout == Layout.Nhwc && row.Type is not null && layouts.Length > 1) continue;
                Comparison comparison;
                using (var job = new Job(row, layout, row.Type is null ? element : Element.All.First(each => each.Name == row.Type), threads)) comparison = Comparison.Run(job, Turns.Thorough);
                all.Add(comparison);
                table.Add(
                    [row.ToString(), layout.Text(), Format.Milliseconds(comparison.Cenote), .. comparison.Peers.Select(Format.Milliseconds), Format.Milliseconds(comparison.Floor),
                    Format.Ratio(comparison.RatioToPeer), Format.Ratio(comparison.RatioToFloor), Format.Number(comparison.GigabytesPerSecond), comparison.Verdict]);
            }
        }

        writer.WriteLine();
        writer.WriteLine($"{all.Count(comparison => comparison.MeetsRule)} of {all.Count} rows take at most half the time of the best peer, or 1¼ of the copy floor.");
        return Differences.Write(writer, all.SelectMany(comparison => comparison.Differences));
    }
}
