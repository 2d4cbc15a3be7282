using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cenote;

/// <summary>Which register width a job takes: the one place that chooses.</summary>
internal static class Registers
{
    /// <summary>Whether this machine has registers of so many bytes.</summary>
    public static bool Exist(int bytes) => bytes switch
    {
        64 => Vector512.IsHardwareAccelerated,
        32 => Vector256.IsHardwareAccelerated,
        _ => Vector128.IsHardwareAccelerated,
    };

    /// <summary>Whether registers of <typeparamref name="TLanes"/> leave no more lanes idle at the end of a row than registers half as wide would.</summary>
    public static bool Suit<TLanes, T>(long length)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged
    {
        if (Unsafe.SizeOf<TLanes>() == 16) return true;
        long lanes = TLanes.Count, half = lanes / 2;
        return (length + lanes - 1) / lanes * lanes <= (length + half - 1) / half * half;
    }
}
