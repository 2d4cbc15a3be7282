using Google.Protobuf;
using Onnx;

namespace Cenote.Onnx;

/// <summary>What is around the nodes: the file, its opset, the shapes of its values.</summary>
internal static class ModelFile
{
    /// <exception cref="InvalidDataException">The bytes are no model.</exception>
    public static ModelProto Parse(ReadOnlySpan<byte> bytes)
    {
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new InvalidDataException($"the model is no ONNX file: {error.Message.ReplaceLineEndings(" ")}", error);
        }

        return model.Graph is not null ? model : throw new InvalidDataException($"the model is no ONNX file: its {bytes.Length} bytes hold no graph.");
    }

    /// <summary>An empty model.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The opset is too old.</exception>
    public static ModelProto New(int opset)
    {
        if (opset < OnnxPool.OldestOpset) throw new ArgumentOutOfRangeException(nameof(opset), $"opset is {opset}; it must be at least {OnnxPool.OldestOpset}.");
        // The first version of the file format that came with each opset.
        int version = opset switch { >= 21 => 10, >= 19 => 9, >= 15 => 8, >= 12 => 7, 11 => 6, 10 => 5, 9 => 4, _ => 3 };
        var model = new ModelProto { IrVersion = version, ProducerName = "Cenote", Graph = new GraphProto { Name = "pool" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        return model;
    }

    /// <summary>The version of ONNX's own operators.</summary>
    public static int Opset(ModelProto model) => (int)Math.Clamp(model.OpsetImport.FirstOrDefault(import => IsOnnx(import.Domain))?.Version ?? 1, 1, int.MaxValue);

    /// <exception cref="InvalidDataException">A shape breaks ONNX's rules.</exception>
    public static IReadOnlyList<PoolNode> Nodes(ModelProto model)
    {
        if (model.Graph is not { } graph) return [];
        int opset = Opset(model);
        var shapes = new Dictionary<string, nint[]>(StringComparer.Ordinal);
        foreach (ValueInfoProto value in graph.Input.Concat(graph.ValueInfo).Concat(graph.Output))
            if (Shape(value) is { } shape) shapes.TryAdd(value.Name, shape);
        return [.. graph.Node.Where(node => IsOnnx(node.Domain) && OperatorRules.IsPooling(node.OpType))
            .Select(node => new PoolNode(node, opset, node.Input.Count > 0 && shapes.TryGetValue(node.Input[0], out nint[]? shape) ? shape : null))];
    }

    private static bool IsOnnx(string domain) => domain is "" or "ai.onnx";

    /// <summary>The lengths of a value, −1 where one is open; null where the model says nothing.</summary>
    private static nint[]? Shape(ValueInfoProto value) => value.Type?.TensorType?.Shape is not { } shape ? null
        : [.. shape.Dim.Select(length => length.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue && length.DimValue >= 0 ? (nint)length.DimValue : -1)];
}
