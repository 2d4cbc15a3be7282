using System.Numerics.Tensors;

namespace Cenote;

/// <summary>A pooling layer whose outputs are a smooth function of their taps' values: its gradient needs the input.</summary>
public abstract class SmoothPool : PoolLayer
{
    private protected SmoothPool(int spatialRank, WindowOptions? window)
        : base(spatialRank, window)
    {
    }

    private protected abstract SmoothGradient GradientOf(ElementType type, in SmoothMemory memory);

    /// <summary>The gradient with respect to the input: that of the layer's formula, tap by tap. Of norms it is 0 where a window's sum of powers is 0 (as in PyTorch), and for p = ∞ it goes to the first tap of the greatest magnitude.</summary>
    /// <remarks>Sums are added in float for Half and <see cref="BFloat16"/>, and rounded once. PyTorch: the backward of <c>LPPool1d/2d/3d</c>.</remarks>
    /// <typeparam name="T">float, double, Half or <see cref="BFloat16"/>.</typeparam>
    /// <param name="gradient">The gradient with respect to the output, of the output's shape; any strides.</param>
    /// <param name="input">The input of the forward pass, any strides.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>A new tensor of the input's shape in the gradient's memory order.</returns>
    /// <exception cref="ArgumentException">The input's shape does not suit the layer, the gradient has not the shape of its output, or the result is larger than one array.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> has no gradients.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Layer.MaxDegreeOfParallelism"/> was not set, and CENOTE_NUM_THREADS holds no number of threads.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor<T> Backward<T>(Tensor<T> gradient, Tensor<T> input, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(input);
        ElementTypes.OfGradient<T>();
        PoolPlan plan = Plan(input.Lengths);
        Require.Shape(nameof(gradient), gradient.Lengths, plan.OutputShape, plan);
        Tensor<T> result = Allocate<T>("inputGradient", plan.InputShape, gradient.Lengths, gradient.Strides);
        Backward(gradient.AsReadOnlyTensorSpan(), input.AsReadOnlyTensorSpan(), result.AsTensorSpan(), progress, cancellationToken);
        return result;
    }

    /// <param name="gradient">The gradient with respect to the output, of the output's shape; any strides.</param>
    /// <param name="input">The input of the forward pass, any strides.</param>
    /// <param name="inputGradient">Written: of the input's shape; any strides that give each element a place of its own; shares no memory with the others.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call; the result is then partly written.</param>
    /// <exception cref="ArgumentException">A shape does not suit the layer or the others, or memory is shared. Nothing has been written.</exception>
    /// <inheritdoc cref="Backward{T}(Tensor{T}, Tensor{T}, IProgress{double}, CancellationToken)"/>
    public unsafe void Backward<T>(in ReadOnlyTensorSpan<T> gradient, in ReadOnlyTensorSpan<T> input, in TensorSpan<T> inputGradient, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ElementType type = ElementTypes.OfGradient<T>();
        PoolPlan plan = Plan(input.Lengths);
        Require.Shape(nameof(gradient), gradient.Lengths, plan.OutputShape, plan);
        Require.Shape(nameof(inputGradient), inputGradient.Lengths, plan.InputShape, plan);
        fixed (T* from = &gradient.GetPinnableReference(), source = &input.GetPinnableReference(), to = &inputGradient.GetPinnableReference())
        {
            MemoryRegion target = new((nuint)to, sizeof(T), inputGradient.Lengths, inputGradient.Strides);
            Require.Apart(nameof(inputGradient), target, nameof(gradient), new((nuint)from, sizeof(T), gradient.Lengths, gradient.Strides));
            Require.Apart(nameof(inputGradient), target, nameof(input), new((nuint)source, sizeof(T), input.Lengths, input.Strides));
            var memory = new SmoothMemory(from, TensorLayout.Of(gradient.Strides, SpatialRank), source, TensorLayout.Of(input.Strides, SpatialRank), to, TensorLayout.Of(inputGradient.Strides, SpatialRank));
            GradientOf(type, memory).Run(plan, MaxDegreeOfParallelism, progress, cancellationToken);
        }
    }

    /// <summary>The gradient of the real positions, a sample at a time.</summary>
    internal unsafe Tensor<T> BackwardMasked<T>(Tensor<T> gradient, Tensor<T> input, PoolMask mask, IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(mask);
        ElementType type = ElementTypes.OfGradient<T>();
        PoolPlan plan = Plan(input.Lengths);
        Require.Shape(nameof(gradient), gradient.Lengths, plan.OutputShape, plan);
        PlanePositions[] positions = mask.Positions(plan);
        Tensor<T> result = Allocate<T>("inputGradient", plan.InputShape, gradient.Lengths, gradient.Strides);
        fixed (T* from = &gradient.GetPinnableReference(), source = &input.GetPinnableReference(), to = &result.GetPinnableReference())
        {
            TensorLayout gradients = TensorLayout.Of(gradient.Strides, SpatialRank);
            // Strides of axes of length 1 say nothing.
            PoolJob job = PoolJob.Of(plan.Transposed, from, gradients, to, TensorLayout.Of(result.Strides, SpatialRank), cancellation), reading = PoolJob.Of(plan, source, TensorLayout.Of(input.Strides, SpatialRank), from, gradients, cancellation);
            for (long n = 0; n < plan.Batch; n++)
            {
                using var taps = new PlaneCopy<T>(plan, source + n * reading.InputLayout.Batch, reading.InputLayout, plan.Channels, positions[n]);
                using var shares = new PlaneCopy<T>(plan, to + n * job.OutputLayout.Batch, job.OutputLayout, plan.Channels, positions[n]);
                taps.Gather();
                var memory = new SmoothMemory(from + n * job.InputLayout.Batch, job.InputLayout, taps.Start, taps.Layout, shares.Start, shares.Layout);
                if (positions[n].Count > 0) GradientOf(type, memory).Run(plan.Masked(plan.Channels, positions[n].Count), MaxDegreeOfParallelism, null, cancellation);
                shares.Scatter();
                progress?.Report((n + 1.0) / plan.Batch);
            }

            if (plan.Batch == 0) progress?.Report(1);
        }

        return result;
    }
}
