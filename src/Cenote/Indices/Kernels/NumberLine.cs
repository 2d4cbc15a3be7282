using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cenote;

/// <summary>Numbers of chosen taps on their way into memory: as wide as elements in the lanes, as narrow as the window allows in the indices.</summary>
internal static unsafe class NumberLine
{
    /// <summary>Numbers that are written together, so that they are still in the first-level cache.</summary>
    public const long Most = 4096;

    /// <summary>The most outputs of a line whose windows are long, and share most of what they read.</summary>
    private const long Longest = 1 << 15;

    /// <summary>How many outputs a line should have: twice what its last window reads on its own.</summary>
    public static long Wanted(AxisPlan width, long usual) => Math.Max(usual, Math.Min(2 * width.Span, Longest));

    /// <summary>Writes so many numbers, <paramref name="size"/> bytes of each.</summary>
    // Bounds: whole registers only, of which the last steps back over numbers already written; fewer than a register's one by one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Write<TNumbers, TNumber>(TNumber* numbers, long count, byte* to, int size)
        where TNumber : unmanaged
        where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
    {
        if (count < TNumbers.Count)
        {
            for (long i = 0; i < count; i++)
                for (int b = 0; b < size; b++) to[i * size + b] = ((byte*)(numbers + i))[b];
            return;
        }

        for (long i = sizeof(TNumber) == 4 && size == 1 ? WriteBytes((uint*)numbers, count, to) : 0; i < count; i += TNumbers.Count)
        {
            i = Math.Min(i, count - TNumbers.Count);
            TNumbers.StoreNarrow(TNumbers.Load(numbers + i), to + i * size, size);
        }
    }

    /// <summary>Writes numbers of windows of floats, 32 at a time; how many it has written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static long WriteBytes(uint* numbers, long count, byte* to)
    {
        const int Together = 32, Lanes = 8;
        long i = 0;
        for (; i + Together <= count; i += Together)
        {
            uint* from = numbers + i;
            Vector256<ushort> lower = Vector256.Narrow(Vector256.Load(from), Vector256.Load(from + Lanes)), upper = Vector256.Narrow(Vector256.Load(from + 2 * Lanes), Vector256.Load(from + 3 * Lanes));
            Vector256.Narrow(lower, upper).Store(to + i);
        }

        return i;
    }

    /// <summary>A number in every lane; what does not fit is cut off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TNumbers Fill<TNumbers, TNumber>(long number)
        where TNumber : unmanaged
        where TNumbers : unmanaged, ILanes<TNumbers, TNumber> => sizeof(TNumber) switch
        {
            // Not through a pointer: constants stay constants.
            1 => TNumbers.Fill(Unsafe.BitCast<byte, TNumber>((byte)number)),
            2 => TNumbers.Fill(Unsafe.BitCast<ushort, TNumber>((ushort)number)),
            4 => TNumbers.Fill(Unsafe.BitCast<uint, TNumber>((uint)number)),
            _ => TNumbers.Fill(Unsafe.BitCast<long, TNumber>(number)),
        };
}
