using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>A pooling layer whose outputs are each one tap of their window: it can say which, and a gradient goes to that tap alone.</summary>
public abstract class IndexedPool : PoolLayer
{
    private protected IndexedPool(int spatialRank, WindowOptions? window)
        : base(spatialRank, window)
    {
    }

    /// <summary>The operator that keeps the chosen taps' offsets beside their values.</summary>
    internal abstract PoolOperator IndexedOperator { get; }

    /// <summary>Room for the indices of one input shape, for <see cref="ForwardWithIndices{T}(Tensor{T}, Tensor{T}, PoolIndices, IProgress{double}, CancellationToken)"/> to fill again and again.</summary>
    /// <param name="inputShape">N×C×spatial or C×spatial lengths.</param>
    /// <returns>Indices of no meaning yet.</returns>
    /// <exception cref="ArgumentException">The shape does not suit the layer (see <see cref="PoolLayer.Plan"/>), or the indices are too many for one array.</exception>
    public PoolIndices CreateIndices(params ReadOnlySpan<nint> inputShape) => new(Plan(inputShape));

    /// <summary>Pools a tensor into a new one, and keeps which tap each window chose.</summary>
    /// <remarks>The values are those of <see cref="PoolLayer.Forward{T}(Tensor{T}, IProgress{double}, CancellationToken)"/>. The index of a NaN is that of the last one, of equal taps that of the first. PyTorch: <c>return_indices=True</c>.</remarks>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="input">N×C×spatial or C×spatial, any strides.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>The pooled tensor, in the input's memory order, and the indices.</returns>
    /// <inheritdoc cref="PoolLayer.Forward{T}(Tensor{T}, IProgress{double}, CancellationToken)"/>
    public (Tensor<T> Values, PoolIndices Indices) ForwardWithIndices<T>(Tensor<T> input, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(input);
        return ForwardWithIndices(input.AsReadOnlyTensorSpan(), progress, cancellationToken);
    }

    /// <inheritdoc cref="ForwardWithIndices{T}(Tensor{T}, IProgress{double}, CancellationToken)"/>
    public (Tensor<T> Values, PoolIndices Indices) ForwardWithIndices<T>(in ReadOnlyTensorSpan<T> input, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ElementTypes.Of<T>();
        PoolPlan plan = Plan(input.Lengths);
        var indices = new PoolIndices(plan);
        Tensor<T> output = Allocate<T>("output", plan.OutputShape, input.Lengths, input.Strides);
        ForwardWithIndices(input, output.AsTensorSpan(), indices, progress, cancellationToken);
        return (output, indices);
    }

    /// <summary>Pools a tensor into one that the caller owns, and keeps which tap each window chose in indices that the caller owns.</summary>
    /// <param name="input">N×C×spatial or C×spatial, any strides.</param>
    /// <param name="output">Of the plan's output shape, any strides that give each element a place of its own; shares no memory with the input.</param>
    /// <param name="indices">Written: what <see cref="CreateIndices"/> of this layer, or of one with the same windows, returned for the input's shape.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call; the output and the indices are then partly written.</param>
    /// <exception cref="ArgumentException">A shape does not suit the layer, the output has another shape, its elements share memory with each other or with the input, or the indices are of other windows. Nothing has been written.</exception>
    /// <inheritdoc cref="ForwardWithIndices{T}(Tensor{T}, IProgress{double}, CancellationToken)"/>
    public void ForwardWithIndices<T>(Tensor<T> input, Tensor<T> output, PoolIndices indices, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ForwardWithIndices(input.AsReadOnlyTensorSpan(), output.AsTensorSpan(), indices, progress, cancellationToken);
    }

