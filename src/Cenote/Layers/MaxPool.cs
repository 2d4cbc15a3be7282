namespace Cenote;

/// <summary>Max pooling: each output is the greatest tap of its window.</summary>
/// <remarks>
/// <para>The result is exact. The first of equal taps in row-major order wins, and −0 equals +0; NaN wins over every number. Padding takes no part
/// in the maximum (unless <see cref="ZeroPadding"/> asks for it); a window without a tap inside the input gives −∞, or the smallest value of an integer type.</para>
/// <para>PyTorch: <c>torch.nn.MaxPool1d/2d/3d</c>; ONNX: <c>MaxPool</c>.</para>
/// </remarks>
public abstract class MaxPool : IndexedPool
{
    private protected MaxPool(int spatialRank, Spatial kernelSize, Spatial? stride, Padding padding, Spatial? dilation, bool ceilMode)
        : base(spatialRank, new() { Kernel = kernelSize, Stride = stride, Padding = padding, Dilation = dilation ?? 1, CeilMode = ceilMode })
    {
    }

    /// <summary>
    /// Whether padded taps count as zeros, as if the input had been padded with +0 first; the overhang of ceil mode still takes no part.
    /// <see langword="false"/> by default, as in PyTorch and ONNX.
    /// </summary>
    public bool ZeroPadding { get; init; }

    internal override string Name => "max";

    internal override string OptionsText => base.OptionsText + (ZeroPadding ? " zero-padding" : "");

    /// <summary>The window's options as given.</summary>
    public WindowOptions Options => SlidingWindow!;

    internal override PoolOperator Operator => ExtremeOperator<Greatest>.Instance;

    internal override PoolOperator IndexedOperator => ArgExtremeOperator<Greatest>.Instance;

    private protected override PoolPlan CreatePlan(ReadOnlySpan<nint> inputShape) => new(this, inputShape, readsPadding: ZeroPadding);
}

/// <summary>Max pooling along one axis: C×L or N×C×L.</summary>
/// <param name="kernelSize">Taps per window; at least 1.</param>
/// <param name="stride">The step between windows; at least 1; the kernel where null.</param>
/// <param name="padding">Taps outside the input; each side at most (kernelSize − 1)·dilation.</param>
/// <param name="dilation">The distance between the taps of a window; at least 1.</param>
/// <param name="ceilMode">Whether the output size rounds up.</param>
/// <exception cref="ArgumentException">A parameter has more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <inheritdoc cref="MaxPool"/>
public sealed class MaxPool1d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : MaxPool(1, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Max pooling along two axes: C×H×W or N×C×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (height, width); at least 1.</param>
/// <inheritdoc cref="MaxPool1d"/>
public sealed class MaxPool2d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : MaxPool(2, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Max pooling along three axes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (depth, height, width); at least 1.</param>
/// <inheritdoc cref="MaxPool1d"/>
public sealed class MaxPool3d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : MaxPool(3, kernelSize, stride, padding, dilation, ceilMode);
