using System.Text.Json;
using Cenote.Onnx;

namespace Cenote.Cli.Tests;

/// <summary>ONNX models from the command line: what they hold, and layers written as such.</summary>
public sealed class OnnxTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void The_pooling_nodes_are_listed()
    {
        _place.Write("a.onnx", OnnxPool.Write<float>(new MaxPool2d(3, 2, 1), [-1, 64, 112, 112], withIndices: true));
        _place.Write("b.onnx", OnnxPool.Write<float>(new GlobalAvgPool1d(), [1, 2, -1]));
        Assert.Equal("y/MaxPool1  MaxPool opset 18  ?×64×112×112 → ?×64×56×56  MaxPool2d(k3 s2 p1)  indices, storage order 0", Assert.Single(_place.Run("onnx a.onnx").Succeeded().PrintedLines));
        Assert.Equal("y/GlobalAveragePool1  GlobalAveragePool opset 18  1×2×?  GlobalAvgPool1d()", Assert.Single(_place.Run("onnx b.onnx").Succeeded().PrintedLines));
        using var node = JsonDocument.Parse(Assert.Single(_place.Run("onnx a.onnx --json").Succeeded().PrintedLines));
        Assert.Equal(["name", "operator", "opset", "inputShape", "outputShape", "layer", "storageOrder"], node.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal([-1, 64, 56, 56], node.RootElement.GetProperty("outputShape").EnumerateArray().Select(length => length.GetInt32()));
    }

    [Fact]
    public void A_node_without_a_layer_says_why()
    {
        // An adaptive layer is no pooling node; a window larger than the input is one that cannot be.
        _place.Write("a.onnx", OnnxPool.Write<float>(new AdaptiveAvgPool1d(3), [1, 1, 5]));
        Assert.Equal("a.onnx: no pooling nodes.", Assert.Single(_place.Run("onnx a.onnx").Succeeded().PrintedLines));
        // The length of the input becomes 76: its byte comes before the output's.
        byte[] model = OnnxPool.Write<float>(new MaxPool1d(77), [1, 1, 77]);
        model[Array.LastIndexOf(model, (byte)77)] = 76;
        _place.Write("b.onnx", model);
        Assert.Contains("no layer: input length 76 is too small", Assert.Single(_place.Run("onnx b.onnx").Succeeded().PrintedLines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_is_written_beside_its_output()
    {
        _place.Write("a.npy", NpyArray.Random("f4", [2, 3, 10, 7], seed: 1));
        Outcome run = _place.Run("avg a.npy -k 3 -s 2 -p 1x0:0x1 --exclude-padding --onnx pool.onnx").Succeeded();
        Assert.Contains("  onnx pool.onnx  ", Assert.Single(run.PrintedLines), StringComparison.Ordinal);
        Assert.Equal(["a.avg.npy", "a.npy", "pool.onnx"], _place.Entries);
        PoolNode node = Assert.Single(OnnxPool.Nodes(_place.Read("pool.onnx")));
        Assert.Equal("AvgPool2d(k3 s2 p1×0:0×1 exclude-padding)", node.ToLayer().ToString());
        Assert.Equal([-1, -1, 10, 7], node.InputShape.ToArray());

        using var report = JsonDocument.Parse(Assert.Single(_place.Run("adaptive-avg a.npy --size 3x4 --onnx pool.onnx --force --json").Succeeded().PrintedLines));
        Assert.Equal("pool.onnx", report.RootElement.GetProperty("onnx").GetString());
    }

    [Fact]
    public void Where_the_output_fails_there_is_no_model()
    {
        Assert.SkipUnless(Directory.Exists("/dev/full") || File.Exists("/dev/full"), "there is no device that is always full");
        _place.Write("a.npy", NpyArray.Random("f4", [2, 3, 10, 7], seed: 1));
        _place.Shell("cenote max a.npy -k 2 -o - --onnx pool.onnx > /dev/full").Refused();
        Assert.Equal(["a.npy"], _place.Entries);
    }
}
