namespace Cenote.Conformance.Tests.Onnx;

/// <summary>ONNX's pooling operators in the layers' words.</summary>
internal static class OnnxLayers
{
    public static readonly string[] Operators = ["MaxPool", "MaxUnpool", "AveragePool", "LpPool", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "RoiAlign", "MaxRoiPool"];

    public static PoolLayer Create(OnnxNode node, int rank) => node.Operator switch
    {
        "MaxPool" => Max(node, rank),
        "AveragePool" => Average(node, rank),
        "LpPool" => Lp(node, rank),
        "GlobalLpPool" => node.Integer("p", otherwise: 2) is var p && rank == 1 ? new GlobalLpPool1d(p) : rank == 2 ? new GlobalLpPool2d(p) : new GlobalLpPool3d(p),
        "GlobalAveragePool" => rank switch { 1 => new GlobalAvgPool1d(), 2 => new GlobalAvgPool2d(), _ => new GlobalAvgPool3d() },
        "GlobalMaxPool" => rank switch { 1 => new GlobalMaxPool1d(), 2 => new GlobalMaxPool2d(), _ => new GlobalMaxPool3d() },
        _ => throw new NotSupportedException(node.Operator),
    };

    public static MaxUnpool CreateUnpool(OnnxNode node, int rank)
    {
        (Spatial kernel, Spatial stride, Padding padding, _, _) = Window(node);
        return rank switch
        {
            1 => new MaxUnpool1d(kernel, stride, padding),
            2 => new MaxUnpool2d(kernel, stride, padding),
            _ => new MaxUnpool3d(kernel, stride, padding),
        };
    }

    /// <summary>Before opset 16 the coordinates are always <c>output_half_pixel</c>; the models of the corpus that say nothing are of later ones.</summary>
    public static RoiPool CreateRegions(OnnxNode node)
    {
        double scale = node.Real("spatial_scale", otherwise: 1);
        if (node.Operator == "MaxRoiPool") return new RoiMaxPool(Spatial.Create(node.Integers("pooled_shape")), scale);
        return new RoiAlign(
            ((int)node.Integer("output_height", otherwise: 1), (int)node.Integer("output_width", otherwise: 1)),
            scale,
            (int)node.Integer("sampling_ratio", otherwise: 0),
            aligned: node.Text("coordinate_transformation_mode", otherwise: "half_pixel") == "half_pixel",
            node.Text("mode", otherwise: "avg") == "max" ? RoiMode.Max : RoiMode.Average);
    }

    private static MaxPool Max(OnnxNode node, int rank)
    {
        (Spatial kernel, Spatial stride, Padding padding, Spatial dilation, bool ceil) = Window(node);
        return rank switch
        {
            1 => new MaxPool1d(kernel, stride, padding, dilation, ceil),
            2 => new MaxPool2d(kernel, stride, padding, dilation, ceil),
            _ => new MaxPool3d(kernel, stride, padding, dilation, ceil),
        };
    }

    private static LpPool Lp(OnnxNode node, int rank)
    {
        (Spatial kernel, Spatial stride, Padding padding, Spatial dilation, bool ceil) = Window(node);
        long p = node.Integer("p", otherwise: 2);
        return rank switch
        {
            1 => new LpPool1d(p, kernel, stride, ceil, padding, dilation) { TrueNorm = true },
            2 => new LpPool2d(p, kernel, stride, ceil, padding, dilation) { TrueNorm = true },
            _ => new LpPool3d(p, kernel, stride, ceil, padding, dilation) { TrueNorm = true },
        };
    }

    private static AvgPool Average(OnnxNode node, int rank)
    {
        (Spatial kernel, Spatial stride, Padding padding, Spatial dilation, bool ceil) = Window(node);
        bool countPadding = node.Integer("count_include_pad", otherwise: 0) != 0;
        return rank switch
        {
            1 => new AvgPool1d(kernel, stride, padding, ceil, countPadding, dilation: dilation),
            2 => new AvgPool2d(kernel, stride, padding, ceil, countPadding, dilation: dilation),
            _ => new AvgPool3d(kernel, stride, padding, ceil, countPadding, dilation: dilation),
        };
    }

    private static (Spatial Kernel, Spatial Stride, Padding Padding, Spatial Dilation, bool Ceil) Window(OnnxNode node)
    {
        Spatial kernel = Spatial.Create(node.Integers("kernel_shape"));
        // ONNX's default stride is 1, not the kernel.
        Spatial stride = node.Integers("strides") is { } strides ? Spatial.Create(strides) : 1;
        Spatial dilation = node.Integers("dilations") is { } dilations ? Spatial.Create(dilations) : 1;
        return (kernel, stride, Padding(node), dilation, node.Integer("ceil_mode", otherwise: 0) != 0);
    }

    private static Padding Padding(OnnxNode node) => node.Text("auto_pad", otherwise: "NOTSET") switch
    {
        "SAME_UPPER" => Cenote.Padding.SameUpper,
        "SAME_LOWER" => Cenote.Padding.SameLower,
        "VALID" => Cenote.Padding.Valid,
        // All beginnings come first, then all ends.
        _ when node.Integers("pads") is { } pads => new(Spatial.Create(pads.AsSpan(0, pads.Length / 2)), Spatial.Create(pads.AsSpan(pads.Length / 2))),
        _ => default,
    };
}
