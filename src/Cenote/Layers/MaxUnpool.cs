using System.Numerics.Tensors;

namespace Cenote;

/// <summary>Max unpooling: puts each value back where a max pooling took it from, with zeros everywhere else.</summary>
/// <remarks>
/// <para>The output's size per axis is (L − 1)·stride − 2·padding + kernel, or any size given instead into which the indices fit: that of the pooling's input, if the pooling was dilated, or dropped elements at the end.</para>
/// <para>An index of −1 (a window without a tap) writes nothing. Where several values have the same index, as overlapping windows make them, the last in row-major order stays, as in PyTorch on one thread;
/// <c>Backward</c> is the true gradient of that: the value that stayed gets the gradient, the others 0 (PyTorch gives it to each of them).</para>
/// <para>PyTorch: <c>torch.nn.MaxUnpool1d/2d/3d</c>; ONNX: <c>MaxUnpool</c>.</para>
/// </remarks>
public abstract class MaxUnpool : Layer
{
    private protected MaxUnpool(int spatialRank, Spatial kernelSize, Spatial? stride, Padding padding)
        : base(spatialRank)
    {
        Options = new() { Kernel = kernelSize, Stride = stride, Padding = padding };
        Options.Validate(spatialRank);
        if (padding.Rule != PaddingRule.Explicit) throw new ArgumentException($"padding is {padding}; unpooling needs its numbers.", nameof(padding));
    }

    /// <summary>The window's options as given; they say how large the output is, unless a size is given.</summary>
    public WindowOptions Options { get; }

    /// <summary>The layer as it would be written.</summary>
    /// <returns>For example <c>MaxUnpool2d(k2 s2)</c>.</returns>
    public override string ToString() => $"{GetType().Name}({Options.ToText(SpatialRank)})";

    /// <summary>The output's shape: (L − 1)·stride − before − after + kernel per spatial axis, or the size given.</summary>
    /// <param name="inputShape">The shape of the values, N×C×spatial or C×spatial.</param>
    /// <param name="outputSize">The spatial lengths of the output; null for those of the formula.</param>
    /// <returns>N×C×spatial or C×spatial lengths.</returns>
    /// <exception cref="ArgumentException">The shape has the wrong number of axes or an empty one, or a length of the output would be less than 1.</exception>
    public nint[] OutputShape(ReadOnlySpan<nint> inputShape, Spatial? outputSize = null)
    {
        PoolPlan.RequireRank(inputShape, SpatialRank);
        for (int axis = inputShape.Length == SpatialRank + 2 ? 1 : 0; axis < inputShape.Length; axis++)
            if (inputShape[axis] < 1) throw new ArgumentException($"input is {PoolPlan.Text(inputShape)}; only the batch may be empty.", "input");
        if (outputSize is { } given && given.Rank != 1 && given.Rank != SpatialRank)
            throw new ArgumentException($"outputSize has {given.Rank} numbers; a {SpatialRank}-D layer takes 1 or {SpatialRank}.", nameof(outputSize));
        nint[] shape = inputShape.ToArray();
        for (int axis = 0; axis < SpatialRank; axis++)
        {
            int at = shape.Length - SpatialRank + axis;
            Int128 length = outputSize?[axis] ?? (Int128)(shape[at] - 1) * (Options.Stride ?? Options.Kernel)[axis] - Options.Padding.Before[axis] - Options.Padding.After[axis] + Options.Kernel[axis];
            string name = WindowOptions.AxisName(axis, SpatialRank);
            if (length < 1 || length > AxisPlan.MaxLength)
            {
                throw outputSize is null
                    ? new ArgumentException($"input {name} {shape[at]} would be unpooled to {length} by {this}; the output must be from 1 to 2^60: give an outputSize.", "input")
                    : new ArgumentException($"outputSize {name} is {length}; it must be at least 1.", nameof(outputSize));
            }

            shape[at] = (nint)(long)length;
        }

        return shape;
    }

