using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Neighbours along contiguous rows, added on registers: blocks of two along the width. Each member tells how many of the outputs it made, from the first on; the others are left to the reducer.</summary>
internal unsafe interface IPairs<T, TState>
    where T : unmanaged
    where TState : unmanaged
{
    long Taps(in PyramidRows<T> rows, long outputs, TState* sums);

    long Sums(in PyramidRows<TState> rows, long outputs, TState* sums);

    /// <summary>The means of sums that all have the same number of taps and the same divisor.</summary>
    long Means(TState* sums, long outputs, long count, long divisor, IntegerRounding rounding, T* means);
}

/// <summary>No registers for these types.</summary>
internal readonly unsafe struct NoPairs<T, TState> : IPairs<T, TState>
    where T : unmanaged
    where TState : unmanaged
{
    public long Taps(in PyramidRows<T> rows, long outputs, TState* sums) => 0;

    public long Sums(in PyramidRows<TState> rows, long outputs, TState* sums) => 0;

    public long Means(TState* sums, long outputs, long count, long divisor, IntegerRounding rounding, T* means) => 0;
}

/// <summary>Sums of 32 bits: the halves of 64.</summary>
internal static unsafe class SumPairs
{
    private const int Half = 32;

    // Bounds: 2 · outputs sums of each row are read.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long Add(in PyramidRows<uint> rows, long outputs, uint* sums)
    {
        int lanes = Vector<uint>.Count;
        var low = new Vector<ulong>(uint.MaxValue);
        long o = 0;
        for (; o + lanes <= outputs; o += lanes)
        {
            Vector<ulong> lower = default, upper = default;
            for (long d = 0; d < rows.Depths; d++)
            {
                for (long h = 0; h < rows.Heights; h++)
                {
                    uint* row = rows.First + d * rows.DepthStep + h * rows.HeightStep + 2 * o;
                    Vector<ulong> one = Vector.Load((ulong*)row), two = Vector.Load((ulong*)(row + lanes));
                    lower += (one & low) + (one >>> Half);
                    upper += (two & low) + (two >>> Half);
                }
            }

            Vector.Narrow(lower, upper).Store(sums + o);
        }

        return o;
    }

    /// <summary>Quotients by a power of two.</summary>
    /// <param name="sums">The dividends; half the divisor more still fits them.</param>
    /// <param name="bits">The divisor's logarithm.</param>
    /// <param name="rounding">How they round.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> Divide(Vector<uint> sums, int bits, IntegerRounding rounding)
    {
        Vector<uint> floor = sums >>> bits;
        if (bits == 0 || rounding == IntegerRounding.TowardZero) return floor;
        // One less than half, and one more where the floor is odd: halves go to the even side.
        return (sums + new Vector<uint>((1u << (bits - 1)) - 1) + (floor & Vector<uint>.One)) >>> bits;
    }
}

