namespace Cenote.Gpu;

/// <summary>The layers of Cenote on a device: the same objects, given tensors that lie there.</summary>
/// <remarks>
/// <para>Numbers are the CPU's: maxima and minima bit for bit, sums within k·ε (k taps). Calls queue their work on a stream and return at once.</para>
/// <para>Inputs are row-major or channels-last, and outputs lie like their inputs.</para>
/// </remarks>
public static partial class GpuPooling
{
    /// <summary>Pools a tensor into a new one.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="layer">Maxima, minima, averages, sums and norms: sliding, adaptive or global.</param>
    /// <param name="input">N×C×spatial or C×spatial.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <returns>The pooled tensor; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The shape does not suit the layer, or the tensor lies neither row-major nor channels-last.</exception>
    /// <exception cref="NotSupportedException">The layer has no kernel for devices or for the type, or an axis is too long.</exception>
    /// <exception cref="GpuException">The device has not enough memory, refuses the kernel, or is lost.</exception>
    public static GpuTensor<T> Forward<T>(this PoolLayer layer, GpuTensor<T> input, GpuStream? stream = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(input);
        GpuTensor<T> output = TensorOrder.Like(input, layer.Plan(input.Lengths).OutputShape, layer.SpatialRank);
        return output.Filled(() => layer.Forward(input, output, stream));
    }

    /// <summary>Pools a tensor into one that the caller owns.</summary>
    /// <param name="layer">Maxima, minima, averages, sums and norms: sliding, adaptive or global.</param>
    /// <param name="input">N×C×spatial or C×spatial.</param>
    /// <param name="output">Of the plan's output shape, in the input's memory order, on the same device; shares no memory with the input.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <exception cref="ArgumentException">A shape or a memory order does not suit, or the tensors are on different devices.</exception>
    /// <inheritdoc cref="Forward{T}(PoolLayer, GpuTensor{T}, GpuStream?)"/>
    public static void Forward<T>(this PoolLayer layer, GpuTensor<T> input, GpuTensor<T> output, GpuStream? stream = null)
        where T : unmanaged
    {
        PoolCall call = ForwardCall(layer, input, output, stream);
        if (call.Plan.OutputElements > 0) Cenote.Gpu.Forward.Run(call, layer.Operator, ElementTypes.Of<T>());
    }

    /// <summary>Pools a tensor into a new one, and keeps which tap each window chose.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="layer">Maxima or minima: sliding, adaptive or global.</param>
    /// <param name="input">N×C×spatial or C×spatial.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <returns>The pooled tensor and the indices, the CPU's bit for bit; the caller disposes both.</returns>
    /// <inheritdoc cref="Forward{T}(PoolLayer, GpuTensor{T}, GpuStream?)"/>
    public static (GpuTensor<T> Values, GpuIndices Indices) ForwardWithIndices<T>(this IndexedPool layer, GpuTensor<T> input, GpuStream? stream = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(input);
        PoolPlan plan = layer.Plan(input.Lengths);
        bool last = TensorOrder.IsChannelsLast(nameof(input), input, layer.SpatialRank);
        GpuTensor<T> output = TensorOrder.Like(input, plan.OutputShape, layer.SpatialRank);
        GpuIndices? indices = null;
        try
        {
            indices = new GpuIndices(input.Device, plan, last);
            layer.ForwardWithIndices(input, output, indices, stream);
            return (output, indices);
        }
        catch
        {
            output.Dispose();
            indices?.Dispose();
            throw;
        }
    }

    /// <summary>Pools a tensor into one that the caller owns, and fills indices of an earlier call again.</summary>
    /// <param name="layer">Maxima or minima: sliding, adaptive or global.</param>
    /// <param name="input">N×C×spatial or C×spatial.</param>
    /// <param name="output">Of the plan's output shape, in the input's memory order, on the same device; shares no memory with the input.</param>
    /// <param name="indices">Of the same windows, in the same memory order.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <exception cref="ArgumentException">A shape or a memory order does not suit, the indices are of other windows, or the tensors are on different devices.</exception>
    /// <inheritdoc cref="ForwardWithIndices{T}(IndexedPool, GpuTensor{T}, GpuStream?)"/>
    public static void ForwardWithIndices<T>(this IndexedPool layer, GpuTensor<T> input, GpuTensor<T> output, GpuIndices indices, GpuStream? stream = null)
        where T : unmanaged
    {
        PoolCall call = ForwardCall(layer, input, output, stream);
        TensorOrder.RequireIndices(indices, call.Plan, call.ChannelsLast);
        TensorOrder.StreamOf(input.Device, null, indices.Device);
        if (call.Plan.OutputElements > 0) Indexed.Choose(call, layer.IndexedOperator, ElementTypes.Of<T>(), indices.Numbers);
    }

    /// <summary>The gradient of an average or a sum with respect to its input; the CPU's bits up to 256 windows per input.</summary>
    /// <typeparam name="T">float, double, Half or <see cref="BFloat16"/>.</typeparam>
    /// <param name="layer">Averages and sums: sliding, adaptive or global.</param>
    /// <param name="gradient">The gradient with respect to the output.</param>
    /// <param name="inputShape">The shape of the input.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <returns>The gradient, in the memory order of <paramref name="gradient"/>; the caller disposes it.</returns>
    /// <inheritdoc cref="Forward{T}(PoolLayer, GpuTensor{T}, GpuStream?)"/>
    public static GpuTensor<T> Backward<T>(this LinearPool layer, GpuTensor<T> gradient, ReadOnlySpan<nint> inputShape, GpuStream? stream = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(gradient);
        ElementTypes.OfGradient<T>();
        layer.Plan(inputShape);
        GpuTensor<T> result = TensorOrder.Like(gradient, inputShape, layer.SpatialRank);
        return result.Filled(() => layer.Backward(gradient, result, stream));
    }

