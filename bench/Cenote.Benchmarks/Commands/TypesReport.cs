using System.Globalization;
using Cenote.Benchmarks.Measure;
using Cenote.Benchmarks.Peers;
using Cenote.Benchmarks.Report;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Commands;

/// <summary>What an element type costs: the time per byte moved, beside that of float32 in the same run.</summary>
internal static class TypesReport
{
    public static void Write(TextWriter writer, IReadOnlyList<Row> rows, Layout[] layouts, int threads)
    {
        Machine.Write(writer);
        writer.WriteLine($"{Format.Threads(threads)}, time per byte moved as a multiple of float32's; first float32's own time in milliseconds. Below 1 a type is faster than its size tells.");
        writer.WriteLine();
        var table = new MarkdownTable(writer, texts: 2, ["row", "layout", "float32, ms", .. Element.All.Skip(1).Select(element => element.Name)]);
        foreach (Row row in rows)
        {
            foreach (Layout layout in layouts)
            {
                double[] seconds = Seconds(row, layout, threads);
                table.Add([row.ToString(), layout.Text(), Format.Milliseconds(seconds[0]), .. Element.All.Zip(seconds).Skip(1).Select(each => PerByte(each.First, each.Second, seconds[0]))]);
            }
        }
    }

    private static string PerByte(Element element, double seconds, double ofFloat) =>
        (seconds / element.Size / (ofFloat / sizeof(float))).ToString("F2", CultureInfo.InvariantCulture);

    /// <returns>Seconds of a call, per element type.</returns>
    private static double[] Seconds(Row row, Layout layout, int threads)
    {
        var jobs = new List<Job>();
        var calls = new List<PeerCall>();
        try
        {
            foreach (Element element in Element.All)
            {
                jobs.Add(new Job(row, layout, element, threads));
                calls.Add(AllPeers.Cenote.Bind(jobs[^1])!);
            }

            return Turns.Brief.Medians(calls);
        }
        finally
        {
            foreach (PeerCall call in calls) call.Dispose();
            foreach (Job job in jobs) job.Dispose();
        }
    }
}
