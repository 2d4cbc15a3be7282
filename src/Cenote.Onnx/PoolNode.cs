using Onnx;

namespace Cenote.Onnx;

/// <summary>A pooling node of an ONNX model.</summary>
public sealed class PoolNode
{
    private readonly NodeProto _node;
    private readonly nint[]? _inputShape;

    internal PoolNode(NodeProto node, int opset, nint[]? inputShape)
    {
        (_node, Opset, _inputShape) = (node, opset, inputShape);
        Name = node.Name.Length > 0 || node.Output.Count == 0 ? node.Name : node.Output[0];
    }

    /// <summary>The node's name; where it has none, that of its first output.</summary>
    public string Name { get; }

    /// <summary>The operator, such as <c>MaxPool</c>.</summary>
    public string Operator => _node.OpType;

    /// <summary>The version of the operators that the model is made for.</summary>
    public int Opset { get; }

    /// <summary>The names of the values that it reads: the tensor, and what else the operator takes.</summary>
    public IReadOnlyList<string> Inputs => _node.Input;

    /// <summary>The names of its results: the pooled tensor, and perhaps the indices.</summary>
    public IReadOnlyList<string> Outputs => _node.Output;

    /// <summary>The lengths of the tensor that it reads, N×C×spatial, −1 where one is open; empty where the model does not tell.</summary>
    public ReadOnlySpan<nint> InputShape => _inputShape;

    /// <summary>Whether it gives the indices of maxima: a second output that has a name.</summary>
    public bool GivesIndices => Operator == "MaxPool" && _node.Output.Count > 1 && _node.Output[1].Length > 0;

    /// <summary>In which order its indices count the positions of a plane, for <see cref="PoolIndices.ToOnnx"/>: 0 row-major, 1 column-major.</summary>
    /// <exception cref="InvalidDataException">The attribute breaks ONNX's rules.</exception>
    public int StorageOrder => Operator == "MaxPool" ? (int)Attributes.Integer("storage_order", 0, 0, 1) : 0;

    private NodeAttributes Attributes => new(_node, Place, Opset);

    // A name may hold anything, and a message is one line.
    private string Place => $"{Operator} '{OneLine(Name)}'";

    internal static string OneLine(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));

    /// <summary>The layer that does what the node does.</summary>
    /// <param name="spatialRank">The number of spatial axes, for a global pooling whose model does not tell it; null where it does.</param>
    /// <returns>The layer; of a <c>MaxPool</c> with indices <see cref="IndexedPool.ForwardWithIndices{T}(System.Numerics.Tensors.Tensor{T}, IProgress{double}, CancellationToken)"/> gives both outputs.</returns>
    /// <exception cref="InvalidDataException">An attribute is missing, of the wrong kind or length, or not one of the operator at this opset.</exception>
    /// <exception cref="NotSupportedException">No layer does this: more than three axes, or padding wider than a window.</exception>
    /// <exception cref="ArgumentException">The rank is missing, or another than the model's.</exception>
    public Layer ToLayer(int? spatialRank = null)
    {
        NodeAttributes attributes = Attributes;
        OperatorRules.Check(_node, Place, Opset);
        // No option of the layer, whose indices are to be had in either order; but a rule of the node.
        _ = StorageOrder;
        int[]? kernel = attributes.Integers("kernel_shape");
        if (kernel is null && OperatorRules.Since(Operator, "kernel_shape") is not null) throw new InvalidDataException($"{Place} has no kernel_shape.");
        // Regions are those of pictures.
        int? told = kernel?.Length ?? (Operator is "RoiAlign" or "MaxRoiPool" ? 2 : _inputShape?.Length - 2);
        if (told is not null && _inputShape is not null && told != _inputShape.Length - 2)
            throw new InvalidDataException($"{Place} pools {told} axes, and its input has {_inputShape.Length}; they must be two more.");
        if (told is not null && spatialRank is not null && told != spatialRank) throw new ArgumentException($"spatialRank is {spatialRank}; {Place} has {told} spatial axes.", nameof(spatialRank));
        int rank = told ?? spatialRank ?? throw new ArgumentException($"spatialRank is missing: {Place} is global, and the model does not tell its input's number of axes.", nameof(spatialRank));
        if (rank is < 1 or > 3) throw new NotSupportedException($"{Place} has {rank} spatial axes; layers have 1 to 3.");
        try
        {
            return LayerReader.Read(attributes, Operator, rank);
        }
        catch (ArgumentException refusal)
        {
            // ONNX's rules are kept; the layer's are narrower.
            throw new NotSupportedException($"{Place}: {refusal.Message.Split(" (Parameter")[0]}", refusal);
        }
    }

    /// <summary>The operator and the name.</summary>
    /// <returns>For example <c>MaxPool 'pool1'</c>.</returns>
    public override string ToString() => Place;
}
