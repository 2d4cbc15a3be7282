using System.Runtime.CompilerServices;

namespace Cenote.Gpu;

/// <content>Unpooling and its gradient, by the indices of a pooling or by PyTorch's.</content>
public static partial class GpuPooling
{
    /// <summary>Puts each value back where a pooling took it from, with zeros everywhere else; where several values have one place, the last in row-major order stays. The CPU's bits.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="layer">Says how large the output is, unless a size is given.</param>
    /// <param name="input">The values, of the indices' shape and memory order.</param>
    /// <param name="indices">Where the pooling took each value from.</param>
    /// <param name="outputSize">The spatial lengths of the output; null for (L − 1)·stride − 2·padding + kernel. Every window of the pooling must fit, as far as it lies in the pooling's input.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <returns>The unpooled tensor, in the input's memory order; the caller disposes it.</returns>
    /// <inheritdoc cref="Forward{T}(PoolLayer, GpuTensor{T}, GpuStream?)"/>
    public static GpuTensor<T> Forward<T>(this MaxUnpool layer, GpuTensor<T> input, GpuIndices indices, Spatial? outputSize = null, GpuStream? stream = null)
        where T : unmanaged
    {
        GpuTensor<T> output = Unpooled(layer, input, outputSize);
        return output.Filled(() => layer.Forward(input, indices, output, stream));
    }

    /// <param name="layer">Of the indices' number of axes.</param>
    /// <param name="input">The values, of the indices' shape and memory order.</param>
    /// <param name="indices">Where the pooling took each value from.</param>
    /// <param name="output">Written: any spatial lengths into which every window of the pooling fits, in the input's memory order, on the same device; shares no memory with the input.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <inheritdoc cref="Forward{T}(MaxUnpool, GpuTensor{T}, GpuIndices, Spatial?, GpuStream?)"/>
    public static void Forward<T>(this MaxUnpool layer, GpuTensor<T> input, GpuIndices indices, GpuTensor<T> output, GpuStream? stream = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(indices);
        bool last = RequireUnpooling(layer, nameof(input), input, nameof(output), output, isGradient: false);
        stream = RequireCompact(layer, input, indices, output, last, stream);
        if (output.ElementCount > 0)
            Unpooling.Unpool(new(input.Device, stream, indices.Plan.Transposed, input.View<byte>(), output.View<byte>(), last), Unsafe.SizeOf<T>(), indices.Numbers, UnpoolShape.Of(input.Lengths, output.Lengths, layer.SpatialRank));
    }

    /// <summary>The same by PyTorch's indices. They are looked at on the device, and the call waits for that, before anything is written.</summary>
    /// <param name="layer">Says how large the output is, unless a size is given.</param>
    /// <param name="input">The values.</param>
    /// <param name="indices">PyTorch's: the flat, row-major position of each value in its plane of the output, or −1 for nowhere; of the input's shape and memory order.</param>
    /// <param name="outputSize">The spatial lengths of the output; null for (L − 1)·stride − 2·padding + kernel.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <exception cref="ArgumentException">A shape or a memory order does not suit, the tensors are on different devices, or an index lies outside its plane. Nothing has been written.</exception>
    /// <inheritdoc cref="Forward{T}(MaxUnpool, GpuTensor{T}, GpuIndices, Spatial?, GpuStream?)"/>
    public static GpuTensor<T> Forward<T>(this MaxUnpool layer, GpuTensor<T> input, GpuTensor<long> indices, Spatial? outputSize = null, GpuStream? stream = null)
        where T : unmanaged
    {
        GpuTensor<T> output = Unpooled(layer, input, outputSize);
        return output.Filled(() => layer.Forward(input, indices, output, stream));
    }

    /// <param name="layer">Of the tensors' number of spatial axes.</param>
    /// <param name="input">The values.</param>
    /// <param name="indices">PyTorch's: the flat, row-major position of each value in its plane of the output, or −1 for nowhere; of the input's shape and memory order.</param>
    /// <param name="output">Written: any spatial lengths into which the indices fit, in the input's memory order, on the same device; shares no memory with the others.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <inheritdoc cref="Forward{T}(MaxUnpool, GpuTensor{T}, GpuTensor{long}, Spatial?, GpuStream?)"/>
    public static void Forward<T>(this MaxUnpool layer, GpuTensor<T> input, GpuTensor<long> indices, GpuTensor<T> output, GpuStream? stream = null)
        where T : unmanaged
    {
        bool last = RequireUnpooling(layer, nameof(input), input, nameof(output), output, isGradient: false);
        if (FlatCall(layer, input, indices, output, nameof(output), output, last, stream) is not { } call) return;
        switch (Unsafe.SizeOf<T>())
        {
            case 1: call.Unpool(input.View<byte>(), output.View<byte>()); break;
            case 2: call.Unpool(input.View<ushort>(), output.View<ushort>()); break;
            case 4: call.Unpool(input.View<uint>(), output.View<uint>()); break;
            default: call.Unpool(input.View<ulong>(), output.View<ulong>()); break;
        }
    }

