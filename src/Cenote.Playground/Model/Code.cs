namespace Cenote.Playground;

/// <summary>The arguments of a layer as PyTorch and C# write them.</summary>
internal static class Code
{
    public static string Numbers(Spatial value) => value.Rank <= 1 || value[0] == value[1] ? $"{value[0]}" : $"({value[0]}, {value[1]})";

    public static string PyTorchWindow(Settings s, bool dilation) =>
        $"kernel_size={Numbers(s.Kernel)}, stride={Numbers(s.Stride)}"
        + (IsOnly(s.Padding, 0) ? "" : $", padding={Numbers(s.Padding)}")
        + (dilation && !IsOnly(s.Dilation, 1) ? $", dilation={Numbers(s.Dilation)}" : "")
        + (s.CeilMode ? ", ceil_mode=True" : "");

    public static string CSharpWindow(Settings s, bool dilation) =>
        $"kernelSize: {Numbers(s.Kernel)}, stride: {Numbers(s.Stride)}"
        + (IsOnly(s.Padding, 0) ? "" : $", padding: {Numbers(s.Padding)}")
        + (dilation && !IsOnly(s.Dilation, 1) ? $", dilation: {Numbers(s.Dilation)}" : "")
        + (s.CeilMode ? ", ceilMode: true" : "");

    public static string DilationNote(Settings s) => IsOnly(s.Dilation, 1) ? "" : "  # PyTorch has no dilation here";

    public static string PaddingNote(Settings s) => IsOnly(s.Padding, 0) ? "" : "  # PyTorch has no padding here";

    public static string ZeroPadNote(Settings s) => IsOnly(s.Padding, 0) ? "" : "  # over torch.nn.ZeroPad2d, not padding";

    private static bool IsOnly(Spatial value, int number) => value[0] == number && (value.Rank <= 1 || value[1] == number);
}
