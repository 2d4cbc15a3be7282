using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cenote;

/// <summary>Which register width a job takes: the one place that chooses.</summary>
internal static class Registers
{
    /// <summary>Whether this machine has registers of so many bytes.</summary>
    // Inlined it is a constant, also ahead of time: kernels for other registers, five sixths of all code, are left out of the program.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Exist(int bytes) => bytes switch
    {
        64 => Vector512.IsHardwareAccelerated,
        32 => Vector256.IsHardwareAccelerated,
        _ => Vector128.IsHardwareAccelerated,
    };

    /// <summary>Whether registers of <typeparamref name="TLanes"/> get through a length in fewer steps than registers half as wide would.</summary>
    public static bool Suit<TLanes, T>(long length)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged =>
        Unsafe.SizeOf<TLanes>() == 16 || length > TLanes.Count / 2;

    /// <summary>The same where no part of a register is to be loaded: two narrower ones that overlap cost less.</summary>
    public static bool Fill<TLanes, T>(long length)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged =>
        Unsafe.SizeOf<TLanes>() == 16 || length >= TLanes.Count;

    /// <summary>The same where a part costs a mask, and no copy: where every instruction has one, it costs less than a second register.</summary>
    public static bool Hold<TLanes, T>(long length)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged =>
        Vector512.IsHardwareAccelerated ? Suit<TLanes, T>(length) : Fill<TLanes, T>(length);
}
