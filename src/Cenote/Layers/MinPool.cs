namespace Cenote;

/// <summary>Min pooling: each output is the least tap of its window.</summary>
/// <remarks>
/// <para>The result is exact, in unsigned types too. The first of equal taps in row-major order wins, and −0 equals +0; NaN wins over every number, the last of several.
/// Padding takes no part; a window without a tap inside the input gives +∞, or the largest value of an integer type.</para>
/// <para>PyTorch: <c>-torch.nn.MaxPool1d/2d/3d(-x)</c>, which fails for unsigned types and for the least signed number; OpenCV: <c>erode</c>.</para>
/// </remarks>
public abstract class MinPool : IndexedPool
{
    private protected MinPool(int spatialRank, Spatial kernelSize, Spatial? stride, Padding padding, Spatial? dilation, bool ceilMode)
        : base(spatialRank, new() { Kernel = kernelSize, Stride = stride, Padding = padding, Dilation = dilation ?? 1, CeilMode = ceilMode })
    {
    }

    /// <summary>The window's options as given.</summary>
    public WindowOptions Options => SlidingWindow!;

    internal override string Name => "min";

    internal override PoolOperator Operator => ExtremeOperator<Least>.Instance;

    internal override PoolOperator IndexedOperator => ArgExtremeOperator<Least>.Instance;
}

/// <summary>Global min pooling: the least element of each channel's plane; each spatial axis of the output has length 1.</summary>
/// <remarks>Exact; ties and NaN as in <see cref="MinPool"/>. PyTorch: <c>torch.amin</c> over the spatial axes with <c>keepdim</c>.</remarks>
public abstract class GlobalMinPool : IndexedPool, IGlobalPool
{
    private protected GlobalMinPool(int spatialRank)
        : base(spatialRank, window: null)
    {
    }

    internal override string Name => "global-min";

    internal override PoolOperator Operator => ExtremeOperator<Least>.Instance;

    internal override PoolOperator IndexedOperator => ArgExtremeOperator<Least>.Instance;
}

/// <summary>Min pooling along one axis: C×L or N×C×L.</summary>
/// <param name="kernelSize">Taps per window; at least 1.</param>
/// <param name="stride">The step between windows; at least 1; the kernel where null.</param>
/// <param name="padding">Taps outside the input; each side at most (kernelSize − 1)·dilation.</param>
/// <param name="dilation">The distance between the taps of a window; at least 1.</param>
/// <param name="ceilMode">Whether the output size rounds up.</param>
/// <exception cref="ArgumentException">A parameter has more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <inheritdoc cref="MinPool"/>
public sealed class MinPool1d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : MinPool(1, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Min pooling along two axes: C×H×W or N×C×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (height, width); at least 1.</param>
/// <inheritdoc cref="MinPool1d"/>
public sealed class MinPool2d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : MinPool(2, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Min pooling along three axes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (depth, height, width); at least 1.</param>
/// <inheritdoc cref="MinPool1d"/>
public sealed class MinPool3d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : MinPool(3, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>The least element of each channel: C×L to C×1, N×C×L to N×C×1.</summary>
/// <inheritdoc cref="GlobalMinPool"/>
public sealed class GlobalMinPool1d() : GlobalMinPool(1);

/// <summary>The least element of each channel: C×H×W to C×1×1, N×C×H×W to N×C×1×1.</summary>
/// <inheritdoc cref="GlobalMinPool"/>
public sealed class GlobalMinPool2d() : GlobalMinPool(2);

/// <summary>The least element of each channel: C×D×H×W to C×1×1×1, N×C×D×H×W to N×C×1×1×1.</summary>
/// <inheritdoc cref="GlobalMinPool"/>
public sealed class GlobalMinPool3d() : GlobalMinPool(3);
