namespace Cenote;

/// <summary>What the user asks of a sliding window, before any input is known.</summary>
/// <remarks>A class and not a struct: a <c>default</c> struct would have stride 0. <see cref="PoolPlan"/> binds it to a shape.</remarks>
public sealed record WindowOptions
{
    /// <summary>How many taps a window has along each axis; at least 1. PyTorch's <c>kernel_size</c>, ONNX's <c>kernel_shape</c>.</summary>
    public required Spatial Kernel { get; init; }

    /// <summary>The step from one window to the next; at least 1; the kernel where null, as in PyTorch (ONNX's default is 1).</summary>
    public Spatial? Stride { get; init; }

    /// <summary>Taps outside the input; each side at most (kernel − 1)·dilation. 0 by default.</summary>
    public Padding Padding { get; init; }

    /// <summary>The distance between neighbouring taps of one window; at least 1; 1 by default.</summary>
    public Spatial Dilation { get; init; } = 1;

    /// <summary>
    /// Whether the output size rounds up, so that a last, partial window may overhang the padded input; a window that would start
    /// after the input is dropped. <see langword="false"/> by default. PyTorch's and ONNX's <c>ceil_mode</c>.
    /// </summary>
    public bool CeilMode { get; init; }

    /// <summary>Checks what can be checked without an input.</summary>
    /// <param name="spatialRank">The number of spatial axes, 1 to 3.</param>
    /// <exception cref="ArgumentException">An option has the wrong number of numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    internal void Validate(int spatialRank)
    {
        Require(Kernel, "kernelSize", spatialRank, minimum: 1);
        if (Stride is { } stride) Require(stride, "stride", spatialRank, minimum: 1);
        Require(Padding.Before, "padding", spatialRank, minimum: 0);
        Require(Padding.After, "padding", spatialRank, minimum: 0);
        Require(Dilation, "dilation", spatialRank, minimum: 1);
        for (int axis = 0; axis < spatialRank; axis++)
        {
            // The widest padding that leaves no undilated window wholly outside the input.
            long limit = (Kernel[axis] - 1L) * Dilation[axis];
            int most = Math.Max(Padding.Before[axis], Padding.After[axis]);
            if (most > limit)
                throw new ArgumentOutOfRangeException("padding", $"padding {Padding} on axis {AxisName(axis, spatialRank)} is {most}; each side may be at most (kernelSize − 1)·dilation = ({Kernel[axis]} − 1)·{Dilation[axis]} = {limit}.");
        }
    }

    /// <summary>The options in a plan's short form: <c>k3 s2 p1 d1 ceil</c>, defaults left out except the stride.</summary>
    internal string ToText(int spatialRank)
    {
        string text = $"k{Kernel.ToText(spatialRank)} s{(Stride ?? Kernel).ToText(spatialRank)}";
        if (Padding.Rule != PaddingRule.Explicit) text += $" {(Padding.Rule == PaddingRule.SameUpper ? "same-upper" : "same-lower")}";
        else if (Padding != default && (Padding.Before.Any(p => p != 0) || Padding.After.Any(p => p != 0)))
            text += Padding.Before == Padding.After ? $" p{Padding.Before.ToText(spatialRank)}" : $" p{Padding.Before.ToText(spatialRank)}:{Padding.After.ToText(spatialRank)}";
        if (Dilation.Any(d => d != 1)) text += $" d{Dilation.ToText(spatialRank)}";
        return CeilMode ? text + " ceil" : text;
    }

    internal static string AxisName(int axis, int spatialRank) => spatialRank switch
    {
        1 => "length",
        2 => axis == 0 ? "height" : "width",
        _ => axis switch { 0 => "depth", 1 => "height", _ => "width" },
    };

    private static void Require(Spatial value, string name, int spatialRank, int minimum)
    {
        if (!value.Fits(spatialRank))
            throw new ArgumentException($"{name} is {value}, {value.Rank} numbers; a {spatialRank}-D window takes one number, or {spatialRank} (one per axis).", name);
        for (int axis = 0; axis < spatialRank; axis++)
            if (value[axis] < minimum)
                throw new ArgumentOutOfRangeException(name, $"{name} is {value}; it must be at least {minimum} on every axis.");
    }
}
