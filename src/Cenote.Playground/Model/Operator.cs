namespace Cenote.Playground;

/// <summary>Which controls an operator listens to.</summary>
public enum Controls
{
    /// <summary>Kernel, stride, padding, dilation and ceil mode.</summary>
    Window,

    /// <summary>The size of the output.</summary>
    OutputSize,

    /// <summary>None.</summary>
    None,
}

/// <summary>An operator of the page: its layer, and the lines of code that make the same one.</summary>
/// <param name="Id">Its name in the address; the command line's verb.</param>
public sealed record Operator(string Id, string English, string Chinese, Controls Controls, Func<Settings, PoolLayer> Layer, Func<Settings, string> PyTorch, Func<Settings, string> CSharp)
{
    public static IReadOnlyList<Operator> All { get; } =
    [
        new("max", "maximum", "最大值", Controls.Window,
            s => new MaxPool2d(s.Kernel, s.Stride, s.Padding, s.Dilation, s.CeilMode) { ZeroPadding = s.ZeroPadding, MaxDegreeOfParallelism = 1 },
            s => $"torch.nn.MaxPool2d({Code.PyTorchWindow(s, dilation: true)})(x)" + (s.ZeroPadding ? Code.ZeroPadNote(s) : ""),
            s => $"new MaxPool2d({Code.CSharpWindow(s, dilation: true)}){(s.ZeroPadding ? " { ZeroPadding = true }" : "")}.Forward(x)"),
        new("avg", "average", "平均值", Controls.Window,
            s => new AvgPool2d(s.Kernel, s.Stride, s.Padding, s.CeilMode, s.CountIncludePad, dilation: s.Dilation) { IntegerRounding = IntegerRounding.NearestEven, MaxDegreeOfParallelism = 1 },
            s => $"torch.nn.AvgPool2d({Code.PyTorchWindow(s, dilation: false)}{(s.CountIncludePad ? "" : ", count_include_pad=False")})(x)" + Code.DilationNote(s),
            s => $"new AvgPool2d({Code.CSharpWindow(s, dilation: true)}{(s.CountIncludePad ? "" : ", countIncludePad: false")}).Forward(x)"),
        new("min", "minimum", "最小值", Controls.Window,
            s => new MinPool2d(s.Kernel, s.Stride, s.Padding, s.Dilation, s.CeilMode) { MaxDegreeOfParallelism = 1 },
            s => $"-torch.nn.MaxPool2d({Code.PyTorchWindow(s, dilation: true)})(-x)",
            s => $"new MinPool2d({Code.CSharpWindow(s, dilation: true)}).Forward(x)"),
        new("median", "median", "中位数", Controls.Window,
            s => new MedianPool2d(s.Kernel, s.Stride, s.Padding, s.Dilation, s.CeilMode) { MaxDegreeOfParallelism = 1 },
            s => $"x.unfold(-2, {s.Kernel[0]}, {s.Stride[0]}).unfold(-2, {s.Kernel[1]}, {s.Stride[1]}).flatten(-2).median(-1).values" + Code.PaddingNote(s) + Code.DilationNote(s),
            s => $"new MedianPool2d({Code.CSharpWindow(s, dilation: true)}).Forward(x)"),
        new("sum", "sum", "求和", Controls.Window,
            s => new SumPool2d(s.Kernel, s.Stride, s.Padding, s.Dilation, s.CeilMode) { MaxDegreeOfParallelism = 1 },
            s => $"torch.nn.AvgPool2d({Code.PyTorchWindow(s, dilation: false)}, divisor_override=1)(x)" + Code.DilationNote(s),
            s => $"new SumPool2d({Code.CSharpWindow(s, dilation: true)}).Forward(x)"),
        new("lp", "2-norm", "2-范数", Controls.Window,
            s => new LpPool2d(2, s.Kernel, s.Stride, s.CeilMode, s.Padding, s.Dilation) { MaxDegreeOfParallelism = 1 },
            s => $"torch.nn.LPPool2d(2, {Code.PyTorchWindow(s with { Padding = 0 }, dilation: false)})(x)" + Code.PaddingNote(s) + Code.DilationNote(s),
            s => $"new LpPool2d(2, {Code.CSharpWindow(s, dilation: true)}).Forward(x)"),
        new("global-max", "global maximum", "全局最大值", Controls.None,
            _ => new GlobalMaxPool2d { MaxDegreeOfParallelism = 1 }, _ => "torch.nn.AdaptiveMaxPool2d(1)(x)", _ => "new GlobalMaxPool2d().Forward(x)"),
        new("global-avg", "global average", "全局平均值", Controls.None,
            _ => new GlobalAvgPool2d { IntegerRounding = IntegerRounding.NearestEven, MaxDegreeOfParallelism = 1 }, _ => "torch.nn.AdaptiveAvgPool2d(1)(x)", _ => "new GlobalAvgPool2d().Forward(x)"),
        new("adaptive-max", "adaptive maximum", "自适应最大值", Controls.OutputSize,
            s => new AdaptiveMaxPool2d(s.OutputSize) { MaxDegreeOfParallelism = 1 },
            s => $"torch.nn.AdaptiveMaxPool2d({Code.Numbers(s.OutputSize)})(x)", s => $"new AdaptiveMaxPool2d({Code.Numbers(s.OutputSize)}).Forward(x)"),
        new("adaptive-avg", "adaptive average", "自适应平均值", Controls.OutputSize,
            s => new AdaptiveAvgPool2d(s.OutputSize) { IntegerRounding = IntegerRounding.NearestEven, MaxDegreeOfParallelism = 1 },
            s => $"torch.nn.AdaptiveAvgPool2d({Code.Numbers(s.OutputSize)})(x)", s => $"new AdaptiveAvgPool2d({Code.Numbers(s.OutputSize)}).Forward(x)"),
    ];

    public static Operator Named(string? id) => All.FirstOrDefault(one => one.Id == id) ?? All[0];
}
