using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <summary>Neighbours on registers of whatever width the machine has: added, taken apart, and put side by side.</summary>
internal static unsafe class Neighbours
{
    /// <summary>Whether registers have halves that stay apart. .NET's vectors have 256 bits where there are 512, unless it is told otherwise.</summary>
    private static bool Crosses
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx2.IsSupported && Vector<byte>.Count == Vector256<byte>.Count;
    }

    /// <summary>Sums of two bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<ushort> Add(Vector<byte> taps)
    {
        if (Crosses) return Avx2.MultiplyAddAdjacent(taps.AsVector256(), Vector256<sbyte>.One).AsUInt16().AsVector();
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

    /// <summary>Sums of two numbers of 15 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> AddSmall(Vector<ushort> taps) => Crosses
        ? Avx2.MultiplyAddAdjacent(taps.AsVector256().AsInt16(), Vector256<short>.One).AsUInt32().AsVector() : Add(taps);

    /// <summary>Whether <see cref="FewMeans"/> divides by so many.</summary>
    public static bool Few(long taps) => Crosses && taps <= 8;

    /// <summary>
    /// Sums of up to eight bytes by how many they are, rounded down: twice a sum times 2¹⁵ over their number, rounded up, and of that the upper half. What is too much is less than 2 · 2040 · 7 / 2¹⁶ of what would be one more.
    /// Of no bytes it is 0; the place of their reciprocal is that of eight.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<ushort> FewMeans(Vector<ushort> sums, Vector<ushort> counts)
    {
        Vector256<ushort> reciprocals = Vector256.Create(4096, 32768, 16384, 10923, 8192, 6554, 5462, 4682, 4096, 32768, 16384, 10923, 8192, 6554, 5462, 4682);
        // The bytes of a number are two places of the table.
        Vector256<byte> places = (counts.AsVector256() * 0x0202 + Vector256.Create((ushort)0x0100)).AsByte();
        return Avx2.MultiplyHigh(sums.AsVector256() * 2, Avx2.Shuffle(reciprocals.AsByte(), places).AsUInt16()).AsVector();
    }

    /// <summary>The lanes with even numbers of two registers laid end to end; crossed, in the order that takes the fewest steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Even<T>(Vector<T> low, Vector<T> high)
        where T : unmanaged
    {
        if (!Crosses) return Vector<byte>.Count == Vector128<byte>.Count ? Unzip<Lanes128<T>, T>(low, high).Even : Unzip<Lanes512<T>, T>(low, high).Even;
        if (sizeof(T) == sizeof(uint)) return Avx.Shuffle(low.AsVector256().AsSingle(), high.AsVector256().AsSingle(), 0b10_00_10_00).As<float, T>().AsVector();
        return Avx2.UnpackLow(low.AsVector256().AsUInt64(), high.AsVector256().AsUInt64()).As<ulong, T>().AsVector();
    }

    /// <summary>Those with odd numbers, in the same order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Odd<T>(Vector<T> low, Vector<T> high)
        where T : unmanaged
    {
        if (!Crosses) return Vector<byte>.Count == Vector128<byte>.Count ? Unzip<Lanes128<T>, T>(low, high).Odd : Unzip<Lanes512<T>, T>(low, high).Odd;
        if (sizeof(T) == sizeof(uint)) return Avx.Shuffle(low.AsVector256().AsSingle(), high.AsVector256().AsSingle(), 0b11_01_11_01).As<float, T>().AsVector();
        return Avx2.UnpackHigh(low.AsVector256().AsUInt64(), high.AsVector256().AsUInt64()).As<ulong, T>().AsVector();
    }

    /// <summary>Lanes that are crossed in the order of their numbers; and the other way round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Uncross<T>(Vector<T> lanes)
        where T : unmanaged => Crosses ? Avx2.Permute4x64(lanes.AsVector256().AsUInt64(), 0b11_01_10_00).As<ulong, T>().AsVector() : lanes;

    /// <summary>Lanes of 32 bits as the halves of 64: the first operand's are the lower ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Zip(Vector<uint> lower, Vector<uint> upper, ulong* to)
    {
        if (Crosses)
        {
            Vector256<uint> low = Uncross(lower).AsVector256(), high = Uncross(upper).AsVector256();
            Avx2.UnpackLow(low, high).AsUInt64().Store(to);
            Avx2.UnpackHigh(low, high).AsUInt64().Store(to + Vector256<ulong>.Count);
            return;
        }

        Vector.Widen(lower, out Vector<ulong> first, out Vector<ulong> second);
        Vector.Widen(upper, out Vector<ulong> third, out Vector<ulong> fourth);
        (first | third << Tally.Half).Store(to);
        (second | fourth << Tally.Half).Store(to + Vector<ulong>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector<T> Even, Vector<T> Odd) Unzip<TLanes, T>(Vector<T> low, Vector<T> high)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged
    {
        var (even, odd) = TLanes.Unzip(Unsafe.BitCast<Vector<T>, TLanes>(low), Unsafe.BitCast<Vector<T>, TLanes>(high));
        return (Unsafe.BitCast<TLanes, Vector<T>>(even), Unsafe.BitCast<TLanes, Vector<T>>(odd));
    }
}
