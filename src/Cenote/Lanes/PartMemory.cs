using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cenote;

/// <summary>Registers loaded and stored in part, for machines without masks: by pieces half as long each, that may overlap.</summary>
// Bounds: no byte behind the last one is touched.
internal static unsafe class PartMemory
{
    /// <summary>The first bytes, and zeros behind them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load256(byte* from, long bytes) =>
        bytes > 16 ? Vector256.Create(Vector128.Load(from), Load128(from + 16, bytes - 16)) : Vector256.Create(Load128(from, bytes), Vector128<byte>.Zero);

    /// <inheritdoc cref="Load256"/>
    public static Vector128<byte> Load128(byte* from, long bytes)
    {
        if (bytes >= 16) return Vector128.Load(from);
        if (bytes > 8) return Vector128.Create(*(ulong*)from, *(ulong*)(from + bytes - 8) >> (int)(8 * (16 - bytes))).AsByte();
        return Vector128.CreateScalar(Load64(from, bytes)).AsByte();
    }

    /// <summary>Stores the first bytes.</summary>
    public static void Store(Vector256<byte> lanes, byte* to, long bytes)
    {
        if (bytes < 16)
        {
            Store(lanes.GetLower(), to, bytes);
            return;
        }

        lanes.GetLower().Store(to);
        Store(lanes.GetUpper(), to + 16, bytes - 16);
    }

    /// <inheritdoc cref="Store(Vector256{byte}, byte*, long)"/>
    public static void Store(Vector128<byte> lanes, byte* to, long bytes)
    {
        if (bytes >= 16)
        {
            lanes.Store(to);
            return;
        }

        ulong rest = lanes.AsUInt64().ToScalar();
        if ((bytes & 8) != 0)
        {
            *(ulong*)to = rest;
            rest = lanes.AsUInt64().GetElement(1);
            to += 8;
        }

        if ((bytes & 4) != 0)
        {
            *(uint*)to = (uint)rest;
            rest >>= 32;
            to += 4;
        }

        if ((bytes & 2) != 0)
        {
            *(ushort*)to = (ushort)rest;
            rest >>= 16;
            to += 2;
        }

        if ((bytes & 1) != 0) *to = (byte)rest;
    }

    private static ulong Load64(byte* from, long bytes) => bytes switch
    {
        8 => *(ulong*)from,
        >= 4 => *(uint*)from | ((ulong)*(uint*)(from + bytes - 4) << (int)(8 * (bytes - 4))),
        >= 2 => *(ushort*)from | ((ulong)*(ushort*)(from + bytes - 2) << (int)(8 * (bytes - 2))),
        1 => *from,
        _ => 0,
    };
}
