using Cenote.Benchmarks.Measure;
using Cenote.Benchmarks.Peers;
using Cenote.Benchmarks.Report;

namespace Cenote.Benchmarks.Commands;

/// <summary>What the first call in a process costs.</summary>
internal static class FirstCallReport
{
    public static void Write(TextWriter writer)
    {
        Machine.Write(writer);
        writer.WriteLine("Milliseconds of the first call in a new process, with all that it loads and compiles: max k3 s2 p1 on 1×16×32×32 (OpenCV: dilate 3×3 on 32×32).");
        writer.WriteLine();
        var table = new MarkdownTable(writer, texts: 1, "library", "median", "least", "most");
        foreach (string name in AllPeers.Others.Prepend(AllPeers.Cenote).Select(peer => peer.Name))
        {
            double[] times = FirstCall.Times(name);
            table.Add(times.Length == 0 ? [$"{name} (absent)", "–", "–", "–"] : [name, Format.Milliseconds(times[times.Length / 2]), Format.Milliseconds(times[0]), Format.Milliseconds(times[^1])]);
        }
    }
}
