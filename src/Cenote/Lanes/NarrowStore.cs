using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <summary>Stores the lower bytes of lanes side by side: lanes are halved until they are as narrow as asked.</summary>
// Bounds: what is stored is the register's bytes times the narrow size over the wide one.
internal static unsafe class NarrowStore
{
    /// <param name="lanes">The register.</param>
    /// <param name="wide">The bytes of a lane.</param>
    /// <param name="to">Where the bytes go.</param>
    /// <param name="size">How many of each lane.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<byte> lanes, int wide, byte* to, int size)
    {
        if (wide == size) lanes.Store(to);
        else if (Avx512F.IsSupported && wide == 4 && size == 1) Avx512F.ConvertToVector128Byte(lanes.AsUInt32()).Store(to);
        else if (wide > 1) Store(Halve(lanes, wide), wide / 2, to, size);
    }

    /// <inheritdoc cref="Store(Vector512{byte}, int, byte*, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<byte> lanes, int wide, byte* to, int size)
    {
        if (wide == size) lanes.Store(to);
        else if (Avx2.IsSupported && wide == 4 && size == 1) StoreBytes(lanes, to);
        else if (wide > 1) Store(Halve(lanes, wide), wide / 2, to, size);
    }

    /// <inheritdoc cref="Store(Vector512{byte}, int, byte*, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<byte> lanes, int wide, byte* to, int size)
    {
        // No switch over a quotient: a division takes longer than all of these.
        if (wide == size) lanes.Store(to);
        else if (wide == 2 * size) *(ulong*)to = Halve(lanes, lanes, wide).AsUInt64().ToScalar();
        else if (wide == 4 * size) *(uint*)to = Quarter(lanes, wide).AsUInt32().ToScalar();
        else *(ushort*)to = Halve(Quarter(lanes, 8), default, 2).AsUInt16().ToScalar();
    }

    /// <summary>Eight bytes: half of the steps that two halvings take.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreBytes(Vector256<byte> lanes, byte* to)
    {
        Vector256<int> lowest = Avx2.Shuffle(lanes, Vector256.Create(0x0C080400).AsByte()).AsInt32();
        *(ulong*)to = Sse2.UnpackLow(lowest.GetLower(), lowest.GetUpper()).AsUInt64().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Quarter(Vector128<byte> lanes, int wide) => Halve(Halve(lanes, lanes, wide), default, wide / 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Halve(Vector512<byte> lanes, int wide)
    {
        if (Avx512BW.IsSupported)
        {
            return wide switch
            {
                2 => Avx512BW.ConvertToVector256Byte(lanes.AsUInt16()),
                4 => Avx512F.ConvertToVector256UInt16(lanes.AsUInt32()).AsByte(),
                _ => Avx512F.ConvertToVector256UInt32(lanes.AsUInt64()).AsByte(),
            };
        }

        return Vector256.Create(Halve(lanes.GetLower(), wide), Halve(lanes.GetUpper(), wide));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Halve(Vector256<byte> lanes, int wide) => Halve(lanes.GetLower(), lanes.GetUpper(), wide);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Halve(Vector128<byte> lower, Vector128<byte> upper, int wide) => wide switch
    {
        2 => Vector128.Narrow(lower.AsUInt16(), upper.AsUInt16()),
        4 => Vector128.Narrow(lower.AsUInt32(), upper.AsUInt32()).AsByte(),
        _ => Vector128.Narrow(lower.AsUInt64(), upper.AsUInt64()).AsByte(),
    };
}
