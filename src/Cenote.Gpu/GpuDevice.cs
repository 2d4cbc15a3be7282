using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Cenote.Gpu;

/// <summary>A device that is open: its memory and its kernels. Tensors and streams belong to the device that made them.</summary>
/// <remarks>Safe to use from several threads at once; calls are queued one after the other. Nothing ever falls back to the CPU of itself.</remarks>
public sealed class GpuDevice : IDisposable
{
    private readonly Context _context;
    private readonly Lock _lock = new();
    private long _allocatedBytes;
    private int _isDisposed;

    private GpuDevice(Context context, Device device, GpuDeviceInfo info)
    {
        (_context, Info) = (context, info);
        Accelerator = device.CreateAccelerator(context);
        DefaultStream = new(this, Accelerator.DefaultStream);
        Kernels = new(this);
        Plans = new(this);
    }

    /// <summary>What the machine says of the device.</summary>
    public GpuDeviceInfo Info { get; }

    /// <summary>The bytes of device memory that tensors, indices and tables hold at present; wrapped memory does not count.</summary>
    public long AllocatedBytes => Interlocked.Read(ref _allocatedBytes);

    /// <summary>The stream that calls use which name none.</summary>
    public GpuStream DefaultStream { get; }

    internal Accelerator Accelerator { get; }

    /// <summary>What a call may take for what it needs between kernels; more planes have their turn after each other. A plane needs what it needs.</summary>
    internal long ScratchBytes { get; set; } = 256 << 20;

    /// <summary>Called before each thing that the driver is asked for: where tests let a driver fail.</summary>
    internal Action? Asking { get; set; }

    /// <summary>Whether it converts 16-bit floats by an instruction. ILGPU's simulated device does not round to the nearest.</summary>
    internal bool HasHalf => Accelerator is CudaAccelerator cuda && cuda.Architecture >= CudaArchitecture.SM_53;

    internal KernelCache Kernels { get; }

    internal PlanCache Plans { get; }

    /// <summary>The devices of this machine: CUDA's, then OpenCL's; none where there is neither driver. The CPU is not among them.</summary>
    /// <returns>One entry per device; a card that both drivers offer is listed for CUDA only.</returns>
    public static IReadOnlyList<GpuDeviceInfo> Enumerate()
    {
        using Context context = OfDevices();
        return [.. Found(context).Select((device, index) => GpuDeviceInfo.Of(index, device))];
    }

    /// <summary>Opens the device with the most multiprocessors, CUDA's before OpenCL's.</summary>
    /// <returns>The device; the caller disposes it.</returns>
    /// <exception cref="GpuException">There is none.</exception>
    public static GpuDevice Best()
    {
        IReadOnlyList<GpuDeviceInfo> found = Enumerate();
        if (found.Count == 0)
            throw new GpuException(GpuError.NoDevice, "no GPU was found: neither NVIDIA's driver (libcuda, nvcuda.dll) nor an OpenCL 2 driver answers; GpuDevice.Cpu() runs the same kernels on the CPU, slowly.");
        return Open(found.OrderBy(device => device.Backend).ThenByDescending(device => device.Multiprocessors).First());
    }

    /// <summary>Opens one of the devices that <see cref="Enumerate"/> lists.</summary>
    /// <param name="info">Which.</param>
    /// <returns>The device; the caller disposes it.</returns>
    /// <exception cref="GpuException">It is gone, or its driver does not start.</exception>
    public static GpuDevice Open(GpuDeviceInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        if (info.Backend == GpuBackend.Cpu) return Cpu();
        Context context = OfDevices();
        try
        {
            Device? device = Found(context).ElementAtOrDefault(info.Index);
            if (device is null || GpuDeviceInfo.Of(info.Index, device) != info) throw new GpuException(GpuError.NoDevice, $"device {info} is not there any more.");
            return new(context, device, info);
        }
        catch (Exception error)
        {
            context.Dispose();
            throw error is GpuException ? error : new GpuException(GpuError.NoDevice, $"device {info} does not start: {error.Message}", error);
        }
    }

