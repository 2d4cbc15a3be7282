using System.Numerics.Tensors;

namespace Cenote;

/// <summary>A pooling layer whose outputs are weighted sums of their taps, the weights the same whatever the input: averages, sums, blurs.</summary>
/// <remarks>
/// The gradient of such a layer needs no input, only its shape; and the gradient of the gradient is the layer itself: the second-order gradient
/// with respect to <c>gradient</c> is <c>Forward</c> of the gradient that arrives at the result of <c>Backward</c>.
/// </remarks>
public abstract class LinearPool : PoolLayer
{
    private protected LinearPool(int spatialRank, WindowOptions? window)
        : base(spatialRank, window)
    {
    }

    internal virtual PoolOperator GradientOperator => MeanGradient.Instance;

    /// <summary>The gradient with respect to the input: each input gets the sum, over the windows that read it, of their gradient over their divisor (of a blur, times its weight).</summary>
    /// <remarks>
    /// <para>Each gradient is divided once, by the divisor of the forward pass, and the quotients are added in the windows' row-major order up to 256 windows per input (bit-equal to
    /// PyTorch in float and double), beyond within k·ε. Half and <see cref="BFloat16"/> add in float and round once. NaN and infinities propagate. Windows without a tap give nothing to anyone.</para>
    /// <para>PyTorch: the backward of <c>AvgPool1d/2d/3d</c> and <c>AdaptiveAvgPool1d/2d/3d(1)</c>.</para>
    /// </remarks>
    /// <typeparam name="T">float, double, Half or <see cref="BFloat16"/>.</typeparam>
    /// <param name="gradient">The gradient with respect to the output, of the output's shape; any strides.</param>
    /// <param name="inputShape">The shape of the input, N×C×spatial or C×spatial.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>A new tensor of <paramref name="inputShape"/> in the gradient's memory order.</returns>
    /// <exception cref="ArgumentException">The input's shape does not suit the layer, the gradient has not the shape of its output, or the result is larger than one array.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> has no gradients.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Layer.MaxDegreeOfParallelism"/> was not set, and CENOTE_NUM_THREADS holds no number of threads.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor<T> Backward<T>(Tensor<T> gradient, ReadOnlySpan<nint> inputShape, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(gradient);
        return Backward(gradient.AsReadOnlyTensorSpan(), inputShape, progress, cancellationToken);
    }

    /// <inheritdoc cref="Backward{T}(Tensor{T}, ReadOnlySpan{nint}, IProgress{double}, CancellationToken)"/>
    public Tensor<T> Backward<T>(in ReadOnlyTensorSpan<T> gradient, ReadOnlySpan<nint> inputShape, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ElementTypes.OfGradient<T>();
        PoolPlan plan = Plan(inputShape);
        Require.Shape(nameof(gradient), gradient.Lengths, plan.OutputShape, plan);
        Tensor<T> result = Allocate<T>("inputGradient", inputShape, gradient.Lengths, gradient.Strides);
        Backward(gradient, result.AsTensorSpan(), progress, cancellationToken);
        return result;
    }

    /// <param name="gradient">The gradient with respect to the output, of the output's shape; any strides.</param>
    /// <param name="inputGradient">Written: the gradient with respect to the input, of its shape; any strides that give each element a place of its own; shares no memory with <paramref name="gradient"/>.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call; the result is then partly written.</param>
    /// <exception cref="ArgumentException">The shape of <paramref name="inputGradient"/> does not suit the layer, <paramref name="gradient"/> has not the shape of its output, or memory is shared. Nothing has been written.</exception>
    /// <inheritdoc cref="Backward{T}(Tensor{T}, ReadOnlySpan{nint}, IProgress{double}, CancellationToken)"/>
    public void Backward<T>(Tensor<T> gradient, Tensor<T> inputGradient, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(inputGradient);
        Backward(gradient.AsReadOnlyTensorSpan(), inputGradient.AsTensorSpan(), progress, cancellationToken);
    }

    /// <inheritdoc cref="Backward{T}(Tensor{T}, Tensor{T}, IProgress{double}, CancellationToken)"/>
    public unsafe void Backward<T>(in ReadOnlyTensorSpan<T> gradient, in TensorSpan<T> inputGradient, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ElementType type = ElementTypes.OfGradient<T>();
        PoolPlan plan = Plan(inputGradient.Lengths);
        Require.Shape(nameof(gradient), gradient.Lengths, plan.OutputShape, plan);
        fixed (T* from = &gradient.GetPinnableReference(), to = &inputGradient.GetPinnableReference())
        {
            Require.Apart(nameof(inputGradient), new((nuint)to, sizeof(T), inputGradient.Lengths, inputGradient.Strides), nameof(gradient), new((nuint)from, sizeof(T), gradient.Lengths, gradient.Strides));
            PoolJob job = PoolJob.Of(plan.Transposed, from, TensorLayout.Of(gradient.Strides, SpatialRank), to, TensorLayout.Of(inputGradient.Strides, SpatialRank), cancellationToken);
            Run(GradientOperator, type, job, progress);
        }
    }

    /// <summary>The gradient of the real positions.</summary>
    internal unsafe Tensor<T> BackwardMasked<T>(Tensor<T> gradient, ReadOnlySpan<nint> inputShape, PoolMask mask, IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(mask);
        ElementTypes.OfGradient<T>();
        PoolPlan plan = Plan(inputShape);
        Require.Shape(nameof(gradient), gradient.Lengths, plan.OutputShape, plan);
        PlanePositions[] positions = mask.Positions(plan);
        Tensor<T> result = Allocate<T>("inputGradient", inputShape, gradient.Lengths, gradient.Strides);
        fixed (T* from = &gradient.GetPinnableReference(), to = &result.GetPinnableReference())
        {
            PoolJob job = PoolJob.Of(plan.Transposed, from, TensorLayout.Of(gradient.Strides, SpatialRank), to, TensorLayout.Of(result.Strides, SpatialRank), cancellation);
            Run(new MaskedKernel<T>(GradientOperator, positions, isGradient: true), job, progress);
        }

        return result;
    }
}
