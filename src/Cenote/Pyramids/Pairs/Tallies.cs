using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>What pairs of tallies share.</summary>
internal static unsafe class Tallies
{
    /// <summary>Pairs of neighbouring integers that are data, added over all rows.</summary>
    /// <typeparam name="T">The integer.</typeparam>
    /// <param name="row">A register of taps.</param>
    /// <param name="noData">What is no data, if <paramref name="hasNoData"/>.</param>
    /// <param name="hasNoData">Whether anything is none.</param>
    /// <param name="missing">How many taps were none, lane by lane.</param>
    /// <returns>The taps, and zeros instead of those that are no data.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Data<T>(T* row, Vector<T> noData, bool hasNoData, ref Vector<T> missing)
        where T : unmanaged
    {
        Vector<T> taps = Vector.Load(row);
        if (!hasNoData) return taps;
        Vector<T> none = Vector.Equals(taps, noData);
        // All bits of a lane are minus one.
        missing -= none;
        return Vector.AndNot(taps, none);
    }

    /// <summary>Neighbours' tallies, both halves at once. Float sums are in row-major order.</summary>
    // Bounds: 2 · outputs tallies of each row are read.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static bool Add<TLane>(in PyramidRows<ulong> rows, long outputs, ulong* sums)
        where TLane : unmanaged
    {
        int lanes = Vector<ulong>.Count;
        if (outputs < lanes) return false;
        for (long o = 0; o < outputs; o += lanes)
        {
            long at = Math.Min(o, outputs - lanes);
            Vector<TLane> sum = default;
            ulong* plane = rows.First + 2 * at;
            for (long d = 0; d < rows.Depths; d++, plane += rows.DepthStep)
            {
                ulong* row = plane;
                for (long h = 0; h < rows.Heights; h++, row += rows.HeightStep)
                {
                    Vector<ulong> low = Vector.Load(row), high = Vector.Load(row + lanes);
                    sum += Vector.As<ulong, TLane>(Neighbours.Even(low, high));
                    sum += Vector.As<ulong, TLane>(Neighbours.Odd(low, high));
                }
            }

            Neighbours.Uncross(Vector.As<TLane, ulong>(sum)).Store(sums + at);
        }

        return true;
    }

    /// <summary>The same of tallies in memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> Means(ulong* from, Vector<int> least, Vector<int> instead, IntegerRounding rounding)
    {
        Vector<uint> low = Vector.Load((uint*)from), high = Vector.Load((uint*)(from + Vector<ulong>.Count));
        return Neighbours.Uncross(Means(Neighbours.Even(low, high), Neighbours.Odd(low, high), least, instead, rounding));
    }

    /// <summary>The rounded means of some integers, and <paramref name="instead"/> where there are fewer than <paramref name="least"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> Means(Vector<uint> sums, Vector<uint> counts, Vector<int> least, Vector<int> instead, IntegerRounding rounding)
    {
        Vector<float> quotients = Vector.ConvertToSingle(Vector.AsVectorInt32(sums)) / Vector.ConvertToSingle(Vector.AsVectorInt32(counts));
        if (rounding == IntegerRounding.NearestEven) quotients = Vector.Round(quotients);
        return Vector.AsVectorUInt32(Vector.ConditionalSelect(Vector.LessThan(Vector.AsVectorInt32(counts), least), instead, Vector.ConvertToInt32Native(quotients)));
    }
}
