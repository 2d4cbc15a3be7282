using System.Collections.Concurrent;
using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>Compiled kernels of a device, by the class that holds each.</summary>
internal sealed class KernelCache(GpuDevice device)
{
    /// <summary>The most threads of a group.</summary>
    public const int MostThreads = 256;

    private readonly ConcurrentDictionary<Type, Delegate> _launchers = [];

    /// <summary>Threads of one group: a power of two.</summary>
    public int GroupSize { get; } = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Min(MostThreads, device.Accelerator.MaxNumThreadsPerGroup) / 2 + 1);

    public TLauncher Get<TLauncher>(Type kernel, Func<Accelerator, TLauncher> load)
        where TLauncher : Delegate =>
        (TLauncher)_launchers.GetOrAdd(kernel, _ => device.Guard("compiling", () => load(device.Accelerator)));

    /// <summary>So many threads in groups.</summary>
    public KernelConfig Threads(long count) => new(checked((int)((count + GroupSize - 1) / GroupSize)), GroupSize);
}
