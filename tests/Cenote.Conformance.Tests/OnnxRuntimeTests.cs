using System.Numerics.Tensors;
using Cenote.Conformance.Tests.Onnx;
using Cenote.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Onnx;

namespace Cenote.Conformance.Tests;

/// <summary>What <see cref="OnnxPool"/> writes, run by ONNX Runtime and read back.</summary>
public class OnnxRuntimeTests
{
    private const int Layers = 40;

    public static TheoryData<string, int> Cases
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string kind in LayerGenerator.Kinds)
                foreach (int rank in (int[])[1, 2, 3]) data.Add(kind, rank);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ONNX_Runtime_gives_the_layers_numbers(string kind, int rank)
    {
        Assert.SkipWhen(RuntimeSession.Missing is not null, RuntimeSession.Missing ?? "");
        var generator = new LayerGenerator((rank * 1000) + Array.IndexOf(LayerGenerator.Kinds, kind));
        int ran = 0;
        for (int i = 0; i < Layers; i++)
        {
            var (layer, shape) = generator.Next(kind, rank);
            float[] data = generator.Data(shape, positive: kind == "formula");
            float[] expected = [.. layer.Forward(Tensor.Create(data, shape))];
            (byte[] model, int opset) = Write<float>(layer, shape, generator);
            string name = $"{layer} of {string.Join('×', shape)} at opset {opset}";
            ReadBack(model, layer, data, shape, expected, name);
            if (Run(model, data, shape) is not { } actual) continue;
            ran++;
            Assert.True(expected.Length == actual.Length, $"{name}: {expected.Length} outputs, and {actual.Length} of ONNX Runtime");
            for (int at = 0; at < expected.Length; at++) if (!Close(expected[at], actual[at], kind)) Assert.Fail($"{name}, output {at}: {expected[at]}, and {actual[at]} of ONNX Runtime");
        }

        Assert.InRange(ran, Layers / 2, Layers);
    }

    [Fact]
    public void Indices_are_ONNX_Runtimes_in_either_storage_order()
    {
        Assert.SkipWhen(RuntimeSession.Missing is not null, RuntimeSession.Missing ?? "");
        for (int rank = 1; rank <= 3; rank++)
        {
            var generator = new LayerGenerator(rank);
            for (int i = 0; i < Layers; i++)
            {
                var (layer, shape) = generator.Next("max", rank);
                float[] data = generator.Data(shape, positive: false);
                ModelProto model = ModelProto.Parser.ParseFrom(OnnxPool.Write<float>(layer, shape, withIndices: true));
                int order = i % 2;
                if (order == 1) model.Graph.Node[0].Attribute.Add(new AttributeProto { Name = "storage_order", Type = AttributeProto.Types.AttributeType.Int, I = 1 });
                PoolNode node = OnnxPool.Nodes(model).Single();
                Assert.True(node.GivesIndices);
                Assert.Equal(order, node.StorageOrder);
                var (_, indices) = ((MaxPool)node.ToLayer()).ForwardWithIndices(Tensor.Create(data, shape));
                if (Run(model.ToByteArray(), data, shape, out long[]? actual) is null) continue;
                // Of a window without a tap ONNX Runtime has −1 plus the plane's start.
                bool same = indices.ToOnnx(order).Zip(actual!).All(pair => pair.First == pair.Second || pair.First == -1);
                Assert.True(same, $"{layer} of {string.Join('×', shape)}, storage order {order}:\n{string.Join(' ', indices.ToOnnx(order))}\n{string.Join(' ', actual!)}");
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Unpooling_is_ONNX_Runtimes(bool sizeGiven)
    {
        Assert.SkipWhen(RuntimeSession.Missing is not null, RuntimeSession.Missing ?? "");
        // Two planes of 2×3 that came from planes of 5×6: the indices are those of the larger size, where one is given.
        float[] values = [.. Enumerable.Range(1, 12).Select(i => (float)i)];
        nint[] shape = [1, 2, 2, 3];
        int height = sizeGiven ? 5 : 4, width = sizeGiven ? 7 : 6;
        long[] flat = [0, 3, 5, 2L * width, 2L * width + 2, 3L * width + 4, 1, 2, 4, 2L * width + 1, 3L * width + 3, 3L * width + 5];
        ModelProto model = ModelProto.Parser.ParseFrom(OnnxPool.Write<float>(new MaxUnpool2d(2), shape));
        if (sizeGiven)
        {
            var size = new TensorProto { Name = "size", DataType = (int)TensorProto.Types.DataType.Int64 };
            size.Dims.Add(4);
            size.Int64Data.Add([1, 2, 5, 7]);
            model.Graph.Initializer.Add(size);
            model.Graph.Node[0].Input.Add("size");
            model.Graph.Output[0].Type.TensorType.Shape = null;
        }

        float[] expected = [.. new MaxUnpool2d(2).Forward(Tensor.Create(values, shape), Tensor.Create(flat, shape), sizeGiven ? (5, 7) : null)];
        // ONNX counts through all planes.
        long[] whole = [.. flat.Select((index, i) => index + (i / 6 * height * width))];
        Assert.Equal(expected, RuntimeSession.Run(model.ToByteArray(), values, shape, whole).Values);
    }

    [Theory]
    [InlineData(false, 0, RoiMode.Average)]
    [InlineData(true, 2, RoiMode.Average)]
    [InlineData(true, 2, RoiMode.Max)]
    public void Regions_are_ONNX_Runtimes(bool aligned, int samples, RoiMode mode)
    {
        Assert.SkipWhen(RuntimeSession.Missing is not null, RuntimeSession.Missing ?? "");
        nint[] shape = [2, 3, 12, 15];
        float[] data = new LayerGenerator(7).Data(shape, positive: true);
        float[] corners = [2, 3, 17, 20, 8, 0, 26, 9, 0.5f, 1, 12, 13];
        long[] images = [1, 0, 1];
        var layer = new RoiAlign((3, 4), 0.5, samples, aligned, mode);
        float[] expected = [.. layer.Forward(Tensor.Create(data, shape), Tensor.Create(corners, [3, 4]), images)];
        byte[] model = OnnxPool.Write<float>(layer, [-1, 3, -1, -1]);
        float[] actual = RuntimeSession.Run(model, data, shape, boxes: corners, images: images).Values;
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        var read = Assert.IsType<RoiAlign>(OnnxPool.Read(model));
        Assert.Equal((aligned, samples, mode, layer.ToString()), (read.Aligned, read.SamplingRatio, read.Mode, read.ToString()));
    }

    [Fact]
    public void The_greatest_of_regions_are_ONNX_Runtimes()
    {
        Assert.SkipWhen(RuntimeSession.Missing is not null, RuntimeSession.Missing ?? "");
        nint[] shape = [2, 3, 12, 15];
        float[] data = new LayerGenerator(8).Data(shape, positive: false), boxes = [1, 2, 3, 17, 20, 0, 8, 0, 26, 9];
        var layer = new RoiMaxPool((3, 2), 0.5);
        byte[] model = OnnxPool.Write<float>(layer, [-1, 3, -1, -1]);
        Assert.Equal(layer.Forward(Tensor.Create(data, shape), Tensor.Create(boxes, [2, 5])), RuntimeSession.Run(model, data, shape, boxes: boxes).Values);
        Assert.Equal(layer.ToString(), OnnxPool.Read(model).ToString());
        var open = new ModelProto { Graph = new() };
        open.OpsetImport.Add(new OperatorSetIdProto { Version = 18 });
        Assert.StartsWith("boxes is missing", Assert.Throws<ArgumentException>(() => OnnxPool.Append<float>(open, layer, "x", "y", shape)).Message, StringComparison.Ordinal);
        OnnxPool.Append<float>(open, layer, "x", "y", shape, boxes: "b");
        Assert.Equal(["x", "b"], open.Graph.Node.Single().Input);
    }

    [Fact]
    public void Open_lengths_may_be_any()
    {
        Assert.SkipWhen(RuntimeSession.Missing is not null, RuntimeSession.Missing ?? "");
        var generator = new LayerGenerator(7);
        foreach (PoolLayer layer in (PoolLayer[])[new MaxPool2d(3, 2, 1, ceilMode: true), new AvgPool2d(3, 2, new Padding((1, 0), (0, 2))), new LpPool2d(3, 2) { TrueNorm = true }, new SumPool2d(2, 1, 1), new GlobalSumPool2d(), new AdaptiveAvgPool2d(1), new GlobalMaxPool2d(), new MaxPool2d(3, 2, Padding.SameLower)])
        {
            byte[] model = OnnxPool.Write<float>(layer, [-1, -1, -1, -1]);
            foreach (nint[] shape in (nint[][])[[1, 2, 7, 9], [2, 1, 8, 6]])
            {
                float[] data = generator.Data(shape, positive: false), expected = [.. layer.Forward(Tensor.Create(data, shape))], actual = RuntimeSession.Run(model, data, shape).Values;
                Assert.Equal(expected.Length, actual.Length);
                Assert.All(expected.Zip(actual), pair => Assert.True(Close(pair.First, pair.Second, ""), $"{layer}: {pair}"));
            }
        }
    }

    [Fact]
    public void Layers_are_added_behind_each_other()
    {
        Assert.SkipWhen(RuntimeSession.Missing is not null, RuntimeSession.Missing ?? "");
        nint[] shape = [2, 3, 23, 17];
        float[] data = new LayerGenerator(8).Data(shape, positive: false);
        var first = new MaxPool2d(3, 2, 1);
        var then = new AdaptiveAvgPool2d((5, 4));
        ModelProto model = ModelProto.Parser.ParseFrom(OnnxPool.Write<float>(first, shape));
        OnnxPool.Append<float>(model, then, "y", "z", first.Plan(shape).OutputShape);
        model.Graph.Output[0].Name = "z";
        model.Graph.Output[0].Type.TensorType.Shape = null;
        Tensor<float> expected = then.Forward(first.Forward(Tensor.Create(data, shape)));
        Assert.All(expected.Zip(RuntimeSession.Run(model.ToByteArray(), data, shape).Values), pair => Assert.True(Close(pair.First, pair.Second, ""), $"{pair}"));
        Assert.Contains("'y'", Assert.Throws<ArgumentException>(() => OnnxPool.Append<float>(model, first, "z", "y", [-1, -1, -1, -1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_element_types_run_too()
    {
        Assert.SkipWhen(RuntimeSession.Missing is not null, RuntimeSession.Missing ?? "");
        nint[] shape = [1, 2, 5, 7];
        double[] data = [.. Enumerable.Range(0, 70).Select(i => Math.Sin(i) * 10)];
        foreach (PoolLayer layer in (PoolLayer[])[new MaxPool2d(2), new AdaptiveMaxPool2d((3, 4)), new MaxPool2d(3, 2, 1) { ZeroPadding = true }])
        {
            Exact([.. data.Select(value => (byte)(value + 100))], layer, shape);
            Exact([.. data.Select(value => (sbyte)value)], layer, shape);
            Exact(data, layer, shape);
            Exact([.. data.Select(value => (Half)value)], layer, shape);
        }

        Exact([.. data.Select(value => (int)value)], new AdaptiveMaxPool2d((3, 4)), shape);
        // A mean of 16 bits is added in float: 4096 ones are 1.
        Exact([.. Enumerable.Repeat((Half)1, 4100)], new AdaptiveAvgPool1d(3), [1, 1, 4100]);
        // ONNX Runtime has no double for the averages that are operators of their own.
        foreach (PoolLayer layer in (PoolLayer[])[new AdaptiveAvgPool2d((3, 4)), new GlobalSumPool2d()])
        {
            double[] expected = [.. layer.Forward(Tensor.Create(data, shape))], actual = RuntimeSession.Run(OnnxPool.Write<double>(layer, shape), data, shape).Values;
            Assert.All(expected.Zip(actual), pair => Assert.True(Math.Abs(pair.First - pair.Second) < 1e-12, $"{layer}: {pair}"));
        }
    }

    private static void Exact<T>(T[] data, PoolLayer layer, nint[] shape)
        where T : unmanaged => Assert.Equal(layer.Forward(Tensor.Create(data, shape)), RuntimeSession.Run(OnnxPool.Write<T>(layer, shape), data, shape).Values);

    /// <summary>At an opset of the generator's choice, or at the library's (said as 0) where that has no form of the layer.</summary>
    private static (byte[] Model, int Opset) Write<T>(PoolLayer layer, nint[] shape, LayerGenerator generator)
        where T : unmanaged
    {
        int opset = generator.Opset();
        try
        {
            return (OnnxPool.Write<T>(layer, shape, opset), opset);
        }
        catch (NotSupportedException)
        {
            // Too old for the layer; the choice of the library is not.
            return (OnnxPool.Write<T>(layer, shape), 0);
        }
    }

    /// <summary>A model of one node is a layer again, and one that does the same.</summary>
    private static void ReadBack(byte[] model, PoolLayer layer, float[] data, nint[] shape, float[] expected, string name)
    {
        if (ModelProto.Parser.ParseFrom(model).Graph.Node.Count > 1 || OnnxPool.Nodes(model).Count == 0) return;
        var read = (PoolLayer)OnnxPool.Read(model);
        float[] again = [.. read.Forward(Tensor.Create(data, shape))];
        // PyTorch's formula may come back as the norm that it is, and an adaptive layer as the window that it has.
        bool exact = read.GetType() == layer.GetType() && layer is not LpPool { TrueNorm: false };
        Assert.True(expected.Length == again.Length && expected.Zip(again).All(pair => exact ? pair.First.Equals(pair.Second) : Close(pair.First, pair.Second, "")), $"{name} reads as {read}");
    }

    private static float[]? Run(byte[] model, float[] data, nint[] shape) => Run(model, data, shape, out _);

    /// <summary>Null where ONNX Runtime wants padding smaller than the kernel, which ONNX does not, and dilated layers exceed.</summary>
    private static float[]? Run(byte[] model, float[] data, nint[] shape, out long[]? indices)
    {
        indices = null;
        try
        {
            (float[] values, indices) = RuntimeSession.Run(model, data, shape);
            return values;
        }
        catch (OnnxRuntimeException refusal) when (refusal.Message.Contains("pads", StringComparison.OrdinalIgnoreCase) && refusal.Message.Contains("kernel_shape", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private static bool Close(float expected, float actual, string kind)
    {
        // ONNX Runtime has the lowest number for the maximum of nothing.
        if (actual == float.MinValue) return float.IsNegativeInfinity(expected) || (kind == "infinite" && expected == 0);
        if (actual == float.MaxValue) return float.IsPositiveInfinity(expected);
        return expected.Equals(actual) || (kind is not ("max" or "min" or "adaptive-max" or "zeros") && Math.Abs(expected - actual) <= 1e-5 * (Math.Abs(expected) + 10));
    }
}
