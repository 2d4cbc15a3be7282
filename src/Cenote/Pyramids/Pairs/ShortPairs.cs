using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

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
        long rows = blocks.Rows, count = blocks.Blocks, ahead = blocks.Ahead, behind = blocks.OutputsAhead;
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

                ushort* output = blocks.Outputs[block] + 2 * at;
                Prefetch.Along(output, sizeof(Vector<ushort>), behind);
                Vector.Narrow(SumPairs.Divide(lower, bits, rounding), SumPairs.Divide(upper, bits, rounding)).Store(output);
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
