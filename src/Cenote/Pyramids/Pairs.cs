using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>How the sums of one row become means: all have the same number of taps and the same divisor.</summary>
internal readonly record struct PairDivision(long Count, long Divisor, IntegerRounding Rounding);

/// <summary>Neighbours along contiguous rows, added on registers: blocks of two along the width. Members make all of the outputs, or none, which is then the reducer's work; the last register steps back over what the one before it made.</summary>
internal unsafe interface IPairs<T, TState>
    where T : unmanaged
    where TState : unmanaged
{
    /// <summary>Whether sums can be divided on registers.</summary>
    bool Divides(in PairDivision by);

    /// <summary>The first level.</summary>
    /// <param name="rows">The rows of a block.</param>
    /// <param name="outputs">How many.</param>
    /// <param name="sums">Where the sums go; null if nobody needs them.</param>
    /// <param name="means">Where the means go; null if these are made of the sums.</param>
    /// <param name="by">How sums become means.</param>
    bool Taps(in PyramidRows<T> rows, long outputs, TState* sums, T* means, in PairDivision by);

    /// <summary>The means of the first level and the sums of the second, between which nothing passes through memory.</summary>
    /// <param name="blocks">The rows of a block of blocks.</param>
    /// <param name="outputs">How many of the second level; twice as many means are made in each row of the first.</param>
    /// <param name="sums">Where the second level's sums go.</param>
    /// <param name="by">How the first level's sums become means.</param>
    bool Two(in PyramidBlocks<T> blocks, long outputs, TState* sums, in PairDivision by);

    bool Sums(in PyramidRows<TState> rows, long outputs, TState* sums);

    bool Means(TState* sums, long outputs, in PairDivision by, T* means);
}

/// <summary>No registers for these types.</summary>
internal readonly unsafe struct NoPairs<T, TState> : IPairs<T, TState>
    where T : unmanaged
    where TState : unmanaged
{
    public bool Divides(in PairDivision by) => false;

    public bool Taps(in PyramidRows<T> rows, long outputs, TState* sums, T* means, in PairDivision by) => false;

    public bool Two(in PyramidBlocks<T> blocks, long outputs, TState* sums, in PairDivision by) => false;

    public bool Sums(in PyramidRows<TState> rows, long outputs, TState* sums) => false;

    public bool Means(TState* sums, long outputs, in PairDivision by, T* means) => false;
}

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

