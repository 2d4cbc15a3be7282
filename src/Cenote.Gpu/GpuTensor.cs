using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>A dense tensor in a device's memory, where it stays from layer to layer.</summary>
/// <typeparam name="T">float, double, Half, <see cref="BFloat16"/> or an integer of 8 to 64 bits.</typeparam>
/// <remarks>Layers write to it on a stream and return at once; <see cref="Download"/> and <see cref="CopyTo(Span{T})"/> wait for the device first.</remarks>
public sealed unsafe class GpuTensor<T> : IDisposable
    where T : unmanaged
{
    private readonly nint[] _lengths, _strides;

    /// <exception cref="ArgumentException">The strides are not those of a dense tensor.</exception>
    internal GpuTensor(GpuDevice device, ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides, nint wrapped = 0)
    {
        ElementTypes.Of<T>();
        ElementCount = DenseStrides.Count(lengths);
        if (ElementCount > 0 && !DenseStrides.Are(lengths, strides))
            throw new ArgumentException($"strides {string.Join(", ", strides.ToArray())} are not those of a dense tensor of {PoolPlan.Text(lengths)}.", nameof(strides));
        (Device, _lengths, _strides) = (device, lengths.ToArray(), strides.ToArray());
        if (ElementCount > long.MaxValue / sizeof(T)) throw new ArgumentException($"lengths {PoolPlan.Text(lengths)} take more than 2^63 − 1 bytes.", nameof(lengths));
        long bytes = ElementCount * sizeof(T);
        Memory = wrapped == 0 ? device.AllocateBytes(bytes) : new WrappedMemory(device.Accelerator, wrapped, Math.Max(1, bytes));
    }

    /// <summary>Where its memory is.</summary>
    public GpuDevice Device { get; }

    /// <summary>N×C×spatial or C×spatial.</summary>
    public ReadOnlySpan<nint> Lengths => _lengths;

    /// <summary>The distances between neighbours along each axis, in elements; of axes of length 1 they do not matter.</summary>
    public ReadOnlySpan<nint> Strides => _strides;

    /// <summary>The product of the lengths.</summary>
    public long ElementCount { get; }

    /// <summary>The device address of the first element, for other libraries; with OpenCL a <c>cl_mem</c>.</summary>
    public nint Pointer => Memory.NativePtr;

    internal MemoryBuffer Memory { get; }

    /// <summary>Copies the elements to the host, once all work on the device is done.</summary>
    /// <returns>A tensor of the same lengths and memory order.</returns>
    /// <exception cref="ArgumentException">There are more elements than one array holds.</exception>
    /// <exception cref="GpuException">The device is lost.</exception>
    public Tensor<T> Download()
    {
        Tensor<T> target = HostTensor();
        if (ElementCount > 0) CopyTo(Elements(target));
        return target;
    }

    /// <summary>Copies the elements to the host in the background, through pinned memory, once the work queued on a stream is done.</summary>
    /// <param name="stream">The stream that writes this tensor; null for the device's default one.</param>
    /// <param name="cancellationToken">Stops the copy between its pieces.</param>
    /// <returns>A task with a tensor of the same lengths and memory order.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <inheritdoc cref="Download"/>
    public Task<Tensor<T>> DownloadAsync(GpuStream? stream = null, CancellationToken cancellationToken = default)
    {
        Tensor<T> target = HostTensor();
        return Task.Run(
            () =>
            {
                (stream ?? Device.DefaultStream).Synchronize();
                if (ElementCount > 0) PinnedCopy.ToHost(Device, Memory, Elements(target), cancellationToken);
                return target;
            },
            cancellationToken);
    }

    /// <summary>Copies elements from the host, in the order of the tensor's memory, and waits until they are there.</summary>
    /// <param name="source">As many elements as the tensor has.</param>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    /// <exception cref="GpuException">The device is lost.</exception>
    public void CopyFrom(ReadOnlySpan<T> source)
    {
        RequireCount(source.Length, nameof(source));
        if (source.IsEmpty) return;
        fixed (T* from = source)
        {
            nint start = (nint)from;
            Device.Guard("copying", () =>
            {
                using ILGPU.Runtime.CPU.CPUMemoryBuffer host = Host(start);
                Bytes.CopyFrom(Device.Accelerator.DefaultStream, host.AsArrayView<byte>(0, Bytes.Length));
                Device.Accelerator.DefaultStream.Synchronize();
            });
        }
    }

    /// <summary>Copies the elements to the host, in the order of the tensor's memory, once all work on the device is done.</summary>
    /// <param name="target">Room for as many elements as the tensor has.</param>
    /// <exception cref="ArgumentException">There is room for more or fewer.</exception>
    /// <exception cref="GpuException">The device is lost.</exception>
    public void CopyTo(Span<T> target)
    {
        RequireCount(target.Length, nameof(target));
        if (target.IsEmpty) return;
        fixed (T* to = target)
        {
            nint start = (nint)to;
            Device.Guard("copying", () =>
            {
                Device.Accelerator.Synchronize();
                using ILGPU.Runtime.CPU.CPUMemoryBuffer host = Host(start);
                Bytes.CopyTo(Device.Accelerator.DefaultStream, host.AsArrayView<byte>(0, Bytes.Length));
                Device.Accelerator.DefaultStream.Synchronize();
            });
        }
    }

    /// <summary>Copies the elements to another tensor of the device, in the order of their memory, and returns at once.</summary>
    /// <param name="target">As many elements, on the same device; shares no memory with this one.</param>
    /// <param name="stream">Where to queue the copy; null for the device's default stream.</param>
    /// <exception cref="ArgumentException">There are more elements or fewer, or the tensors or the stream are on different devices.</exception>
    /// <exception cref="GpuException">The device is lost.</exception>
    public void CopyTo(GpuTensor<T> target, GpuStream? stream = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target.ElementCount != ElementCount) throw new ArgumentException($"target has {target.ElementCount} elements; tensor {PoolPlan.Text(Lengths)} has {ElementCount}.", nameof(target));
        stream = TensorOrder.StreamOf(Device, stream, target.Device);
        TensorOrder.RequireApart(nameof(target), target, "tensor", this);
        if (ElementCount > 0) Device.Guard("copying", () => Bytes.CopyTo(stream.Stream, target.Bytes));
    }

    /// <summary>Frees the device memory; memory that was wrapped stays its owner's.</summary>
    public void Dispose() => Device.Free(Memory);

    /// <summary>The tensor's memory as another type of the same bits.</summary>
    internal ArrayView<TWord> View<TWord>()
        where TWord : unmanaged => Memory.AsArrayView<byte>(0, Math.Max(sizeof(TWord), ElementCount * sizeof(T))).Cast<TWord>();

    /// <summary>This tensor once it is filled; freed where that fails.</summary>
    internal GpuTensor<T> Filled(Action fill)
    {
        try
        {
            fill();
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private ArrayView<byte> Bytes => Memory.AsArrayView<byte>(0, ElementCount * sizeof(T));

    private ILGPU.Runtime.CPU.CPUMemoryBuffer Host(nint start) => ILGPU.Runtime.CPU.CPUMemoryBuffer.Create(Device.Accelerator, start, Bytes.Length, 1);

    private static Span<T> Elements(Tensor<T> target) => MemoryMarshal.CreateSpan(ref target.GetPinnableReference(), (int)target.FlattenedLength);

    private Tensor<T> HostTensor()
    {
        if (ElementCount > Array.MaxLength) throw new ArgumentException($"tensor {PoolPlan.Text(Lengths)} has {ElementCount} elements, and a host tensor at most {Array.MaxLength}.");
        if (ElementCount == 0) return Tensor.CreateFromShapeUninitialized<T>(Lengths);
        nint[] strides = _strides.ToArray();
        for (int axis = 0; axis < strides.Length; axis++) if (_lengths[axis] == 1) strides[axis] = 0;
        return Tensor.CreateFromShapeUninitialized<T>(Lengths, strides);
    }

    private void RequireCount(int count, string name)
    {
        if (count != ElementCount) throw new ArgumentException($"{name} has {count} elements; tensor {PoolPlan.Text(Lengths)} has {ElementCount}.", name);
    }
}
