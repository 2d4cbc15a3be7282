namespace Cenote;

/// <summary>Sum pooling: each output is the sum of its window's taps.</summary>
/// <remarks>
/// <para>The sums are those of <see cref="AvgPool"/>, not divided: float and double in row-major order (within k·ε beyond 32 taps), Half and <see cref="BFloat16"/> in float and rounded once;
/// integers exactly, and a sum outside the type's range becomes the nearest value inside. Padding adds nothing; a window without a tap gives 0. NaN and infinities propagate. A sum is never −0.</para>
/// <para>PyTorch: <c>F.avg_pool2d(…, divisor_override=1)</c>.</para>
/// </remarks>
public abstract class SumPool : LinearPool
{
    private protected SumPool(int spatialRank, Spatial kernelSize, Spatial? stride, Padding padding, Spatial? dilation, bool ceilMode)
        : base(spatialRank, new() { Kernel = kernelSize, Stride = stride, Padding = padding, Dilation = dilation ?? 1, CeilMode = ceilMode })
    {
    }

    /// <summary>The window's options as given.</summary>
    public WindowOptions Options => SlidingWindow!;

    internal override string Name => "sum";

    internal override PoolOperator Operator => MeanOperator.Of(IntegerRounding.TowardZero, wholePlane: false);

    private protected override PoolPlan CreatePlan(ReadOnlySpan<nint> inputShape) => new(this, inputShape, divisorOverride: 1);
}

/// <summary>Global sum pooling: the sum of each channel's plane; each spatial axis of the output has length 1.</summary>
/// <remarks>The sums are those of <see cref="GlobalAvgPool"/>, not divided: wider than the element, rounded once; of integers exact, and a sum outside the type's range becomes the nearest value inside.</remarks>
public abstract class GlobalSumPool : LinearPool, IGlobalPool
{
    private protected GlobalSumPool(int spatialRank)
        : base(spatialRank, window: null)
    {
    }

    internal override string Name => "global-sum";

    internal override PoolOperator Operator => MeanOperator.Of(IntegerRounding.TowardZero, wholePlane: true);

    private protected override PoolPlan CreatePlan(ReadOnlySpan<nint> inputShape) => new(this, inputShape, divisorOverride: 1);
}

/// <summary>Sum pooling along one axis: C×L or N×C×L.</summary>
/// <param name="kernelSize">Taps per window; at least 1.</param>
/// <param name="stride">The step between windows; at least 1; the kernel where null.</param>
/// <param name="padding">Taps outside the input; each side at most (kernelSize − 1)·dilation.</param>
/// <param name="dilation">The distance between the taps of a window; at least 1.</param>
/// <param name="ceilMode">Whether the output size rounds up.</param>
/// <exception cref="ArgumentException">A parameter has more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <inheritdoc cref="SumPool"/>
public sealed class SumPool1d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : SumPool(1, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Sum pooling along two axes: C×H×W or N×C×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (height, width); at least 1.</param>
/// <inheritdoc cref="SumPool1d"/>
public sealed class SumPool2d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : SumPool(2, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Sum pooling along three axes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (depth, height, width); at least 1.</param>
/// <inheritdoc cref="SumPool1d"/>
public sealed class SumPool3d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : SumPool(3, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>The sum of each channel: C×L to C×1, N×C×L to N×C×1.</summary>
/// <inheritdoc cref="GlobalSumPool"/>
public sealed class GlobalSumPool1d() : GlobalSumPool(1);

/// <summary>The sum of each channel: C×H×W to C×1×1, N×C×H×W to N×C×1×1.</summary>
/// <inheritdoc cref="GlobalSumPool"/>
public sealed class GlobalSumPool2d() : GlobalSumPool(2);

/// <summary>The sum of each channel: C×D×H×W to C×1×1×1, N×C×D×H×W to N×C×1×1×1.</summary>
/// <inheritdoc cref="GlobalSumPool"/>
public sealed class GlobalSumPool3d() : GlobalSumPool(3);
