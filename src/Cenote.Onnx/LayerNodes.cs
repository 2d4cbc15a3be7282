using static Cenote.Onnx.NodeWriter;
using static Onnx.TensorProto.Types;
using AttributeProto = Onnx.AttributeProto;

namespace Cenote.Onnx;

/// <summary>The nodes of each layer.</summary>
internal sealed class LayerNodes(NodeWriter writer, Layer layer, LayerForm form)
{
    private readonly int _rank = layer.SpatialRank;

    /// <summary>The name of the result.</summary>
    /// <param name="x">The name of the value to pool.</param>
    /// <param name="others">Those of what the layer reads besides: the indices of an unpooling, the boxes of regions and the numbers of their images.</param>
    public string Write(string x, string[] others) => layer switch
    {
        MaxPool { ZeroPadding: true } max => MaxOverZeros(max, x),
        MaxPool max => writer.Add("MaxPool", [x], Window("MaxPool", max.Options)),
        AvgPool { DivisorOverride: null } average => writer.Add("AveragePool", [x], [.. Window("AveragePool", average.Options), Attribute("count_include_pad", average.CountIncludePad ? 1 : 0)]),
        AvgPool average => Widened(x, wide => Scaled(Sum(average.Options, wide), 1.0 / average.DivisorOverride!.Value)),
        SumPool sum => Widened(x, wide => Sum(sum.Options, wide)),
        LpPool norm => new NormNodes(writer, this).Write(norm, x),
        GlobalLpPool norm => new NormNodes(writer, this).Write(norm, x),
        MinPool min => Negated(x, negated => writer.Add("MaxPool", [negated], Window("MaxPool", min.Options))),
        GlobalMinPool => Negated(x, negated => writer.Add("GlobalMaxPool", [negated])),
        GlobalMaxPool => writer.Add("GlobalMaxPool", [x]),
        GlobalAvgPool => writer.Add("GlobalAveragePool", [x]),
        GlobalSumPool => Widened(x, SumOfPlane),
        AdaptiveMaxPool adaptive => new AdaptiveNodes(writer, this, form).Max(adaptive, x),
        AdaptiveAvgPool adaptive => new AdaptiveNodes(writer, this, form).Average(adaptive, x),
        GeneralizedMeanPool mean => new NormNodes(writer, this).Write(mean, x),
        MaxUnpool unpool => writer.Add("MaxUnpool", [x, .. others], Window("MaxUnpool", unpool.Options)),
        RoiMaxPool regions => writer.Add("MaxRoiPool", [x, .. others], Attribute("pooled_shape", Numbers(regions.OutputSize)), Attribute("spatial_scale", (float)regions.SpatialScale)),
        RoiAlign regions => writer.Add("RoiAlign", [x, .. others], Align(regions)),
        _ => throw new NotSupportedException($"{layer} has no form in ONNX."),
    };

    // Of floating-point numbers only: integers have one that cannot be negated.
    private string Negated(string x, Func<string, string> nodes) => writer.Add("Neg", [nodes(writer.Add("Neg", [x]))]);

    /// <summary>A subgraph over a type that is wide enough: 16-bit floats are added in float, and rounded once.</summary>
    public string Widened(string x, Func<string, string> nodes)
    {
        writer.RequireSubgraph(layer);
        DataType type = writer.Type;
        string wide = type is DataType.Float16 or DataType.Bfloat16 ? writer.Cast(x, DataType.Float) : x;
        return writer.Cast(nodes(wide), type);
    }

    /// <summary>The sum of each window: of averages that all divide by the same number.</summary>
    public string Sum(WindowOptions options, string x)
    {
        double taps = 1;
        for (int axis = 0; axis < _rank; axis++) taps *= options.Kernel[axis];
        // An overhang of ceil mode is declared as padding, so that it counts.
        var (before, after) = WholePadding(options);
        return Scaled(writer.Add("AveragePool", [x], [.. Window("AveragePool", options with { Padding = new(before, after), CeilMode = false }), Attribute("count_include_pad", 1)]), taps);
    }

    public string SumOfPlane(string x) => writer.Add("ReduceSum", [x, writer.Constant([.. Enumerable.Range(2, _rank).Select(axis => (long)axis)], _rank)]);

    public string Scaled(string x, double factor) => factor == 1 ? x : writer.Add("Mul", [x, writer.Constant(factor)]);

