namespace Cenote;

/// <summary>Global average pooling: the mean of each channel's plane; each spatial axis of the output has length 1.</summary>
/// <remarks>
/// <para>float, Half and <see cref="BFloat16"/> are summed in double, double with a compensated sum; the mean is rounded once. So the error does not grow with the plane,
/// and the result is at least as accurate as pairwise summation. NaN and infinities propagate. Integers as in <see cref="AvgPool"/>.</para>
/// <para>PyTorch: <c>AdaptiveAvgPool1d/2d/3d(1)</c>; ONNX: <c>GlobalAveragePool</c>; Keras: <c>GlobalAveragePooling</c> with <c>keepdims</c>.</para>
/// </remarks>
public abstract class GlobalAvgPool : LinearPool
{
    private protected GlobalAvgPool(int spatialRank)
        : base(spatialRank, window: null)
    {
    }

    /// <inheritdoc cref="AvgPool.IntegerRounding"/>
    public IntegerRounding IntegerRounding
    {
        get;
        init => field = MeanOperator.Require(value);
    }

    internal override string Name => "global-avg";

    internal override PoolOperator Operator => MeanOperator.Of(IntegerRounding, wholePlane: true);
}

/// <summary>Global max pooling: the greatest element of each channel's plane; each spatial axis of the output has length 1.</summary>
/// <remarks>Exact; ties and NaN as in <see cref="MaxPool"/>. PyTorch: <c>AdaptiveMaxPool1d/2d/3d(1)</c>; ONNX: <c>GlobalMaxPool</c>; Keras: <c>GlobalMaxPooling</c> with <c>keepdims</c>.</remarks>
public abstract class GlobalMaxPool : IndexedPool
{
    private protected GlobalMaxPool(int spatialRank)
        : base(spatialRank, window: null)
    {
    }

    internal override string Name => "global-max";

    internal override PoolOperator Operator => ExtremeOperator<Greatest>.Instance;

    internal override PoolOperator IndexedOperator => ArgExtremeOperator<Greatest>.Instance;
}

/// <summary>The mean of each channel: C×L to C×1, N×C×L to N×C×1.</summary>
/// <inheritdoc cref="GlobalAvgPool"/>
public sealed class GlobalAvgPool1d() : GlobalAvgPool(1);

/// <summary>The mean of each channel: C×H×W to C×1×1, N×C×H×W to N×C×1×1.</summary>
/// <inheritdoc cref="GlobalAvgPool"/>
public sealed class GlobalAvgPool2d() : GlobalAvgPool(2);

/// <summary>The mean of each channel: C×D×H×W to C×1×1×1, N×C×D×H×W to N×C×1×1×1.</summary>
/// <inheritdoc cref="GlobalAvgPool"/>
public sealed class GlobalAvgPool3d() : GlobalAvgPool(3);

/// <summary>The greatest element of each channel: C×L to C×1, N×C×L to N×C×1.</summary>
/// <inheritdoc cref="GlobalMaxPool"/>
public sealed class GlobalMaxPool1d() : GlobalMaxPool(1);

/// <summary>The greatest element of each channel: C×H×W to C×1×1, N×C×H×W to N×C×1×1.</summary>
/// <inheritdoc cref="GlobalMaxPool"/>
public sealed class GlobalMaxPool2d() : GlobalMaxPool(2);

/// <summary>The greatest element of each channel: C×D×H×W to C×1×1×1, N×C×D×H×W to N×C×1×1×1.</summary>
/// <inheritdoc cref="GlobalMaxPool"/>
public sealed class GlobalMaxPool3d() : GlobalMaxPool(3);
