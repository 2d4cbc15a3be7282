namespace Cenote.Conformance.Tests.Onnx;

/// <summary>Runs a graph of pooling nodes, with the reshapes that exporters put around them.</summary>
internal static class OnnxGraph
{
    /// <summary>The graph's outputs.</summary>
    public static OnnxTensor[] Run(OnnxModel model, IReadOnlyList<OnnxTensor> inputs)
    {
        Dictionary<string, OnnxTensor> values = model.Initializers.ToDictionary(tensor => tensor.Name);
        for (int i = 0; i < inputs.Count; i++) values[model.Inputs[i]] = inputs[i];
        foreach (OnnxNode node in model.Nodes)
        {
            OnnxTensor[] results = node.Operator switch
            {
                "Constant" => [node.Attributes["value"].Tensor!],
                "Unsqueeze" => [Unsqueeze(values[node.Inputs[0]], Axes(node, values))],
                "Squeeze" => [Squeeze(values[node.Inputs[0]], Axes(node, values))],
                _ => Pool(node, [.. node.Inputs.Select(input => values[input])]),
            };
            // Optional outputs may be left out, or have no name.
            for (int i = 0; i < node.Outputs.Length; i++)
                if (node.Outputs[i].Length > 0) values[node.Outputs[i]] = results[i];
        }

        return [.. model.Outputs.Select(output => values[output])];
    }

    private static OnnxTensor[] Pool(OnnxNode node, OnnxTensor[] inputs) => inputs[0].Type switch
    {
        OnnxType.Single => OnnxPool.Run<float>(node, inputs),
        OnnxType.Double => OnnxPool.Run<double>(node, inputs),
        OnnxType.Half => OnnxPool.Run<Half>(node, inputs),
        OnnxType.BFloat16 => OnnxPool.Run<BFloat16>(node, inputs),
        OnnxType.Byte => OnnxPool.Run<byte>(node, inputs),
        OnnxType.SByte => OnnxPool.Run<sbyte>(node, inputs),
        _ => throw new NotSupportedException($"{node.Operator} of {inputs[0].Type}"),
    };

    // An attribute in old models, an input in new ones.
    private static long[] Axes(OnnxNode node, Dictionary<string, OnnxTensor> values) =>
        node.Attributes.TryGetValue("axes", out OnnxAttribute? axes) ? axes.Integers
        : node.Inputs.Length > 1 ? values[node.Inputs[1]].Elements<long>() : [];

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
