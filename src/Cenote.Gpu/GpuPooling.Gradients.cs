using System.Runtime.CompilerServices;

namespace Cenote.Gpu;

/// <content>Gradients that need the input, and gradients of gradients.</content>
public static partial class GpuPooling
{
    /// <summary>The gradient of a norm or a generalised mean with respect to its input: that of the layer's formula, within k·ε of the CPU's; of p = ∞ the CPU's bits.</summary>
    /// <typeparam name="T">float, double, Half or <see cref="BFloat16"/>.</typeparam>
    /// <param name="layer">Norms and generalised means, sliding or global.</param>
    /// <param name="gradient">The gradient with respect to the output.</param>
    /// <param name="input">The input of the forward pass, in the memory order of <paramref name="gradient"/>.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <returns>The gradient, in the same memory order; the caller disposes it.</returns>
    /// <inheritdoc cref="Forward{T}(PoolLayer, GpuTensor{T}, GpuStream?)"/>
    public static GpuTensor<T> Backward<T>(this SmoothPool layer, GpuTensor<T> gradient, GpuTensor<T> input, GpuStream? stream = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(input);
        layer.Plan(input.Lengths);
        GpuTensor<T> result = TensorOrder.Like(input, input.Lengths, layer.SpatialRank);
        return result.Filled(() => layer.Backward(gradient, input, result, stream));
    }

    /// <param name="layer">Norms and generalised means, sliding or global.</param>
    /// <param name="gradient">The gradient with respect to the output.</param>
    /// <param name="input">The input of the forward pass, in the memory order of <paramref name="gradient"/>.</param>
    /// <param name="inputGradient">Written: of the input's shape and memory order, on the same device.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <inheritdoc cref="Backward{T}(SmoothPool, GpuTensor{T}, GpuTensor{T}, GpuStream?)"/>
    public static void Backward<T>(this SmoothPool layer, GpuTensor<T> gradient, GpuTensor<T> input, GpuTensor<T> inputGradient, GpuStream? stream = null)
        where T : unmanaged
    {
        PoolCall call = RecomputingCall(layer, gradient, input, inputGradient, stream);
        if (layer.Operator is not LpOperator norm) throw new NotSupportedException($"{layer} has no gradient on devices; take it on the CPU.");
        if (call.Plan.OutputElements > 0) Smooth.Norm(call, ElementTypes.OfGradient<T>(), norm, inputGradient.View<byte>());
    }

    /// <summary>The gradient of a maximum or a minimum with respect to its input where no indices were kept: the pooling is done again, some planes at a time. More time, less memory; the CPU's bits.</summary>
    /// <typeparam name="T">float, double, Half or <see cref="BFloat16"/>.</typeparam>
    /// <param name="layer">Maxima or minima: sliding, adaptive or global.</param>
    /// <param name="gradient">The gradient with respect to the output.</param>
    /// <param name="input">The input of the forward pass, in the memory order of <paramref name="gradient"/>.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <returns>The gradient, in the same memory order; the caller disposes it.</returns>
    /// <inheritdoc cref="Forward{T}(PoolLayer, GpuTensor{T}, GpuStream?)"/>
    public static GpuTensor<T> BackwardFromInput<T>(this IndexedPool layer, GpuTensor<T> gradient, GpuTensor<T> input, GpuStream? stream = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(input);
        layer.Plan(input.Lengths);
        GpuTensor<T> result = TensorOrder.Like(input, input.Lengths, layer.SpatialRank);
        return result.Filled(() => layer.BackwardFromInput(gradient, input, result, stream));
    }

