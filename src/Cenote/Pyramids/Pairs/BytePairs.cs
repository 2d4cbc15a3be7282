using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

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

    public static bool TakesManyRows => true;

    // Bounds: until all blocks are added, sums of 16 bits take the place of those of half as many outputs; the last register, which steps back over those before it, has a place of its own.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Two(in PyramidBlocks<byte> blocks, long outputs, uint* sums, in PairDivision by)
    {
        int lanes = Vector<ushort>.Count, bits = (int)long.Log2(by.Divisor);
        if (blocks.Rows * blocks.Blocks > MostRows || outputs < lanes) return false;
        IntegerRounding rounding = by.Rounding;
        Vector<ushort>* last = stackalloc Vector<ushort>[2];
        long rows = blocks.Rows, ahead = blocks.Ahead, behind = blocks.OutputsAhead;
        for (long first = 0, next; first < blocks.Blocks; first = next)
        {
            next = Math.Min(blocks.Blocks, first + blocks.Together);
            for (long o = 0; o < outputs; o += lanes)
            {
                long at = Math.Min(o, outputs - lanes);
                Vector<ushort>* added = at < o ? last : (Vector<ushort>*)(sums + at);
                Vector<ushort> lowers = default, uppers = default;
                if (first > 0) (lowers, uppers) = (added[0], added[1]);
                byte** taps = blocks.Taps + first * rows;
                for (long block = first; block < next; block++)
                {
                    Vector<ushort> lower = default, upper = default;
                    for (long number = 0; number < rows; number++)
                    {
                        byte* row = *taps++ + 4 * at;
                        Prefetch.Line((byte*)row + ahead);
                        lower += Neighbours.Add(Vector.Load(row));
                        upper += Neighbours.Add(Vector.Load(row + 2 * lanes));
                    }

                    byte* output = blocks.Outputs[block] + 2 * at;
                    Prefetch.Along(output, Vector<byte>.Count, behind);
                    Vector.Narrow(SumPairs.Divide(lower, bits, rounding), SumPairs.Divide(upper, bits, rounding)).Store(output);
                    lowers += lower;
                    uppers += upper;
                }

                if (next < blocks.Blocks)
                {
                    (added[0], added[1]) = (lowers, uppers);
                    continue;
                }

                Neighbours.AddSmall(lowers).Store(sums + at);
                Neighbours.AddSmall(uppers).Store(sums + at + Vector<uint>.Count);
            }
        }

        return true;
    }

    public bool Sums(in PyramidRows<uint> rows, long outputs, uint* sums) => SumPairs.Add(rows, outputs, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Means(uint* sums, long outputs, in PairDivision by, byte* means)
    {
        int bits = (int)long.Log2(by.Divisor), lanes = Vector<uint>.Count;
        IntegerRounding rounding = by.Rounding;
        for (long o = 0; o < outputs && outputs < 4 * lanes; o++) means[o] = (byte)SumPairs.Divide(new Vector<uint>(sums[o]), bits, rounding)[0];
        for (long o = 0; o < outputs && outputs >= 4 * lanes; o += 4 * lanes)
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
