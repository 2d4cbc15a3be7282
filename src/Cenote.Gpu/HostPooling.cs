using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Cenote.Gpu;

/// <summary>Pooling of host tensors on a device, in parts where the device's memory does not hold all.</summary>
public static class HostPooling
{
    /// <summary>The share of a device's memory that a call takes where it is not told how much.</summary>
    private const double DefaultShare = 0.8;

    /// <summary>Copies a tensor to a device, pools it there, and copies the result back; some planes at a time where the device has no room for all.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="layer">Maxima, minima, averages, sums and norms: sliding, adaptive or global.</param>
    /// <param name="device">Where to pool.</param>
    /// <param name="input">N×C×spatial or C×spatial, any strides.</param>
    /// <param name="memoryBytes">The most device memory that tensors of the call may take; null for four fifths of what the device has.</param>
    /// <param name="cancellationToken">Stops a long call between its parts.</param>
    /// <returns>The pooled tensor on the host, in the input's memory order.</returns>
    /// <exception cref="ArgumentException">The shape does not suit the layer, or the output is larger than one array.</exception>
    /// <exception cref="NotSupportedException">The layer has no kernel for devices or for the type, or an axis is too long.</exception>
    /// <exception cref="GpuException">The device has not room for one plane, refuses the kernel, or is lost.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Tensor<T> ForwardOn<T>(this PoolLayer layer, GpuDevice device, Tensor<T> input, long? memoryBytes = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(input);
        ElementTypes.Of<T>();
        Tensor<T> output = TensorLayout.Allocate<T>("output", layer.Plan(input.Lengths).OutputShape, input.Lengths, input.Strides, layer.SpatialRank);
        layer.ForwardOn(device, input.AsReadOnlyTensorSpan(), output.AsTensorSpan(), memoryBytes, cancellationToken);
        return output;
    }

    /// <param name="layer">Maxima, minima, averages, sums and norms: sliding, adaptive or global.</param>
    /// <param name="device">Where to pool.</param>
    /// <param name="input">N×C×spatial or C×spatial, any strides.</param>
    /// <param name="output">Written: of the plan's output shape, any strides; shares no memory with the input.</param>
    /// <param name="memoryBytes">The most device memory that tensors of the call may take; null for four fifths of what the device has.</param>
    /// <param name="cancellationToken">Stops a long call between its parts; the output is then partly written.</param>
    /// <inheritdoc cref="ForwardOn{T}(PoolLayer, GpuDevice, Tensor{T}, long?, CancellationToken)"/>
    public static void ForwardOn<T>(this PoolLayer layer, GpuDevice device, in ReadOnlyTensorSpan<T> input, in TensorSpan<T> output, long? memoryBytes = null, CancellationToken cancellationToken = default)
        where T : unmanaged => Split(layer, device, input, output, default, memoryBytes, cancellationToken);

    /// <summary>Pools as <see cref="ForwardOn{T}(PoolLayer, GpuDevice, in ReadOnlyTensorSpan{T}, in TensorSpan{T}, long?, CancellationToken)"/> does, and tells where each chosen element lay.</summary>
    /// <param name="layer">Maxima or minima: sliding, adaptive or global.</param>
    /// <param name="device">Where to pool.</param>
    /// <param name="input">N×C×spatial or C×spatial, any strides.</param>
    /// <param name="output">Written: of the plan's output shape, any strides; shares no memory with the input.</param>
    /// <param name="flatIndices">Written: of the output's shape, any strides; positions in the plane (row × width + column), the numbers of PyTorch's <c>return_indices</c>, the CPU's bit for bit.</param>
    /// <param name="memoryBytes">The most device memory that tensors of the call may take; null for four fifths of what the device has.</param>
    /// <param name="cancellationToken">Stops a long call between its parts; the outputs are then partly written.</param>
    /// <inheritdoc cref="ForwardOn{T}(PoolLayer, GpuDevice, in ReadOnlyTensorSpan{T}, in TensorSpan{T}, long?, CancellationToken)"/>
    public static void ForwardWithIndicesOn<T>(this IndexedPool layer, GpuDevice device, in ReadOnlyTensorSpan<T> input, in TensorSpan<T> output, in TensorSpan<long> flatIndices, long? memoryBytes = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        PoolPlan plan = layer.Plan(input.Lengths);
        Require.Shape(nameof(flatIndices), flatIndices.Lengths, plan.OutputShape, plan);
        Split(layer, device, input, output, flatIndices, memoryBytes, cancellationToken);
    }

    /// <param name="flatIndices">Empty where none are wanted.</param>
    private static void Split<T>(PoolLayer layer, GpuDevice device, in ReadOnlyTensorSpan<T> input, in TensorSpan<T> output, in TensorSpan<long> flatIndices, long? memoryBytes, CancellationToken cancellationToken)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(device);
        PoolPlan plan = layer.Plan(input.Lengths);
        Require.Shape(nameof(output), output.Lengths, plan.OutputShape, plan);
        RequireApart(input, output);
        if (plan.OutputElements == 0) return;
        long planes = plan.Batch * plan.Channels, planeInputs = plan.InputElements / planes, planeOutputs = plan.OutputElements / planes;
        long planeBytes = Unsafe.SizeOf<T>() * (planeInputs + planeOutputs) + (flatIndices.IsEmpty ? 0 : planeOutputs * OffsetMemory.SizeFor(plan.Taps));
        long budget = memoryBytes ?? (long)(device.Info.MemoryBytes * DefaultShare);
        long most = Math.Clamp(Math.Min(budget / planeBytes, Array.MaxLength / Math.Max(planeInputs, planeOutputs)), 1, planes);
        // Whole images, or some channels of one.
        for (long done = 0; done < planes;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long image = done / plan.Channels, channel = done % plan.Channels, images = 1, channels = Math.Min(most, plan.Channels - channel);
            if (channel == 0 && most >= plan.Channels) (images, channels) = (Math.Min(most / plan.Channels, plan.Batch - image), plan.Channels);
            NRange[] part = Part(input.Rank, layer.SpatialRank, (nint)image, (nint)images, (nint)channel, (nint)channels);
            try
            {
                Run(layer, device, input.Slice(part), output.Slice(part), flatIndices.IsEmpty ? default : flatIndices.Slice(part));
                done += images * channels;
            }
            catch (GpuException failure) when (failure.Error == GpuError.OutOfMemory && most > 1)
            {
                // Others use the device too.
                most /= 2;
            }
        }
    }

    private static void Run<T>(PoolLayer layer, GpuDevice device, in ReadOnlyTensorSpan<T> input, in TensorSpan<T> output, in TensorSpan<long> flatIndices)
        where T : unmanaged
    {
        Tensor<T> dense = Tensor.CreateFromShapeUninitialized<T>(input.Lengths, DenseOrder(input.Lengths, input.Strides, layer.SpatialRank));
        input.CopyTo(dense.AsTensorSpan());
        using GpuTensor<T> there = device.Upload(dense);
        if (flatIndices.IsEmpty)
        {
            using GpuTensor<T> pooled = layer.Forward(there);
            pooled.Download().AsReadOnlyTensorSpan().CopyTo(output);
            return;
        }

        var (values, indices) = ((IndexedPool)layer).ForwardWithIndices(there);
        using (values)
        using (indices)
        {
            values.Download().AsReadOnlyTensorSpan().CopyTo(output);
            indices.Download().ToFlat().AsReadOnlyTensorSpan().CopyTo(flatIndices);
        }
    }

    /// <summary>The order of the two that is the input's, or nearer to it.</summary>
    private static nint[] DenseOrder(ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides, int spatialRank) =>
        TensorOrder.Strides(lengths, spatialRank, channelsLast: lengths[^(spatialRank + 1)] > 1 && strides[^(spatialRank + 1)] == 1 && strides[^1] != 1);

    private static NRange[] Part(int rank, int spatialRank, nint image, nint images, nint channel, nint channels)
    {
        var part = new NRange[rank];
        Array.Fill(part, NRange.All);
        if (rank == spatialRank + 2) part[0] = new(image, image + images);
        part[rank - spatialRank - 1] = new(channel, channel + channels);
        return part;
    }

    private static unsafe void RequireApart<T>(in ReadOnlyTensorSpan<T> input, in TensorSpan<T> output)
        where T : unmanaged
    {
        fixed (T* from = &input.GetPinnableReference(), to = &output.GetPinnableReference())
            Require.Apart(nameof(output), new((nuint)to, sizeof(T), output.Lengths, output.Strides), nameof(input), new((nuint)from, sizeof(T), input.Lengths, input.Strides));
    }
}