    /// <summary>The gradient with respect to the values: that of the place where a value stayed; 0 for a value that went nowhere, or that a later one replaced. The CPU's bits.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="layer">Of the indices' number of axes.</param>
    /// <param name="gradient">The gradient with respect to the output, in the indices' memory order.</param>
    /// <param name="indices">Those of the forward call.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <returns>A tensor of the values' shape, in the same memory order; the caller disposes it.</returns>
    /// <inheritdoc cref="Forward{T}(PoolLayer, GpuTensor{T}, GpuStream?)"/>
    public static GpuTensor<T> Backward<T>(this MaxUnpool layer, GpuTensor<T> gradient, GpuIndices indices, GpuStream? stream = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(indices);
        GpuTensor<T> result = Values(layer, gradient, indices.Shape);
        return result.Filled(() => layer.Backward(gradient, indices, result, stream));
    }

    /// <param name="layer">Of the indices' number of axes.</param>
    /// <param name="gradient">The gradient with respect to the output, in the indices' memory order.</param>
    /// <param name="indices">Those of the forward call.</param>
    /// <param name="inputGradient">Written: of the values' shape, in the same memory order, on the same device; shares no memory with the gradient.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <inheritdoc cref="Backward{T}(MaxUnpool, GpuTensor{T}, GpuIndices, GpuStream?)"/>
    public static void Backward<T>(this MaxUnpool layer, GpuTensor<T> gradient, GpuIndices indices, GpuTensor<T> inputGradient, GpuStream? stream = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(indices);
        bool last = RequireUnpooling(layer, nameof(inputGradient), inputGradient, nameof(gradient), gradient, isGradient: true);
        stream = RequireCompact(layer, inputGradient, indices, gradient, last, stream);
        if (inputGradient.ElementCount > 0)
            Unpooling.Take(new(gradient.Device, stream, indices.Plan, gradient.View<byte>(), inputGradient.View<byte>(), last), Unsafe.SizeOf<T>(), indices.Numbers, UnpoolShape.Of(inputGradient.Lengths, gradient.Lengths, layer.SpatialRank));
    }

    /// <summary>The same by PyTorch's indices. They are looked at on the device, and the call waits for that, before anything is written.</summary>
    /// <param name="layer">Of the tensors' number of spatial axes.</param>
    /// <param name="gradient">The gradient with respect to the output, in the indices' memory order.</param>
    /// <param name="indices">PyTorch's, those of the forward call.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <exception cref="ArgumentException">A shape or a memory order does not suit, the tensors are on different devices, or an index lies outside its plane. Nothing has been written.</exception>
    /// <inheritdoc cref="Backward{T}(MaxUnpool, GpuTensor{T}, GpuIndices, GpuStream?)"/>
    public static GpuTensor<T> Backward<T>(this MaxUnpool layer, GpuTensor<T> gradient, GpuTensor<long> indices, GpuStream? stream = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(indices);
        GpuTensor<T> result = Values(layer, gradient, indices.Lengths);
        return result.Filled(() => layer.Backward(gradient, indices, result, stream));
    }

    /// <param name="layer">Of the tensors' number of spatial axes.</param>
    /// <param name="gradient">The gradient with respect to the output, in the indices' memory order.</param>
    /// <param name="indices">PyTorch's, those of the forward call.</param>
    /// <param name="inputGradient">Written: of the values' shape, in the same memory order, on the same device; shares no memory with the others.</param>
    /// <param name="stream">Where to queue the work; null for the device's default stream.</param>
    /// <inheritdoc cref="Backward{T}(MaxUnpool, GpuTensor{T}, GpuTensor{long}, GpuStream?)"/>
    public static void Backward<T>(this MaxUnpool layer, GpuTensor<T> gradient, GpuTensor<long> indices, GpuTensor<T> inputGradient, GpuStream? stream = null)
        where T : unmanaged
    {
        bool last = RequireUnpooling(layer, nameof(inputGradient), inputGradient, nameof(gradient), gradient, isGradient: true);
        if (FlatCall(layer, inputGradient, indices, gradient, nameof(inputGradient), inputGradient, last, stream) is not { } call) return;
        switch (Unsafe.SizeOf<T>())
        {
            case 1: call.Return(gradient.View<byte>(), inputGradient.View<byte>()); break;
            case 2: call.Return(gradient.View<ushort>(), inputGradient.View<ushort>()); break;
            case 4: call.Return(gradient.View<uint>(), inputGradient.View<uint>()); break;
            default: call.Return(gradient.View<ulong>(), inputGradient.View<ulong>()); break;
        }
    }