    /// <inheritdoc cref="ForwardWithIndices{T}(Tensor{T}, Tensor{T}, PoolIndices, IProgress{double}, CancellationToken)"/>
    public unsafe void ForwardWithIndices<T>(in ReadOnlyTensorSpan<T> input, in TensorSpan<T> output, PoolIndices indices, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ElementType type = ElementTypes.Of<T>();
        PoolPlan plan = Plan(input.Lengths);
        Require.Shape(nameof(output), output.Lengths, plan.OutputShape, plan);
        Require.Windows(indices, plan);
        fixed (T* from = &input.GetPinnableReference(), to = &output.GetPinnableReference())
        fixed (byte* offsets = &indices.First)
        {
            Require.Apart(nameof(output), new((nuint)to, sizeof(T), output.Lengths, output.Strides), nameof(input), new((nuint)from, sizeof(T), input.Lengths, input.Strides));
            TensorLayout order = TensorLayout.Of(output.Strides, SpatialRank);
            // What may still refuse does so before the indices lose their meaning.
            _ = MaxDegreeOfParallelism;
            cancellationToken.ThrowIfCancellationRequested();
            indices.Layout = plan.DenseOutput(order);
            PoolJob job = PoolJob.Of(plan, from, TensorLayout.Of(input.Strides, SpatialRank), to, order, cancellationToken) with { Offsets = new(offsets, indices.BytesPerIndex, indices.Layout) };
            Run(IndexedOperator, type, job, progress);
        }
    }