/// <summary>Bytes: the halves of 16 bits.</summary>
internal readonly unsafe struct BytePairs : IPairs<byte, uint>
{
    /// <summary>Rows whose pairs fit 16 bits.</summary>
    private const long MostRows = 128;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Taps(in PyramidRows<byte> rows, long outputs, uint* sums)
    {
        if (rows.Count > MostRows) return 0;
        int lanes = Vector<ushort>.Count;
        var low = new Vector<ushort>(byte.MaxValue);
        long o = 0;
        for (; o + lanes <= outputs; o += lanes)
        {
            Vector<ushort> sum = default;
            for (long d = 0; d < rows.Depths; d++)
            {
                for (long h = 0; h < rows.Heights; h++)
                {
                    byte* row = rows.First + d * rows.DepthStep + h * rows.HeightStep + 2 * o;
                    Vector<ushort> taps = Vector.Load((ushort*)row);
                    Prefetch.Behind(row, 2 * lanes);
                    sum += (taps & low) + (taps >>> 8);
                }
            }

            Vector.Widen(sum, out Vector<uint> lower, out Vector<uint> upper);
            lower.Store(sums + o);
            upper.Store(sums + o + Vector<uint>.Count);
        }

        return o;
    }

    public long Sums(in PyramidRows<uint> rows, long outputs, uint* sums) => SumPairs.Add(rows, outputs, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Means(uint* sums, long outputs, long count, long divisor, IntegerRounding rounding, byte* means)
    {
        if (!long.IsPow2(divisor)) return 0;
        int bits = (int)long.Log2(divisor), lanes = Vector<uint>.Count;
        long o = 0;
        for (; o + Vector<byte>.Count <= outputs; o += Vector<byte>.Count)
        {
            Vector<uint> one = SumPairs.Divide(Vector.Load(sums + o), bits, rounding), two = SumPairs.Divide(Vector.Load(sums + o + lanes), bits, rounding);
            Vector<uint> three = SumPairs.Divide(Vector.Load(sums + o + 2 * lanes), bits, rounding), four = SumPairs.Divide(Vector.Load(sums + o + 3 * lanes), bits, rounding);
            Vector.Narrow(Vector.Narrow(one, two), Vector.Narrow(three, four)).Store(means + o);
        }

        return o;
    }
}

/// <summary>Unsigned numbers of 16 bits: the halves of 32.</summary>
internal readonly unsafe struct ShortPairs : IPairs<ushort, uint>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Taps(in PyramidRows<ushort> rows, long outputs, uint* sums)
    {
        int lanes = Vector<uint>.Count;
        var low = new Vector<uint>(ushort.MaxValue);
        long o = 0;
        for (; o + lanes <= outputs; o += lanes)
        {
            Vector<uint> sum = default;
            for (long d = 0; d < rows.Depths; d++)
            {
                for (long h = 0; h < rows.Heights; h++)
                {
                    ushort* row = rows.First + d * rows.DepthStep + h * rows.HeightStep + 2 * o;
                    Vector<uint> taps = Vector.Load((uint*)row);
                    Prefetch.Behind(row, sizeof(Vector<uint>));
                    sum += (taps & low) + (taps >>> 16);
                }
            }

            sum.Store(sums + o);
        }

        return o;
    }

    public long Sums(in PyramidRows<uint> rows, long outputs, uint* sums) => SumPairs.Add(rows, outputs, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Means(uint* sums, long outputs, long count, long divisor, IntegerRounding rounding, ushort* means)
    {
        if (!long.IsPow2(divisor)) return 0;
        int bits = (int)long.Log2(divisor), lanes = Vector<uint>.Count;
        long o = 0;
        for (; o + 2 * lanes <= outputs; o += 2 * lanes)
            Vector.Narrow(SumPairs.Divide(Vector.Load(sums + o), bits, rounding), SumPairs.Divide(Vector.Load(sums + o + lanes), bits, rounding)).Store(means + o);
        return o;
    }
}

/// <summary>Floats, added in row-major order.</summary>
internal readonly unsafe struct FloatPairs : IPairs<float, float>
{
    private const int Half = 32;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Taps(in PyramidRows<float> rows, long outputs, float* sums)
    {
        int lanes = Vector<float>.Count;
        long o = 0;
        for (; o + lanes <= outputs; o += lanes)
        {
            Vector<float> sum = default;
            for (long d = 0; d < rows.Depths; d++)
            {
                for (long h = 0; h < rows.Heights; h++)
                {
                    float* row = rows.First + d * rows.DepthStep + h * rows.HeightStep + 2 * o;
                    Prefetch.Behind(row, 2 * sizeof(Vector<float>));
                    Vector<ulong> lower = Vector.Load((ulong*)row), upper = Vector.Load((ulong*)(row + lanes));
                    sum += Vector.AsVectorSingle(Vector.Narrow(lower, upper));
                    sum += Vector.AsVectorSingle(Vector.Narrow(lower >>> Half, upper >>> Half));
                }
            }

            sum.Store(sums + o);
        }

        return o;
    }

    public long Sums(in PyramidRows<float> rows, long outputs, float* sums) => Taps(rows, outputs, sums);

    // Adding +0 keeps a zero from being negative.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Means(float* sums, long outputs, long count, long divisor, IntegerRounding rounding, float* means)
    {
        var by = new Vector<float>(divisor);
        long o = 0;
        for (; o + Vector<float>.Count <= outputs; o += Vector<float>.Count) ((Vector.Load(sums + o) / by) + Vector<float>.Zero).Store(means + o);
        return o;
    }
}
