namespace Cenote;

/// <summary>Median pooling: each output is the middle one of its window's taps in ascending order, always a value of the input.</summary>
/// <remarks>
/// <para>Of an even number of taps it is the lower middle one, so too where a window is clipped: padding takes no part. −0 comes before +0. A window with NaN gives NaN; one without a tap inside the input
/// NaN, or 0 in an integer type. The index is that of the first tap with the median's bits, or of the last NaN; the gradient goes to that tap.</para>
/// <para>All element types. SciPy: <c>ndimage.median_filter</c>; OpenCV: <c>medianBlur</c> (both make up taps beyond the edge). PyTorch has no such layer.</para>
/// </remarks>
public abstract class MedianPool : IndexedPool
{
    private protected MedianPool(int spatialRank, Spatial kernelSize, Spatial? stride, Padding padding, Spatial? dilation, bool ceilMode)
        : base(spatialRank, new() { Kernel = kernelSize, Stride = stride, Padding = padding, Dilation = dilation ?? 1, CeilMode = ceilMode })
    {
    }

    /// <summary>The window's options as given.</summary>
    public WindowOptions Options => SlidingWindow!;

    internal override string Name => "median";

    internal override PoolOperator Operator => MedianOperator.Instance;

    internal override PoolOperator IndexedOperator => MedianOperator.Instance;
}

/// <summary>Median pooling along one axis: C×L or N×C×L.</summary>
/// <param name="kernelSize">Taps per window; at least 1.</param>
/// <param name="stride">The step between windows; at least 1; the kernel where null.</param>
/// <param name="padding">Taps outside the input; each side at most (kernelSize − 1)·dilation.</param>
/// <param name="dilation">The distance between the taps of a window; at least 1.</param>
/// <param name="ceilMode">Whether the output size rounds up.</param>
/// <exception cref="ArgumentException">A parameter has more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <inheritdoc cref="MedianPool"/>
public sealed class MedianPool1d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : MedianPool(1, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Median pooling along two axes: C×H×W or N×C×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (height, width); at least 1.</param>
/// <inheritdoc cref="MedianPool1d"/>
public sealed class MedianPool2d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : MedianPool(2, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Median pooling along three axes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (depth, height, width); at least 1.</param>
/// <inheritdoc cref="MedianPool1d"/>
public sealed class MedianPool3d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : MedianPool(3, kernelSize, stride, padding, dilation, ceilMode);