/// <summary>Bytes: a level is summed in 16 bits, and handed on in 32.</summary>
internal readonly unsafe struct BytePairs : IPairs<byte, uint>
{
    /// <summary>Rows whose pairs, and half a divisor, fit 15 bits.</summary>
    private const long MostRows = 64;

    public bool Divides(in PairDivision by) => long.IsPow2(by.Divisor);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Taps(in PyramidRows<byte> rows, long outputs, uint* sums, byte* means, in PairDivision by)
    {
        int lanes = Vector<ushort>.Count, bits = (int)long.Log2(by.Divisor);
        // Of a padded block the divisor counts more than the rows at hand.
        if (rows.Count > MostRows || by.Divisor > 2 * MostRows || outputs < 2 * lanes) return false;
        IntegerRounding rounding = by.Rounding;
        long ahead = rows.Ahead;
        for (long o = 0; o < outputs; o += 2 * lanes)
        {
            long at = Math.Min(o, outputs - 2 * lanes);
            Vector<ushort> lower = default, upper = default;
            byte* plane = rows.First + 2 * at;
            for (long d = 0; d < rows.Depths; d++, plane += rows.DepthStep)
            {
                byte* row = plane;
                for (long h = 0; h < rows.Heights; h++, row += rows.HeightStep)
                {
                    Prefetch.Line((byte*)row + ahead);
                    lower += Neighbours.Add(Vector.Load(row));
                    upper += Neighbours.Add(Vector.Load(row + 2 * lanes));
                }
            }

            if (means != null) Vector.Narrow(SumPairs.Divide(lower, bits, rounding), SumPairs.Divide(upper, bits, rounding)).Store(means + at);
            if (sums == null) continue;
            Store(lower, sums + at);
            Store(upper, sums + at + lanes);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Two(in PyramidBlocks<byte> blocks, long outputs, uint* sums, in PairDivision by)
    {
        int lanes = Vector<ushort>.Count, bits = (int)long.Log2(by.Divisor);
        if (blocks.Rows * blocks.Blocks > MostRows || outputs < lanes) return false;
        IntegerRounding rounding = by.Rounding;
        long rows = blocks.Rows, count = blocks.Blocks, ahead = blocks.Ahead;
        for (long o = 0; o < outputs; o += lanes)
        {
            long at = Math.Min(o, outputs - lanes);
            Vector<ushort> lowers = default, uppers = default;
            byte** taps = blocks.Taps;
            for (long block = 0; block < count; block++)
            {
                Vector<ushort> lower = default, upper = default;
                for (long number = 0; number < rows; number++)
                {
                    byte* row = *taps++ + 4 * at;
                    Prefetch.Line((byte*)row + ahead);
                    lower += Neighbours.Add(Vector.Load(row));
                    upper += Neighbours.Add(Vector.Load(row + 2 * lanes));
                }

                Vector.Narrow(SumPairs.Divide(lower, bits, rounding), SumPairs.Divide(upper, bits, rounding)).Store(blocks.Outputs[block] + 2 * at);
                lowers += lower;
                uppers += upper;
            }

            Neighbours.AddSmall(lowers).Store(sums + at);
            Neighbours.AddSmall(uppers).Store(sums + at + Vector<uint>.Count);
        }

        return true;
    }

    public bool Sums(in PyramidRows<uint> rows, long outputs, uint* sums) => SumPairs.Add(rows, outputs, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Means(uint* sums, long outputs, in PairDivision by, byte* means)
    {
        int bits = (int)long.Log2(by.Divisor), lanes = Vector<uint>.Count;
        if (outputs < 4 * lanes) return false;
        IntegerRounding rounding = by.Rounding;
        for (long o = 0; o < outputs; o += 4 * lanes)
        {
            long at = Math.Min(o, outputs - 4 * lanes);
            uint* from = sums + at;
            Vector<uint> one = SumPairs.Divide(Vector.Load(from), bits, rounding), two = SumPairs.Divide(Vector.Load(from + lanes), bits, rounding);
            Vector<uint> three = SumPairs.Divide(Vector.Load(from + 2 * lanes), bits, rounding), four = SumPairs.Divide(Vector.Load(from + 3 * lanes), bits, rounding);
            Vector.Narrow(Vector.Narrow(one, two), Vector.Narrow(three, four)).Store(means + at);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector<ushort> pairs, uint* sums)
    {
        Vector.Widen(pairs, out Vector<uint> lower, out Vector<uint> upper);
        lower.Store(sums);
        upper.Store(sums + Vector<uint>.Count);
    }
}

/// <summary>Unsigned numbers of 16 bits, summed in 32.</summary>
internal readonly unsafe struct ShortPairs : IPairs<ushort, uint>
{
    public bool Divides(in PairDivision by) => long.IsPow2(by.Divisor);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Taps(in PyramidRows<ushort> rows, long outputs, uint* sums, ushort* means, in PairDivision by)
    {
        int lanes = Vector<uint>.Count, bits = (int)long.Log2(by.Divisor);
        if (outputs < 2 * lanes) return false;
        IntegerRounding rounding = by.Rounding;
        long ahead = rows.Ahead;
        for (long o = 0; o < outputs; o += 2 * lanes)
        {
            long at = Math.Min(o, outputs - 2 * lanes);
            Vector<uint> lower = default, upper = default;
            ushort* plane = rows.First + 2 * at;
            for (long d = 0; d < rows.Depths; d++, plane += rows.DepthStep)
            {
                ushort* row = plane;
                for (long h = 0; h < rows.Heights; h++, row += rows.HeightStep)
                {
                    Prefetch.Line((byte*)row + ahead);
                    lower += Neighbours.Add(Vector.Load(row));
                    upper += Neighbours.Add(Vector.Load(row + 2 * lanes));
                }
            }

            if (means != null) Vector.Narrow(SumPairs.Divide(lower, bits, rounding), SumPairs.Divide(upper, bits, rounding)).Store(means + at);
            if (sums == null) continue;
            lower.Store(sums + at);
            upper.Store(sums + at + lanes);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Two(in PyramidBlocks<ushort> blocks, long outputs, uint* sums, in PairDivision by)
    {
        int lanes = Vector<uint>.Count, bits = (int)long.Log2(by.Divisor);
        if (outputs < lanes) return false;
        IntegerRounding rounding = by.Rounding;
        long rows = blocks.Rows, count = blocks.Blocks, ahead = blocks.Ahead;
        for (long o = 0; o < outputs; o += lanes)
        {
            long at = Math.Min(o, outputs - lanes);
            Vector<uint> lowers = default, uppers = default;
            ushort** taps = blocks.Taps;
            for (long block = 0; block < count; block++)
            {
                Vector<uint> lower = default, upper = default;
                for (long number = 0; number < rows; number++)
                {
                    ushort* row = *taps++ + 4 * at;
                    Prefetch.Line((byte*)row + ahead);
                    lower += Neighbours.Add(Vector.Load(row));
                    upper += Neighbours.Add(Vector.Load(row + 2 * lanes));
                }

                Vector.Narrow(SumPairs.Divide(lower, bits, rounding), SumPairs.Divide(upper, bits, rounding)).Store(blocks.Outputs[block] + 2 * at);
                lowers += lower;
                uppers += upper;
            }

            Neighbours.Uncross(Neighbours.Even(lowers, uppers) + Neighbours.Odd(lowers, uppers)).Store(sums + at);
        }

        return true;
    }

    public bool Sums(in PyramidRows<uint> rows, long outputs, uint* sums) => SumPairs.Add(rows, outputs, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Means(uint* sums, long outputs, in PairDivision by, ushort* means)
    {
        int bits = (int)long.Log2(by.Divisor), lanes = Vector<uint>.Count;
        if (outputs < 2 * lanes) return false;
        IntegerRounding rounding = by.Rounding;
        for (long o = 0; o < outputs; o += 2 * lanes)
        {
            long at = Math.Min(o, outputs - 2 * lanes);
            Vector.Narrow(SumPairs.Divide(Vector.Load(sums + at), bits, rounding), SumPairs.Divide(Vector.Load(sums + at + lanes), bits, rounding)).Store(means + at);
        }

        return true;
    }
}

/// <summary>Floats, added in row-major order.</summary>
internal readonly unsafe struct FloatPairs : IPairs<float, float>
{
    public bool Divides(in PairDivision by) => true;

    // Adding +0 keeps a zero from being negative.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Taps(in PyramidRows<float> rows, long outputs, float* sums, float* means, in PairDivision by)
    {
        int lanes = Vector<float>.Count;
        if (outputs < lanes) return false;
        var divisor = new Vector<float>(by.Divisor);
        long ahead = rows.Ahead;
        for (long o = 0; o < outputs; o += lanes)
        {
            long at = Math.Min(o, outputs - lanes);
            Vector<float> sum = default;
            float* plane = rows.First + 2 * at;
            for (long d = 0; d < rows.Depths; d++, plane += rows.DepthStep)
            {
                float* row = plane;
                for (long h = 0; h < rows.Heights; h++, row += rows.HeightStep)
                {
                    Prefetch.Line((byte*)row + ahead);
                    Vector<float> low = Vector.Load(row), high = Vector.Load(row + lanes);
                    sum += Neighbours.Even(low, high);
                    sum += Neighbours.Odd(low, high);
                }
            }

            sum = Neighbours.Uncross(sum);
            if (sums != null) sum.Store(sums + at);
            if (means != null) (sum / divisor + Vector<float>.Zero).Store(means + at);
        }

        return true;
    }

    // Memory decides here.
    public bool Two(in PyramidBlocks<float> blocks, long outputs, float* sums, in PairDivision by) => false;

    public bool Sums(in PyramidRows<float> rows, long outputs, float* sums) => Taps(rows, outputs, sums, null, default);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Means(float* sums, long outputs, in PairDivision by, float* means)
    {
        int lanes = Vector<float>.Count;
        if (outputs < lanes) return false;
        var divisor = new Vector<float>(by.Divisor);
        for (long o = 0; o < outputs; o += lanes)
        {
            long at = Math.Min(o, outputs - lanes);
            (Vector.Load(sums + at) / divisor + Vector<float>.Zero).Store(means + at);
        }

        return true;
    }
}
