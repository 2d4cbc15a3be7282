namespace Cenote.Benchmarks.Peers;

/// <summary>A library that pools.</summary>
internal interface IPeer
{
    string Name { get; }

    /// <summary>The version, or null where this machine lacks the library.</summary>
    string? Version { get; }

    /// <summary>The peer's call for a job; null where it has none for such a layout, type or window. The number of threads is the process's, until the next call is bound.</summary>
    PeerCall? Bind(Job job);
}

internal static class AllPeers
{
    public static IPeer Cenote { get; } = new CenotePeer();

    /// <summary>Those that Cenote is compared with.</summary>
    public static IReadOnlyList<IPeer> Others { get; } = [new TorchPeer(), new OnnxPeer(), new DnnlPeer(), new OpenCvPeer()];

    /// <summary>Every name with its version, or that it is absent.</summary>
    public static IEnumerable<string> Versions => Others.Prepend(Cenote).Select(peer => $"{peer.Name} {peer.Version ?? "absent"}");
}
