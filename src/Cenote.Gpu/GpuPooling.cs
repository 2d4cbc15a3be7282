using System.Numerics.Tensors;
using ILGPU;

namespace Cenote.Gpu;

/// <summary>The layers of Cenote on a device: the same objects, given tensors that lie there.</summary>
/// <remarks>
/// <para>Numbers are the CPU's: maxima and minima bit for bit, sums within k·ε (k taps). Calls queue their work on a stream and return at once.</para>
/// <para>Inputs are row-major or channels-last, and outputs lie like their inputs.</para>
/// </remarks>
public static class GpuPooling
{
    /// <summary>Pools a tensor into a new one.</summary>
    /// <typeparam name="T">The element type; sums of 64-bit integers are for the CPU.</typeparam>
    /// <param name="layer">Maxima, minima, averages and sums: sliding, adaptive or global.</param>
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
    /// <param name="layer">Maxima, minima, averages and sums: sliding, adaptive or global.</param>
    /// <param name="input">N×C×spatial or C×spatial.</param>
    /// <param name="output">Of the plan's output shape, in the input's memory order, on the same device; shares no memory with the input.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <exception cref="ArgumentException">A shape or a memory order does not suit, or the tensors are on different devices.</exception>
    /// <inheritdoc cref="Forward{T}(PoolLayer, GpuTensor{T}, GpuStream?)"/>
    public static void Forward<T>(this PoolLayer layer, GpuTensor<T> input, GpuTensor<T> output, GpuStream? stream = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        PoolPlan plan = layer.Plan(input.Lengths);
        Require.Shape(nameof(output), output.Lengths, plan.OutputShape, plan);
        bool last = TensorOrder.IsChannelsLast(nameof(input), input, layer.SpatialRank);
        TensorOrder.RequireOrder(nameof(output), output, layer.SpatialRank, last);
        TensorOrder.RequireApart(nameof(output), output, nameof(input), input);
        stream = TensorOrder.StreamOf(input.Device, stream, output.Device);
        if (plan.OutputElements > 0) Cenote.Gpu.Forward.Run(new(input.Device, stream.Stream, plan, input.View<byte>(), output.View<byte>(), last), layer.Operator, ElementTypes.Of<T>());
    }
}
