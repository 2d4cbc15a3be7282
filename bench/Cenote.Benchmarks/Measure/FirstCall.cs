using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using Cenote.Benchmarks.Peers;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Measure;

/// <summary>The first call in a process: loading, compiling and pooling. Each time is taken in a process of its own.</summary>
internal static class FirstCall
{
    /// <summary>The command that such a process is started with.</summary>
    public const string Command = "first-call-here";

    private const int Processes = 7;

    private static readonly long[] Shape = [1, 16, 32, 32];

    /// <returns>Seconds per process, the shortest first; none where the peer is absent.</returns>
    public static double[] Times(string peer) => [.. Enumerable.Range(0, Processes).Select(_ => InNewProcess(peer)).OfType<double>().Order()];

    /// <returns>Seconds of this process's first call; null where the peer is absent.</returns>
    public static double? Here(string peer)
    {
        // The peers are not looked up in their list: that would load all of them.
        IPeer? other = peer switch { "Cenote" => null, "libtorch" => new TorchPeer(), "ONNX Runtime" => new OnnxPeer(), "oneDNN" => new DnnlPeer(), "OpenCV" => new OpenCvPeer(), _ => throw new UserError($"'{peer}' is no peer.") };
        return other is null ? Cenote() : Other(other);
    }

    // As a program would write it, without the machinery of the comparison.
    private static double Cenote()
    {
        float[] data = new float[16 * 32 * 32];
        long start = Stopwatch.GetTimestamp();
        Tensor<float> input = Tensor.Create(data, [1, 16, 32, 32]);
        new MaxPool2d(3, 2, 1).Forward(input);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double? Other(IPeer peer)
    {
        // OpenCV pools one plane.
        using var job = new Job(peer is OpenCvPeer ? new("", Operator.Max, [1, 1, 32, 32], 3, 1, 1) : new("", Operator.Max, Shape, 3, 2, 1), Layout.Nchw, Element.All[0], threads: 1);
        long start = Stopwatch.GetTimestamp();
        using PeerCall? call = peer.Bind(job);
        call?.Run(1);
        return call is null ? null : Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double? InNewProcess(string peer)
    {
        string self = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(self) == "dotnet";
        var start = new ProcessStartInfo(self, isHost ? [typeof(FirstCall).Assembly.Location, Command, peer] : [Command, peer]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string text = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return double.TryParse(text, CultureInfo.InvariantCulture, out double seconds) ? seconds : null;
    }
}
