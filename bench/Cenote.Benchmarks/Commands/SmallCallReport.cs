using System.Globalization;
using Cenote.Benchmarks.Measure;
using Cenote.Benchmarks.Peers;
using Cenote.Benchmarks.Report;
using Cenote.Benchmarks.Rows;
using static Cenote.Benchmarks.Rows.Operator;

namespace Cenote.Benchmarks.Commands;

/// <summary>What a call costs where there is next to nothing to do.</summary>
internal static class SmallCallReport
{
    private const int Calls = 10_000;

    private static readonly long[] Shape = [1, 1, 8, 8];

    private static readonly Row[] Rows =
    [
        new("", Max, Shape, 2, 2),
        new("", Average, Shape, 2, 2),
        new("", Max, Shape, 3, 1, 1),
        new("", Average, Shape, 3, 1, 1),
        new("", GlobalMax, Shape),
        new("", GlobalAverage, Shape),
    ];

    /// <returns>Whether all outputs were the same.</returns>
    public static bool Write(TextWriter writer)
    {
        Machine.Write(writer);
        writer.WriteLine("float32, nanoseconds of a call that fills an output of the caller, Cenote's spans already made.");
        writer.WriteLine();
        var table = new MarkdownTable(writer, texts: 1, ["call", "Cenote", "its garbage, bytes", .. AllPeers.Others.Select(peer => peer.Name)]);
        var differences = new List<string>();
        foreach (Row row in Rows)
        {
            using var job = new Job(row, Layout.Nchw, Element.All[0], threads: 1);
            Comparison comparison = Comparison.Run(job, Turns.Thorough);
            differences.AddRange(comparison.Differences);
            table.Add([row.ToString(), Format.Nanoseconds(comparison.Cenote), Garbage(job).ToString(CultureInfo.InvariantCulture), .. comparison.Peers.Select(Format.Nanoseconds)]);
        }

        return Differences.Write(writer, differences);
    }

    private static long Garbage(Job job)
    {
        using PeerCall call = AllPeers.Cenote.Bind(job)!;
        call.Run(Calls);
        long before = GC.GetAllocatedBytesForCurrentThread();
        call.Run(Calls);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }
}