    /// <summary>The gradient with respect to the input: each output's gradient goes to the tap that its window chose; an input that several windows chose gets the sum.</summary>
    /// <remarks>
    /// <para>Sums are added in the windows' row-major order, in the element's own type (bit-equal to PyTorch); Half and <see cref="BFloat16"/> add in float and round once.
    /// A window whose index is −1 gives nothing to anyone. PyTorch: the backward of <c>MaxPool1d/2d/3d</c>.</para>
    /// <para>The second-order gradient with respect to <paramref name="gradient"/> is <see cref="Gather{T}(Tensor{T}, PoolIndices, IProgress{double}, CancellationToken)"/> of the gradient that arrives at the result.</para>
    /// </remarks>
    /// <typeparam name="T">float, double, Half or <see cref="BFloat16"/>.</typeparam>
    /// <param name="gradient">The gradient with respect to the output, of the output's shape; any strides.</param>
    /// <param name="indices">What the forward pass chose.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>A new tensor of the input's shape in the gradient's memory order.</returns>
    /// <exception cref="ArgumentException">The indices are of other windows than this layer's, the gradient has another shape than they, or the result is larger than one array.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> has no gradients.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Layer.MaxDegreeOfParallelism"/> was not set, and CENOTE_NUM_THREADS holds no number of threads.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor<T> Backward<T>(Tensor<T> gradient, PoolIndices indices, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(gradient);
        return Backward(gradient.AsReadOnlyTensorSpan(), indices, progress, cancellationToken);
    }

    /// <inheritdoc cref="Backward{T}(Tensor{T}, PoolIndices, IProgress{double}, CancellationToken)"/>
    public Tensor<T> Backward<T>(in ReadOnlyTensorSpan<T> gradient, PoolIndices indices, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ElementTypes.OfGradient<T>();
        PoolPlan plan = PlanOf(indices);
        Require.Shape(nameof(gradient), gradient.Lengths, plan.OutputShape, plan);
        Tensor<T> result = Allocate<T>("inputGradient", plan.InputShape, gradient.Lengths, gradient.Strides);
        Backward(gradient, indices, result.AsTensorSpan(), progress, cancellationToken);
        return result;
    }

    /// <param name="gradient">The gradient with respect to the output, of the output's shape; any strides.</param>
    /// <param name="indices">What the forward pass chose.</param>
    /// <param name="inputGradient">Written: the gradient with respect to the input, of its shape; any strides that give each element a place of its own; shares no memory with <paramref name="gradient"/>.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call; the result is then partly written.</param>
    /// <exception cref="ArgumentException">The indices are of other windows than this layer's, a gradient has another shape than theirs, or memory is shared. Nothing has been written.</exception>
    /// <inheritdoc cref="Backward{T}(Tensor{T}, PoolIndices, IProgress{double}, CancellationToken)"/>
    public void Backward<T>(Tensor<T> gradient, PoolIndices indices, Tensor<T> inputGradient, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(inputGradient);
        Backward(gradient.AsReadOnlyTensorSpan(), indices, inputGradient.AsTensorSpan(), progress, cancellationToken);
    }

    /// <inheritdoc cref="Backward{T}(Tensor{T}, PoolIndices, Tensor{T}, IProgress{double}, CancellationToken)"/>
    public unsafe void Backward<T>(in ReadOnlyTensorSpan<T> gradient, PoolIndices indices, in TensorSpan<T> inputGradient, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ElementType type = ElementTypes.OfGradient<T>();
        PoolPlan plan = PlanOf(indices);
        Require.Shape(nameof(gradient), gradient.Lengths, plan.OutputShape, plan);
        Require.Shape(nameof(inputGradient), inputGradient.Lengths, plan.InputShape, plan);
        fixed (T* from = &gradient.GetPinnableReference(), to = &inputGradient.GetPinnableReference())
        fixed (byte* offsets = &indices.First)
        {
            Require.Apart(nameof(inputGradient), new((nuint)to, sizeof(T), inputGradient.Lengths, inputGradient.Strides), nameof(gradient), new((nuint)from, sizeof(T), gradient.Lengths, gradient.Strides));
            PoolJob job = PoolJob.Of(plan.Transposed, from, TensorLayout.Of(gradient.Strides, SpatialRank), to, TensorLayout.Of(inputGradient.Strides, SpatialRank), cancellationToken);
            Run(ChosenGradient.Instance, type, job with { Offsets = new(offsets, indices.BytesPerIndex, indices.Layout) }, progress);
        }
    }

    /// <summary>The gradient with respect to the input where no indices were kept: the forward pass is done again, some planes at a time. More time, less memory; the same bits.</summary>
    /// <param name="gradient">The gradient with respect to the output, of the output's shape; any strides.</param>
    /// <param name="input">The input of the forward pass, any strides.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <exception cref="ArgumentException">The input's shape does not suit the layer, the gradient has not the shape of its output, or the result is larger than one array.</exception>
    /// <inheritdoc cref="Backward{T}(Tensor{T}, PoolIndices, IProgress{double}, CancellationToken)"/>
    public Tensor<T> BackwardFromInput<T>(Tensor<T> gradient, Tensor<T> input, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(input);
        ElementTypes.OfGradient<T>();
        PoolPlan plan = Plan(input.Lengths);
        Require.Shape(nameof(gradient), gradient.Lengths, plan.OutputShape, plan);
        Tensor<T> result = Allocate<T>("inputGradient", plan.InputShape, gradient.Lengths, gradient.Strides);
        BackwardFromInput(gradient.AsReadOnlyTensorSpan(), input.AsReadOnlyTensorSpan(), result.AsTensorSpan(), progress, cancellationToken);
        return result;
    }

    /// <param name="gradient">The gradient with respect to the output, of the output's shape; any strides.</param>
    /// <param name="input">The input of the forward pass, any strides.</param>
    /// <param name="inputGradient">Written: of the input's shape; any strides that give each element a place of its own; shares no memory with the others.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call; the result is then partly written.</param>
    /// <exception cref="ArgumentException">A shape does not suit the layer or the others, or memory is shared. Nothing has been written.</exception>
    /// <inheritdoc cref="BackwardFromInput{T}(Tensor{T}, Tensor{T}, IProgress{double}, CancellationToken)"/>
    public unsafe void BackwardFromInput<T>(in ReadOnlyTensorSpan<T> gradient, in ReadOnlyTensorSpan<T> input, in TensorSpan<T> inputGradient, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
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
            TensorLayout gradients = TensorLayout.Of(gradient.Strides, SpatialRank), inputs = TensorLayout.Of(input.Strides, SpatialRank), results = TensorLayout.Of(inputGradient.Strides, SpatialRank);
            if (plan.OutputElements == 0) progress?.Report(1);
            var parts = new PlaneParts(plan, (sizeof(T) + OffsetMemory.SizeFor(plan.Taps)) * PlaneParts.Outputs(plan), inputs.Channel == 1);
            // Values that nobody asked for, and where they were.
            byte* values = (byte*)NativeMemory.Alloc((nuint)parts.Bytes);
            try
            {
                foreach (PlaneParts.Part part in parts)
                {
                    TensorLayout order = part.Plan.DenseOutput(inputs);
                    var offsets = new OffsetMemory(values + part.Plan.OutputElements * sizeof(T), OffsetMemory.SizeFor(plan.Taps), order);
                    PoolJob forward = PoolJob.Of(part.Plan, source + part.In(inputs), inputs, values, order, cancellationToken) with { Offsets = offsets, FirstPlane = part.N * plan.Channels + part.C };
                    Run(IndexedOperator, type, forward, null);
                    PoolJob backward = PoolJob.Of(part.Plan.Transposed, from + part.In(gradients), gradients, to + part.In(results), results, cancellationToken) with { Offsets = offsets };
                    Run(ChosenGradient.Instance, type, backward, null);
                    progress?.Report(part.Done);
                }
            }
            finally
            {
                NativeMemory.Free(values);
            }
        }
    }

    /// <summary>Reads a tensor at the chosen taps: for each output the element at its index, or 0 where the index is −1.</summary>
    /// <remarks>With the input itself these are the outputs again; with the gradient that arrives at the result of <c>Backward</c>, they are the second-order gradient with respect to its argument.</remarks>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="source">Of the shape of the input that the indices point into; any strides.</param>
    /// <param name="indices">What a forward pass chose.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>A new tensor of the output's shape in the source's memory order.</returns>
    /// <exception cref="ArgumentException">The indices are of other windows than this layer's, or the source has another shape than their input.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot be pooled.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Layer.MaxDegreeOfParallelism"/> was not set, and CENOTE_NUM_THREADS holds no number of threads.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor<T> Gather<T>(Tensor<T> source, PoolIndices indices, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source);
        ElementTypes.Of<T>();
        PoolPlan plan = PlanOf(indices);
        Require.Shape(nameof(source), source.Lengths, plan.InputShape, plan);
        Tensor<T> result = Allocate<T>("output", plan.OutputShape, source.Lengths, source.Strides);
        Gather(source.AsReadOnlyTensorSpan(), indices, result.AsTensorSpan(), progress, cancellationToken);
        return result;
    }

    /// <param name="source">Of the shape of the input that the indices point into; any strides.</param>
    /// <param name="indices">What a forward pass chose.</param>
    /// <param name="output">Written: of the output's shape; any strides that give each element a place of its own; shares no memory with <paramref name="source"/>.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call; the output is then partly written.</param>
    /// <exception cref="ArgumentException">The indices are of other windows than this layer's, a shape is another than theirs, or memory is shared. Nothing has been written.</exception>
    /// <inheritdoc cref="Gather{T}(Tensor{T}, PoolIndices, IProgress{double}, CancellationToken)"/>
    public unsafe void Gather<T>(in ReadOnlyTensorSpan<T> source, PoolIndices indices, in TensorSpan<T> output, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ElementType type = ElementTypes.Of<T>();
        PoolPlan plan = PlanOf(indices);
        Require.Shape(nameof(source), source.Lengths, plan.InputShape, plan);
        Require.Shape(nameof(output), output.Lengths, plan.OutputShape, plan);
        fixed (T* from = &source.GetPinnableReference(), to = &output.GetPinnableReference())
        fixed (byte* offsets = &indices.First)
        {
            Require.Apart(nameof(output), new((nuint)to, sizeof(T), output.Lengths, output.Strides), nameof(source), new((nuint)from, sizeof(T), source.Lengths, source.Strides));
            PoolJob job = PoolJob.Of(plan, from, TensorLayout.Of(source.Strides, SpatialRank), to, TensorLayout.Of(output.Strides, SpatialRank), cancellationToken);
            Run(GatherOperator.Instance, type, job with { Offsets = new(offsets, indices.BytesPerIndex, indices.Layout) }, progress);
        }
    }

    /// <summary>The real positions of each sample, and which was chosen.</summary>
    internal (Tensor<T> Values, PoolIndices Indices) ForwardMaskedWithIndices<T>(Tensor<T> input, PoolMask mask, IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged
    {
        ElementTypes.Of<T>();
        PoolPlan plan = Plan(input.Lengths);
        var indices = new PoolIndices(plan.WithRoomForNone);
        Tensor<T> output = Allocate<T>("output", plan.OutputShape, input.Lengths, input.Strides);
        ForwardMasked(input.AsReadOnlyTensorSpan(), mask, output.AsTensorSpan(), IndexedOperator, indices, progress, cancellation);
        return (output, indices);
    }

    /// <summary>This layer's plan for the input that the indices point into.</summary>
    /// <exception cref="ArgumentException">The indices are of other windows.</exception>
    private PoolPlan PlanOf(PoolIndices indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        // A layer sees the last batch, or another network's input, in turn: the indices keep the plan.
        if (ReferenceEquals(indices.Plan.Layer, this)) return indices.Plan;
        if (indices.Plan.SpatialRank != SpatialRank) throw new ArgumentException($"indices are those of {indices.Plan}, which has {indices.Plan.SpatialRank} spatial axes; {this} has {SpatialRank}.", nameof(indices));
        PoolPlan plan = Plan(indices.InputShape);
        Require.Windows(indices, plan);
        return plan;
    }
}