    /// <param name="layer">Averages and sums: sliding, adaptive or global.</param>
    /// <param name="gradient">The gradient with respect to the output.</param>
    /// <param name="inputGradient">Written: of the input's shape, in the memory order of <paramref name="gradient"/>, on the same device.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <inheritdoc cref="Backward{T}(LinearPool, GpuTensor{T}, ReadOnlySpan{nint}, GpuStream?)"/>
    public static void Backward<T>(this LinearPool layer, GpuTensor<T> gradient, GpuTensor<T> inputGradient, GpuStream? stream = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(inputGradient);
        ElementType type = ElementTypes.OfGradient<T>();
        if (layer.GradientOperator is not MeanGradient) throw new NotSupportedException($"{layer} has no gradient on devices; take it on the CPU.");
        PoolPlan plan = layer.Plan(inputGradient.Lengths);
        PoolCall call = GradientCall(plan, gradient, inputGradient, stream);
        if (plan.InputElements > 0) Cenote.Gpu.Backward.Mean(call, type);
    }

    /// <summary>The gradient of a maximum or a minimum with respect to its input, the CPU's bit for bit: each input adds up the gradients of the windows that chose it, in their order.</summary>
    /// <typeparam name="T">float, double, Half or <see cref="BFloat16"/>.</typeparam>
    /// <param name="layer">Maxima or minima: sliding, adaptive or global.</param>
    /// <param name="gradient">The gradient with respect to the output.</param>
    /// <param name="indices">What the forward pass chose, in the memory order of <paramref name="gradient"/>.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <returns>The gradient, in the memory order of <paramref name="gradient"/>; the caller disposes it.</returns>
    /// <inheritdoc cref="Forward{T}(PoolLayer, GpuTensor{T}, GpuStream?)"/>
    public static GpuTensor<T> Backward<T>(this IndexedPool layer, GpuTensor<T> gradient, GpuIndices indices, GpuStream? stream = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(indices);
        ElementTypes.OfGradient<T>();
        GpuTensor<T> result = TensorOrder.Like(gradient, indices.InputShape, layer.SpatialRank);
        return result.Filled(() => layer.Backward(gradient, indices, result, stream));
    }

    /// <param name="layer">Maxima or minima: sliding, adaptive or global.</param>
    /// <param name="gradient">The gradient with respect to the output.</param>
    /// <param name="indices">What the forward pass chose, in the memory order of <paramref name="gradient"/>.</param>
    /// <param name="inputGradient">Written: of the input's shape, in the memory order of <paramref name="gradient"/>, on the same device.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <inheritdoc cref="Backward{T}(IndexedPool, GpuTensor{T}, GpuIndices, GpuStream?)"/>
    public static void Backward<T>(this IndexedPool layer, GpuTensor<T> gradient, GpuIndices indices, GpuTensor<T> inputGradient, GpuStream? stream = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(inputGradient);
        ElementType type = ElementTypes.OfGradient<T>();
        PoolPlan plan = layer.Plan(inputGradient.Lengths);
        PoolCall call = GradientCall(plan, gradient, inputGradient, stream);
        TensorOrder.RequireIndices(indices, plan, call.ChannelsLast);
        TensorOrder.StreamOf(gradient.Device, null, indices.Device);
        if (plan.InputElements > 0) Cenote.Gpu.Backward.Chosen(call, type, indices.Numbers);
    }

    private static PoolCall ForwardCall<T>(PoolLayer layer, GpuTensor<T> input, GpuTensor<T> output, GpuStream? stream)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        PoolPlan plan = layer.Plan(input.Lengths);
        Require.Shape(nameof(output), output.Lengths, plan.OutputShape, plan);
        bool last = TensorOrder.AreChannelsLast(nameof(input), input, nameof(output), output, layer.SpatialRank);
        TensorOrder.RequireApart(nameof(output), output, nameof(input), input);
        return new(input.Device, TensorOrder.StreamOf(input.Device, stream, output.Device), plan, input.View<byte>(), output.View<byte>(), last) { Chooses = layer is IndexedPool };
    }

    private static PoolCall GradientCall<T>(PoolPlan plan, GpuTensor<T> gradient, GpuTensor<T> inputGradient, GpuStream? stream)
        where T : unmanaged
    {
        Require.Shape(nameof(gradient), gradient.Lengths, plan.OutputShape, plan);
        bool last = TensorOrder.AreChannelsLast(nameof(inputGradient), inputGradient, nameof(gradient), gradient, plan.SpatialRank);
        TensorOrder.RequireApart(nameof(inputGradient), inputGradient, nameof(gradient), gradient);
        stream = TensorOrder.StreamOf(gradient.Device, stream, inputGradient.Device);
        return new(gradient.Device, stream, plan.Transposed, gradient.View<byte>(), inputGradient.View<byte>(), last);
    }
}
