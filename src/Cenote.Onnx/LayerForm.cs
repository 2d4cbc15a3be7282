using Onnx;
using static Onnx.TensorProto.Types;

namespace Cenote.Onnx;

/// <summary>A layer bound to a shape that may be open, on its way to ONNX.</summary>
internal sealed class LayerForm
{
    private readonly Layer _layer;
    private readonly nint[] _shape;
    private readonly int _opset;
    private readonly DataType _type;
    private readonly bool _withIndices;

    private LayerForm(Layer layer, nint[] shape, int opset, DataType type, bool withIndices)
    {
        (_layer, _shape, _opset, _type, _withIndices) = (layer, shape, opset, type, withIndices);
        int rank = layer.SpatialRank;
        if (shape.Length != rank + 2) throw new ArgumentException($"inputShape has {shape.Length} axes; ONNX's form of {layer} takes N×C and {rank} spatial ones.", "inputShape");
        foreach (nint length in shape)
            if (length < 1 && length != -1) throw new ArgumentException($"inputShape has a length of {length}; each must be at least 1, or -1 for any.", "inputShape");
        OutputShape = (nint[])shape.Clone();
        OutputShape.AsSpan(2).Fill(-1);
        if (layer is RoiPool regions) OutputShape = [-1, shape[1], regions.OutputSize[0], regions.OutputSize[1]];
        if (layer is RoiPool || _shape.AsSpan(2).Contains(-1)) return;
        // Planes do not depend on how many there are.
        nint[] bound = [.. shape.Select(length => length == -1 ? 1 : length)];
        Plan = (layer as PoolLayer)?.Plan(bound);
        (Plan is not null ? Plan.OutputShape : ((MaxUnpool)layer).OutputShape(bound))[2..].CopyTo(OutputShape.AsSpan(2));
    }

    public ReadOnlySpan<nint> InputShape => _shape;

    public nint[] OutputShape { get; }

    /// <summary>The layer's plan, but for the number of planes; null where a spatial length is open, and for unpooling.</summary>
    public PoolPlan? Plan { get; }

    /// <summary>The opset to write for where none is asked for: runtimes have fewer kernels of the newest versions.</summary>
    public static int OpsetFor<T>(Layer layer)
        where T : unmanaged
    {
        WindowOptions? averaged = layer switch { AvgPool average => average.Options, SumPool sum => sum.Options, LpPool norm => norm.Options, GeMPool mean => mean.Options, _ => null };
        return typeof(T) == typeof(BFloat16) ? 22 : averaged is not null && averaged.Dilation.Any(step => step != 1) ? 19 : 18;
    }

    /// <exception cref="ArgumentException">The shape does not suit the layer.</exception>
    /// <exception cref="NotSupportedException">The layer has no indices, or none in ONNX.</exception>
    public static LayerForm Of<T>(Layer layer, ReadOnlySpan<nint> inputShape, int opset, bool withIndices)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (withIndices && layer is not MaxPool { ZeroPadding: false }) throw new NotSupportedException($"{layer} has no indices in ONNX; MaxPool1d, 2d and 3d have, without ZeroPadding.");
        return new(layer, inputShape.ToArray(), opset, OperatorTypes.Of<T>(), withIndices);
    }

    /// <summary>What the layer reads besides the value: the indices of an unpooling; of regions their boxes, and ONNX's RoiAlign has the numbers of their images apart.</summary>
    public ValueInfoProto[] Others => _layer switch
    {
        MaxUnpool => [Indices("indices", _shape)],
        RoiMaxPool => [Value("boxes", _type, [-1, 5], "", "R")],
        RoiAlign => [Value("boxes", _type, [-1, 4], "", "R"), Value("images", DataType.Int64, [-1], "", "R")],
        _ => [],
    };

    /// <exception cref="ArgumentException">A name is taken, or a length is open that the nodes depend on.</exception>
    /// <exception cref="NotSupportedException">ONNX has no form of the layer.</exception>
    public void Write(GraphProto graph, string input, string output, string[] others, string? indices)
    {
        var writer = new NodeWriter(graph, output, _opset, _type);
        if (output != input) writer.Take(output, nameof(output));
        else throw new ArgumentException($"output is '{output}', the input too; it must be a new name.", nameof(output));
        if (_withIndices) writer.Take(indices!, nameof(indices));
        string result = new LayerNodes(writer, _layer, this).Write(input, others);
        if (result == input) writer.Add("Identity", [input]);
        if (_withIndices) writer.AddResult(indices!);
        writer.Commit(graph, output);
    }

    public ValueInfoProto Input(string name) => Value(name, _type, _shape, "");

    public ValueInfoProto Output(string name) => Value(name, _type, OutputShape, "out_", _layer is RoiPool ? "R" : "N");

    public ValueInfoProto Indices(string name, ReadOnlySpan<nint> shape) => Value(name, DataType.Int64, shape, _withIndices ? "out_" : "");

    /// <summary>The spatial lengths' plan.</summary>
    /// <exception cref="ArgumentException">A length is open.</exception>
    public PoolPlan RequirePlan() => Plan ?? throw new ArgumentException($"inputShape is {Text()}; ONNX's form of {_layer} depends on the spatial lengths: give them, not -1.", "inputShape");

    private string Text() => string.Join('×', _shape);

    private static ValueInfoProto Value(string name, DataType type, ReadOnlySpan<nint> shape, string open, string first = "N")
    {
        string[] names = [first, "C", .. new[] { open + "D", open + "H", open + "W" }[^Math.Max(0, shape.Length - 2)..]];
        var lengths = new TensorShapeProto();
        for (int axis = 0; axis < shape.Length; axis++)
            lengths.Dim.Add(shape[axis] == -1 ? new TensorShapeProto.Types.Dimension { DimParam = names[axis] } : new() { DimValue = shape[axis] });
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = (int)type, Shape = lengths } } };
    }
}
