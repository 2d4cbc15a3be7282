namespace Cenote.Conformance.Tests.Onnx;

/// <summary>One operator of a graph with its attributes.</summary>
internal sealed record OnnxNode(string Operator, string[] Inputs, string[] Outputs, IReadOnlyDictionary<string, OnnxAttribute> Attributes)
{
    public int[]? Integers(string name) => Attributes.TryGetValue(name, out OnnxAttribute? value) ? [.. value.Integers.Select(number => checked((int)number))] : null;

    public long Integer(string name, long otherwise) => Attributes.TryGetValue(name, out OnnxAttribute? value) ? value.Integer : otherwise;

    public float Real(string name, float otherwise) => Attributes.TryGetValue(name, out OnnxAttribute? value) ? value.Real : otherwise;

    public string Text(string name, string otherwise) => Attributes.TryGetValue(name, out OnnxAttribute? value) ? value.Text : otherwise;

    public static OnnxNode Read(ReadOnlyMemory<byte> message)
    {
        string type = string.Empty;
        List<string> inputs = [], outputs = [];
        var attributes = new Dictionary<string, OnnxAttribute>();
        for (var reader = new WireReader(message); reader.Next();)
        {
            switch (reader.Field)
            {
                case 1: inputs.Add(reader.Text); break;
                case 2: outputs.Add(reader.Text); break;
                case 4: type = reader.Text; break;
                case 5:
                    var attribute = OnnxAttribute.Read(reader.Bytes);
                    attributes[attribute.Name] = attribute;
                    break;
            }
        }

        return new(type, [.. inputs], [.. outputs], attributes);
    }
}

/// <summary>The kinds of attribute that pooling and its wrappers use.</summary>
internal sealed record OnnxAttribute(string Name, long Integer, string Text, long[] Integers, OnnxTensor? Tensor, float Real = 0)
{
    public static OnnxAttribute Read(ReadOnlyMemory<byte> message)
    {
        string name = string.Empty, text = string.Empty;
        long integer = 0;
        float real = 0;
        var integers = new List<long>();
        OnnxTensor? tensor = null;
        for (var reader = new WireReader(message); reader.Next();)
        {
            switch (reader.Field)
            {
                case 1: name = reader.Text; break;
                case 2: real = reader.Single; break;
                case 3: integer = reader.Integer; break;
                case 4: text = reader.Text; break;
                case 5: tensor = OnnxTensor.Read(reader.Bytes); break;
                case 8: integers.AddRange(reader.Integers()); break;
            }
        }

        return new(name, integer, text, [.. integers], tensor, real);
    }
}

/// <summary>ONNX's ModelProto, as far as a graph of a few nodes needs it.</summary>
internal sealed record OnnxModel(OnnxNode[] Nodes, string[] Inputs, string[] Outputs, OnnxTensor[] Initializers)
{
    public static OnnxModel Load(string path)
    {
        for (var model = new WireReader(File.ReadAllBytes(path)); model.Next();)
            if (model.Field == 7)
                return ReadGraph(model.Bytes);
        throw new InvalidDataException($"{path} holds no graph.");
    }

    private static OnnxModel ReadGraph(ReadOnlyMemory<byte> message)
    {
        List<OnnxNode> nodes = [];
        List<string> inputs = [], outputs = [];
        List<OnnxTensor> initializers = [];
        for (var graph = new WireReader(message); graph.Next();)
        {
            switch (graph.Field)
            {
                case 1: nodes.Add(OnnxNode.Read(graph.Bytes)); break;
                case 5: initializers.Add(OnnxTensor.Read(graph.Bytes)); break;
                case 11: inputs.Add(ValueName(graph.Bytes)); break;
                case 12: outputs.Add(ValueName(graph.Bytes)); break;
            }
        }

        // Old models list their initializers among the inputs.
        inputs.RemoveAll(input => initializers.Any(tensor => tensor.Name == input));
        return new([.. nodes], [.. inputs], [.. outputs], [.. initializers]);
    }

    private static string ValueName(ReadOnlyMemory<byte> message)
    {
        for (var value = new WireReader(message); value.Next();)
            if (value.Field == 1)
                return value.Text;
        throw new InvalidDataException("a graph input or output without a name.");
    }
}
