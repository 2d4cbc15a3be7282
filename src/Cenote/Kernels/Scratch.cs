using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>Working memory of one thread, kept from call to call: mapping large buffers anew costs more than the work in them.</summary>
internal sealed unsafe class Scratch
{
    /// <summary>The widest register.</summary>
    public const int Alignment = 64;

    [ThreadStatic]
    private static Scratch? _mine;

    /// <summary>Where this thread's memory comes from instead, if anywhere: tests have it end at a page that nobody may touch.</summary>
    [ThreadStatic]
    internal static Func<long, nint>? Source;

    private long _uses;
    private byte* _memory;
    private nuint _size;

    /// <summary>Frees the memory when its thread is gone.</summary>
    ~Scratch() => NativeMemory.AlignedFree(_memory);

    /// <summary>How often this thread has asked: what was written remains until the number changes.</summary>
    public static long Uses => _mine?._uses ?? 0;

    /// <summary>At least so many bytes, of any content, valid until this thread asks again.</summary>
    public static byte* Of(long bytes)
    {
        Scratch mine = _mine ??= new();
        mine._uses++;
        if (Source is not null) return (byte*)Source(Round(bytes));
        if (mine._size < (nuint)bytes)
        {
            NativeMemory.AlignedFree(mine._memory);
            mine._memory = null;
            mine._size = 0;
            mine._memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, (nuint)Alignment);
            mine._size = (nuint)bytes;
        }

        return mine._memory;
    }

    /// <summary>A size that keeps what follows it aligned.</summary>
    public static long Round(long bytes) => (bytes + (long)Alignment - 1) & -(long)Alignment;
}
