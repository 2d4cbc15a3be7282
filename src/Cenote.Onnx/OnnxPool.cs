using Google.Protobuf;
using Onnx;

namespace Cenote.Onnx;

/// <summary>Pooling between ONNX models and layers, both ways.</summary>
/// <remarks>
/// Read are <c>MaxPool</c>, <c>AveragePool</c>, <c>LpPool</c>, their global forms, <c>MaxUnpool</c>, <c>RoiAlign</c> and <c>MaxRoiPool</c>, of every version of the operators that there is. Written are these, and
/// layers that ONNX has no operator for, as a few standard nodes: adaptive pooling of any size, sums, norms of any exponent, generalised means. ONNX's tensors are N×C×spatial, with the batch.
/// </remarks>
public static class OnnxPool
{
    /// <summary>The oldest opset that layers are written for.</summary>
    public const int OldestOpset = 8;

    /// <summary>The pooling nodes of a model's graph, in its order; those inside the bodies of loops and branches are not among them.</summary>
    /// <param name="model">The bytes of an ONNX file.</param>
    /// <returns>The nodes; each says with <see cref="PoolNode.ToLayer"/> whether a layer does what it does.</returns>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model.</exception>
    public static IReadOnlyList<PoolNode> Nodes(ReadOnlySpan<byte> model) => Nodes(ModelFile.Parse(model));

    /// <param name="model">A model in memory.</param>
    /// <inheritdoc cref="Nodes(ReadOnlySpan{byte})"/>
    public static IReadOnlyList<PoolNode> Nodes(ModelProto model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return ModelFile.Nodes(model);
    }

    /// <summary>The layer that does what a model's pooling node does.</summary>
    /// <param name="model">The bytes of an ONNX file.</param>
    /// <param name="node">The node's <see cref="PoolNode.Name"/>; null for the only one.</param>
    /// <param name="spatialRank">The number of spatial axes, for a global pooling whose model does not tell it; null where it does.</param>
    /// <returns>The layer.</returns>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model, or the node breaks ONNX's rules.</exception>
    /// <exception cref="ArgumentException">There is no such node, or no name is given and there are several; or the rank is missing, or another than the model's.</exception>
    /// <exception cref="NotSupportedException">No layer does what the node does.</exception>
    public static Layer Read(ReadOnlySpan<byte> model, string? node = null, int? spatialRank = null)
    {
        IReadOnlyList<PoolNode> nodes = Nodes(model);
        PoolNode[] found = [.. nodes.Where(one => node is null || one.Name == node)];
        if (found.Length == 1) return found[0].ToLayer(spatialRank);
        string names = nodes.Count == 0 ? "it has none" : $"it has {string.Join(", ", nodes.Take(10).Select(one => $"'{one.Name}'"))}{(nodes.Count > 10 ? ", …" : "")}";
        throw new ArgumentException(node is null ? $"the model has {nodes.Count} pooling nodes and node names none of them; {names}." : $"node is '{node}', which {found.Length} pooling nodes of the model are called; {names}.", nameof(node));
    }

    /// <summary>A model of one layer: input <c>x</c> (and <c>indices</c>, of an unpooling; <c>boxes</c> of regions, and of RoiAlign <c>images</c>), output <c>y</c> (and <c>indices</c>, where asked).</summary>
    /// <typeparam name="T">The element type of the model: float, double, Half or <see cref="BFloat16"/>; of maxima byte and sbyte too.</typeparam>
    /// <param name="layer">The layer.</param>
    /// <param name="inputShape">N×C×spatial; −1 for a length that may be any. Uneven windows, and sums over an overhang, need the spatial lengths.</param>
    /// <param name="opset">The version of the operators, at least 8; null for the oldest from 18 on that has a form of the layer: 19 for averages with dilation, 22 for <see cref="BFloat16"/>.</param>
    /// <param name="withIndices">Whether a max pooling gives ONNX's indices too.</param>
    /// <returns>The bytes of an ONNX file.</returns>
    /// <exception cref="ArgumentException">The shape has the wrong number of axes, does not suit the layer, or has an open length that the layer's form in ONNX depends on.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="opset"/> is too old.</exception>
    /// <exception cref="NotSupportedException">ONNX has no form of this layer, at this opset or for this type.</exception>
    public static byte[] Write<T>(Layer layer, ReadOnlySpan<nint> inputShape, int? opset = null, bool withIndices = false)
        where T : unmanaged
    {
        int version = opset ?? LayerForm.OpsetFor<T>(layer);
        ModelProto model = ModelFile.New(version);
        var form = LayerForm.Of<T>(layer, inputShape, version, withIndices);
        model.Graph.Input.Add(form.Input("x"));
        model.Graph.Input.Add(form.Others);
        form.Write(model.Graph, "x", "y", [.. form.Others.Select(other => other.Name)], withIndices ? "indices" : null);
        model.Graph.Output.Add(form.Output("y"));
        if (withIndices) model.Graph.Output.Add(form.Indices("indices", form.OutputShape));
        return model.ToByteArray();
    }

    /// <summary>Adds a layer to a model's graph, at the model's own opset, behind the nodes that are there; inputs and outputs of the graph stay as they are.</summary>
    /// <param name="model">The model; nothing is added where an exception is thrown.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="input">The name of the value to pool.</param>
    /// <param name="output">A new name, for the result.</param>
    /// <param name="inputShape">The value's N×C×spatial; −1 for a length that may be any.</param>
    /// <param name="indices">For a max pooling a new name for ONNX's indices, or null for none; for an unpooling the name of those that there are.</param>
    /// <param name="boxes">For regions the name of their boxes: R×5 for RoiMaxPool, R×4 for RoiAlign.</param>
    /// <param name="images">For RoiAlign the name of the numbers of the boxes' images.</param>
    /// <typeparam name="T">The element type of the value.</typeparam>
    /// <exception cref="ArgumentException">As for <see cref="Write"/>, or a new name is taken.</exception>
    /// <exception cref="NotSupportedException">ONNX has no form of this layer, at the model's opset or for this type.</exception>
    public static void Append<T>(ModelProto model, Layer layer, string input, string output, ReadOnlySpan<nint> inputShape, string? indices = null, string? boxes = null, string? images = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(input);
        ArgumentException.ThrowIfNullOrEmpty(output);
        if (model.Graph is null) throw new ArgumentException("model holds no graph.", nameof(model));
        var form = LayerForm.Of<T>(layer, inputShape, ModelFile.Opset(model), withIndices: layer is not MaxUnpool && indices is not null);
        string?[] others = layer switch { MaxUnpool => [indices], RoiMaxPool => [boxes], RoiAlign => [boxes, images], _ => [] };
        string? missing = form.Others.Zip(others).FirstOrDefault(pair => string.IsNullOrEmpty(pair.Second)).First?.Name;
        if (missing is not null) throw new ArgumentException($"{missing} is missing: {layer} reads them.", missing);
        form.Write(model.Graph, input, output, [.. others.OfType<string>()], indices);
    }
}
