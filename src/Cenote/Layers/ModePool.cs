namespace Cenote;

/// <summary>Mode pooling: each output is the most frequent value of its window, for labels.</summary>
/// <remarks>
/// <para>Of equally frequent values it is the smallest. Padding takes no part; a window without a tap inside the input gives 0. Integers of 8 to 64 bits only. There is no gradient.</para>
/// <para>tinybrain: <c>downsample_segmentation</c>; GDAL: the overviews' <c>MODE</c>.</para>
/// </remarks>
public abstract class ModePool : PoolLayer
{
    private protected ModePool(int spatialRank, Spatial kernelSize, Spatial? stride, Padding padding, Spatial? dilation, bool ceilMode)
        : base(spatialRank, new() { Kernel = kernelSize, Stride = stride, Padding = padding, Dilation = dilation ?? 1, CeilMode = ceilMode })
    {
    }

    /// <summary>The window's options as given.</summary>
    public WindowOptions Options => SlidingWindow!;

    internal override string Name => "mode";

    internal override PoolOperator Operator => ModeOperator.Instance;
}

/// <summary>Mode pooling along one axis: C×L or N×C×L.</summary>
/// <param name="kernelSize">Taps per window; at least 1.</param>
/// <param name="stride">The step between windows; at least 1; the kernel where null.</param>
/// <param name="padding">Taps outside the input; each side at most (kernelSize − 1)·dilation.</param>
/// <param name="dilation">The distance between the taps of a window; at least 1.</param>
/// <param name="ceilMode">Whether the output size rounds up.</param>
/// <exception cref="ArgumentException">A parameter has more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <inheritdoc cref="ModePool"/>
public sealed class ModePool1d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : ModePool(1, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Mode pooling along two axes: C×H×W or N×C×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (height, width); at least 1.</param>
/// <inheritdoc cref="ModePool1d"/>
public sealed class ModePool2d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : ModePool(2, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Mode pooling along three axes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (depth, height, width); at least 1.</param>
/// <inheritdoc cref="ModePool1d"/>
public sealed class ModePool3d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : ModePool(3, kernelSize, stride, padding, dilation, ceilMode);
