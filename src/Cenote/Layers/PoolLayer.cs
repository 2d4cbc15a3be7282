using System.Numerics.Tensors;

namespace Cenote;

/// <summary>A pooling layer: what every operator and rank shares. Immutable and safe to use from several threads at once.</summary>
/// <remarks>
/// Inputs are N×C×L, N×C×H×W or N×C×D×H×W, or the same without N, in memory of any order (row-major, channels-last, slices). The
/// element type is float, double, Half, <see cref="BFloat16"/> or any integer of 8 to 64 bits. Results have the same bits for any number of threads.
/// </remarks>
public abstract class PoolLayer : Layer
{
    // The last plan: a network calls a layer with the same shape again and again.
    private PoolPlan? _lastPlan;

    // The tensors of the last call and of one before it, likewise: two kinds that take turns leave no garbage.
    private CheckedShapes? _lastShapes, _shapesBefore;

    /// <param name="spatialRank">How many axes are pooled.</param>
    /// <param name="window">The window that slides; null for one window over everything.</param>
    private protected PoolLayer(int spatialRank, WindowOptions? window)
        : base(spatialRank)
    {
        window?.Validate(spatialRank);
        SlidingWindow = window;
    }

    /// <summary>The operator's name on the command line and in plans.</summary>
    internal abstract string Name { get; }

    /// <summary>The options in short, such as <c>k3 s2 p1</c>; empty where there are none.</summary>
    internal virtual string OptionsText => SlidingWindow?.ToText(SpatialRank) ?? "";

    /// <summary>The options of the window that slides; null for one window over everything.</summary>
    internal WindowOptions? SlidingWindow { get; }

    /// <summary>Whether the divisor of an average counts padded taps.</summary>
    private protected virtual bool CountsPadding => false;

    internal abstract PoolOperator Operator { get; }

    /// <summary>Binds the layer to an input shape, and so tells every size, window and divisor without data.</summary>
    /// <param name="inputShape">N×C×spatial or C×spatial lengths.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ArgumentException">The shape has the wrong number of axes, an empty axis other than the batch, too many elements, or an axis too small for one window.</exception>
    public PoolPlan Plan(params ReadOnlySpan<nint> inputShape)
    {
        PoolPlan? plan = _lastPlan;
        if (plan is null || !plan.InputShape.SequenceEqual(inputShape)) _lastPlan = plan = CreatePlan(inputShape);
        return plan;
    }

