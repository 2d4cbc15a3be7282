using Cenote.Onnx;
using Onnx;
using static Onnx.TensorProto.Types;

namespace Cenote.Conformance.Tests.Onnx;

/// <summary>Runs a graph of pooling nodes, with the reshapes that exporters put around them.</summary>
internal static class OnnxGraph
{
    /// <summary>The graph's outputs.</summary>
    public static OnnxTensor[] Run(ModelProto model, IReadOnlyList<OnnxTensor> inputs)
    {
        GraphProto graph = model.Graph;
        Dictionary<string, OnnxTensor> values = graph.Initializer.ToDictionary(tensor => tensor.Name, OnnxTensor.Of);
        Dictionary<string, PoolNode> pools = OnnxPool.Nodes(model).ToDictionary(node => node.Outputs[0]);
        string[] names = Inputs(graph);
        for (int i = 0; i < inputs.Count; i++) values[names[i]] = inputs[i];
        foreach (NodeProto node in graph.Node)
        {
            OnnxTensor[] results = node.OpType switch
            {
                "Constant" => [OnnxTensor.Of(node.Attribute.Single(attribute => attribute.Name == "value").T)],
                "Unsqueeze" => [Unsqueeze(values[node.Input[0]], Axes(node, values))],
                "Squeeze" => [Squeeze(values[node.Input[0]], Axes(node, values))],
                _ => Pool(pools[node.Output[0]], [.. node.Input.Select(input => values[input])]),
            };
            // Optional outputs may be left out, or have no name.
            for (int i = 0; i < node.Output.Count; i++)
                if (node.Output[i].Length > 0) values[node.Output[i]] = results[i];
        }

        return [.. graph.Output.Select(output => values[output.Name])];
    }

    /// <summary>The names of the inputs; old models list their initializers among them.</summary>
    public static string[] Inputs(GraphProto graph) => [.. graph.Input.Select(input => input.Name).Except(graph.Initializer.Select(tensor => tensor.Name))];

    private static OnnxTensor[] Pool(PoolNode node, OnnxTensor[] inputs) => inputs[0].Type switch
    {
        DataType.Float => OnnxCall.Run<float>(node, inputs),
        DataType.Double => OnnxCall.Run<double>(node, inputs),
        DataType.Float16 => OnnxCall.Run<Half>(node, inputs),
        DataType.Bfloat16 => OnnxCall.Run<BFloat16>(node, inputs),
        DataType.Uint8 => OnnxCall.Run<byte>(node, inputs),
        DataType.Int8 => OnnxCall.Run<sbyte>(node, inputs),
        _ => throw new NotSupportedException($"{node} of {inputs[0].Type}"),
    };

    // An attribute in old models, an input in new ones.
    private static long[] Axes(NodeProto node, Dictionary<string, OnnxTensor> values) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == "axes") is { } axes ? [.. axes.Ints]
        : node.Input.Count > 1 ? values[node.Input[1]].Elements<long>() : [];

    private static OnnxTensor Unsqueeze(OnnxTensor tensor, long[] axes)
    {
        int rank = tensor.Shape.Length + axes.Length;
        List<long> shape = [.. tensor.Shape];
        foreach (long axis in axes.Select(axis => axis < 0 ? axis + rank : axis).Order()) shape.Insert((int)axis, 1);
        return tensor with { Shape = [.. shape] };
    }

    private static OnnxTensor Squeeze(OnnxTensor tensor, long[] axes)
    {
        int rank = tensor.Shape.Length;
        bool Goes(long length, int axis) => axes.Length == 0 ? length == 1 : axes.Contains(axis) || axes.Contains(axis - rank);
        return tensor with { Shape = [.. tensor.Shape.Where((length, axis) => !Goes(length, axis))] };
    }
}
