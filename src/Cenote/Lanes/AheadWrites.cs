using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Cenote;

/// <summary>Writes stretches of memory that follow each other, and asks for what comes behind before it is written: the runtime's own calls wait for each cache line.</summary>
// Bounds: whole registers only, of which the last steps back over bytes already written; less than a register is the runtime's.
internal static unsafe class AheadWrites
{
    /// <summary>What the machine compares of the addresses of loads and the stores before them.</summary>
    public const long PageBytes = 4096;

    /// <summary>A place for what is to be copied to <paramref name="to"/>, at most a page behind <paramref name="memory"/>: half a page apart from it, for loads wait for stores whose addresses end alike.</summary>
    public static void* Beside(byte* memory, void* to) => memory + ((((byte*)to - memory) + PageBytes / 2) & (PageBytes - Prefetch.CacheLine));

    public static void Clear(void* to, long bytes)
    {
        if (!Vector256.IsHardwareAccelerated || bytes < Vector256<byte>.Count) NativeMemory.Clear(to, (nuint)bytes);
        else Fill((byte*)to, bytes, default);
    }

    public static void Copy(void* from, void* to, long bytes)
    {
        if (!Vector256.IsHardwareAccelerated || bytes < Vector256<byte>.Count) Buffer.MemoryCopy(from, to, bytes, bytes);
        else CopyLines((byte*)from, (byte*)to, bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Fill(byte* to, long bytes, Vector256<byte> value)
    {
        long count = Vector256<byte>.Count, last = bytes - count, i = 0;
        for (; i + Prefetch.CacheLine <= bytes; i += Prefetch.CacheLine)
        {
            Prefetch.Line(to + i + Prefetch.Distance);
            value.Store(to + i);
            value.Store(to + i + count);
        }

        if (i < last) value.Store(to + i);
        value.Store(to + last);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void CopyLines(byte* from, byte* to, long bytes)
    {
        long count = Vector256<byte>.Count, last = bytes - count, i = 0;
        for (; i + Prefetch.CacheLine <= bytes; i += Prefetch.CacheLine)
        {
            Prefetch.Line(to + i + Prefetch.Distance);
            Vector256<byte> first = Vector256.Load(from + i), second = Vector256.Load(from + i + count);
            first.Store(to + i);
            second.Store(to + i + count);
        }

        if (i < last) Vector256.Load(from + i).Store(to + i);
        Vector256.Load(from + last).Store(to + last);
    }
}
