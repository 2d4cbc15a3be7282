namespace Cenote;

/// <summary>Power-average pooling: each output is the p-norm of its window.</summary>
/// <remarks>
/// <para>By default PyTorch's formula, (mean(x^p) · K)^(1/p) with K taps in a whole window: negative numbers keep their sign under odd p, so that a negative sum has no root and gives NaN; a window that
/// overhangs in ceil mode is scaled up to K. With <see cref="TrueNorm"/> the norm (Σ|x|^p)^(1/p) of the taps there are, which ONNX's <c>LpPool</c> means; its limit p = ∞ is the greatest magnitude.</para>
/// <para>float and double are summed in their own precision, Half and <see cref="BFloat16"/> in float and rounded once. Padding adds nothing to the sum. NaN propagates.</para>
/// <para>PyTorch: <c>torch.nn.LPPool1d/2d/3d</c> (which have neither padding nor dilation); ONNX: <c>LpPool</c>.</para>
/// </remarks>
public abstract class LpPool : NormPool
{
    private protected LpPool(int spatialRank, double normType, Spatial kernelSize, Spatial? stride, bool ceilMode, Padding padding, Spatial? dilation)
        : base(spatialRank, normType, new() { Kernel = kernelSize, Stride = stride, Padding = padding, Dilation = dilation ?? 1, CeilMode = ceilMode })
    {
    }

    /// <summary>The window's options as given.</summary>
    public WindowOptions Options => SlidingWindow!;

    /// <summary>Whether to give the norm (Σ|x|^p)^(1/p) of the taps there are; <see langword="false"/> by default: PyTorch's formula.</summary>
    /// <exception cref="ArgumentOutOfRangeException">p is negative.</exception>
    public bool TrueNorm
    {
        get;
        init
        {
            if (value && NormType < 0) throw new ArgumentOutOfRangeException(nameof(TrueNorm), $"TrueNorm is asked for and normType is {NormType}; a norm's must be greater than 0.");
            field = value;
        }
    }

    internal override string Name => "lp";

    internal override string OptionsText => base.OptionsText + (TrueNorm ? " true-norm" : "");

    private protected override bool CountsPadding => true;

    private protected override LpNorm Norm
    {
        get
        {
            double taps = 1;
            for (int axis = 0; axis < SpatialRank; axis++) taps *= Options.Kernel[axis];
            return new(NormType, TrueNorm, taps);
        }
    }
}

/// <summary>Global power-average pooling: the norm (Σ|x|^p)^(1/p) of each channel's plane; each spatial axis of the output has length 1.</summary>
/// <remarks>float and double are summed in their own precision, Half and <see cref="BFloat16"/> in float and rounded once; p = ∞ is the greatest magnitude. NaN propagates. ONNX: <c>GlobalLpPool</c>.</remarks>
public abstract class GlobalLpPool : NormPool, IGlobalPool
{
    private protected GlobalLpPool(int spatialRank, double normType)
        : base(spatialRank, normType, window: null)
    {
        if (normType < 0) throw new ArgumentOutOfRangeException(nameof(normType), $"normType is {normType}; a norm's must be greater than 0.");
    }

    internal override string Name => "global-lp";

    private protected override LpNorm Norm => new(NormType, IsTrue: true, Taps: 0);
}

/// <summary>Power-average pooling along one axis: C×L or N×C×L.</summary>
/// <param name="normType">The exponent p, any number but 0 and NaN.</param>
/// <param name="kernelSize">Taps per window; at least 1.</param>
/// <param name="stride">The step between windows; at least 1; the kernel where null.</param>
/// <param name="ceilMode">Whether the output size rounds up.</param>
/// <param name="padding">Taps outside the input; each side at most (kernelSize − 1)·dilation.</param>
/// <param name="dilation">The distance between the taps of a window; at least 1.</param>
/// <exception cref="ArgumentException">A parameter has more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <inheritdoc cref="LpPool"/>
public sealed class LpPool1d(double normType, Spatial kernelSize, Spatial? stride = null, bool ceilMode = false, Padding padding = default, Spatial? dilation = null)
    : LpPool(1, normType, kernelSize, stride, ceilMode, padding, dilation);

/// <summary>Power-average pooling along two axes: C×H×W or N×C×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (height, width); at least 1.</param>
/// <inheritdoc cref="LpPool1d"/>
public sealed class LpPool2d(double normType, Spatial kernelSize, Spatial? stride = null, bool ceilMode = false, Padding padding = default, Spatial? dilation = null)
    : LpPool(2, normType, kernelSize, stride, ceilMode, padding, dilation);

/// <summary>Power-average pooling along three axes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (depth, height, width); at least 1.</param>
/// <inheritdoc cref="LpPool1d"/>
public sealed class LpPool3d(double normType, Spatial kernelSize, Spatial? stride = null, bool ceilMode = false, Padding padding = default, Spatial? dilation = null)
    : LpPool(3, normType, kernelSize, stride, ceilMode, padding, dilation);

/// <summary>The p-norm of each channel: C×L to C×1, N×C×L to N×C×1.</summary>
/// <param name="normType">The exponent p, greater than 0; 2 by default, as in ONNX.</param>
/// <inheritdoc cref="GlobalLpPool"/>
public sealed class GlobalLpPool1d(double normType = 2) : GlobalLpPool(1, normType);

/// <summary>The p-norm of each channel: C×H×W to C×1×1, N×C×H×W to N×C×1×1.</summary>
/// <inheritdoc cref="GlobalLpPool1d"/>
public sealed class GlobalLpPool2d(double normType = 2) : GlobalLpPool(2, normType);

/// <summary>The p-norm of each channel: C×D×H×W to C×1×1×1, N×C×D×H×W to N×C×1×1×1.</summary>
/// <inheritdoc cref="GlobalLpPool1d"/>
public sealed class GlobalLpPool3d(double normType = 2) : GlobalLpPool(3, normType);
