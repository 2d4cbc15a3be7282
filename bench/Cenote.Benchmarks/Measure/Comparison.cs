using Cenote.Benchmarks.Peers;

namespace Cenote.Benchmarks.Measure;

/// <summary>Cenote beside its peers on one job: first whether they agree, then how long each takes.</summary>
/// <param name="Cenote">Seconds of a call.</param>
/// <param name="Peers">Seconds per peer; null where it has no such call.</param>
/// <param name="Floor">Seconds of the copy.</param>
/// <param name="Bytes">Bytes read and written.</param>
/// <param name="Differences">Outputs that are not the same, in words.</param>
internal sealed record Comparison(double Cenote, double?[] Peers, double Floor, long Bytes, IReadOnlyList<string> Differences)
{
    private const double OfPeer = 0.5, OfFloor = 1.25;

    public double? BestPeer => Peers.Min();

    public double? RatioToPeer => Cenote / BestPeer;

    public double RatioToFloor => Cenote / Floor;

    public double GigabytesPerSecond => Bytes / Cenote / 1e9;

    public bool MeetsRule => Score <= 1;

    /// <summary>How far from the rule; up to 1 meets it.</summary>
    public double Score => Math.Min((RatioToPeer ?? double.PositiveInfinity) / OfPeer, RatioToFloor / OfFloor);

    public string Verdict => RatioToPeer <= OfPeer ? "≤ ½ peer" : RatioToFloor <= OfFloor ? "≤ 1¼ floor" : "misses";

    public static Comparison Run(Job job, Turns turns)
    {
        using PeerCall cenote = AllPeers.Cenote.Bind(job)!;
        PeerCall?[] peers = [.. AllPeers.Others.Select(peer => peer.Bind(job))];
        long bytes = job.InputBytes + job.OutputBytes;
        using var floor = new CopyFloor(bytes / 2, job.Threads);
        try
        {
            List<string> differences = Check(job, cenote, peers);
            IEnumerable<IRepeatable> contestants = [cenote, .. peers.OfType<PeerCall>(), floor];
            var medians = new Queue<double>(turns.Medians([.. contestants]));
            return new(medians.Dequeue(), [.. peers.Select(peer => peer is null ? (double?)null : medians.Dequeue())], medians.Dequeue(), bytes, differences);
        }
        finally
        {
            foreach (PeerCall? peer in peers) peer?.Dispose();
        }
    }

    private static List<string> Check(Job job, PeerCall cenote, PeerCall?[] peers)
    {
        var differences = new List<string>();
        cenote.Run(1);
        foreach ((IPeer peer, PeerCall? call) in AllPeers.Others.Zip(peers))
        {
            if (call is null) continue;
            call.Run(1);
            if (OutputCheck.Difference(job, cenote, call) is { } difference) differences.Add($"{job}: Cenote and {peer.Name} differ: {difference}");
        }

        return differences;
    }
}