    /// <param name="layer">Maxima or minima: sliding, adaptive or global.</param>
    /// <param name="gradient">The gradient with respect to the output.</param>
    /// <param name="input">The input of the forward pass, in the memory order of <paramref name="gradient"/>.</param>
    /// <param name="inputGradient">Written: of the input's shape and memory order, on the same device.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <inheritdoc cref="BackwardFromInput{T}(IndexedPool, GpuTensor{T}, GpuTensor{T}, GpuStream?)"/>
    public static void BackwardFromInput<T>(this IndexedPool layer, GpuTensor<T> gradient, GpuTensor<T> input, GpuTensor<T> inputGradient, GpuStream? stream = null)
        where T : unmanaged
    {
        PoolCall call = RecomputingCall(layer, gradient, input, inputGradient, stream);
        if (call.Plan.OutputElements > 0) Cenote.Gpu.Backward.FromInput(call, layer.IndexedOperator, ElementTypes.OfGradient<T>(), inputGradient.View<byte>());
    }

    /// <summary>Reads a tensor at the chosen taps: for each output the element at its index, or 0 where there is none. Of the gradient that arrives at the result of <c>Backward</c>, the second-order gradient. The CPU's bits.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="layer">Maxima or minima: sliding, adaptive or global.</param>
    /// <param name="source">Of the shape of the input that the indices point into, in their memory order.</param>
    /// <param name="indices">What a forward pass chose.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <returns>A tensor of the output's shape, in the source's memory order; the caller disposes it.</returns>
    /// <inheritdoc cref="Forward{T}(PoolLayer, GpuTensor{T}, GpuStream?)"/>
    public static GpuTensor<T> Gather<T>(this IndexedPool layer, GpuTensor<T> source, GpuIndices indices, GpuStream? stream = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(indices);
        GpuTensor<T> result = TensorOrder.Like(source, indices.Shape, layer.SpatialRank);
        return result.Filled(() => layer.Gather(source, indices, result, stream));
    }

    /// <param name="layer">Maxima or minima: sliding, adaptive or global.</param>
    /// <param name="source">Of the shape of the input that the indices point into, in their memory order.</param>
    /// <param name="indices">What a forward pass chose.</param>
    /// <param name="output">Written: of the output's shape, in the source's memory order, on the same device; shares no memory with the source.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <inheritdoc cref="Gather{T}(IndexedPool, GpuTensor{T}, GpuIndices, GpuStream?)"/>
    public static void Gather<T>(this IndexedPool layer, GpuTensor<T> source, GpuIndices indices, GpuTensor<T> output, GpuStream? stream = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(indices);
        PoolCall call = ForwardCall(layer, source, output, stream);
        TensorOrder.RequireIndices(indices, call.Plan, call.ChannelsLast);
        TensorOrder.StreamOf(source.Device, null, indices.Device);
        if (call.Plan.OutputElements > 0) Unpooling.Take(call, Unsafe.SizeOf<T>(), indices.Numbers, null);
    }

    /// <summary>A pooling done again, whose output is the gradient that arrives.</summary>
    private static PoolCall RecomputingCall<T>(PoolLayer layer, GpuTensor<T> gradient, GpuTensor<T> input, GpuTensor<T> inputGradient, GpuStream? stream)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(inputGradient);
        ElementTypes.OfGradient<T>();
        PoolPlan plan = layer.Plan(input.Lengths);
        Require.Shape(nameof(gradient), gradient.Lengths, plan.OutputShape, plan);
        Require.Shape(nameof(inputGradient), inputGradient.Lengths, plan.InputShape, plan);
        bool last = TensorOrder.AreChannelsLast(nameof(input), input, nameof(gradient), gradient, layer.SpatialRank);
        TensorOrder.RequireOrder(nameof(inputGradient), inputGradient, layer.SpatialRank, last);
        TensorOrder.RequireApart(nameof(inputGradient), inputGradient, nameof(gradient), gradient);
        TensorOrder.RequireApart(nameof(inputGradient), inputGradient, nameof(input), input);
        return new(input.Device, TensorOrder.StreamOf(input.Device, stream, gradient.Device, inputGradient.Device), plan, input.View<byte>(), gradient.View<byte>(), last);
    }
}
