using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Cenote.Conformance.Tests.Onnx;

/// <summary>Runs a graph of pooling nodes, with the reshapes that exporters put around them.</summary>
internal static class OnnxGraph
{
    /// <summary>The graph's first output; the indices of a MaxPool are not computed.</summary>
    public static OnnxTensor Run(OnnxModel model, IReadOnlyList<OnnxTensor> inputs)
    {
        Dictionary<string, OnnxTensor> values = model.Initializers.ToDictionary(tensor => tensor.Name);
        for (int i = 0; i < inputs.Count; i++) values[model.Inputs[i]] = inputs[i];
        foreach (OnnxNode node in model.Nodes)
        {
            values[node.Outputs[0]] = node.Operator switch
            {
                "Constant" => node.Attributes["value"].Tensor!,
                "Unsqueeze" => Unsqueeze(values[node.Inputs[0]], Axes(node, values)),
                "Squeeze" => Squeeze(values[node.Inputs[0]], Axes(node, values)),
                _ => Pool(node, values[node.Inputs[0]]),
            };
        }

        return values[model.Outputs[0]];
    }

    private static OnnxTensor Pool(OnnxNode node, OnnxTensor input)
    {
        PoolLayer layer = OnnxLayers.Create(node, input.Shape.Length - 2);
        return input.Type switch
        {
            OnnxType.Single => Pool<float>(layer, input),
            OnnxType.Double => Pool<double>(layer, input),
            OnnxType.Half => Pool<Half>(layer, input),
            OnnxType.BFloat16 => Pool<BFloat16>(layer, input),
            OnnxType.Byte => Pool<byte>(layer, input),
            OnnxType.SByte => Pool<sbyte>(layer, input),
            _ => throw new NotSupportedException($"{node.Operator} of {input.Type}"),
        };
    }

    private static OnnxTensor Pool<T>(PoolLayer layer, OnnxTensor input)
        where T : unmanaged
    {
        Tensor<T> result = layer.Forward(Tensor.Create(input.Elements<T>(), [.. input.Shape.Select(length => (nint)length)]));
        var data = new T[result.FlattenedLength];
        result.FlattenTo(data);
        return new(input.Type, [.. result.Lengths.ToArray().Select(length => (long)length)], MemoryMarshal.AsBytes<T>(data).ToArray());
    }

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
