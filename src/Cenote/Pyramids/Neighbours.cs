using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <summary>Neighbours on registers of whatever width the machine has: added, taken apart, and put side by side.</summary>
internal static class Neighbours
{
    /// <summary>Sums of two bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<ushort> Add(Vector<byte> taps)
    {
        if (Avx2.IsSupported && Vector<byte>.Count == Vector256<byte>.Count) return Avx2.MultiplyAddAdjacent(taps.AsVector256(), Vector256<sbyte>.One).AsUInt16().AsVector();
        Vector<ushort> pairs = Vector.AsVectorUInt16(taps);
        return (pairs & new Vector<ushort>(byte.MaxValue)) + (pairs >>> 8);
    }

    /// <summary>Sums of two numbers of 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> Add(Vector<ushort> taps)
    {
        Vector<uint> pairs = Vector.AsVectorUInt32(taps);
        return (pairs & new Vector<uint>(ushort.MaxValue)) + (pairs >>> 16);
    }

    /// <summary>The lanes with even numbers of two registers laid end to end, and the odd ones; crossed, in the order that takes the fewest steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector<T> Even, Vector<T> Odd) Unzip<T>(Vector<T> low, Vector<T> high)
        where T : unmanaged
    {
        if (Vector<byte>.Count == Vector512<byte>.Count) return Unzip<Lanes512<T>, T>(low, high);
        return Vector<byte>.Count == Vector256<byte>.Count ? Unzip<Lanes256<T>, T>(low, high) : Unzip<Lanes128<T>, T>(low, high);
    }

    /// <summary>Lanes that are crossed in the order of their numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Uncross<T>(Vector<T> lanes)
        where T : unmanaged
    {
        if (Vector<byte>.Count == Vector512<byte>.Count) return Uncross<Lanes512<T>, T>(lanes);
        return Vector<byte>.Count == Vector256<byte>.Count ? Uncross<Lanes256<T>, T>(lanes) : Uncross<Lanes128<T>, T>(lanes);
    }

    /// <summary>Lanes of 32 bits as the halves of 64: the first operand's are the lower ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector<ulong> Low, Vector<ulong> High) Zip(Vector<uint> lower, Vector<uint> upper)
    {
        if (Avx2.IsSupported && Vector<byte>.Count == Vector256<byte>.Count)
        {
            Vector256<uint> low = Uncross(lower).AsVector256(), high = Uncross(upper).AsVector256();
            return (Avx2.UnpackLow(low, high).AsUInt64().AsVector(), Avx2.UnpackHigh(low, high).AsUInt64().AsVector());
        }

        Vector.Widen(lower, out Vector<ulong> first, out Vector<ulong> second);
        Vector.Widen(upper, out Vector<ulong> third, out Vector<ulong> fourth);
        return (first | third << Tally.Half, second | fourth << Tally.Half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector<T> Even, Vector<T> Odd) Unzip<TLanes, T>(Vector<T> low, Vector<T> high)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged
    {
        var (even, odd) = TLanes.UnzipCrossed(Unsafe.BitCast<Vector<T>, TLanes>(low), Unsafe.BitCast<Vector<T>, TLanes>(high));
        return (Unsafe.BitCast<TLanes, Vector<T>>(even), Unsafe.BitCast<TLanes, Vector<T>>(odd));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Uncross<TLanes, T>(Vector<T> lanes)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged => Unsafe.BitCast<TLanes, Vector<T>>(TLanes.Uncross(Unsafe.BitCast<Vector<T>, TLanes>(lanes)));
}
