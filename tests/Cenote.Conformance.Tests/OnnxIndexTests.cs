using System.Numerics.Tensors;
using Cenote.Conformance.Tests.Onnx;
using Onnx;
using static Onnx.AttributeProto.Types;
using static Onnx.TensorProto.Types;

namespace Cenote.Conformance.Tests;

/// <summary>What ONNX's data does not hold, or not everywhere: indices of several planes and of uneven ones, unpooling into a given shape.</summary>
public class OnnxIndexTests
{
    [Fact]
    public void Unpooling_into_a_given_shape_fills_its_corner()
    {
        // The numbers of test_maxunpool_export_with_output_shape.
        float[] output = Run("MaxUnpool", [2, 2], 0, Floats([5, 6, 7, 8], 1, 1, 2, 2), Longs([5, 7, 13, 15], 1, 1, 2, 2), Longs([1, 1, 5, 5], 4))[0].Elements<float>();
        Assert.Equal([0, 0, 0, 0, 0, 0, 5, 0, 6, 0, 0, 0, 0, 0, 0, 0, 7, 0, 8, 0, 0, 0, 0, 0, 0], output);
    }

    [Fact]
    public void Unpooling_counts_through_all_planes()
    {
        OnnxTensor output = Run("MaxUnpool", [2], 0, Floats([1, 2, 3, 4], 2, 2, 1), Longs([1, 2, 4, 7], 2, 2, 1))[0];
        Assert.Equal([2, 2, 2], output.Shape);
        Assert.Equal([0, 1, 2, 0, 3, 0, 0, 4], output.Elements<float>());
    }

    [Theory]
    [InlineData(0, new long[] { 4, 2, 9, 11 })]
    [InlineData(1, new long[] { 3, 4, 7, 11 })]
    public void Indices_count_through_all_planes_in_either_storage_order(int storageOrder, long[] expected)
    {
        // Two planes of 2×3, two windows in each: (1, 1) and (0, 2); (1, 0) and (1, 2).
        OnnxTensor input = Floats([0, 1, 5, 2, 3, 4, 0, 0, 7, 1, 0, 9], 1, 2, 2, 3);
        OnnxTensor[] outputs = Run("MaxPool", [2, 2], storageOrder, input);
        Assert.Equal([1, 2, 1, 2], outputs[1].Shape);
        Assert.Equal(expected, outputs[1].Elements<long>());
    }

    private static OnnxTensor[] Run(string @operator, long[] kernel, int storageOrder, params OnnxTensor[] inputs)
    {
        string[] names = [.. inputs.Select((_, i) => $"input{i}")], results = @operator == "MaxPool" ? ["values", "indices"] : ["values"];
        var node = new NodeProto { OpType = @operator };
        node.Input.Add(names);
        node.Output.Add(results);
        node.Attribute.Add(Integers("kernel_shape", kernel));
        if (@operator == "MaxPool") node.Attribute.Add(new AttributeProto { Name = "storage_order", Type = AttributeType.Int, I = storageOrder });
        else node.Attribute.Add(Integers("strides", kernel));
        var model = new ModelProto { Graph = new GraphProto() };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 22 });
        model.Graph.Node.Add(node);
        model.Graph.Input.Add(names.Select(name => new ValueInfoProto { Name = name }));
        model.Graph.Output.Add(results.Select(name => new ValueInfoProto { Name = name }));
        return OnnxGraph.Run(model, inputs);
    }

    private static AttributeProto Integers(string name, long[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        attribute.Ints.Add(values);
        return attribute;
    }

    private static OnnxTensor Floats(float[] elements, params nint[] shape) => OnnxTensor.Of(DataType.Float, Tensor.Create(elements, shape));

    private static OnnxTensor Longs(long[] elements, params nint[] shape) => OnnxTensor.Of(DataType.Int64, Tensor.Create(elements, shape));
}