    /// <summary>Unpools a tensor into a new one.</summary>
    /// <typeparam name="T">The element type, any that layers take.</typeparam>
    /// <param name="input">The values, N×C×spatial or C×spatial, any strides.</param>
    /// <param name="indices">Where the pooling took each value from: each returns to the same place along each axis.</param>
    /// <param name="outputSize">The spatial lengths of the output; null for (L − 1)·stride − 2·padding + kernel.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>A new tensor, in the input's memory order.</returns>
    /// <exception cref="ArgumentException">A shape does not suit the layer, the indices have another shape than the input, an index lies outside the output, or the output is larger than one array.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot be pooled.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Layer.MaxDegreeOfParallelism"/> was not set, and CENOTE_NUM_THREADS holds no number of threads.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor<T> Forward<T>(Tensor<T> input, PoolIndices indices, Spatial? outputSize = null, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(indices);
        RequireLike(input, indices.Shape);
        Tensor<T> output = AllocateOutput(input, outputSize);
        Forward(input.AsReadOnlyTensorSpan(), indices, output.AsTensorSpan(), progress, cancellationToken);
        return output;
    }

    /// <param name="input">The values, N×C×spatial or C×spatial, any strides.</param>
    /// <param name="indices">PyTorch's: the flat, row-major position of each value in its plane of the output, or −1 for nowhere; any strides.</param>
    /// <param name="outputSize">The spatial lengths of the output; null for (L − 1)·stride − 2·padding + kernel.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <inheritdoc cref="Forward{T}(Tensor{T}, PoolIndices, Spatial?, IProgress{double}, CancellationToken)"/>
    public Tensor<T> Forward<T>(Tensor<T> input, Tensor<long> indices, Spatial? outputSize = null, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(indices);
        RequireLike(input, indices.Lengths);
        Tensor<T> output = AllocateOutput(input, outputSize);
        Forward(input.AsReadOnlyTensorSpan(), indices.AsReadOnlyTensorSpan(), output.AsTensorSpan(), progress, cancellationToken);
        return output;
    }

    /// <summary>Unpools a tensor into one that the caller owns, whose spatial lengths are the output size.</summary>
    /// <param name="input">The values, N×C×spatial or C×spatial, any strides.</param>
    /// <param name="indices">Where the pooling took each value from.</param>
    /// <param name="output">Written: any spatial lengths into which the indices fit, any strides that give each element a place of its own; shares no memory with the input.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call; the output is then partly written.</param>
    /// <exception cref="ArgumentException">A shape does not suit the layer, the indices have another shape than the input, an index lies outside the output, or memory is shared. Nothing has been written.</exception>
    /// <inheritdoc cref="Forward{T}(Tensor{T}, PoolIndices, Spatial?, IProgress{double}, CancellationToken)"/>
    public unsafe void Forward<T>(in ReadOnlyTensorSpan<T> input, PoolIndices indices, in TensorSpan<T> output, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        UnpoolShape shape = Shape<T>(nameof(input), input.Lengths, nameof(output), output.Lengths, indices);
        fixed (byte* offsets = &indices.First)
        fixed (T* from = &input.GetPinnableReference(), to = &output.GetPinnableReference())
        {
            Require.Apart(nameof(output), new((nuint)to, sizeof(T), output.Lengths, output.Strides), nameof(input), new((nuint)from, sizeof(T), input.Lengths, input.Strides));
            var places = new CompactIndices(new(offsets, indices.BytesPerIndex, indices.Layout), new(indices.Plan, shape.OutDepths, shape.OutRows, shape.OutColumns));
            Unpool(shape, places, from, TensorLayout.Of(input.Strides, SpatialRank), to, TensorLayout.Of(output.Strides, SpatialRank), progress, cancellationToken);
        }
    }

    /// <param name="input">The values, N×C×spatial or C×spatial, any strides.</param>
    /// <param name="indices">PyTorch's: the flat, row-major position of each value in its plane of the output, or −1 for nowhere; any strides.</param>
    /// <param name="output">Written: any spatial lengths into which the indices fit, any strides that give each element a place of its own; shares no memory with the input.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call; the output is then partly written.</param>
    /// <inheritdoc cref="Forward{T}(in ReadOnlyTensorSpan{T}, PoolIndices, in TensorSpan{T}, IProgress{double}, CancellationToken)"/>
    public unsafe void Forward<T>(in ReadOnlyTensorSpan<T> input, in ReadOnlyTensorSpan<long> indices, in TensorSpan<T> output, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        UnpoolShape shape = Shape<T>(nameof(input), input.Lengths, nameof(output), output.Lengths, indices.Lengths);
        fixed (long* flat = &indices.GetPinnableReference())
        fixed (T* from = &input.GetPinnableReference(), to = &output.GetPinnableReference())
        {
            Require.Apart(nameof(output), new((nuint)to, sizeof(T), output.Lengths, output.Strides), nameof(input), new((nuint)from, sizeof(T), input.Lengths, input.Strides));
            Require.Apart(nameof(output), new((nuint)to, sizeof(T), output.Lengths, output.Strides), nameof(indices), new((nuint)flat, sizeof(long), indices.Lengths, indices.Strides));
            var places = new FlatIndices(flat, TensorLayout.Of(indices.Strides, SpatialRank));
            Unpool(shape, places, from, TensorLayout.Of(input.Strides, SpatialRank), to, TensorLayout.Of(output.Strides, SpatialRank), progress, cancellationToken);
        }
    }

    /// <summary>The gradient with respect to the values: that of the place where a value stayed; 0 for a value that went nowhere, or that a later one replaced.</summary>
    /// <typeparam name="T">The element type, any that layers take.</typeparam>
    /// <param name="gradient">The gradient with respect to the output, of its shape; any strides.</param>
    /// <param name="indices">Those of the forward call.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>A new tensor of the values' shape, in the gradient's memory order.</returns>
    /// <exception cref="ArgumentException">The shapes do not belong together, or an index lies outside the gradient.</exception>
    /// <inheritdoc cref="Forward{T}(Tensor{T}, PoolIndices, Spatial?, IProgress{double}, CancellationToken)"/>
    public Tensor<T> Backward<T>(Tensor<T> gradient, PoolIndices indices, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(indices);
        Tensor<T> result = AllocateGradient(gradient, indices.Shape);
        Backward(gradient.AsReadOnlyTensorSpan(), indices, result.AsTensorSpan(), progress, cancellationToken);
        return result;
    }

    /// <param name="gradient">The gradient with respect to the output, of its shape; any strides.</param>
    /// <param name="indices">PyTorch's, those of the forward call; any strides.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <inheritdoc cref="Backward{T}(Tensor{T}, PoolIndices, IProgress{double}, CancellationToken)"/>
    public Tensor<T> Backward<T>(Tensor<T> gradient, Tensor<long> indices, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(indices);
        Tensor<T> result = AllocateGradient(gradient, indices.Lengths);
        Backward(gradient.AsReadOnlyTensorSpan(), indices.AsReadOnlyTensorSpan(), result.AsTensorSpan(), progress, cancellationToken);
        return result;
    }

    /// <param name="gradient">The gradient with respect to the output, of its shape; any strides.</param>
    /// <param name="indices">Those of the forward call.</param>
    /// <param name="inputGradient">Written: of the values' shape, any strides that give each element a place of its own; shares no memory with <paramref name="gradient"/>.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call; the result is then partly written.</param>
    /// <exception cref="ArgumentException">The shapes do not belong together, an index lies outside the gradient, or memory is shared. Nothing has been written.</exception>
    /// <inheritdoc cref="Backward{T}(Tensor{T}, PoolIndices, IProgress{double}, CancellationToken)"/>
    public unsafe void Backward<T>(in ReadOnlyTensorSpan<T> gradient, PoolIndices indices, in TensorSpan<T> inputGradient, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        UnpoolShape shape = Shape<T>(nameof(inputGradient), inputGradient.Lengths, nameof(gradient), gradient.Lengths, indices);
        fixed (byte* offsets = &indices.First)
        fixed (T* from = &gradient.GetPinnableReference(), to = &inputGradient.GetPinnableReference())
        {
            Require.Apart(nameof(inputGradient), new((nuint)to, sizeof(T), inputGradient.Lengths, inputGradient.Strides), nameof(gradient), new((nuint)from, sizeof(T), gradient.Lengths, gradient.Strides));
            var places = new CompactIndices(new(offsets, indices.BytesPerIndex, indices.Layout), new(indices.Plan, shape.OutDepths, shape.OutRows, shape.OutColumns));
            Return(shape, places, from, TensorLayout.Of(gradient.Strides, SpatialRank), to, TensorLayout.Of(inputGradient.Strides, SpatialRank), progress, cancellationToken);
        }
    }

    /// <param name="gradient">The gradient with respect to the output, of its shape; any strides.</param>
    /// <param name="indices">PyTorch's, those of the forward call; any strides.</param>
    /// <param name="inputGradient">Written: of the values' shape, any strides that give each element a place of its own; shares no memory with the others.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call; the result is then partly written.</param>
    /// <inheritdoc cref="Backward{T}(in ReadOnlyTensorSpan{T}, PoolIndices, in TensorSpan{T}, IProgress{double}, CancellationToken)"/>
    public unsafe void Backward<T>(in ReadOnlyTensorSpan<T> gradient, in ReadOnlyTensorSpan<long> indices, in TensorSpan<T> inputGradient, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        UnpoolShape shape = Shape<T>(nameof(inputGradient), inputGradient.Lengths, nameof(gradient), gradient.Lengths, indices.Lengths);
        fixed (long* flat = &indices.GetPinnableReference())
        fixed (T* from = &gradient.GetPinnableReference(), to = &inputGradient.GetPinnableReference())
        {
            Require.Apart(nameof(inputGradient), new((nuint)to, sizeof(T), inputGradient.Lengths, inputGradient.Strides), nameof(gradient), new((nuint)from, sizeof(T), gradient.Lengths, gradient.Strides));
            Require.Apart(nameof(inputGradient), new((nuint)to, sizeof(T), inputGradient.Lengths, inputGradient.Strides), nameof(indices), new((nuint)flat, sizeof(long), indices.Lengths, indices.Strides));
            var places = new FlatIndices(flat, TensorLayout.Of(indices.Strides, SpatialRank));
            Return(shape, places, from, TensorLayout.Of(gradient.Strides, SpatialRank), to, TensorLayout.Of(inputGradient.Strides, SpatialRank), progress, cancellationToken);
        }
    }

    private const long MostPositions = 1L << 40;

    private static bool AlongChannels(in TensorLayout from, in TensorLayout to) => from.Channel == 1 || to.Channel == 1;

    private Tensor<T> AllocateOutput<T>(Tensor<T> input, Spatial? outputSize)
        where T : unmanaged
    {
        ElementTypes.Of<T>();
        return Allocate<T>("output", OutputShape(input.Lengths, outputSize), input.Lengths, input.Strides);
    }

    /// <exception cref="ArgumentException">The indices are for other values.</exception>
    private static void RequireLike<T>(Tensor<T> input, ReadOnlySpan<nint> indices)
        where T : unmanaged
    {
        if (!indices.SequenceEqual(input.Lengths)) throw new ArgumentException($"indices are for {PoolPlan.Text(indices)}; input is {PoolPlan.Text(input.Lengths)}.", nameof(indices));
    }

    private Tensor<T> AllocateGradient<T>(Tensor<T> gradient, ReadOnlySpan<nint> shape)
        where T : unmanaged
    {
        ElementTypes.Of<T>();
        PoolPlan.RequireRank(gradient.Lengths, SpatialRank, "gradient");
        if (shape.Length != gradient.Rank) throw new ArgumentException($"gradient is {PoolPlan.Text(gradient.Lengths)}, and indices are for {PoolPlan.Text(shape)}; they must have as many axes.", nameof(gradient));
        return Allocate<T>("inputGradient", shape, gradient.Lengths, gradient.Strides);
    }

    private UnpoolShape Shape<T>(string valuesName, ReadOnlySpan<nint> values, string unpooledName, ReadOnlySpan<nint> unpooled, PoolIndices indices)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(indices);
        UnpoolShape shape = Shape<T>(valuesName, values, unpooledName, unpooled, indices.Shape);
        if (indices.Plan.SpatialRank != SpatialRank) throw new ArgumentException($"indices are those of {indices.Plan}, which has {indices.Plan.SpatialRank} spatial axes; {this} has {SpatialRank}.", nameof(indices));
        return shape;
    }

    /// <summary>Checks that values, unpooled planes and indices belong together.</summary>
    private UnpoolShape Shape<T>(string valuesName, ReadOnlySpan<nint> values, string unpooledName, ReadOnlySpan<nint> unpooled, ReadOnlySpan<nint> indices)
        where T : unmanaged
    {
        ElementTypes.Of<T>();
        PoolPlan.RequireRank(values, SpatialRank, valuesName);
        if (!indices.SequenceEqual(values)) throw new ArgumentException($"indices are for {PoolPlan.Text(indices)}; {valuesName} is {PoolPlan.Text(values)}.", nameof(indices));
        int outer = values.Length - SpatialRank;
        if (unpooled.Length != values.Length || !unpooled[..outer].SequenceEqual(values[..outer]))
            throw new ArgumentException($"{unpooledName} is {PoolPlan.Text(unpooled)}; with {valuesName} {PoolPlan.Text(values)} it must begin with {PoolPlan.Text(values[..outer])} and have {values.Length} axes.", unpooledName);
        return UnpoolShape.Of(values, unpooled, SpatialRank);
    }

    /// <summary>Runs a walk over the places; the indices are checked first.</summary>
    private void Run<TIndices>(UnpoolShape shape, TIndices places, bool along, UnpoolWalk<TIndices> walk, IProgress<double>? progress, CancellationToken cancellation)
        where TIndices : struct, IPlaneIndices
    {
        PoolJob job = PoolJob.OfKernel(cancellation);
        var check = new UnpoolCheck<TIndices>(shape, places, along);
        if (!places.AreInside) PlaneParallel.Run(check, job, MaxDegreeOfParallelism, null);
        if (check.Fault is { } fault)
        {
            string size = PoolPlan.Text([.. ((nint[])[(nint)shape.OutDepths, (nint)shape.OutRows, (nint)shape.OutColumns])[^SpatialRank..]]);
            throw new ArgumentException(
                fault.Index == TapDecoder.NoRoom && typeof(TIndices) == typeof(CompactIndices)
                    ? $"indices has, for value {fault.Place.Text(SpatialRank)}, a place outside the output's {size}; give an output size with room for it."
                    : $"indices has {fault.Index} for value {fault.Place.Text(SpatialRank)}; it must be from 0 to {shape.Plane - 1} (a plane of {size}), or -1 for nowhere.",
                "indices");
        }

        PlaneParallel.Run(walk, job, MaxDegreeOfParallelism, progress);
    }

    private unsafe void Unpool<T, TIndices>(UnpoolShape shape, TIndices places, T* input, in TensorLayout from, T* output, in TensorLayout to, IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged
        where TIndices : struct, IPlaneIndices
    {
        bool along = AlongChannels(from, to);
        // Elements are only moved: the bits of one size are alike.
        UnpoolWalk<TIndices> walk = sizeof(T) switch
        {
            1 => new UnpoolKernel<byte, TIndices>(shape, places, along, (byte*)input, from, (byte*)output, to),
            2 => new UnpoolKernel<ushort, TIndices>(shape, places, along, (ushort*)input, from, (ushort*)output, to),
            4 => new UnpoolKernel<uint, TIndices>(shape, places, along, (uint*)input, from, (uint*)output, to),
            _ => new UnpoolKernel<ulong, TIndices>(shape, places, along, (ulong*)input, from, (ulong*)output, to),
        };
        Run(shape, places, along, walk, progress, cancellation);
    }

    private unsafe void Return<T, TIndices>(UnpoolShape shape, TIndices places, T* gradient, in TensorLayout from, T* result, in TensorLayout to, IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged
        where TIndices : struct, IPlaneIndices
    {
        // A bit per position notes which have been taken.
        if (shape.Plane > MostPositions) throw new ArgumentException($"gradient has planes of {shape.Plane} positions; at most {MostPositions} can be kept account of.", nameof(gradient));
        bool along = AlongChannels(from, to);
        UnpoolWalk<TIndices> walk = sizeof(T) switch
        {
            1 => new UnpoolGradient<byte, TIndices>(shape, places, along, (byte*)gradient, from, (byte*)result, to),
            2 => new UnpoolGradient<ushort, TIndices>(shape, places, along, (ushort*)gradient, from, (ushort*)result, to),
            4 => new UnpoolGradient<uint, TIndices>(shape, places, along, (uint*)gradient, from, (uint*)result, to),
            _ => new UnpoolGradient<ulong, TIndices>(shape, places, along, (ulong*)gradient, from, (ulong*)result, to),
        };
        Run(shape, places, along, walk, progress, cancellation);
    }
}

/// <summary>Max unpooling along one axis: C×L or N×C×L.</summary>
/// <param name="kernelSize">Taps per window of the pooling; at least 1.</param>
/// <param name="stride">The step between its windows; at least 1; the kernel where null.</param>
/// <param name="padding">Its taps outside the input; each side at most kernelSize − 1.</param>
/// <exception cref="ArgumentException">A parameter has more numbers than axes, or the padding is a rule.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <inheritdoc cref="MaxUnpool"/>
public sealed class MaxUnpool1d(Spatial kernelSize, Spatial? stride = null, Padding padding = default) : MaxUnpool(1, kernelSize, stride, padding);

/// <summary>Max unpooling along two axes: C×H×W or N×C×H×W.</summary>
/// <param name="kernelSize">Taps per window of the pooling, one number or (height, width); at least 1.</param>
/// <inheritdoc cref="MaxUnpool1d"/>
public sealed class MaxUnpool2d(Spatial kernelSize, Spatial? stride = null, Padding padding = default) : MaxUnpool(2, kernelSize, stride, padding);

/// <summary>Max unpooling along three axes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="kernelSize">Taps per window of the pooling, one number or (depth, height, width); at least 1.</param>
/// <inheritdoc cref="MaxUnpool1d"/>
public sealed class MaxUnpool3d(Spatial kernelSize, Spatial? stride = null, Padding padding = default) : MaxUnpool(3, kernelSize, stride, padding);
