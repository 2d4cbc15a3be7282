using Cenote.Onnx;
using Google.Protobuf;
using Onnx;
using static Onnx.AttributeProto.Types;

namespace Cenote.Conformance.Tests;

/// <summary>Nodes of every opset, and what is refused.</summary>
public class OnnxReadingTests
{
    [Theory]
    [InlineData("MaxPool", 1, "kernel_shape=3,2", "MaxPool2d(k3×2 s1)")]
    [InlineData("MaxPool", 12, "kernel_shape=3 strides=2 pads=1,0 ceil_mode=1 dilations=2 storage_order=1", "MaxPool1d(k3 s2 p1:0 d2 ceil)")]
    [InlineData("MaxPool", 22, "kernel_shape=2,2,2 auto_pad=SAME_LOWER", "MaxPool3d(k2 s1 same-lower)")]
    [InlineData("MaxPool", 8, "kernel_shape=2,2 auto_pad=VALID pads=0,0,0,0", "MaxPool2d(k2 s1)")]
    [InlineData("AveragePool", 1, "kernel_shape=3", "AvgPool1d(k3 s1 exclude-padding)")]
    [InlineData("AveragePool", 7, "kernel_shape=3 count_include_pad=1", "AvgPool1d(k3 s1)")]
    [InlineData("AveragePool", 19, "kernel_shape=3,3 dilations=2,1 pads=0,1,2,1 auto_pad=NOTSET", "AvgPool2d(k3 s1 p0×1:2×1 d2×1 exclude-padding)")]
    [InlineData("LpPool", 1, "kernel_shape=2 p=1.5", "LpPool1d(k2 s1 p-norm 1.5 true-norm)")]
    [InlineData("LpPool", 2, "kernel_shape=2", "LpPool1d(k2 s1 p-norm 2 true-norm)")]
    [InlineData("LpPool", 18, "kernel_shape=2,2 p=3 ceil_mode=1", "LpPool2d(k2 s1 ceil p-norm 3 true-norm)")]
    [InlineData("MaxUnpool", 9, "kernel_shape=2,2 strides=2,2", "MaxUnpool2d(k2 s2)")]
    [InlineData("GlobalLpPool", 1, "p=3.5", "GlobalLpPool2d(p-norm 3.5)")]
    [InlineData("GlobalLpPool", 2, "", "GlobalLpPool2d(p-norm 2)")]
    [InlineData("GlobalMaxPool", 22, "", "GlobalMaxPool2d()")]
    [InlineData("GlobalAveragePool", 1, "", "GlobalAvgPool2d()")]
    public void A_node_is_the_layer_that_its_opset_means(string @operator, int opset, string attributes, string layer)
    {
        PoolNode node = OnnxPool.Nodes(Model(@operator, opset, attributes)).Single();
        Layer read = node.ToLayer(@operator.StartsWith("Global", StringComparison.Ordinal) ? 2 : null);
        Assert.Equal(layer, read.ToString());
        if (read is LpPool norm) Assert.True(norm.TrueNorm);
    }

    [Theory]
    [InlineData("MaxPool", 12, "", "MaxPool 'pool' has no kernel_shape.")]
    [InlineData("MaxPool", 12, "kernel_shape=0", "MaxPool 'pool': kernel_shape is [0]; it must be 1 numbers, each at least 1.")]
    [InlineData("MaxPool", 12, "kernel_shape=2,2 strides=2", "strides is [2]; it must be 2 numbers, each at least 1.")]
    [InlineData("MaxPool", 12, "kernel_shape=2,2 pads=1,1", "pads is [1, 1]; it must be 4 numbers, each at least 0.")]
    [InlineData("MaxPool", 12, "kernel_shape=2 pads=-1,0", "pads is [-1, 0]; it must be 2 numbers, each at least 0.")]
    [InlineData("MaxPool", 12, "kernel_shape=99999999999", "each must be from -2147483648 to 2147483647.")]
    [InlineData("MaxPool", 12, "kernel_shape=2 auto_pad=SAME", "auto_pad is 'SAME'; it must be NOTSET, VALID, SAME_UPPER or SAME_LOWER.")]
    [InlineData("MaxPool", 12, "kernel_shape=2 auto_pad=SAME_UPPER pads=0,1", "has auto_pad SAME_UPPER, and pads [0, 1] too; one excludes the other.")]
    [InlineData("MaxPool", 12, "kernel_shape=2 ceil_mode=2", "ceil_mode is 2; it must be 0 or 1.")]
    [InlineData("MaxPool", 12, "kernel_shape=2 storage_order=2", "storage_order is 2; it must be 0 or 1.")]
    [InlineData("MaxPool", 12, "kernel_shape=2 ceil_mode=x", "ceil_mode is an attribute of kind String; it must be Int.")]
    [InlineData("MaxPool", 12, "kernel_shape=2 kernel_shape=2", "has kernel_shape twice.")]
    [InlineData("MaxPool", 12, "kernel_shape=2 count_include_pad=1", "has 'count_include_pad'; MaxPool has no such attribute.")]
    [InlineData("MaxPool", 9, "kernel_shape=2 ceil_mode=1", "has ceil_mode at opset 9; MaxPool has it from opset 10 on.")]
    [InlineData("AveragePool", 11, "kernel_shape=2 dilations=2", "has dilations at opset 11; AveragePool has it from opset 19 on.")]
    [InlineData("LpPool", 2, "kernel_shape=2 p=0", "p is 0; it must be from 1 to 2147483647.")]
    [InlineData("LpPool", 1, "kernel_shape=2 p=0.0", "p is 0; it must be greater than 0.")]
    public void What_breaks_ONNXs_rules_is_refused(string @operator, int opset, string attributes, string message) =>
        Assert.EndsWith(message, Assert.Throws<InvalidDataException>(() => OnnxPool.Nodes(Model(@operator, opset, attributes)).Single().ToLayer()).Message.Replace(" (Parameter", "", StringComparison.Ordinal), StringComparison.Ordinal);