    /// <exception cref="NotSupportedException">The operator has not, at this opset, what the options ask for.</exception>
    public IEnumerable<AttributeProto> Window(string @operator, WindowOptions options)
    {
        // The rules are deprecated in ONNX, and ONNX Runtime forgets dilation in them, and strides beyond the kernel: where lengths are known, the numbers are written.
        if (options.Padding.Rule != PaddingRule.Explicit && form.Plan is not null)
        {
            var (before, after) = WholePadding(options);
            options = options with { Padding = new(before, after), CeilMode = false };
        }

        var attributes = new List<AttributeProto> { Attribute("kernel_shape", Numbers(options.Kernel)), Attribute("strides", Numbers(options.Stride ?? options.Kernel)) };
        if (options.Padding.Rule != PaddingRule.Explicit) attributes.Add(Attribute("auto_pad", options.Padding.Rule == PaddingRule.SameUpper ? "SAME_UPPER" : "SAME_LOWER"));
        else if (options.Padding != default) attributes.Add(Attribute("pads", [.. Numbers(options.Padding.Before), .. Numbers(options.Padding.After)]));
        if (Numbers(options.Dilation).Any(step => step != 1)) attributes.Add(Attribute("dilations", Numbers(options.Dilation)));
        // A rule computes its own number of outputs, whatever the rounding.
        if (options.CeilMode && options.Padding.Rule == PaddingRule.Explicit) attributes.Add(Attribute("ceil_mode", 1));
        return Known(@operator, attributes);
    }

    /// <exception cref="NotSupportedException">The operator has not one of them at this opset.</exception>
    private List<AttributeProto> Known(string @operator, List<AttributeProto> attributes)
    {
        foreach (AttributeProto attribute in attributes)
            if (OperatorRules.Since(@operator, attribute.Name) is { } since && since > writer.Opset)
                throw new NotSupportedException($"{layer} at opset {writer.Opset}: ONNX's {@operator} has {attribute.Name} from opset {since} on.");
        return attributes;
    }

    private List<AttributeProto> Align(RoiAlign regions)
    {
        List<AttributeProto> attributes =
        [
            Attribute("output_height", regions.OutputSize[0]), Attribute("output_width", regions.OutputSize[1]), Attribute("spatial_scale", (float)regions.SpatialScale),
            Attribute("sampling_ratio", regions.SamplingRatio), Attribute("mode", regions.Mode == RoiMode.Max ? "max" : "avg"),
        ];
        // Before it was an attribute, regions were not aligned.
        if (regions.Aligned || writer.Opset >= OperatorRules.Since("RoiAlign", "coordinate_transformation_mode"))
            attributes.Add(Attribute("coordinate_transformation_mode", regions.Aligned ? "half_pixel" : "output_half_pixel"));
        return Known("RoiAlign", attributes);
    }

    private long[] Numbers(Spatial numbers) => [.. Enumerable.Range(0, _rank).Select(axis => (long)numbers[axis])];

    /// <summary>Padding with which the same windows lie inside the padded input, however they round.</summary>
    /// <exception cref="ArgumentException">It depends on lengths that are open.</exception>
    private (Spatial Before, Spatial After) WholePadding(WindowOptions options)
    {
        if (options is { CeilMode: false, Padding.Rule: PaddingRule.Explicit }) return (options.Padding.Before, options.Padding.After);
        PoolPlan plan = form.RequirePlan();
        int[] before = new int[_rank], after = new int[_rank];
        for (int axis = 0; axis < _rank; axis++)
        {
            // From where the first window begins to where the last one ends.
            long length = plan.InputShape[2 + axis], stride = (options.Stride ?? options.Kernel)[axis], span = (options.Kernel[axis] - 1L) * options.Dilation[axis] + 1;
            long reach = (plan.OutputShape[2 + axis] - 1) * stride + span, outside = Math.Max(0, reach - length), small = outside / 2;
            before[axis] = (int)(options.Padding.Rule switch { PaddingRule.Explicit => options.Padding.Before[axis], PaddingRule.SameUpper => small, _ => outside - small });
            after[axis] = (int)Math.Max(0, reach - before[axis] - length);
        }

        return (Spatial.Create(before), Spatial.Create(after));
    }

    /// <summary>A maximum, and where a window has taps in the padding, at least 0. (A <c>Pad</c> before the maximum would do, but ONNX Runtime fuses the two and loses the zeros.)</summary>
    private string MaxOverZeros(MaxPool max, string x)
    {
        // No byte is below 0.
        if (writer.Type == DataType.Uint8) return writer.Add("MaxPool", [x], Window("MaxPool", max.Options));
        PoolPlan plan = form.RequirePlan();
        var (before, after) = WholePadding(max.Options);
        WindowOptions window = max.Options with { Padding = new(before, after), CeilMode = false };
        return Widened(x, wide => writer.Add("Max", [writer.Add("MaxPool", [wide], Window("MaxPool", window)), Least(plan)]));
    }

    /// <summary>What a window gives at least: 0 where it reads padding, else nothing. The same for every plane.</summary>
    private string Least(PoolPlan plan)
    {
        bool[] padded = [false];
        for (int axis = 0; axis < _rank; axis++)
        {
            bool[] along = [.. Enumerable.Range(0, (int)plan.OutputShape[2 + axis]).Select(position => plan.WindowAt(axis, position) is var window && window.Before + window.After > 0)];
            padded = [.. padded.SelectMany(outer => along.Select(inner => outer || inner))];
        }

        return writer.Constant([.. padded.Select(isPadded => isPadded ? 0 : double.NegativeInfinity)], [.. Enumerable.Range(0, _rank).Select(axis => (long)plan.OutputShape[2 + axis])]);
    }
}
