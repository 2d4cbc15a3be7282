using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Bytes of which one value is no data: a level is tallied in 16 bits, and handed on in 32.</summary>
internal readonly unsafe struct ByteTallies(MissingTaps<byte> missing, long least) : IPairs<byte, ulong>
{
    /// <summary>Rows whose pairs fit 16 bits; taps whose mean a division of floats gives exactly: sums have 23 bits, and a quotient is closer to a whole number, or a half, than a float tells only where it is one.</summary>
    private const long MostRows = 128, MostTaps = 1 << 15;

    public bool Divides(in PairDivision by) => by.Count == by.Divisor && by.Count <= MostTaps;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Taps(in PyramidRows<byte> rows, long outputs, ulong* sums, byte* means, in PairDivision by)
    {
        int lanes = Vector<ushort>.Count;
        if (rows.Count > MostRows || outputs < 2 * lanes) return false;
        bool hasNoData = missing.NoData.HasValue;
        var noData = new Vector<byte>(missing.NoData.GetValueOrDefault());
        var all = new Vector<ushort>((ushort)(2 * rows.Count));
        Vector<int> fewest = new((int)Math.Min(least, ushort.MaxValue)), instead = new(missing.Instead);
        IntegerRounding rounding = by.Rounding;
        bool areFew = Neighbours.Few(2 * rows.Count);
        long ahead = rows.Ahead;
        for (long o = 0; o < outputs; o += 2 * lanes)
        {
            long at = Math.Min(o, outputs - 2 * lanes);
            Vector<ushort> lower = default, upper = default;
            Vector<byte> lowerMissing = default, upperMissing = default;
            byte* plane = rows.First + 2 * at;
            for (long d = 0; d < rows.Depths; d++, plane += rows.DepthStep)
            {
                byte* row = plane;
                for (long h = 0; h < rows.Heights; h++, row += rows.HeightStep)
                {
                    Prefetch.Line((byte*)row + ahead);
                    lower += Neighbours.Add(Tallies.Data(row, noData, hasNoData, ref lowerMissing));
                    upper += Neighbours.Add(Tallies.Data(row + 2 * lanes, noData, hasNoData, ref upperMissing));
                }
            }

            Vector<ushort> lowerCounts = all - Neighbours.Add(lowerMissing), upperCounts = all - Neighbours.Add(upperMissing);
            if (means != null) Vector.Narrow(Means(lower, lowerCounts, fewest, instead, rounding, areFew), Means(upper, upperCounts, fewest, instead, rounding, areFew)).Store(means + at);
            if (sums == null) continue;
            Store(lower, lowerCounts, sums + at);
            Store(upper, upperCounts, sums + at + lanes);
        }

        return true;
    }

    public static bool TakesManyRows => true;

    // Bounds: as those of BytePairs.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Two(in PyramidBlocks<byte> blocks, long outputs, ulong* sums, in PairDivision by)
    {
        int lanes = Vector<ushort>.Count;
        long rows = blocks.Rows, ahead = blocks.Ahead;
        if (rows * blocks.Blocks > PyramidBlocks<byte>.Most || outputs < lanes) return false;
        bool hasNoData = missing.NoData.HasValue;
        var noData = new Vector<byte>(missing.NoData.GetValueOrDefault());
        var all = new Vector<ushort>((ushort)(2 * rows));
        Vector<int> fewest = new((int)Math.Min(least, ushort.MaxValue)), instead = new(missing.Instead);
        IntegerRounding rounding = by.Rounding;
        bool areFew = Neighbours.Few(2 * rows);
        Vector<ushort>* last = stackalloc Vector<ushort>[4];
        for (long first = 0, next; first < blocks.Blocks; first = next)
        {
            next = Math.Min(blocks.Blocks, first + blocks.Together);
            for (long o = 0; o < outputs; o += lanes)
            {
                long at = Math.Min(o, outputs - lanes);
                Vector<ushort>* added = at < o ? last : (Vector<ushort>*)(sums + at);
                Vector<ushort> lowers = default, uppers = default, lowerTaps = default, upperTaps = default;
                if (first > 0) (lowers, uppers, lowerTaps, upperTaps) = (added[0], added[1], added[2], added[3]);
                byte** taps = blocks.Taps + first * rows;
                for (long block = first; block < next; block++)
                {
                    Vector<ushort> lower = default, upper = default;
                    Vector<byte> lowerMissing = default, upperMissing = default;
                    for (long number = 0; number < rows; number++)
                    {
                        byte* row = *taps++ + 4 * at;
                        Prefetch.Line((byte*)row + ahead);
                        lower += Neighbours.Add(Tallies.Data(row, noData, hasNoData, ref lowerMissing));
                        upper += Neighbours.Add(Tallies.Data(row + 2 * lanes, noData, hasNoData, ref upperMissing));
                    }

                    Vector<ushort> lowerCounts = all - Neighbours.Add(lowerMissing), upperCounts = all - Neighbours.Add(upperMissing);
                    Vector.Narrow(Means(lower, lowerCounts, fewest, instead, rounding, areFew), Means(upper, upperCounts, fewest, instead, rounding, areFew)).Store(blocks.Outputs[block] + 2 * at);
                    lowers += lower;
                    uppers += upper;
                    lowerTaps += lowerCounts;
                    upperTaps += upperCounts;
                }

                if (next < blocks.Blocks)
                {
                    (added[0], added[1], added[2], added[3]) = (lowers, uppers, lowerTaps, upperTaps);
                    continue;
                }

                Neighbours.Zip(Neighbours.AddSmall(lowers), Neighbours.AddSmall(lowerTaps), sums + at);
                Neighbours.Zip(Neighbours.AddSmall(uppers), Neighbours.AddSmall(upperTaps), sums + at + Vector<uint>.Count);
            }
        }

        return true;
    }

    public bool Sums(in PyramidRows<ulong> rows, long outputs, ulong* sums) => Tallies.Add<uint>(rows, outputs, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Means(ulong* sums, long outputs, in PairDivision by, byte* means)
    {
        int lanes = Vector<uint>.Count;
        if (outputs < 4 * lanes) return false;
        Vector<int> fewest = new((int)least), instead = new(missing.Instead);
        IntegerRounding rounding = by.Rounding;
        for (long o = 0; o < outputs; o += 4 * lanes)
        {
            long at = Math.Min(o, outputs - 4 * lanes);
            ulong* from = sums + at;
            Vector<uint> one = Tallies.Means(from, fewest, instead, rounding), two = Tallies.Means(from + lanes, fewest, instead, rounding);
            Vector<uint> three = Tallies.Means(from + 2 * lanes, fewest, instead, rounding), four = Tallies.Means(from + 3 * lanes, fewest, instead, rounding);
            Vector.Narrow(Vector.Narrow(one, two), Vector.Narrow(three, four)).Store(means + at);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector<ushort> pairs, Vector<ushort> taps, ulong* sums)
    {
        Vector.Widen(pairs, out Vector<uint> lower, out Vector<uint> upper);
        Vector.Widen(taps, out Vector<uint> lowerCounts, out Vector<uint> upperCounts);
        Neighbours.Zip(lower, lowerCounts, sums);
        Neighbours.Zip(upper, upperCounts, sums + Vector<uint>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<ushort> Means(Vector<ushort> pairs, Vector<ushort> taps, Vector<int> least, Vector<int> instead, IntegerRounding rounding, bool areFew)
    {
        if (areFew)
        {
            Vector<ushort> means = Neighbours.FewMeans(pairs, taps);
            // One more where twice the rest is more than the divisor; halves go to the even side.
            if (rounding == IntegerRounding.NearestEven) means -= Vector.GreaterThan((pairs - means * taps) * 2 + (means & Vector<ushort>.One), taps);
            return Vector.ConditionalSelect(Vector.GreaterThan(Vector.Narrow(Vector.AsVectorUInt32(least), Vector.AsVectorUInt32(least)), taps), Vector.Narrow(Vector.AsVectorUInt32(instead), Vector.AsVectorUInt32(instead)), means);
        }

        Vector.Widen(pairs, out Vector<uint> lower, out Vector<uint> upper);
        Vector.Widen(taps, out Vector<uint> lowerCounts, out Vector<uint> upperCounts);
        return Vector.Narrow(Tallies.Means(lower, lowerCounts, least, instead, rounding), Tallies.Means(upper, upperCounts, least, instead, rounding));
    }
}