    /// <summary>Pools a tensor into a new one, which has the input's memory order (channels-last in, channels-last out).</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="input">N×C×spatial or C×spatial, any strides.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>The pooled tensor, with as many axes as the input.</returns>
    /// <exception cref="ArgumentException">The shape does not suit the layer (see <see cref="Plan"/>), or the output is larger than one array.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot be pooled.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Layer.MaxDegreeOfParallelism"/> was not set, and CENOTE_NUM_THREADS holds no number of threads.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor<T> Forward<T>(Tensor<T> input, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(input);
        return Forward(input.AsReadOnlyTensorSpan(), progress, cancellationToken);
    }

    /// <inheritdoc cref="Forward{T}(Tensor{T}, IProgress{double}, CancellationToken)"/>
    public Tensor<T> Forward<T>(in ReadOnlyTensorSpan<T> input, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ElementTypes.Of<T>();
        Tensor<T> output = Allocate<T>("output", Plan(input.Lengths).OutputShape, input.Lengths, input.Strides);
        Forward(input, output.AsTensorSpan(), progress, cancellationToken);
        return output;
    }

    /// <summary>Pools a tensor into one that the caller owns.</summary>
    /// <param name="input">N×C×spatial or C×spatial, any strides.</param>
    /// <param name="output">Of the plan's output shape, any strides that give each element a place of its own; shares no memory with the input.</param>
    /// <param name="cancellationToken">Stops a long call; the output is then partly written.</param>
    /// <exception cref="ArgumentException">A shape does not suit the layer, the output has another shape, its elements share memory with each other or with the input. Nothing has been written.</exception>
    /// <inheritdoc cref="Forward{T}(Tensor{T}, IProgress{double}, CancellationToken)"/>
    public void Forward<T>(Tensor<T> input, Tensor<T> output, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        Forward(input.AsReadOnlyTensorSpan(), output.AsTensorSpan(), progress, cancellationToken);
    }

    /// <inheritdoc cref="Forward{T}(Tensor{T}, Tensor{T}, IProgress{double}, CancellationToken)"/>
    public unsafe void Forward<T>(in ReadOnlyTensorSpan<T> input, in TensorSpan<T> output, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        CheckedShapes? shapes = _lastShapes;
        if (shapes is null || !shapes.Are(input.Lengths, input.Strides, output.Lengths, output.Strides))
        {
            shapes = _shapesBefore;
            if (shapes is null || !shapes.Are(input.Lengths, input.Strides, output.Lengths, output.Strides))
                shapes = new(Plan(input.Lengths), input.Lengths, input.Strides, output.Lengths, output.Strides);
            (_shapesBefore, _lastShapes) = (_lastShapes, shapes);
        }

        fixed (T* from = &input.GetPinnableReference(), to = &output.GetPinnableReference()) Run(ElementTypes.Of<T>(), shapes.At(from, to, cancellationToken), progress);
    }

    /// <summary>Pools row-major memory, for callers without tensors.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="plan">What this layer's <see cref="Plan"/> returned for the input's shape.</param>
    /// <param name="input">The input's elements, N×C×spatial, the last axis contiguous.</param>
    /// <param name="output">Room for the output's elements, in the same order.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call; the output is then partly written.</param>
    /// <exception cref="ArgumentException">The plan is of another layer, a span has the wrong length, or the spans overlap. Nothing has been written.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot be pooled.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Layer.MaxDegreeOfParallelism"/> was not set, and CENOTE_NUM_THREADS holds no number of threads.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public unsafe void Forward<T>(PoolPlan plan, ReadOnlySpan<T> input, Span<T> output, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (!ReferenceEquals(plan.Layer, this)) throw new ArgumentException($"plan {plan} was made by another layer; use what this layer's Plan returns.", nameof(plan));
        if (input.Length != plan.InputElements) throw new ArgumentException($"input has {input.Length} elements; {plan} reads {plan.InputElements}.", nameof(input));
        if (output.Length != plan.OutputElements) throw new ArgumentException($"output has {output.Length} elements; {plan} writes {plan.OutputElements}.", nameof(output));
        if (input.Overlaps(output)) throw new ArgumentException("output shares memory with input; pool into memory of its own.", nameof(output));
        fixed (T* from = input, to = output)
        {
            Run(
                plan,
                from,
                TensorLayout.RowMajor(plan.Channels, plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength),
                to,
                TensorLayout.RowMajor(plan.Channels, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength),
                progress,
                cancellationToken);
        }
    }

    /// <summary>The windows of one spatial axis.</summary>
    internal virtual AxisPlan PlanAxis(int axis, long length) => SlidingWindow is { } window
        ? AxisPlan.Sliding(length, window, axis, SpatialRank, CountsPadding)
        : AxisPlan.Global(length, WindowOptions.AxisName(axis, SpatialRank));

    /// <summary>The layer as it would be written.</summary>
    /// <returns>For example <c>MaxPool2d(k3 s2 p1)</c>.</returns>
    public override string ToString() => $"{GetType().Name}({OptionsText})";

    /// <summary>The real positions of each sample into a new tensor.</summary>
    internal Tensor<T> ForwardMasked<T>(Tensor<T> input, PoolMask mask, IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged
    {
        ElementTypes.Of<T>();
        Tensor<T> output = Allocate<T>("output", Plan(input.Lengths).OutputShape, input.Lengths, input.Strides);
        ForwardMasked(input.AsReadOnlyTensorSpan(), mask, output.AsTensorSpan(), Operator, null, progress, cancellation);
        return output;
    }

    /// <summary>The real positions of each sample, by an operator, and their indices where these are given.</summary>
    internal unsafe void ForwardMasked<T>(in ReadOnlyTensorSpan<T> input, PoolMask mask, in TensorSpan<T> output, PoolOperator @operator, PoolIndices? indices, IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(mask);
        PoolPlan plan = Plan(input.Lengths);
        Require.Shape(nameof(output), output.Lengths, plan.OutputShape, plan);
        PlanePositions[] positions = mask.Positions(plan);
        fixed (T* from = &input.GetPinnableReference(), to = &output.GetPinnableReference())
        fixed (byte* offsets = &(indices is null ? ref *(byte*)null : ref indices.First))
        {
            Require.Apart(nameof(output), new((nuint)to, sizeof(T), output.Lengths, output.Strides), nameof(input), new((nuint)from, sizeof(T), input.Lengths, input.Strides));
            PoolJob job = PoolJob.Of(plan, from, TensorLayout.Of(input.Strides, SpatialRank), to, TensorLayout.Of(output.Strides, SpatialRank), cancellation);
            if (indices is not null) job = job with { Offsets = new(offsets, indices.BytesPerIndex, indices.Layout) };
            Run(new MaskedKernel<T>(@operator, positions, isGradient: false), job, progress);
        }
    }

    private protected virtual PoolPlan CreatePlan(ReadOnlySpan<nint> inputShape) => new(this, inputShape);

    /// <summary>Runs a forward job.</summary>
    private protected virtual void Run(ElementType type, in PoolJob job, IProgress<double>? progress) => Run(Operator, type, job, progress);

    /// <summary>Runs the first kernel of an operator that takes the job.</summary>
    private protected void Run(PoolOperator @operator, ElementType type, in PoolJob job, IProgress<double>? progress) =>
        Run(job.Plan.OutputElements == 0 ? null : job.Plan.KernelFor(@operator, type, job), job, progress);

    /// <summary>Runs a kernel, or nothing where there is nothing to write.</summary>
    private protected void Run(PoolKernel? kernel, in PoolJob job, IProgress<double>? progress)
    {
        job.Cancellation.ThrowIfCancellationRequested();
        if (kernel is null || job.Plan.OutputElements == 0)
        {
            progress?.Report(1);
            return;
        }

        PlaneParallel.Run(kernel, job, MaxDegreeOfParallelism, progress);
    }

    private unsafe void Run<T>(PoolPlan plan, T* input, in TensorLayout from, T* output, in TensorLayout to, IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged =>
        Run(ElementTypes.Of<T>(), PoolJob.Of(plan, input, from, output, to, cancellation), progress);
}
