using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Unsigned numbers of 16 bits of which one value is no data.</summary>
internal readonly unsafe struct ShortTallies(MissingTaps<ushort> missing, long least) : IPairs<ushort, ulong>
{
    /// <inheritdoc cref="ByteTallies.MostTaps"/>
    private const long MostTaps = 1 << 7;

    public bool Divides(in PairDivision by) => by.Count == by.Divisor && by.Count <= MostTaps;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Taps(in PyramidRows<ushort> rows, long outputs, ulong* sums, ushort* means, in PairDivision by)
    {
        int lanes = Vector<uint>.Count;
        if (rows.Count > ushort.MaxValue || outputs < 2 * lanes) return false;
        bool hasNoData = missing.NoData.HasValue;
        var noData = new Vector<ushort>(missing.NoData.GetValueOrDefault());
        var all = new Vector<uint>((uint)(2 * rows.Count));
        Vector<int> fewest = new((int)least), instead = new(missing.Instead);
        long ahead = rows.Ahead;
        for (long o = 0; o < outputs; o += 2 * lanes)
        {
            long at = Math.Min(o, outputs - 2 * lanes);
            Vector<uint> lower = default, upper = default;
            Vector<ushort> lowerMissing = default, upperMissing = default;
            ushort* plane = rows.First + 2 * at;
            for (long d = 0; d < rows.Depths; d++, plane += rows.DepthStep)
            {
                ushort* row = plane;
                for (long h = 0; h < rows.Heights; h++, row += rows.HeightStep)
                {
                    Prefetch.Line((byte*)row + ahead);
                    lower += Neighbours.Add(Tallies.Data(row, noData, hasNoData, ref lowerMissing));
                    upper += Neighbours.Add(Tallies.Data(row + 2 * lanes, noData, hasNoData, ref upperMissing));
                }
            }

            Vector<uint> lowerCounts = all - Neighbours.Add(lowerMissing), upperCounts = all - Neighbours.Add(upperMissing);
            if (sums != null)
            {
                Neighbours.Zip(lower, lowerCounts, sums + at);
                Neighbours.Zip(upper, upperCounts, sums + at + lanes);
            }

            if (means != null) Vector.Narrow(Tallies.Means(lower, lowerCounts, fewest, instead, by.Rounding), Tallies.Means(upper, upperCounts, fewest, instead, by.Rounding)).Store(means + at);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Two(in PyramidBlocks<ushort> blocks, long outputs, ulong* sums, in PairDivision by)
    {
        int lanes = Vector<uint>.Count;
        long rows = blocks.Rows, count = blocks.Blocks, ahead = blocks.Ahead;
        if (outputs < lanes) return false;
        bool hasNoData = missing.NoData.HasValue;
        var noData = new Vector<ushort>(missing.NoData.GetValueOrDefault());
        var all = new Vector<uint>((uint)(2 * rows));
        Vector<int> fewest = new((int)least), instead = new(missing.Instead);
        for (long o = 0; o < outputs; o += lanes)
        {
            long at = Math.Min(o, outputs - lanes);
            Vector<uint> lowers = default, uppers = default, lowerTaps = default, upperTaps = default;
            ushort** taps = blocks.Taps;
            for (long block = 0; block < count; block++)
            {
                Vector<uint> lower = default, upper = default;
                Vector<ushort> lowerMissing = default, upperMissing = default;
                for (long tap = 0; tap < rows; tap++)
                {
                    ushort* row = *taps++ + 4 * at;
                    Prefetch.Line((byte*)row + ahead);
                    lower += Neighbours.Add(Tallies.Data(row, noData, hasNoData, ref lowerMissing));
                    upper += Neighbours.Add(Tallies.Data(row + 2 * lanes, noData, hasNoData, ref upperMissing));
                }

                Vector<uint> lowerCounts = all - Neighbours.Add(lowerMissing), upperCounts = all - Neighbours.Add(upperMissing);
                Vector.Narrow(Tallies.Means(lower, lowerCounts, fewest, instead, by.Rounding), Tallies.Means(upper, upperCounts, fewest, instead, by.Rounding)).Store(blocks.Outputs[block] + 2 * at);
                lowers += lower;
                uppers += upper;
                lowerTaps += lowerCounts;
                upperTaps += upperCounts;
            }

            Vector<uint> sum = Neighbours.Even(lowers, uppers) + Neighbours.Odd(lowers, uppers), number = Neighbours.Even(lowerTaps, upperTaps) + Neighbours.Odd(lowerTaps, upperTaps);
            Neighbours.Zip(Neighbours.Uncross(sum), Neighbours.Uncross(number), sums + at);
        }

        return true;
    }

    public bool Sums(in PyramidRows<ulong> rows, long outputs, ulong* sums) => Tallies.Add<uint>(rows, outputs, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Means(ulong* sums, long outputs, in PairDivision by, ushort* means)
    {
        int lanes = Vector<uint>.Count;
        if (outputs < 2 * lanes) return false;
        Vector<int> fewest = new((int)least), instead = new(missing.Instead);
        IntegerRounding rounding = by.Rounding;
        for (long o = 0; o < outputs; o += 2 * lanes)
        {
            long at = Math.Min(o, outputs - 2 * lanes);
            Vector.Narrow(Tallies.Means(sums + at, fewest, instead, rounding), Tallies.Means(sums + at + lanes, fewest, instead, rounding)).Store(means + at);
        }

        return true;
    }
}