    [Theory]
    [InlineData("MaxPool", "kernel_shape=2,2,2,2", "MaxPool 'pool' has 4 spatial axes; layers have 1 to 3.")]
    [InlineData("MaxPool", "kernel_shape=2 pads=2,0", "MaxPool 'pool': padding 2:0 on axis length is 2; each side may be at most (kernelSize − 1)·dilation = (2 − 1)·1 = 1.")]
    public void What_no_layer_does_is_refused(string @operator, string attributes, string message) =>
        Assert.Equal(message, Assert.Throws<NotSupportedException>(() => OnnxPool.Nodes(Model(@operator, 12, attributes)).Single().ToLayer()).Message);

    [Fact]
    public void A_rank_that_nothing_tells_is_asked_for()
    {
        ModelProto model = Model("GlobalMaxPool", 12, "");
        Assert.Contains("spatialRank is missing", Assert.Throws<ArgumentException>(() => OnnxPool.Nodes(model).Single().ToLayer()).Message, StringComparison.Ordinal);
        Assert.IsType<GlobalMaxPool3d>(OnnxPool.Read(model.ToByteArray(), "pool", 3));
        Assert.IsType<GlobalMaxPool1d>(OnnxPool.Read(OnnxPool.Write<float>(new GlobalMaxPool1d(), [1, 2, -1])));
        Assert.Contains("it has 1 spatial", Assert.Throws<ArgumentException>(() => OnnxPool.Read(OnnxPool.Write<float>(new GlobalMaxPool1d(), [1, 2, -1]), spatialRank: 2)).Message.Replace("'y/GlobalMaxPool1' has", "it has", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_is_found_by_its_name()
    {
        ModelProto model = Model("GlobalMaxPool", 12, "");
        NodeProto other = model.Graph.Node[0].Clone();
        (other.Name, other.Output[0]) = ("", "z");
        model.Graph.Node.Add(other);
        // Operators of other domains are others.
        model.Graph.Node.Add(new NodeProto { OpType = "MaxPool", Domain = "com.example" });
        Assert.Equal(["pool", "z"], OnnxPool.Nodes(model).Select(node => node.Name));
        Assert.Contains("it has 'pool', 'z'", Assert.Throws<ArgumentException>(() => OnnxPool.Read(model.ToByteArray(), spatialRank: 1)).Message, StringComparison.Ordinal);
        Assert.Contains("node is 'y'", Assert.Throws<ArgumentException>(() => OnnxPool.Read(model.ToByteArray(), "y", 1)).Message, StringComparison.Ordinal);
        Assert.IsType<GlobalMaxPool1d>(OnnxPool.Read(model.ToByteArray(), "z", 1));
    }

    [Fact]
    public void Bytes_that_are_no_model_are_refused_and_nothing_worse()
    {
        Assert.Contains("no graph", Assert.Throws<InvalidDataException>(() => OnnxPool.Nodes([])).Message, StringComparison.Ordinal);
        byte[] model = OnnxPool.Write<float>(new LpPool3d(3, (2, 3, 4), 1, true, 1, 2) { TrueNorm = true }, [1, 2, 9, 9, 9]);
        for (int length = 0; length < model.Length; length++) Survives(model[..length]);
        // A length of 2³¹ − 1 in front of nothing.
        Survives([0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]);
        Survives([0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]);
        // Groups within groups.
        Survives([.. Enumerable.Repeat((byte)0x3B, 1_000_000)]);
        var random = new Random(9);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] changed = i % 2 == 0 ? (byte[])model.Clone() : new byte[random.Next(200)];
            if (i % 2 == 1) random.NextBytes(changed);
            for (int change = random.Next(1, 4); change > 0 && changed.Length > 0; change--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            Survives(changed);
        }
    }

    [Theory]
    [InlineData(7, "opset is 7; it must be at least 8.")]
    [InlineData(9, "MaxPool2d(k2 s2 d2) at opset 9: ONNX's MaxPool has dilations from opset 10 on.")]
    public void Old_opsets_have_less(int opset, string message) =>
        Assert.StartsWith(message, Assert.ThrowsAny<Exception>(() => OnnxPool.Write<float>(new MaxPool2d(2, dilation: 2), [1, 1, 9, 9], opset)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_ONNX_cannot_say_is_refused()
    {
        Refused<NotSupportedException>("ONNX's AveragePool at opset 18 takes float16, float and double, not int32.", () => OnnxPool.Write<int>(new AvgPool1d(2), [1, 1, 4]));
        Refused<NotSupportedException>("ONNX's MaxPool at opset 21 takes float16, float and double, not bfloat16.", () => OnnxPool.Write<BFloat16>(new MaxPool1d(2), [1, 1, 4], 21));
        Refused<NotSupportedException>("GlobalMaxPool1d() has no indices in ONNX", () => OnnxPool.Write<float>(new GlobalMaxPool1d(), [1, 1, 4], withIndices: true));
        Refused<NotSupportedException>("AdaptiveAvgPool1d(3) at opset 12: it becomes several ONNX nodes, which need opset 13.", () => OnnxPool.Write<float>(new AdaptiveAvgPool1d(3), [1, 1, 4], 12));
        Refused<ArgumentException>("inputShape is 1×1×-1; ONNX's form of AdaptiveAvgPool1d(3) depends on the spatial lengths: give them, not -1.", () => OnnxPool.Write<float>(new AdaptiveAvgPool1d(3), [1, 1, -1]));
        Refused<ArgumentException>("inputShape has 2 axes; ONNX's form of MaxPool1d(k2 s2) takes N×C and 1 spatial ones.", () => OnnxPool.Write<float>(new MaxPool1d(2), [1, 4]));
        Refused<ArgumentException>("inputShape has a length of 0", () => OnnxPool.Write<float>(new MaxPool1d(2), [1, 0, 4]));
        Refused<ArgumentException>("input length 1 is too small", () => OnnxPool.Write<float>(new MaxPool1d(2), [1, 1, 1]));
        Assert.NotEmpty(OnnxPool.Write<BFloat16>(new MaxPool1d(2), [1, 1, 4]));
    }

    private static void Refused<T>(string message, Action write)
        where T : Exception => Assert.StartsWith(message, Assert.ThrowsAny<T>(write).Message, StringComparison.Ordinal);

    private static void Survives(byte[] bytes)
    {
        try
        {
            foreach (PoolNode node in OnnxPool.Nodes(bytes)) _ = node.ToLayer(1);
        }
        catch (Exception refusal) when (refusal is InvalidDataException or NotSupportedException or ArgumentException)
        {
            Assert.NotEmpty(refusal.Message);
            Assert.DoesNotContain('\n', refusal.Message);
        }
    }

    /// <summary>A node by its attributes as text: integers, with a comma lists of them, with a point a number, or a word.</summary>
    private static ModelProto Model(string @operator, int opset, string attributes)
    {
        var node = new NodeProto { OpType = @operator, Name = "pool" };
        node.Input.Add("x");
        node.Output.Add("y");
        foreach (string[] pair in attributes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split('='))) node.Attribute.Add(Attribute(pair[0], pair[1]));
        var model = new ModelProto { Graph = new GraphProto() };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
        model.Graph.Node.Add(node);
        return model;
    }

    private static AttributeProto Attribute(string name, string value)
    {
        if (value.Contains('.', StringComparison.Ordinal)) return new() { Name = name, Type = AttributeType.Float, F = float.Parse(value, System.Globalization.CultureInfo.InvariantCulture) };
        if (!value.Split(',').All(part => long.TryParse(part, out _))) return new() { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) };
        long[] numbers = [.. value.Split(',').Select(long.Parse)];
        if (name is "ceil_mode" or "storage_order" or "count_include_pad" or "p") return new() { Name = name, Type = AttributeType.Int, I = numbers[0] };
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        attribute.Ints.Add(numbers);
        return attribute;
    }
}
