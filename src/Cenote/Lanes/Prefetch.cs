using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <summary>Asks for memory before it is read: the machine's own prefetchers stop at every page, which costs more than the arithmetic.</summary>
internal static unsafe class Prefetch
{
    /// <summary>How far ahead, in bytes: measured: best of those between 2 and 12 kB over all rows together.</summary>
    public const long Distance = 5632;

    public const long CacheLine = 64;

    /// <summary>The same for pixels of channels side by side, where rows are longer and less is better.</summary>
    private const long PixelDistance = 3584;

    private const long ShortRows = 512;

    /// <summary>As much as is asked for at a time, in bytes: a part of the nearest cache. Measured: with registers of 64 bytes up to a sixteenth of the second-level cache, which is larger where they are, rows that lie behind those at work take 0.6 to 0.95 of the time; slices of twice as much 1.04 to 1.2.</summary>
    private static long MostRows => Registers.Exist(64) ? 1 << 16 : 1 << 14;

    /// <summary>Whether so many bytes of input are more than the nearer caches hold.</summary>
    public static bool Pays(long bytes) => bytes > 1 << 20;

    /// <summary>About as far, in whole steps of so many bytes.</summary>
    public static long Multiple(long bytes) => (PixelDistance + bytes - 1) / Math.Max(1, bytes) * bytes;

    /// <summary>How far ahead where some rows are walked side by side: as far as the rows behind them, if the caches have room for that: nearer, the end of one row would ask for the beginning of another that is at work already.</summary>
    public static long Rows(long bytes) => bytes > Distance && bytes <= MostRows ? bytes : Distance;

    /// <summary>
    /// Whether to ask for rows of so many bytes together in the order in which they lie, not in that in which they are walked side by side.
    /// Measured: of rows of a kilobyte or two the former takes three quarters of the time. Where they are longer, what is walked next would not be asked for in time; shorter ones are as good either way.
    /// </summary>
    public static bool InOrder(long bytes) => bytes is >= ShortRows and <= Distance;

    /// <summary>Asks for what lies <paramref name="distance"/> behind so many bytes. Any address will do: none is touched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Behind(void* from, long bytes, long distance = Distance)
    {
        if (!Sse.IsSupported) return;
        Sse.Prefetch0((byte*)from + distance);
        // Most ask for up to four registers, and the compiler leaves a loop where that is more than one line.
        if (bytes > CacheLine) Sse.Prefetch0((byte*)from + distance + CacheLine);
        if (bytes > 2 * CacheLine) Sse.Prefetch0((byte*)from + distance + 2 * CacheLine);
        for (long i = 3 * CacheLine; i < bytes; i += CacheLine) Sse.Prefetch0((byte*)from + distance + i);
    }

    /// <summary>Asks for the line that lies <paramref name="distance"/> behind, where registers of so many bytes are walked along: once for each line, for in the caches asking twice takes longer than all else. Measured.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Along(void* from, long bytes, long distance = Distance)
    {
        if (((nint)from & (CacheLine - 1)) < bytes) Line((byte*)from + distance);
    }

    /// <summary>Asks for the cache line of an address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(void* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }
}