    private static GpuTensor<T> Unpooled<T>(MaxUnpool layer, GpuTensor<T> input, Spatial? outputSize)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(input);
        return TensorOrder.Like(input, layer.OutputShape(input.Lengths, outputSize), layer.SpatialRank);
    }

    private static GpuTensor<T> Values<T>(MaxUnpool layer, GpuTensor<T> gradient, ReadOnlySpan<nint> shape)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(gradient);
        PoolPlan.RequireRank(gradient.Lengths, layer.SpatialRank, nameof(gradient));
        if (shape.Length != gradient.Lengths.Length) throw new ArgumentException($"gradient is {PoolPlan.Text(gradient.Lengths)}, and indices are for {PoolPlan.Text(shape)}; they must have as many axes.", nameof(gradient));
        return TensorOrder.Like(gradient, shape, layer.SpatialRank);
    }

    /// <summary>Whether values and unpooled planes, which belong together, lie channels-last.</summary>
    private static bool RequireUnpooling<T>(MaxUnpool layer, string valuesName, GpuTensor<T> values, string unpooledName, GpuTensor<T> unpooled, bool isGradient)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(values, valuesName);
        ArgumentNullException.ThrowIfNull(unpooled, unpooledName);
        PoolPlan.RequireRank(values.Lengths, layer.SpatialRank, valuesName);
        int outer = values.Lengths.Length - layer.SpatialRank;
        if (unpooled.Lengths.Length != values.Lengths.Length || !unpooled.Lengths[..outer].SequenceEqual(values.Lengths[..outer]))
            throw new ArgumentException($"{unpooledName} is {PoolPlan.Text(unpooled.Lengths)}; with {valuesName} {PoolPlan.Text(values.Lengths)} it must begin with {PoolPlan.Text(values.Lengths[..outer])} and have {values.Lengths.Length} axes.", unpooledName);
        var (source, sourceName, target, targetName) = isGradient ? (unpooled, unpooledName, values, valuesName) : (values, valuesName, unpooled, unpooledName);
        TensorOrder.RequireApart(targetName, target, sourceName, source);
        return TensorOrder.AreChannelsLast(sourceName, source, targetName, target, layer.SpatialRank);
    }

    private static GpuStream RequireCompact<T>(MaxUnpool layer, GpuTensor<T> values, GpuIndices indices, GpuTensor<T> unpooled, bool last, GpuStream? stream)
        where T : unmanaged
    {
        if (!indices.Shape.SequenceEqual(values.Lengths)) throw new ArgumentException($"indices are for {PoolPlan.Text(indices.Shape)}; the values are {PoolPlan.Text(values.Lengths)}.", nameof(indices));
        if (indices.Plan.SpatialRank != layer.SpatialRank) throw new ArgumentException($"indices are those of {indices.Plan}, which has {indices.Plan.SpatialRank} spatial axes; {layer} has {layer.SpatialRank}.", nameof(indices));
        TensorOrder.RequireIndices(indices, indices.Plan, last);
        TensorOrder.RequireRoom(indices.Plan, unpooled.Lengths, layer.SpatialRank);
        return TensorOrder.StreamOf(values.Device, stream, indices.Device, unpooled.Device);
    }

    /// <summary>Unpooling by flat indices, once they have been looked at; null where there are none.</summary>
    private static FlatUnpooling? FlatCall<T>(MaxUnpool layer, GpuTensor<T> values, GpuTensor<long> indices, GpuTensor<T> unpooled, string targetName, GpuTensor<T> target, bool last, GpuStream? stream)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(indices);
        if (!indices.Lengths.SequenceEqual(values.Lengths)) throw new ArgumentException($"indices are for {PoolPlan.Text(indices.Lengths)}; the values are {PoolPlan.Text(values.Lengths)}.", nameof(indices));
        TensorOrder.RequireOrder(nameof(indices), indices, layer.SpatialRank, last);
        TensorOrder.RequireApart(targetName, target, nameof(indices), indices);
        stream = TensorOrder.StreamOf(values.Device, stream, indices.Device, unpooled.Device);
        if (target.ElementCount == 0) return null;
        var call = new FlatUnpooling(values.Device, stream, UnpoolShape.Of(values.Lengths, unpooled.Lengths, layer.SpatialRank), indices.View<long>(), last);
        call.Check(layer.SpatialRank);
        return call;
    }
}
