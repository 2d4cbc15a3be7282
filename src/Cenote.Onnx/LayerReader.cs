namespace Cenote.Onnx;

/// <summary>ONNX's operators in the layers' words: the one place that knows ONNX's defaults.</summary>
internal static class LayerReader
{
    /// <exception cref="InvalidDataException">An attribute breaks ONNX's rules.</exception>
    /// <exception cref="ArgumentException">The layer allows less than ONNX.</exception>
    public static Layer Read(NodeAttributes node, string @operator, int rank) => @operator switch
    {
        "MaxPool" => Max(Window(node, rank), rank),
        "AveragePool" => Average(Window(node, rank), node.Flag("count_include_pad", otherwise: false), rank),
        "LpPool" => Lp(Window(node, rank), Exponent(node), rank),
        "GlobalMaxPool" => rank switch { 1 => new GlobalMaxPool1d(), 2 => new GlobalMaxPool2d(), _ => new GlobalMaxPool3d() },
        "GlobalAveragePool" => rank switch { 1 => new GlobalAvgPool1d(), 2 => new GlobalAvgPool2d(), _ => new GlobalAvgPool3d() },
        "GlobalLpPool" => Exponent(node) is var p && rank == 1 ? new GlobalLpPool1d(p) : rank == 2 ? new GlobalLpPool2d(p) : new GlobalLpPool3d(p),
        "MaxUnpool" => Unpool(Window(node, rank), rank),
        "RoiAlign" => Align(node),
        "MaxRoiPool" => new RoiMaxPool(Spatial.Create(node.Integers("pooled_shape", 2, 1) ?? throw new InvalidDataException($"{node.Place} has no pooled_shape.")), node.Real("spatial_scale", 1)),
        _ => throw new NotSupportedException($"{node.Place} has no layer."),
    };

    private static MaxPool Max(WindowOptions o, int rank) => rank switch
    {
        1 => new MaxPool1d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode),
        2 => new MaxPool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode),
        _ => new MaxPool3d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode),
    };

    private static AvgPool Average(WindowOptions o, bool countPadding, int rank) => rank switch
    {
        1 => new AvgPool1d(o.Kernel, o.Stride, o.Padding, o.CeilMode, countPadding, dilation: o.Dilation),
        2 => new AvgPool2d(o.Kernel, o.Stride, o.Padding, o.CeilMode, countPadding, dilation: o.Dilation),
        _ => new AvgPool3d(o.Kernel, o.Stride, o.Padding, o.CeilMode, countPadding, dilation: o.Dilation),
    };

    private static LpPool Lp(WindowOptions o, double p, int rank) => rank switch
    {
        1 => new LpPool1d(p, o.Kernel, o.Stride, o.CeilMode, o.Padding, o.Dilation) { TrueNorm = true },
        2 => new LpPool2d(p, o.Kernel, o.Stride, o.CeilMode, o.Padding, o.Dilation) { TrueNorm = true },
        _ => new LpPool3d(p, o.Kernel, o.Stride, o.CeilMode, o.Padding, o.Dilation) { TrueNorm = true },
    };

    private static MaxUnpool Unpool(WindowOptions o, int rank) => rank switch
    {
        1 => new MaxUnpool1d(o.Kernel, o.Stride, o.Padding),
        2 => new MaxUnpool2d(o.Kernel, o.Stride, o.Padding),
        _ => new MaxUnpool3d(o.Kernel, o.Stride, o.Padding),
    };

    /// <summary>Before opset 16 the coordinates are always <c>output_half_pixel</c>.</summary>
    private static RoiAlign Align(NodeAttributes node)
    {
        string coordinates = PoolNode.OneLine(node.Text("coordinate_transformation_mode", node.Opset < 16 ? "output_half_pixel" : "half_pixel")), mode = PoolNode.OneLine(node.Text("mode", "avg"));
        if (coordinates is not ("half_pixel" or "output_half_pixel")) throw new InvalidDataException($"{node.Place}: coordinate_transformation_mode is '{coordinates}'; it must be half_pixel or output_half_pixel.");
        if (mode is not ("avg" or "max")) throw new InvalidDataException($"{node.Place}: mode is '{mode}'; it must be avg or max.");
        return new(
            ((int)node.Integer("output_height", 1, 1, int.MaxValue), (int)node.Integer("output_width", 1, 1, int.MaxValue)),
            node.Real("spatial_scale", 1),
            (int)node.Integer("sampling_ratio", 0, 0, int.MaxValue),
            aligned: coordinates == "half_pixel",
            mode == "max" ? RoiMode.Max : RoiMode.Average);
    }

    /// <summary>The exponent of a norm: a whole number, but in the first version of the operators.</summary>
    private static double Exponent(NodeAttributes node)
    {
        double p = node.Opset == 1 ? node.Real("p", 2) : node.Integer("p", 2, 1, int.MaxValue);
        return p > 0 ? p : throw new InvalidDataException($"{node.Place}: p is {p}; it must be greater than 0.");
    }

    private static WindowOptions Window(NodeAttributes node, int rank)
    {
        return new()
        {
            Kernel = Spatial.Create(node.Integers("kernel_shape", rank, 1)),
            // The kernel is the default of the layers.
            Stride = node.Integers("strides", rank, 1) is { } strides ? Spatial.Create(strides) : 1,
            Dilation = node.Integers("dilations", rank, 1) is { } dilations ? Spatial.Create(dilations) : 1,
            Padding = Padding(node, rank),
            CeilMode = node.Flag("ceil_mode", otherwise: false),
        };
    }

    private static Padding Padding(NodeAttributes node, int rank)
    {
        // All beginnings come first, then all ends.
        int[]? pads = node.Integers("pads", 2 * rank, 0);
        string rule = PoolNode.OneLine(node.Text("auto_pad", "NOTSET"));
        if (rule != "NOTSET" && pads is not null && pads.Any(pad => pad != 0))
            throw new InvalidDataException($"{node.Place} has auto_pad {rule}, and pads [{string.Join(", ", pads)}] too; one excludes the other.");
        return rule switch
        {
            "NOTSET" or "" => pads is null ? default : new(Spatial.Create(pads.AsSpan(0, rank)), Spatial.Create(pads.AsSpan(rank))),
            "VALID" => Cenote.Padding.Valid,
            "SAME_UPPER" => Cenote.Padding.SameUpper,
            "SAME_LOWER" => Cenote.Padding.SameLower,
            _ => throw new InvalidDataException($"{node.Place}: auto_pad is '{rule}'; it must be NOTSET, VALID, SAME_UPPER or SAME_LOWER."),
        };
    }
}
