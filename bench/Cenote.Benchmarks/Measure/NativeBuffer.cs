using System.Runtime.InteropServices;

namespace Cenote.Benchmarks.Measure;

/// <summary>Native memory of any size, aligned to a cache line, its pages touched.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const int CacheLine = 64;

    public NativeBuffer(long bytes)
    {
        Bytes = bytes;
        Pointer = NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), CacheLine);
        NativeMemory.Clear(Pointer, (nuint)bytes);
    }

    public long Bytes { get; }

    public void* Pointer { get; private set; }

    public void Dispose()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
    }
}
