using System.Numerics.Tensors;

namespace Cenote;

/// <summary>Global pooling of padded samples: only the real positions take part, and averages divide by their number.</summary>
/// <remarks>
/// The numbers are those of the layer over the real elements alone. Of a sample without a real position an average, a sum and a norm are 0, a maximum is −∞ or the smallest value of an integer type, a minimum +∞ or the largest, with the index −1. What lies in the padding does not matter, NaN included.
/// Keras: <c>GlobalAveragePooling1D</c> with a mask; the mean pooling of sentence embeddings.
/// </remarks>
public static class MaskedPooling
{
    /// <summary>Pools the real positions into a new tensor, which has the input's memory order.</summary>
    /// <typeparam name="TPool">The layer's type.</typeparam>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="pool">The layer.</param>
    /// <param name="input">N×C×spatial or C×spatial, any strides.</param>
    /// <param name="mask">Which positions are real, for each sample.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>One number per sample and channel; each spatial axis has length 1.</returns>
    /// <exception cref="ArgumentException">The shape does not suit the layer or the mask, or the output is larger than one array.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot be pooled.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Layer.MaxDegreeOfParallelism"/> was not set, and CENOTE_NUM_THREADS holds no number of threads.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Tensor<T> Forward<TPool, T>(this TPool pool, Tensor<T> input, PoolMask mask, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where TPool : PoolLayer, IGlobalPool
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(input);
        return pool.ForwardMasked(input, mask, progress, cancellationToken);
    }

    /// <summary>Pools the real positions into a tensor that the caller owns.</summary>
    /// <param name="pool">The layer.</param>
    /// <param name="input">N×C×spatial or C×spatial, any strides.</param>
    /// <param name="mask">Which positions are real, for each sample.</param>
    /// <param name="output">Of the plan's output shape, any strides that give each element a place of its own; shares no memory with the input.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call; the output is then partly written.</param>
    /// <inheritdoc cref="Forward{TPool, T}(TPool, Tensor{T}, PoolMask, IProgress{double}, CancellationToken)"/>
    public static void Forward<TPool, T>(this TPool pool, in ReadOnlyTensorSpan<T> input, PoolMask mask, in TensorSpan<T> output, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where TPool : PoolLayer, IGlobalPool
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(pool);
        pool.ForwardMasked(input, mask, output, pool.Operator, null, progress, cancellationToken);
    }

    /// <summary>Pools the real positions, and keeps which of them was chosen: −1 where a sample has none.</summary>
    /// <remarks>The gradient is the layer's own <c>Backward</c> with these indices: padding is never chosen, and gets none.</remarks>
    /// <returns>The values, and indices into the whole planes.</returns>
    /// <inheritdoc cref="Forward{TPool, T}(TPool, Tensor{T}, PoolMask, IProgress{double}, CancellationToken)"/>
    public static (Tensor<T> Values, PoolIndices Indices) ForwardWithIndices<TPool, T>(this TPool pool, Tensor<T> input, PoolMask mask, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where TPool : IndexedPool, IGlobalPool
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(input);
        return pool.ForwardMaskedWithIndices(input, mask, progress, cancellationToken);
    }

    /// <summary>The gradient of an average or a sum with respect to the input: each real position gets the gradient, over the number of real positions where it is an average; padding gets 0.</summary>
    /// <typeparam name="TPool">The layer's type.</typeparam>
    /// <typeparam name="T">float, double, Half or <see cref="BFloat16"/>.</typeparam>
    /// <param name="pool">The layer.</param>
    /// <param name="gradient">The gradient with respect to the output, of the output's shape; any strides.</param>
    /// <param name="inputShape">The shape of the input, N×C×spatial or C×spatial.</param>
    /// <param name="mask">The mask of the forward pass.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>A new tensor of <paramref name="inputShape"/> in the gradient's memory order.</returns>
    /// <inheritdoc cref="Forward{TPool, T}(TPool, Tensor{T}, PoolMask, IProgress{double}, CancellationToken)" path="/exception"/>
    public static Tensor<T> Backward<TPool, T>(this TPool pool, Tensor<T> gradient, ReadOnlySpan<nint> inputShape, PoolMask mask, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where TPool : LinearPool, IGlobalPool
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(gradient);
        return pool.BackwardMasked(gradient, inputShape, mask, progress, cancellationToken);
    }

    /// <summary>The gradient of a norm or a generalised mean with respect to the input: that of the real elements; padding gets 0.</summary>
    /// <param name="pool">The layer.</param>
    /// <param name="gradient">The gradient with respect to the output, of the output's shape; any strides.</param>
    /// <param name="input">The input of the forward pass, any strides.</param>
    /// <param name="mask">The mask of the forward pass.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>A new tensor of the input's shape in the gradient's memory order.</returns>
    /// <inheritdoc cref="Backward{TPool, T}(TPool, Tensor{T}, ReadOnlySpan{nint}, PoolMask, IProgress{double}, CancellationToken)"/>
    public static Tensor<T> Backward<TPool, T>(this TPool pool, Tensor<T> gradient, Tensor<T> input, PoolMask mask, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where TPool : SmoothPool, IGlobalPool
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(input);
        return pool.BackwardMasked(gradient, input, mask, progress, cancellationToken);
    }
}
