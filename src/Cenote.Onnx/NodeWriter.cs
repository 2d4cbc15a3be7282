using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using static Onnx.AttributeProto.Types;
using static Onnx.TensorProto.Types;

namespace Cenote.Onnx;

/// <summary>Nodes and constants on their way into a graph, under names that nothing there has.</summary>
internal sealed class NodeWriter
{
    /// <summary>Subgraphs rest on operators that take their axes and sizes as inputs.</summary>
    private const int SubgraphOpset = 13;

    private readonly HashSet<string> _taken;
    private readonly string _prefix;
    private readonly List<NodeProto> _nodes = [];
    private readonly List<TensorProto> _constants = [];

    /// <param name="graph">The graph; nothing is added before <see cref="Commit"/>.</param>
    /// <param name="prefix">What the names begin with.</param>
    /// <param name="opset">The version of the operators.</param>
    /// <param name="type">The type of the values.</param>
    public NodeWriter(GraphProto graph, string prefix, int opset, DataType type)
    {
        (_prefix, Opset, Type) = (prefix, opset, type);
        _taken = new(graph.Input.Select(value => value.Name).Concat(graph.Initializer.Select(tensor => tensor.Name)).Concat(graph.Node.SelectMany(node => node.Output.Append(node.Name))), StringComparer.Ordinal);
    }

    public int Opset { get; }

    /// <summary>The type of the values that the next nodes work on.</summary>
    public DataType Type { get; private set; }

    /// <summary>Keeps a name for a result that it must have.</summary>
    /// <exception cref="ArgumentException">Something has the name.</exception>
    public void Take(string name, string argument)
    {
        if (!_taken.Add(name)) throw new ArgumentException($"{argument} is '{name}', which the graph has already; it must be a new name.", argument);
    }

    /// <summary>Adds a node of one result, and gives the result's name.</summary>
    /// <exception cref="NotSupportedException">The operator does not take the type at this opset.</exception>
    public string Add(string @operator, IEnumerable<string> inputs, params IEnumerable<AttributeProto> attributes)
    {
        OperatorTypes.Require(@operator, Type, Opset);
        var node = new NodeProto { OpType = @operator, Name = New(@operator) };
        node.Input.Add(inputs);
        node.Attribute.Add(attributes);
        node.Output.Add(New("value"));
        _nodes.Add(node);
        return node.Output[0];
    }

    /// <summary>Gives the last node's second result a name.</summary>
    public void AddResult(string name) => _nodes[^1].Output.Add(name);

    /// <summary>From here on nodes work on another type.</summary>
    public string Cast(string value, DataType type)
    {
        if (type == Type) return value;
        Type = type;
        return Add("Cast", [value], Attribute("to", (int)type));
    }

    /// <summary>A scalar of the values' type, float or double.</summary>
    public string Constant(double number) => Constant([number]);

    /// <summary>Numbers of the values' type, float or double; whole ones of 8 bits too, as near as they come.</summary>
    public string Constant(double[] numbers, params long[] lengths) => Type switch
    {
        DataType.Double => Constant(Type, MemoryMarshal.AsBytes<double>(numbers), lengths),
        DataType.Int8 => Constant(Type, MemoryMarshal.AsBytes<sbyte>([.. numbers.Select(sbyte.CreateSaturating)]), lengths),
        _ => Constant(Type, MemoryMarshal.AsBytes<float>([.. numbers.Select(number => (float)number)]), lengths),
    };

    public string Constant(long[] numbers, params long[] lengths) => Constant(DataType.Int64, MemoryMarshal.AsBytes<long>(numbers), lengths);

    public static AttributeProto Attribute(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };

    public static AttributeProto Attribute(string name, float value) => new() { Name = name, Type = AttributeType.Float, F = value };

    public static AttributeProto Attribute(string name, string value) => new() { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    public static AttributeProto Attribute(string name, IEnumerable<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        attribute.Ints.Add(values);
        return attribute;
    }

    /// <exception cref="NotSupportedException">The opset is too old.</exception>
    public void RequireSubgraph(Layer layer)
    {
        if (Opset < SubgraphOpset) throw new NotSupportedException($"{layer} at opset {Opset}: it becomes several ONNX nodes, which need opset {SubgraphOpset}.");
    }

    /// <summary>Puts everything into the graph, the last node's result under its own name.</summary>
    public void Commit(GraphProto graph, string output)
    {
        _nodes[^1].Output[0] = output;
        graph.Initializer.Add(_constants);
        graph.Node.Add(_nodes);
    }

    private string Constant(DataType type, ReadOnlySpan<byte> elements, long[] lengths)
    {
        var tensor = new TensorProto { Name = New("constant"), DataType = (int)type, RawData = ByteString.CopyFrom(elements) };
        tensor.Dims.Add(lengths);
        _constants.Add(tensor);
        return tensor.Name;
    }

    private string New(string what)
    {
        for (int number = 1; ; number++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{_prefix}/{what}{number}");
            if (_taken.Add(name)) return name;
        }
    }
}
