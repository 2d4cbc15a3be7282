namespace Cenote;

/// <summary>Soft pooling: each output is the mean of its window weighted by exponentials, Σ e^x·x / Σ e^x.</summary>
/// <remarks>
/// <para>Weights are taken relative to the window's greatest tap, so that none overflows. float and double compute in their own precision, Half and <see cref="BFloat16"/> in float and round once.
/// Padding takes no part; a window without a tap gives 0. NaN propagates, +∞ gives +∞, and −∞ has no weight beside any number.</para>
/// <para>The gradient is the formula's, e^x/Σ e^x · (1 + x − y); that of the paper takes the weights for constants.</para>
/// <para>A. Stergiou, R. Poppe, G. Kalliatakis: Refining activation downsampling with SoftPool, ICCV 2021.</para>
/// </remarks>
public abstract class SoftPool : SmoothPool
{
    private protected SoftPool(int spatialRank, Spatial kernelSize, Spatial? stride, Padding padding, Spatial? dilation, bool ceilMode)
        : base(spatialRank, new() { Kernel = kernelSize, Stride = stride, Padding = padding, Dilation = dilation ?? 1, CeilMode = ceilMode })
    {
    }

    /// <summary>The window's options as given.</summary>
    public WindowOptions Options => SlidingWindow!;

    internal override string Name => "soft";

    internal override PoolOperator Operator => SoftOperator.Instance;

    private protected override SmoothGradient GradientOf(ElementType type, in SmoothMemory memory) => type switch
    {
        ElementType.Single => new SoftGradient<float, float, SingleMean, DoubleMean>(memory),
        ElementType.Double => new SoftGradient<double, double, DoubleMean, DoubleMean>(memory),
        ElementType.Half => new SoftGradient<Half, float, SingleMean, DoubleMean>(memory),
        _ => new SoftGradient<BFloat16, float, SingleMean, DoubleMean>(memory),
    };
}

/// <summary>Soft pooling along one axis: C×L or N×C×L.</summary>
/// <param name="kernelSize">Taps per window; at least 1.</param>
/// <param name="stride">The step between windows; at least 1; the kernel where null.</param>
/// <param name="padding">Taps outside the input; each side at most (kernelSize − 1)·dilation.</param>
/// <param name="dilation">The distance between the taps of a window; at least 1.</param>
/// <param name="ceilMode">Whether the output size rounds up.</param>
/// <exception cref="ArgumentException">A parameter has more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <inheritdoc cref="SoftPool"/>
public sealed class SoftPool1d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : SoftPool(1, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Soft pooling along two axes: C×H×W or N×C×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (height, width); at least 1.</param>
/// <inheritdoc cref="SoftPool1d"/>
public sealed class SoftPool2d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : SoftPool(2, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Soft pooling along three axes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (depth, height, width); at least 1.</param>
/// <inheritdoc cref="SoftPool1d"/>
public sealed class SoftPool3d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : SoftPool(3, kernelSize, stride, padding, dilation, ceilMode);
