using System.Numerics.Tensors;

namespace Cenote;

/// <summary>Generalised-mean pooling, over windows or whole planes: each output is (Σ max(x, ε)^p / count)^(1/p) over the taps inside the input.</summary>
/// <remarks>
/// <para>p = 1 is the average of positive numbers, and with growing p the mean approaches the maximum. Taps below <see cref="Epsilon"/> count as ε, and get no gradient. A window without a tap gives 0. NaN propagates.
/// float and double sum in their own precision, Half and <see cref="BFloat16"/> in float; whole planes of all but double in double. One rounding in the end.</para>
/// <para>p is fixed in a layer; to learn it, take <see cref="NormTypeGradient{T}(Tensor{T}, Tensor{T}, IProgress{double}, CancellationToken)"/>, step, and make another layer: that costs nothing.</para>
/// <para>F. Radenović, G. Tolias, O. Chum: Fine-tuning CNN image retrieval with no human annotation, TPAMI 2019, where p begins at 3.</para>
/// </remarks>
public abstract class GeneralizedMeanPool : NormPool
{
    private protected GeneralizedMeanPool(int spatialRank, double normType, WindowOptions? window)
        : base(spatialRank, normType, window)
    {
        if (!double.IsFinite(normType)) throw new ArgumentOutOfRangeException(nameof(normType), $"normType is {normType}; it must be a finite number other than 0.");
    }

    /// <summary>What lesser taps count as; greater than 0; 10⁻⁶ by default, as in the paper's code.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is no finite number greater than 0.</exception>
    public double Epsilon
    {
        get;
        init => field = value > 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(Epsilon), $"Epsilon is {value}; it must be a finite number greater than 0.");
    }
    = 1e-6;

    private protected override LpNorm Norm => new(NormType, IsTrue: false, Taps: 1, Least: Epsilon);

    /// <summary>The gradient with respect to p, summed over all outputs: Σ dL/dy · y · (Σ x^p·ln x / (p·Σ x^p) − ln(mean x^p) / p²), with x no less than ε.</summary>
    /// <remarks>Computed and added in double; the same bits for any number of threads.</remarks>
    /// <typeparam name="T">float, double, Half or <see cref="BFloat16"/>.</typeparam>
    /// <param name="gradient">The gradient with respect to the output, of the output's shape; any strides.</param>
    /// <param name="input">The input of the forward pass, any strides.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>dL/dp.</returns>
    /// <inheritdoc cref="SmoothPool.Backward{T}(Tensor{T}, Tensor{T}, IProgress{double}, CancellationToken)" path="/exception"/>
    public double NormTypeGradient<T>(Tensor<T> gradient, Tensor<T> input, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(input);
        return NormTypeGradient(gradient.AsReadOnlyTensorSpan(), input.AsReadOnlyTensorSpan(), progress, cancellationToken);
    }

    /// <inheritdoc cref="NormTypeGradient{T}(Tensor{T}, Tensor{T}, IProgress{double}, CancellationToken)"/>
    public unsafe double NormTypeGradient<T>(in ReadOnlyTensorSpan<T> gradient, in ReadOnlyTensorSpan<T> input, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ElementType type = ElementTypes.OfGradient<T>();
        PoolPlan plan = Plan(input.Lengths);
        Require.Shape(nameof(gradient), gradient.Lengths, plan.OutputShape, plan);
        DoubleDouble sum = default;
        fixed (T* from = &gradient.GetPinnableReference(), source = &input.GetPinnableReference())
        {
            PoolJob job = PoolJob.Of(plan, source, TensorLayout.Of(input.Strides, SpatialRank), &sum, default, cancellationToken);
            TensorLayout gradients = TensorLayout.Of(gradient.Strides, SpatialRank);
            PoolKernel kernel = type switch
            {
                ElementType.Single => new ExponentGradient<float, DoubleMean>(Norm, (float*)from, gradients),
                ElementType.Double => new ExponentGradient<double, DoubleMean>(Norm, (double*)from, gradients),
                ElementType.Half => new ExponentGradient<Half, DoubleMean>(Norm, (Half*)from, gradients),
                _ => new ExponentGradient<BFloat16, DoubleMean>(Norm, (BFloat16*)from, gradients),
            };
            if (plan.OutputElements > 0) PlaneParallel.Run(kernel, job, MaxDegreeOfParallelism, progress);
            else progress?.Report(1);
        }

        return sum.High + sum.Low;
    }
}

