using System.Runtime.InteropServices;
using Cenote.Tests.Golden;

namespace Cenote.Conformance.Tests.Torch;

/// <summary>A tensor of libtorch: over memory of its own, which lives as long as it does, or one that libtorch made.</summary>
internal sealed unsafe class TorchTensor : IDisposable
{
    private readonly GCHandle _memory;

    /// <param name="handle">A tensor that libtorch made.</param>
    /// <param name="rank">How many axes it has.</param>
    public TorchTensor(nint handle, int rank) => (Handle, Rank) = (handle, rank);

    private TorchTensor(nint handle, int rank, GCHandle memory)
        : this(handle, rank) => _memory = memory;

    public nint Handle { get; }

    public int Rank { get; }

    /// <summary>The elements, given in row-major order of the axes, in either memory order.</summary>
    public static TorchTensor Of<T>(T[] elements, long[] shape, int spatialRank, bool channelsLast)
        where T : unmanaged
    {
        long[] strides = Layouts.Strides(shape, spatialRank, channelsLast);
        T[] memory = Layouts.Scatter(elements, shape, strides);
        var pinned = GCHandle.Alloc(memory, GCHandleType.Pinned);
        return new(Create((T*)pinned.AddrOfPinnedObject(), shape, strides), shape.Length, pinned);
    }

    /// <summary>Row-major memory of the caller.</summary>
    public static TorchTensor Over<T>(T* memory, long[] shape)
        where T : unmanaged => new(Create(memory, shape, Layouts.Strides(shape, 1, channelsLast: false)), shape.Length);

    public long[] Shape()
    {
        Check(TorchNative.GetSizes(Handle, out long* sizes));
        return new ReadOnlySpan<long>(sizes, Rank).ToArray();
    }

    /// <summary>The elements in row-major order of the axes.</summary>
    public T[] Read<T>()
        where T : unmanaged
    {
        Check(TorchNative.GetData(Handle, out void* data));
        Check(TorchNative.GetStrides(Handle, out long* strides));
        long[] shape = Shape();
        int count = (int)shape.Aggregate(1L, (product, length) => product * length);
        return Layouts.Gather(new ReadOnlySpan<T>(data, count), shape, new ReadOnlySpan<long>(strides, Rank).ToArray());
    }

    public void Dispose()
    {
        Check(TorchNative.Delete(Handle));
        if (_memory.IsAllocated) _memory.Free();
    }

    public static void Check(int error)
    {
        if (error != 0) throw new InvalidOperationException($"libtorch failed with {error}.");
    }

    private static nint Create<T>(T* memory, long[] shape, long[] strides)
        where T : unmanaged
    {
        fixed (long* sizes = shape, steps = strides)
        {
            Check(TorchNative.CreateTensor(memory, shape.Length, sizes, steps, 0, ElementType<T>(), device: 0, deviceIndex: -1, out nint handle));
            return handle;
        }
    }

    // Numbers of libtorch's ScalarType, which its files on disk fix for good.
    private static int ElementType<T>()
        where T : unmanaged => default(T) switch
        {
            byte => 0,
            sbyte => 1,
            short => 2,
            int => 3,
            long => 4,
            Half => 5,
            float => 6,
            double => 7,
            BFloat16 => 15,
            _ => throw new NotSupportedException(typeof(T).Name),
        };
}
