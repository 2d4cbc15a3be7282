using Cenote.Benchmarks.Measure;
using Cenote.Benchmarks.Peers;
using Cenote.Benchmarks.Report;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Commands;

/// <summary>The table of rows, peers and ratios.</summary>
internal static class VersusReport
{
    /// <returns>Whether all outputs were the same.</returns>
    public static bool Write(TextWriter writer, IReadOnlyList<Row> rows, Layout[] layouts, Element element, int threads, int passes = 1)
    {
        Machine.Write(writer);
        writer.WriteLine($"{element.Name}, {Format.Threads(threads)}, milliseconds of a call.{Passes.Text(passes)}");
        writer.WriteLine();
        var table = new MarkdownTable(writer, texts: 2, ["row", "layout", "Cenote", .. AllPeers.Others.Select(peer => peer.Version is null ? $"{peer.Name} (absent)" : peer.Name), "copy floor", "of best peer", "of floor", "GB/s", "verdict"]);
        (Row Row, Layout Layout)[] chosen =
        [
            .. rows.SelectMany(row => layouts.Where(layout => !(row.HasOneChannel && layout == Layout.Nhwc && row.Type is not null && layouts.Length > 1)).Select(layout => (row, layout))),
        ];
        Comparison[][] results = Passes.Run(
            passes,
            chosen,
            each =>
            {
                using var job = new Job(each.Row, each.Layout, each.Row.Type is null ? element : Element.All.First(type => type.Name == each.Row.Type), threads);
                return Comparison.Run(job, Turns.Thorough);
            },
            (each, passed) =>
            {
                Comparison middle = Middle(passed);
                table.Add(
                    [each.Row.ToString(), each.Layout.Text(), Format.Milliseconds(middle.Cenote), .. middle.Peers.Select(Format.Milliseconds), Format.Milliseconds(middle.Floor),
                    Format.Ratio(middle.RatioToPeer), Format.Ratio(middle.RatioToFloor), Format.Number(middle.GigabytesPerSecond), middle.Verdict]);
            });
        writer.WriteLine();
        writer.WriteLine($"{results.Count(passed => Middle(passed).MeetsRule)} of {results.Length} rows take at most half the time of the best peer, or 1¼ of the copy floor.");
        return Differences.Write(writer, results.SelectMany(passed => passed).SelectMany(comparison => comparison.Differences).Distinct());
    }

    private static Comparison Middle(Comparison[] passed) => Passes.Middle(passed, comparison => comparison.Score);
}
