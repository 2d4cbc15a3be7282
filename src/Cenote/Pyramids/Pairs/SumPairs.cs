using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Sums of integers.</summary>
internal static unsafe class SumPairs
{
    // Bounds: 2 · outputs sums of each row are read.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static bool Add(in PyramidRows<uint> rows, long outputs, uint* sums)
    {
        int lanes = Vector<uint>.Count;
        if (outputs < lanes) return false;
        for (long o = 0; o < outputs; o += lanes)
        {
            long at = Math.Min(o, outputs - lanes);
            Vector<uint> lower = default, upper = default;
            uint* plane = rows.First + 2 * at;
            for (long d = 0; d < rows.Depths; d++, plane += rows.DepthStep)
            {
                uint* row = plane;
                for (long h = 0; h < rows.Heights; h++, row += rows.HeightStep)
                {
                    lower += Vector.Load(row);
                    upper += Vector.Load(row + lanes);
                }
            }

            Neighbours.Uncross(Neighbours.Even(lower, upper) + Neighbours.Odd(lower, upper)).Store(sums + at);
        }

        return true;
    }

    /// <summary>Quotients by a power of two.</summary>
    /// <param name="sums">The dividends; half the divisor more still fits them.</param>
    /// <param name="bits">The divisor's logarithm.</param>
    /// <param name="rounding">How they round.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Divide<T>(Vector<T> sums, int bits, IntegerRounding rounding)
        where T : unmanaged, IBinaryInteger<T>
    {
        Vector<T> floor = sums >>> bits;
        if (bits == 0 || rounding == IntegerRounding.TowardZero) return floor;
        // One less than half, and one more where the floor is odd: halves go to the even side.
        return (sums + new Vector<T>((T.One << (bits - 1)) - T.One) + (floor & Vector<T>.One)) >>> bits;
    }
}
