namespace Cenote;

/// <summary>The output size of an adaptive pooling.</summary>
internal static class AdaptiveSize
{
    /// <summary>In an output size: as long as the input.</summary>
    public const int Keep = -1;

    /// <exception cref="ArgumentException">There are more numbers than axes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is no length.</exception>
    public static Spatial Require(Spatial size, int spatialRank)
    {
        if (size.Rank != 1 && size.Rank != spatialRank)
            throw new ArgumentException($"outputSize is {size}, {size.Rank} numbers; a {spatialRank}-D layer takes one number, or {spatialRank} (one per axis).", "outputSize");
        for (int axis = 0; axis < spatialRank; axis++)
        {
            if (size[axis] < 1 && size[axis] != Keep)
                throw new ArgumentOutOfRangeException("outputSize", $"outputSize {WindowOptions.AxisName(axis, spatialRank)} is {size[axis]}; it must be at least 1, or -1 to keep the input's length.");
        }

        return size;
    }

    public static AxisPlan Plan(Spatial size, int axis, long length, int spatialRank) =>
        AxisPlan.Adaptive(length, size[axis] == Keep ? length : size[axis], WindowOptions.AxisName(axis, spatialRank));

    /// <summary>The size in words.</summary>
    public static string Text(Spatial size) => string.Join('×', size.Select(length => length == Keep ? "keep" : $"{length}"));

    /// <summary>Whether there is one output per channel, whatever the input.</summary>
    public static bool IsOne(Spatial size) => size.All(length => length == 1);
}

/// <summary>Adaptive average pooling: as many outputs as asked, each the mean of its share of the input.</summary>
/// <remarks>
/// <para>Along each axis output o reads the inputs from ⌊o·L/O⌋ up to, not including, ⌈(o + 1)·L/O⌉: windows of uneven lengths that may overlap by one. O may be greater than L.
/// The sum is divided once, by the number of taps (PyTorch divides axis by axis: the last bit may differ). Half and <see cref="BFloat16"/> add in float and round once.
/// With one output the sums are as wide as those of <see cref="GlobalAvgPool"/>. NaN and infinities propagate; integers as in <see cref="AvgPool"/>.</para>
/// <para>PyTorch: <c>torch.nn.AdaptiveAvgPool1d/2d/3d</c>.</para>
/// </remarks>
public abstract class AdaptiveAvgPool : LinearPool
{
    private protected AdaptiveAvgPool(int spatialRank, Spatial outputSize)
        : base(spatialRank, window: null) => OutputSize = AdaptiveSize.Require(outputSize, spatialRank);

    /// <summary>The output's spatial lengths as given; −1 keeps the input's length (PyTorch's <c>None</c>).</summary>
    public Spatial OutputSize { get; }

    /// <inheritdoc cref="AvgPool.IntegerRounding"/>
    public IntegerRounding IntegerRounding
    {
        get;
        init => field = MeanOperator.Require(value);
    }

    internal override string Name => "adaptive-avg";

    internal override string OptionsText => AdaptiveSize.Text(OutputSize);

    internal override PoolOperator Operator => MeanOperator.Of(IntegerRounding, wholePlane: AdaptiveSize.IsOne(OutputSize));

    internal override AxisPlan PlanAxis(int axis, long length) => AdaptiveSize.Plan(OutputSize, axis, length, SpatialRank);
}

/// <summary>Adaptive max pooling: as many outputs as asked, each the greatest element of its share of the input.</summary>
/// <remarks>
/// <para>Windows as in <see cref="AdaptiveAvgPool"/>; exact; ties, NaN and −∞ as in <see cref="MaxPool"/>.</para>
/// <para>PyTorch: <c>torch.nn.AdaptiveMaxPool1d/2d/3d</c>, whose <c>return_indices</c> is <c>ForwardWithIndices</c>.</para>
/// </remarks>
public abstract class AdaptiveMaxPool : IndexedPool
{
    private protected AdaptiveMaxPool(int spatialRank, Spatial outputSize)
        : base(spatialRank, window: null) => OutputSize = AdaptiveSize.Require(outputSize, spatialRank);

    /// <inheritdoc cref="AdaptiveAvgPool.OutputSize"/>
    public Spatial OutputSize { get; }

    internal override string Name => "adaptive-max";

    internal override string OptionsText => AdaptiveSize.Text(OutputSize);

    internal override PoolOperator Operator => ExtremeOperator<Greatest>.Instance;

    internal override PoolOperator IndexedOperator => ArgExtremeOperator<Greatest>.Instance;

    internal override AxisPlan PlanAxis(int axis, long length) => AdaptiveSize.Plan(OutputSize, axis, length, SpatialRank);
}

/// <summary>Adaptive average pooling along one axis: C×L or N×C×L.</summary>
/// <param name="outputSize">The output's length; at least 1, or −1 to keep the input's.</param>
/// <exception cref="ArgumentException">There are more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is neither a length nor −1.</exception>
/// <inheritdoc cref="AdaptiveAvgPool"/>
public sealed class AdaptiveAvgPool1d(Spatial outputSize) : AdaptiveAvgPool(1, outputSize);

/// <summary>Adaptive average pooling along two axes: C×H×W or N×C×H×W.</summary>
/// <param name="outputSize">The output's lengths, one number or (height, width); each at least 1, or −1 to keep the input's.</param>
/// <inheritdoc cref="AdaptiveAvgPool1d"/>
public sealed class AdaptiveAvgPool2d(Spatial outputSize) : AdaptiveAvgPool(2, outputSize);

/// <summary>Adaptive average pooling along three axes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="outputSize">The output's lengths, one number or (depth, height, width); each at least 1, or −1 to keep the input's.</param>
/// <inheritdoc cref="AdaptiveAvgPool1d"/>
public sealed class AdaptiveAvgPool3d(Spatial outputSize) : AdaptiveAvgPool(3, outputSize);

/// <summary>Adaptive max pooling along one axis: C×L or N×C×L.</summary>
/// <param name="outputSize">The output's length; at least 1, or −1 to keep the input's.</param>
/// <exception cref="ArgumentException">There are more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is neither a length nor −1.</exception>
/// <inheritdoc cref="AdaptiveMaxPool"/>
public sealed class AdaptiveMaxPool1d(Spatial outputSize) : AdaptiveMaxPool(1, outputSize);

/// <summary>Adaptive max pooling along two axes: C×H×W or N×C×H×W.</summary>
/// <param name="outputSize">The output's lengths, one number or (height, width); each at least 1, or −1 to keep the input's.</param>
/// <inheritdoc cref="AdaptiveMaxPool1d"/>
public sealed class AdaptiveMaxPool2d(Spatial outputSize) : AdaptiveMaxPool(2, outputSize);

/// <summary>Adaptive max pooling along three axes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="outputSize">The output's lengths, one number or (depth, height, width); each at least 1, or −1 to keep the input's.</param>
/// <inheritdoc cref="AdaptiveMaxPool1d"/>
public sealed class AdaptiveMaxPool3d(Spatial outputSize) : AdaptiveMaxPool(3, outputSize);
