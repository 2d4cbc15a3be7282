using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cenote;

/// <summary>
/// A row of many-tap windows of one plane. Neighbours mostly choose the same tap: its number falls by one from window to window, as long as it is not the first of its row of taps. Where that ends is found
/// many windows at a time, so that the additions of a run, one waiting for the other, are all that is left to do.
/// </summary>
// Bounds: as in ScatterKernel; a last register steps back over windows already looked at.
internal static unsafe class ScatterRuns<T, TSum, TSums, TFormat>
    where T : unmanaged
    where TSum : unmanaged, INumber<TSum>
    where TSums : unmanaged, ILanes<TSums, TSum>
    where TFormat : struct, IGradientFormat<T, TSum, TSums>
{
    /// <summary>Whether windows move by as much as their taps lie apart, and are enough for a register and the one before it.</summary>
    public static bool Accepts(AxisPlan width) => width.Stride == width.Dilation && width.Kernel > 1 && width.OutputLength > Vector256<ushort>.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Add(T* gradients, ushort* offsets, TSum* to, AxisPlan width, long* table)
    {
        long length = width.OutputLength, stride = width.Stride, lanes = Vector256<ushort>.Count, w = 0;
        Vector256<ushort> taps = Vector256.Create((ushort)width.Kernel), perRow = Vector256.Create((ushort)((1 << 16) / width.Kernel + 1));
        TSum* place = Place(to, *offsets, table);
        TSum sum = *place;
        for (long at = 1; at < length; at += lanes)
        {
            long last = Math.Min(at, length - lanes);
            for (uint starts = Starts(offsets + last, taps, perRow) >> (int)(at - last); starts != 0; starts &= starts - 1)
            {
                long start = at + BitOperations.TrailingZeroCount(starts);
                for (; w < start; w++) sum += TFormat.Lift(gradients[w]);
                *place = sum;
                place = Place(to + start * stride, offsets[start], table);
                sum = *place;
            }

            for (; w < last + lanes; w++) sum += TFormat.Lift(gradients[w]);
        }

        *place = sum;
    }

    /// <summary>A bit for each window that chooses another tap than the one before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Starts(ushort* offsets, Vector256<ushort> taps, Vector256<ushort> perRow)
    {
        Vector256<ushort> before = Vector256.Load(offsets - 1);
        Vector256<ushort> rows = Lanes256<ushort>.MultiplyHigh(new(before), new(perRow)).Value;
        Vector256<ushort> same = Vector256.Equals(Vector256.Load(offsets), before - Vector256<ushort>.One) & ~Vector256.Equals(rows * taps, before);
        return ~same.ExtractMostSignificantBits() & ushort.MaxValue;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSum* Place(TSum* window, ushort offset, long* table) => (TSum*)((byte*)window + table[offset]);
}
