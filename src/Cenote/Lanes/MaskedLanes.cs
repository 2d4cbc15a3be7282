using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

// Parts of registers where every instruction has a mask. Apart from the methods that use them: other machines compile their loops without loading these types.
internal readonly unsafe partial struct Lanes128<T>
{
    /// <summary>The lanes of a mask, and the others of <paramref name="otherwise"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128<T> MaskLoad(T* from, Vector128<T> mask, Vector128<T> otherwise)
    {
        if (sizeof(T) == 1) return new(Avx512BW.VL.MaskLoad((byte*)from, mask.AsByte(), otherwise.AsByte()).As<byte, T>());
        if (sizeof(T) == 2) return new(Avx512BW.VL.MaskLoad((short*)from, mask.AsInt16(), otherwise.AsInt16()).As<short, T>());
        if (sizeof(T) == 4) return new(Avx512F.VL.MaskLoad((int*)from, mask.AsInt32(), otherwise.AsInt32()).As<int, T>());
        return new(Avx512F.VL.MaskLoad((long*)from, mask.AsInt64(), otherwise.AsInt64()).As<long, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MaskStore(Vector128<T> lanes, T* to, Vector128<T> mask)
    {
        if (sizeof(T) == 1) Avx512BW.VL.MaskStore((byte*)to, mask.AsByte(), lanes.AsByte());
        else if (sizeof(T) == 2) Avx512BW.VL.MaskStore((short*)to, mask.AsInt16(), lanes.AsInt16());
        else if (sizeof(T) == 4) Avx512F.VL.MaskStore((int*)to, mask.AsInt32(), lanes.AsInt32());
        else Avx512F.VL.MaskStore((long*)to, mask.AsInt64(), lanes.AsInt64());
    }
}

internal readonly unsafe partial struct Lanes256<T>
{
    /// <summary>The lanes of a mask, and the others of <paramref name="otherwise"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256<T> MaskLoad(T* from, Vector256<T> mask, Vector256<T> otherwise)
    {
        if (sizeof(T) == 1) return new(Avx512BW.VL.MaskLoad((byte*)from, mask.AsByte(), otherwise.AsByte()).As<byte, T>());
        if (sizeof(T) == 2) return new(Avx512BW.VL.MaskLoad((short*)from, mask.AsInt16(), otherwise.AsInt16()).As<short, T>());
        if (sizeof(T) == 4) return new(Avx512F.VL.MaskLoad((int*)from, mask.AsInt32(), otherwise.AsInt32()).As<int, T>());
        return new(Avx512F.VL.MaskLoad((long*)from, mask.AsInt64(), otherwise.AsInt64()).As<long, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MaskStore(Vector256<T> lanes, T* to, Vector256<T> mask)
    {
        if (sizeof(T) == 1) Avx512BW.VL.MaskStore((byte*)to, mask.AsByte(), lanes.AsByte());
        else if (sizeof(T) == 2) Avx512BW.VL.MaskStore((short*)to, mask.AsInt16(), lanes.AsInt16());
        else if (sizeof(T) == 4) Avx512F.VL.MaskStore((int*)to, mask.AsInt32(), lanes.AsInt32());
        else Avx512F.VL.MaskStore((long*)to, mask.AsInt64(), lanes.AsInt64());
    }
}