    /// <summary>Runs the kernels on the CPU, as ILGPU simulates a device: for tests and debugging, hundreds of times slower than the layers themselves.</summary>
    /// <returns>The device; the caller disposes it.</returns>
    public static GpuDevice Cpu()
    {
        // The simulation runs the methods themselves: what ILGPU makes of them is only looked at, and inlined and optimized would take minutes.
        Context context = Context.Create(builder => builder.CPU(new CPUDevice(4, 2, 1)).Optimize(OptimizationLevel.O0).Inlining(InliningMode.Disabled));
        return new(context, context.GetCPUDevice(0), GpuDeviceInfo.Of(0, context.GetCPUDevice(0)) with { MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes });
    }

    /// <summary>Room on the device for a tensor.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="lengths">Its lengths, N×C×spatial or C×spatial.</param>
    /// <returns>A row-major tensor whose elements have no meaning yet; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">A length is negative, or there are too many elements.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot be pooled.</exception>
    /// <exception cref="GpuException">The device has not enough memory.</exception>
    public GpuTensor<T> Allocate<T>(params ReadOnlySpan<nint> lengths)
        where T : unmanaged => new(this, lengths, DenseStrides.RowMajor(lengths));

    /// <summary>Copies a tensor onto the device and waits until it is there.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="source">Any strides; a dense tensor keeps its memory order, so that channels-last stays channels-last, any other becomes dense in the same order of axes.</param>
    /// <returns>The tensor on the device; the caller disposes it.</returns>
    /// <inheritdoc cref="Allocate"/>
    public GpuTensor<T> Upload<T>(Tensor<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source);
        source = DenseStrides.Dense(source);
        GpuTensor<T> tensor = new(this, source.Lengths, source.Strides);
        return tensor.Filled(() => tensor.CopyFrom(DenseStrides.Elements(source)));
    }

    /// <summary>Copies indices of a pooling on the CPU onto the device, and waits until they are there.</summary>
    /// <param name="source">The indices.</param>
    /// <returns>The same on the device; the caller disposes them.</returns>
    /// <exception cref="GpuException">The device has not enough memory.</exception>
    public GpuIndices Upload(PoolIndices source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return GpuIndices.Upload(this, source);
    }

    /// <summary>Copies a tensor onto the device in the background, through pinned memory.</summary>
    /// <param name="source">As for <see cref="Upload"/>; not to be changed until the task is done.</param>
    /// <param name="cancellationToken">Stops the copy between its pieces.</param>
    /// <returns>A task that ends when the tensor is there.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <inheritdoc cref="Upload"/>
    public async Task<GpuTensor<T>> UploadAsync<T>(Tensor<T> source, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source);
        source = DenseStrides.Dense(source);
        GpuTensor<T> tensor = new(this, source.Lengths, source.Strides);
        try
        {
            await Task.Run(() => PinnedCopy.ToDevice(this, DenseStrides.Elements(source), tensor.Memory, cancellationToken), cancellationToken).ConfigureAwait(false);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>A tensor over device memory that somebody else owns, such as another library's: nothing is copied, and disposing the tensor frees nothing.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="pointer">The device address of the first element; it must stay valid, and of this device, as long as the tensor is used. With OpenCL a <c>cl_mem</c>.</param>
    /// <param name="lengths">N×C×spatial or C×spatial.</param>
    /// <param name="strides">Of a dense tensor, in elements; empty for row-major.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ArgumentException">The pointer is null, or the strides are not those of a dense tensor.</exception>
    public GpuTensor<T> Wrap<T>(nint pointer, ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides = default)
        where T : unmanaged
    {
        if (pointer == 0) throw new ArgumentException("pointer is null; it must be the device address of the first element.", nameof(pointer));
        return new(this, lengths, strides.IsEmpty ? DenseStrides.RowMajor(lengths) : strides, pointer);
    }

    /// <summary>A queue of its own: work on different streams may run side by side.</summary>
    /// <returns>The stream; the caller disposes it.</returns>
    public GpuStream CreateStream() => new(this, Guard("creating a stream", Accelerator.CreateStream));

    /// <summary>A stream over one of another library's: a <c>CUstream</c>.</summary>
    /// <param name="handle">The handle; it stays the other library's.</param>
    /// <returns>The stream.</returns>
    /// <exception cref="NotSupportedException">The device is none of CUDA's.</exception>
    public GpuStream WrapStream(nint handle) => Accelerator is CudaAccelerator
        ? new(this, Guard("wrapping a stream", () => NewCudaStream(Accelerator, handle, false)))
        : throw new NotSupportedException($"streams of other libraries can be wrapped on CUDA devices; this is {Info}.");

    /// <summary>Waits until all work on the device is done.</summary>
    /// <exception cref="GpuException">The device is lost.</exception>
    public void Synchronize() => Guard("waiting", Accelerator.Synchronize);

    /// <summary>Frees what calls have kept for the next ones: tables of plans, and the default stream's memory; they are made again when they are needed.</summary>
    /// <exception cref="GpuException">The device is lost.</exception>
    public void Trim()
    {
        Plans.Clear();
        DefaultStream.Trim();
    }

    /// <summary>Closes the device and frees its memory; tensors that still live are of no use any more. Never fails: a lost device has nothing to free.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        lock (_lock)
        {
            DeviceFailure.Ignore(Accelerator.Dispose);
            DeviceFailure.Ignore(_context.Dispose);
        }

        Interlocked.Exchange(ref _allocatedBytes, 0);
    }

    internal MemoryBuffer AllocateBytes(long bytes)
    {
        // Sixteen more than asked: a view is never empty.
        MemoryBuffer memory = Guard($"allocating {bytes} bytes", () => Accelerator.AllocateRaw(Math.Max(16, bytes), 1));
        Interlocked.Add(ref _allocatedBytes, memory.LengthInBytes);
        return memory;
    }

    internal void Free(MemoryBuffer memory)
    {
        lock (_lock)
        {
            if (_isDisposed != 0 || memory.IsDisposed) return;
            if (memory is not WrappedMemory) Interlocked.Add(ref _allocatedBytes, -memory.LengthInBytes);
            Release(memory);
        }
    }

    /// <summary>Disposes something of the device's. Never fails: a device that was disposed or lost has freed it, and what failed before must not be hidden by this.</summary>
    internal void Release(IDisposable resource)
    {
        lock (_lock)
        {
            if (_isDisposed != 0) return;
            DeviceFailure.Ignore(() =>
            {
                using var bound = Accelerator.BindScoped();
                resource.Dispose();
            });
        }
    }

    internal void Guard(string what, Action action) => Guard(what, () =>
    {
        action();
        return 0;
    });

    /// <summary>Runs something on the device, one caller at a time, and says in one line what went wrong.</summary>
    internal T Guard<T>(string what, Func<T> action)
    {
        if (_isDisposed != 0) throw new GpuException(GpuError.DeviceLost, $"device {Info} was disposed; open it anew.");
        lock (_lock)
        {
            try
            {
                using var bound = Accelerator.BindScoped();
                Asking?.Invoke();
                return action();
            }
            catch (Exception error) when (DeviceFailure.Of(error) is { } kind)
            {
                throw new GpuException(kind, DeviceFailure.Text(kind, what, this, error), error);
            }
        }
    }

    // ILGPU has no public way to make one.
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern CudaStream NewCudaStream(Accelerator accelerator, nint handle, bool responsible);

    private static Context OfDevices() => Context.Create(builder => builder.Cuda().OpenCL(GpuDeviceInfo.IsUsable).Optimize(OptimizationLevel.O2));

    /// <summary>A card that CUDA reaches is not counted a second time.</summary>
    private static IEnumerable<Device> Found(Context context)
    {
        Device[] cuda = [.. context.Devices.Where(device => device.AcceleratorType == AcceleratorType.Cuda)];
        return cuda.Concat(context.Devices.Where(device => device.AcceleratorType == AcceleratorType.OpenCL && !cuda.Any(card => card.Name.Trim() == device.Name.Trim())));
    }
}
