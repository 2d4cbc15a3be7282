namespace Cenote.Tests.Training;

/// <summary>The windows of one axis by enumeration: no formula of the library is used, but that of SAME padding from the docs.</summary>
internal sealed record AxisCase(int Length, int Kernel, int Stride, int Dilation, int Before, int After, bool Ceil)
{
    public int Span => (Kernel - 1) * Dilation + 1;

    /// <summary>How many windows there are; null where not even one fits.</summary>
    public int? Outputs => (int)BruteForce.OutputSize(Length, Kernel, Stride, Before, After, Dilation, Ceil) is > 0 and var size ? size : null;

    /// <summary>The axis padded as SAME asks.</summary>
    public AxisCase Same(bool upper)
    {
        int outputs = (Length + Stride - 1) / Stride, total = Math.Max(0, (outputs - 1) * Stride + Span - Length);
        int before = upper ? total / 2 : total - total / 2;
        return this with { Before = before, After = total - before, Ceil = false };
    }

    /// <summary>The taps of one window that are no overhang: their number in the window, and their position, which may be padding.</summary>
    public IEnumerable<(long Number, long At)> Taps(long output) =>
        BruteForce.Taps(output, Length, Kernel, Stride, Before, After, Dilation).Select((at, number) => ((long)number, at));

    public bool Holds(long at) => at >= 0 && at < Length;
}
