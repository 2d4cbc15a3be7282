using System.Numerics.Tensors;

namespace Cenote;

public abstract partial class BlockReduce
{
    /// <summary>Reduces a tensor whose elements have weights: Σ w·x / Σ w for means, Σ w·x for sums.</summary>
    /// <remarks>
    /// Sums are double. An element of weight 0 takes no part, whatever it is, so that a mask is weights of 0 and 1; padded elements take none either. Outputs with fewer than <see cref="MinCount"/> others are missing.
    /// xarray: <c>weighted</c>.
    /// </remarks>
    /// <typeparam name="T">The element type.</typeparam>
    /// <typeparam name="TWeight">float or double.</typeparam>
    /// <param name="input">N×C×spatial or C×spatial, any strides.</param>
    /// <param name="weights">Of the input's shape, any strides: with a stride of 0 one weight serves a whole axis.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>The reduced tensor, with as many axes as the input, in its memory order.</returns>
    /// <exception cref="ArgumentException">The shape does not suit the layer (see <see cref="PoolLayer.Plan"/>), the weights have another, or the output is larger than one array.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot be pooled, <typeparamref name="TWeight"/> is neither float nor double, or the method neither mean nor sum.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Layer.MaxDegreeOfParallelism"/> was not set, and CENOTE_NUM_THREADS holds no number of threads.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor<T> ForwardWeighted<T, TWeight>(Tensor<T> input, Tensor<TWeight> weights, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
        where TWeight : unmanaged
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(weights);
        ElementTypes.Of<T>();
        Tensor<T> output = Allocate<T>("output", Plan(input.Lengths).OutputShape, input.Lengths, input.Strides);
        ForwardWeighted<T, TWeight>(input.AsReadOnlyTensorSpan(), weights.AsReadOnlyTensorSpan(), output.AsTensorSpan(), progress, cancellationToken);
        return output;
    }

    /// <param name="input">N×C×spatial or C×spatial, any strides.</param>
    /// <param name="weights">Of the input's shape, any strides: with a stride of 0 one weight serves a whole axis.</param>
    /// <param name="output">Of the plan's output shape, any strides that give each element a place of its own; shares no memory with the others.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call; the output is then partly written.</param>
    /// <exception cref="ArgumentException">A shape does not suit the layer or the others, or memory is shared. Nothing has been written.</exception>
    /// <inheritdoc cref="ForwardWeighted{T, TWeight}(Tensor{T}, Tensor{TWeight}, IProgress{double}, CancellationToken)"/>
    public unsafe void ForwardWeighted<T, TWeight>(in ReadOnlyTensorSpan<T> input, in ReadOnlyTensorSpan<TWeight> weights, in TensorSpan<T> output, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
        where TWeight : unmanaged
    {
        ElementType type = ElementTypes.Of<T>();
        RequireSums<TWeight>();
        PoolPlan plan = Plan(input.Lengths);
        Require.Shape(nameof(weights), weights.Lengths, plan.InputShape, plan);
        Require.Shape(nameof(output), output.Lengths, plan.OutputShape, plan);
        fixed (T* from = &input.GetPinnableReference(), to = &output.GetPinnableReference())
        fixed (TWeight* by = &weights.GetPinnableReference())
        {
            MemoryRegion target = new((nuint)to, sizeof(T), output.Lengths, output.Strides);
            Require.Apart(nameof(output), target, nameof(input), new((nuint)from, sizeof(T), input.Lengths, input.Strides));
            Require.Beside(nameof(output), target, nameof(weights), new((nuint)by, sizeof(TWeight), weights.Lengths, weights.Strides));
            BlockWeights blockWeights = new(by, sizeof(TWeight), TensorLayout.Of(weights.Strides, SpatialRank));
            var job = PoolJob.Of(plan, from, TensorLayout.Of(input.Strides, SpatialRank), to, TensorLayout.Of(output.Strides, SpatialRank), cancellationToken);
            RunBlocks(BlockReducer.Use<PoolKernel, Weighted>(this, type, new(this, blockWeights)), job, progress);
        }
    }

    /// <summary>The gradient of a mean or a sum with respect to the input: to each element of data its share of its block's gradient, to all others 0.</summary>
    /// <remarks>A mean's share is the gradient over the count of data, divided in double and rounded once. PyTorch: the backward of <c>AvgPool1d/2d/3d</c>, which knows data only.</remarks>
    /// <typeparam name="T">float, double, Half or <see cref="BFloat16"/>.</typeparam>
    /// <param name="gradient">The gradient with respect to the output, of the output's shape; any strides.</param>
    /// <param name="input">The input of the forward pass, any strides.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>A new tensor of the input's shape in the gradient's memory order.</returns>
    /// <exception cref="ArgumentException">The input's shape does not suit the layer, the gradient has not the shape of its output, or the result is larger than one array.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> has no gradients, or the method is neither mean nor sum: <see cref="MaxPool"/> has the gradient of a maximum.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Layer.MaxDegreeOfParallelism"/> was not set, and CENOTE_NUM_THREADS holds no number of threads.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor<T> Backward<T>(Tensor<T> gradient, Tensor<T> input, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged => Backward<T, double>(gradient, input, null, progress, cancellationToken);

    /// <summary>The gradient of <see cref="ForwardWeighted{T, TWeight}(Tensor{T}, Tensor{TWeight}, IProgress{double}, CancellationToken)"/> with respect to the input: w / Σ w of the block's gradient for a mean, w for a sum.</summary>
    /// <typeparam name="T">float, double, Half or <see cref="BFloat16"/>.</typeparam>
    /// <typeparam name="TWeight">float or double.</typeparam>
    /// <param name="gradient">The gradient with respect to the output, of the output's shape; any strides.</param>
    /// <param name="input">The input of the forward pass, any strides.</param>
    /// <param name="weights">The weights of the forward pass.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>A new tensor of the input's shape in the gradient's memory order.</returns>
    /// <inheritdoc cref="Backward{T}(Tensor{T}, Tensor{T}, IProgress{double}, CancellationToken)"/>
    public Tensor<T> BackwardWeighted<T, TWeight>(Tensor<T> gradient, Tensor<T> input, Tensor<TWeight> weights, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
        where TWeight : unmanaged
    {
        ArgumentNullException.ThrowIfNull(weights);
        return Backward(gradient, input, weights, progress, cancellationToken);
    }

    private unsafe Tensor<T> Backward<T, TWeight>(Tensor<T> gradient, Tensor<T> input, Tensor<TWeight>? weights, IProgress<double>? progress, CancellationToken cancellationToken)
        where T : unmanaged
        where TWeight : unmanaged
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(input);
        ElementType type = ElementTypes.OfGradient<T>();
        RequireSums<TWeight>();
        PoolPlan plan = Plan(input.Lengths);
        Require.Shape(nameof(gradient), gradient.Lengths, plan.OutputShape, plan);
        if (weights is not null) Require.Shape(nameof(weights), weights.Lengths, plan.InputShape, plan);
        Tensor<T> result = Allocate<T>("inputGradient", plan.InputShape, gradient.Lengths, gradient.Strides);
        TensorSpan<T> to = result.AsTensorSpan();
        fixed (T* gradients = &gradient.AsReadOnlyTensorSpan().GetPinnableReference(), inputs = &input.AsReadOnlyTensorSpan().GetPinnableReference(), results = &to.GetPinnableReference())
        fixed (TWeight* by = weights is null ? default : weights.AsReadOnlyTensorSpan())
        {
            BlockWeights blockWeights = weights is null ? default : new(by, sizeof(TWeight), TensorLayout.Of(weights.Strides, SpatialRank));
            var memory = new SmoothMemory(gradients, TensorLayout.Of(gradient.Strides, SpatialRank), inputs, TensorLayout.Of(input.Strides, SpatialRank), results, TensorLayout.Of(to.Strides, SpatialRank));
            var job = PoolJob.Of(plan, inputs, memory.Inputs, results, memory.Results, cancellationToken);
            RunBlocks(BlockReducer.Use<PoolKernel, Gradient>(this, type, new(this, blockWeights, memory)), job, progress);
        }

        return result;
    }

    private void RunBlocks(PoolKernel kernel, in PoolJob job, IProgress<double>? progress)
    {
        job.Cancellation.ThrowIfCancellationRequested();
        if (job.Plan.OutputElements > 0) PlaneParallel.Run(kernel, job, MaxDegreeOfParallelism, progress);
        else progress?.Report(1);
    }

    private void RequireSums<TWeight>()
        where TWeight : unmanaged
    {
        if (typeof(TWeight) != typeof(float) && typeof(TWeight) != typeof(double)) throw new NotSupportedException($"weights of {ElementTypes.Name(ElementTypes.Of<TWeight>())} are not supported; they must be float32 or float64.");
        if (Method is not (Reduction.Mean or Reduction.Sum)) throw new NotSupportedException($"{this} has neither weights nor a gradient; a mean and a sum have.");
    }

    private readonly struct Weighted(BlockReduce layer, BlockWeights weights) : IBlockReducerUser<PoolKernel>
    {
        PoolKernel IBlockReducerUser<PoolKernel>.Use<T, TState, TReducer, TNumber>(TReducer reducer, TNumber number, MissingTaps<T> missing) => new WeightedKernel<T, TNumber>(layer, number, missing, weights);
    }

    private readonly struct Gradient(BlockReduce layer, BlockWeights weights, SmoothMemory memory) : IBlockReducerUser<PoolKernel>
    {
        PoolKernel IBlockReducerUser<PoolKernel>.Use<T, TState, TReducer, TNumber>(TReducer reducer, TNumber number, MissingTaps<T> missing) => new BlockGradient<T, TNumber>(layer, number, missing, weights, memory);
    }
}
