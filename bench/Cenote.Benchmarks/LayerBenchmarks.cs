using BenchmarkDotNet.Attributes;
using Cenote.Benchmarks.Peers;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks;

/// <summary>One call of a layer per row, layout and number of threads, into an output of the caller.</summary>
public class LayerBenchmarks : IDisposable
{
    private Job? _job;
    private PeerCall? _call;

    public static IEnumerable<string> RowNames => RowTable.All.Select(row => row.Name);

    [ParamsSource(nameof(RowNames))]
    public string Row { get; set; } = "";

    [Params("NCHW", "NHWC")]
    public string Layout { get; set; } = "";

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Bind()
    {
        _job = new Job(RowTable.All.First(row => row.Name == Row), Enum.Parse<Layout>(Layout, ignoreCase: true), Element.All[0], Threads);
        _call = AllPeers.Cenote.Bind(_job);
    }

    [Benchmark]
    public void Forward() => _call!.Run(1);

    [GlobalCleanup]
    public void Dispose()
    {
        _call?.Dispose();
        _job?.Dispose();
        GC.SuppressFinalize(this);
    }
}
