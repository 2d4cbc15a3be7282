using Onnx;

namespace Cenote.Onnx;

/// <summary>Which attributes the pooling operators have, and since which opset.</summary>
internal static class OperatorRules
{
    private static readonly Dictionary<string, (string Attribute, int Since)[]> Operators = new(StringComparer.Ordinal)
    {
        ["MaxPool"] = [("kernel_shape", 1), ("strides", 1), ("pads", 1), ("auto_pad", 1), ("storage_order", 8), ("ceil_mode", 10), ("dilations", 10)],
        ["AveragePool"] = [("kernel_shape", 1), ("strides", 1), ("pads", 1), ("auto_pad", 1), ("count_include_pad", 7), ("ceil_mode", 10), ("dilations", 19)],
        ["LpPool"] = [("kernel_shape", 1), ("strides", 1), ("pads", 1), ("auto_pad", 1), ("p", 1), ("ceil_mode", 18), ("dilations", 18)],
        ["GlobalMaxPool"] = [],
        ["GlobalAveragePool"] = [],
        ["GlobalLpPool"] = [("p", 1)],
        ["RoiAlign"] = [("output_height", 10), ("output_width", 10), ("sampling_ratio", 10), ("spatial_scale", 10), ("mode", 10), ("coordinate_transformation_mode", 16)],
        ["MaxRoiPool"] = [("pooled_shape", 1), ("spatial_scale", 1)],
        ["MaxUnpool"] = [("kernel_shape", 9), ("strides", 9), ("pads", 9)],
    };

    public static bool IsPooling(string @operator) => Operators.ContainsKey(@operator);

    /// <exception cref="InvalidDataException">The node has an attribute that its operator has not, or has not yet, or one twice.</exception>
    public static void Check(NodeProto node, string place, int opset)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in node.Attribute.Select(attribute => attribute.Name))
        {
            if (!seen.Add(name)) throw new InvalidDataException($"{place} has {name} twice.");
            int? since = Since(node.OpType, name);
            if (since is null) throw new InvalidDataException($"{place} has '{PoolNode.OneLine(name)}'; {node.OpType} has no such attribute.");
            if (since > opset) throw new InvalidDataException($"{place} has {name} at opset {opset}; {node.OpType} has it from opset {since} on.");
        }
    }

    /// <summary>The opset with which an attribute came; null where the operator has none of the name.</summary>
    public static int? Since(string @operator, string attribute)
    {
        foreach (var (name, since) in Operators[@operator])
            if (name == attribute) return since;
        return null;
    }
}
