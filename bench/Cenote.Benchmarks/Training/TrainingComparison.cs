using System.Numerics.Tensors;
using Cenote.Benchmarks.Measure;
using Cenote.Benchmarks.Peers;
using Cenote.Benchmarks.Rows;
using Cenote.Conformance.Tests.Torch;

namespace Cenote.Benchmarks.Training;

/// <summary>A row forward, with indices and backward, beside libtorch: first whether they agree, then seconds of a call.</summary>
/// <param name="Row">The row.</param>
/// <param name="Layout">The memory order.</param>
/// <param name="Forward">Without indices.</param>
/// <param name="WithIndices">With them; null for averages.</param>
/// <param name="TorchForward">libtorch's forward, whose maxima always come with indices.</param>
/// <param name="Backward">The gradient.</param>
/// <param name="FromInput">The gradient of a maximum without kept indices.</param>
/// <param name="TorchBackward">libtorch's gradient.</param>
/// <param name="Floor">The copy of (gradient + input gradient) / 2 bytes.</param>
/// <param name="BytesPerIndex">Of a kept index; libtorch's have 8.</param>
/// <param name="Differences">Results that are not the same, in words.</param>
internal sealed record TrainingComparison(
    Row Row, Layout Layout, double Forward, double? WithIndices, double? TorchForward, double Backward, double? FromInput, double? TorchBackward, double Floor, int? BytesPerIndex, IReadOnlyList<string> Differences)
{
    private const double OfForward = 1.6, OfPeer = 0.5, OfFloor = 1.25;

    public bool IndicesMeet => IndicesScore <= 1;

    /// <summary>How far from both aims; up to 1 meets them.</summary>
    public double IndicesScore => WithIndices is { } seconds ? Math.Max(seconds / (OfForward * Forward), seconds / (OfPeer * TorchForward) ?? 0) : 0;

    public string IndicesVerdict => (WithIndices <= OfForward * Forward, !(WithIndices > OfPeer * TorchForward)) switch
    {
        (true, true) => "meets",
        (false, true) => "misses 1.6",
        (true, false) => "misses ½",
        _ => "misses both",
    };

    public bool BackwardMeets => BackwardScore <= 1;

    /// <summary>How far from the rule; up to 1 meets it.</summary>
    public double BackwardScore => Math.Min(Backward / (OfPeer * TorchBackward) ?? double.PositiveInfinity, Backward / (OfFloor * Floor));

    public static unsafe TrainingComparison Run(Row row, Layout layout, int threads, Turns turns)
    {
        using var job = new Job(row, layout, Element.All[0], threads);
        using NativeBuffer gradient = job.NewOutput();
        job.Element.Fill(gradient.Pointer, job.OutputBytes / job.Element.Size);
        PoolIndices? indices = row.Layer(1) is IndexedPool pool ? pool.CreateIndices([.. row.Shape.Select(length => (nint)length)]) : null;
        using CenotePass forward = new(job, Pass.Forward, gradient.Pointer, null), backward = new(job, Pass.Backward, gradient.Pointer, indices);
        using CenotePass? withIndices = indices is null ? null : new(job, Pass.WithIndices, gradient.Pointer, indices), fromInput = indices is null ? null : new(job, Pass.FromInput, gradient.Pointer, indices);
        using var torchForward = new TorchPeer().Bind(job) as TorchCall;
        using TorchGradient? torchBackward = torchForward is null ? null : new(job, gradient.Pointer, torchForward);
        using var floor = new CopyFloor((job.InputBytes + job.OutputBytes) / 2, threads);
        foreach (IRepeatable? once in (IRepeatable?[])[forward, withIndices, backward, fromInput, torchForward, torchBackward]) once?.Run(1);
        List<string> differences = torchForward is null ? [] : Check(job, torchForward, torchBackward!, indices, backward, fromInput);
        IRepeatable?[] contestants = [forward, withIndices, torchForward, backward, fromInput, torchBackward, floor];
        var medians = new Queue<double>(turns.Medians([.. contestants.OfType<IRepeatable>()]));
        double?[] seconds = [.. contestants.Select(contestant => contestant is null ? (double?)null : medians.Dequeue())];
        return new(row, layout, seconds[0]!.Value, seconds[1], seconds[2], seconds[3]!.Value, seconds[4], seconds[5], seconds[6]!.Value, indices?.BytesPerIndex, differences);
    }

    private static unsafe List<string> Check(Job job, TorchCall torchForward, TorchGradient torchBackward, PoolIndices? indices, CenotePass backward, CenotePass? fromInput)
    {
        var differences = new List<string>();
        // Sums of as many gradients as an input has windows, in another order where they are many.
        double tolerance = job.Row.IsMax || job.Row.Taps <= 32 ? 0 : job.Element.Epsilon * job.Row.Taps;
        foreach (CenotePass? pass in (CenotePass?[])[backward, fromInput])
        {
            if (pass is not null && OutputCheck.Difference(job.Element, job.Row.Shape, tolerance, pass.Output, job.InputStrides, torchBackward.Output, torchBackward.OutputStrides) is { } difference)
                differences.Add($"{job}: the gradients of Cenote and libtorch differ: {difference}");
        }

        if (indices is null) return differences;
        TorchWindow.Require(TorchNative.GetData(torchForward.Indices, out void* data));
        Tensor<long> own = indices.ToFlat();
        Element longs = Element.All.First(element => element.Name == "int64");
        fixed (long* flat = &own.GetPinnableReference())
        {
            if (OutputCheck.Difference(longs, job.OutputShape, 0, flat, Layout.Nchw.Strides(job.OutputShape), data, new TorchWindow(job.Row).StridesOf(torchForward.Indices)) is { } difference)
                differences.Add($"{job}: the indices of Cenote and libtorch differ: {difference}");
        }

        return differences;
    }
}
