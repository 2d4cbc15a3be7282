namespace Cenote;

/// <summary>Average pooling: each output is the sum of its window's taps over a divisor.</summary>
/// <remarks>
/// <para>The divisor is, in this order: the divisor override; the taps inside the input and its padding (not the overhang of ceil mode);
/// or, without count-include-pad, the taps inside the input. A window without a tap inside the input gives 0.</para>
/// <para>float and double add in row-major order and divide once; Half and <see cref="BFloat16"/> do so in float and round once. NaN and infinities propagate.
/// Integer sums are exact, the quotient rounds as <see cref="IntegerRounding"/> says, and a quotient outside the type's range saturates.</para>
/// <para>PyTorch: <c>torch.nn.AvgPool1d/2d/3d</c>; ONNX: <c>AveragePool</c> (whose <c>count_include_pad</c> is off by default).</para>
/// </remarks>
public abstract class AvgPool : LinearPool
{
    private protected AvgPool(int spatialRank, Spatial kernelSize, Spatial? stride, Padding padding, bool ceilMode, bool countIncludePad, long? divisorOverride, Spatial? dilation)
        : base(spatialRank, new() { Kernel = kernelSize, Stride = stride, Padding = padding, Dilation = dilation ?? 1, CeilMode = ceilMode })
    {
        if (divisorOverride == 0) throw new ArgumentOutOfRangeException(nameof(divisorOverride), "divisorOverride is 0; it must be any other number, or null for the number of taps.");
        (CountIncludePad, DivisorOverride) = (countIncludePad, divisorOverride);
    }

    /// <summary>Whether the divisor counts padded taps.</summary>
    public bool CountIncludePad { get; }

    /// <summary>The divisor of every window; null for the number of taps.</summary>
    public long? DivisorOverride { get; }

    /// <summary>How the average of integers rounds; toward zero by default, as PyTorch's <c>int64</c> does.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the enumeration's.</exception>
    public IntegerRounding IntegerRounding
    {
        get;
        init => field = MeanOperator.Require(value);
    }

    /// <summary>The window's options as given.</summary>
    public WindowOptions Options => SlidingWindow!;

    internal override string Name => "avg";

    internal override string OptionsText =>
        base.OptionsText + (CountIncludePad ? "" : " exclude-padding") + (DivisorOverride is { } divisor ? $" divisor {divisor}" : "");

    private protected override bool CountsPadding => CountIncludePad;

    internal override PoolOperator Operator => MeanOperator.Of(IntegerRounding, wholePlane: false);

    private protected override PoolPlan CreatePlan(ReadOnlySpan<nint> inputShape) => new(this, inputShape, divisorOverride: DivisorOverride);
}

/// <summary>Average pooling along one axis: C×L or N×C×L.</summary>
/// <param name="kernelSize">Taps per window; at least 1.</param>
/// <param name="stride">The step between windows; at least 1; the kernel where null.</param>
/// <param name="padding">Taps outside the input; each side at most (kernelSize − 1)·dilation.</param>
/// <param name="ceilMode">Whether the output size rounds up.</param>
/// <param name="countIncludePad">Whether the divisor counts padded taps.</param>
/// <param name="divisorOverride">The divisor of every window, any number but 0; null for the number of taps.</param>
/// <param name="dilation">The distance between the taps of a window; at least 1. PyTorch has none here, ONNX has.</param>
/// <exception cref="ArgumentException">A parameter has more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <inheritdoc cref="AvgPool"/>
public sealed class AvgPool1d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, bool ceilMode = false, bool countIncludePad = true, long? divisorOverride = null, Spatial? dilation = null)
    : AvgPool(1, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride, dilation);

/// <summary>Average pooling along two axes: C×H×W or N×C×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (height, width); at least 1.</param>
/// <inheritdoc cref="AvgPool1d"/>
public sealed class AvgPool2d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, bool ceilMode = false, bool countIncludePad = true, long? divisorOverride = null, Spatial? dilation = null)
    : AvgPool(2, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride, dilation);

/// <summary>Average pooling along three axes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (depth, height, width); at least 1.</param>
/// <inheritdoc cref="AvgPool1d"/>
public sealed class AvgPool3d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, bool ceilMode = false, bool countIncludePad = true, long? divisorOverride = null, Spatial? dilation = null)
    : AvgPool(3, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride, dilation);