/// <summary>Generalised-mean pooling over sliding windows.</summary>
/// <inheritdoc cref="GeneralizedMeanPool"/>
public abstract class GeMPool : GeneralizedMeanPool
{
    private protected GeMPool(int spatialRank, double normType, Spatial kernelSize, Spatial? stride, bool ceilMode, Padding padding, Spatial? dilation)
        : base(spatialRank, normType, new() { Kernel = kernelSize, Stride = stride, Padding = padding, Dilation = dilation ?? 1, CeilMode = ceilMode })
    {
    }

    /// <summary>The window's options as given.</summary>
    public WindowOptions Options => SlidingWindow!;

    internal override string Name => "gem";
}

/// <summary>Global generalised-mean pooling: one number per channel; each spatial axis of the output has length 1.</summary>
/// <inheritdoc cref="GeneralizedMeanPool"/>
public abstract class GlobalGeMPool : GeneralizedMeanPool, IGlobalPool
{
    private protected GlobalGeMPool(int spatialRank, double normType)
        : base(spatialRank, normType, window: null)
    {
    }

    internal override string Name => "global-gem";
}

/// <summary>Generalised-mean pooling along one axis: C×L or N×C×L.</summary>
/// <param name="normType">The exponent p, any finite number but 0.</param>
/// <param name="kernelSize">Taps per window; at least 1.</param>
/// <param name="stride">The step between windows; at least 1; the kernel where null.</param>
/// <param name="ceilMode">Whether the output size rounds up.</param>
/// <param name="padding">Taps outside the input; each side at most (kernelSize − 1)·dilation.</param>
/// <param name="dilation">The distance between the taps of a window; at least 1.</param>
/// <exception cref="ArgumentException">A parameter has more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <inheritdoc cref="GeMPool"/>
public sealed class GeMPool1d(double normType, Spatial kernelSize, Spatial? stride = null, bool ceilMode = false, Padding padding = default, Spatial? dilation = null)
    : GeMPool(1, normType, kernelSize, stride, ceilMode, padding, dilation);

/// <summary>Generalised-mean pooling along two axes: C×H×W or N×C×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (height, width); at least 1.</param>
/// <inheritdoc cref="GeMPool1d"/>
public sealed class GeMPool2d(double normType, Spatial kernelSize, Spatial? stride = null, bool ceilMode = false, Padding padding = default, Spatial? dilation = null)
    : GeMPool(2, normType, kernelSize, stride, ceilMode, padding, dilation);

/// <summary>Generalised-mean pooling along three axes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (depth, height, width); at least 1.</param>
/// <inheritdoc cref="GeMPool1d"/>
public sealed class GeMPool3d(double normType, Spatial kernelSize, Spatial? stride = null, bool ceilMode = false, Padding padding = default, Spatial? dilation = null)
    : GeMPool(3, normType, kernelSize, stride, ceilMode, padding, dilation);

/// <summary>The generalised mean of each channel: C×L to C×1, N×C×L to N×C×1.</summary>
/// <param name="normType">The exponent p, any finite number but 0; 3 by default, where the paper begins.</param>
/// <exception cref="ArgumentOutOfRangeException">p is 0 or not finite.</exception>
/// <inheritdoc cref="GlobalGeMPool"/>
public sealed class GlobalGeMPool1d(double normType = 3) : GlobalGeMPool(1, normType);

/// <summary>The generalised mean of each channel: C×H×W to C×1×1, N×C×H×W to N×C×1×1.</summary>
/// <inheritdoc cref="GlobalGeMPool1d"/>
public sealed class GlobalGeMPool2d(double normType = 3) : GlobalGeMPool(2, normType);

/// <summary>The generalised mean of each channel: C×D×H×W to C×1×1×1, N×C×D×H×W to N×C×1×1×1.</summary>
/// <inheritdoc cref="GlobalGeMPool1d"/>
public sealed class GlobalGeMPool3d(double normType = 3) : GlobalGeMPool(3, normType);
