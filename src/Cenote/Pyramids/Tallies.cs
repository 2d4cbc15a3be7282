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
        Vector<int> fewest = new((int)least), instead = new(missing.Instead);
        IntegerRounding rounding = by.Rounding;
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
            if (means != null) Vector.Narrow(Means(lower, lowerCounts, fewest, instead, rounding), Means(upper, upperCounts, fewest, instead, rounding)).Store(means + at);
            if (sums == null) continue;
            Store(lower, lowerCounts, sums + at);
            Store(upper, upperCounts, sums + at + lanes);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Two(in PyramidBlocks<byte> blocks, long outputs, ulong* sums, in PairDivision by)
    {
        int lanes = Vector<ushort>.Count;
        long rows = blocks.Rows, count = blocks.Blocks, ahead = blocks.Ahead;
        if (rows * count > PyramidBlocks<byte>.Most || outputs < lanes) return false;
        bool hasNoData = missing.NoData.HasValue;
        var noData = new Vector<byte>(missing.NoData.GetValueOrDefault());
        var all = new Vector<ushort>((ushort)(2 * rows));
        Vector<int> fewest = new((int)least), instead = new(missing.Instead);
        IntegerRounding rounding = by.Rounding;
        for (long o = 0; o < outputs; o += lanes)
        {
            long at = Math.Min(o, outputs - lanes);
            Vector<ushort> lowers = default, uppers = default, lowerTaps = default, upperTaps = default;
            byte** taps = blocks.Taps;
            for (long block = 0; block < count; block++)
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
                Vector.Narrow(Means(lower, lowerCounts, fewest, instead, rounding), Means(upper, upperCounts, fewest, instead, rounding)).Store(blocks.Outputs[block] + 2 * at);
                lowers += lower;
                uppers += upper;
                lowerTaps += lowerCounts;
                upperTaps += upperCounts;
            }

            Neighbours.Zip(Neighbours.AddSmall(lowers), Neighbours.AddSmall(lowerTaps), sums + at);
            Neighbours.Zip(Neighbours.AddSmall(uppers), Neighbours.AddSmall(upperTaps), sums + at + Vector<uint>.Count);
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
    private static Vector<ushort> Means(Vector<ushort> pairs, Vector<ushort> taps, Vector<int> least, Vector<int> instead, IntegerRounding rounding)
    {
        Vector.Widen(pairs, out Vector<uint> lower, out Vector<uint> upper);
        Vector.Widen(taps, out Vector<uint> lowerCounts, out Vector<uint> upperCounts);
        return Vector.Narrow(Tallies.Means(lower, lowerCounts, least, instead, rounding), Tallies.Means(upper, upperCounts, least, instead, rounding));
    }
}

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

/// <summary>Floats of which NaN, or one value, is no data; added in row-major order.</summary>
internal readonly unsafe struct FloatTallies(MissingTaps<float> missing, long least) : IPairs<float, ulong>
{
    /// <summary>Counts of pairs that a lane of integers tells apart from any other.</summary>
    private const long MostRows = 1 << 20;

    public bool Divides(in PairDivision by) => by.Count == by.Divisor;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Taps(in PyramidRows<float> rows, long outputs, ulong* sums, float* means, in PairDivision by)
    {
        int lanes = Vector<float>.Count;
        if (rows.Count > MostRows || outputs < lanes) return false;
        bool hasNoData = missing.NoData.HasValue, areNaN = missing.AreNaN;
        var noData = new Vector<float>(missing.NoData.GetValueOrDefault());
        long ahead = rows.Ahead;
        for (long o = 0; o < outputs; o += lanes)
        {
            long at = Math.Min(o, outputs - lanes);
            Vector<float> sum = default;
            Vector<int> present = default;
            float* plane = rows.First + 2 * at;
            for (long d = 0; d < rows.Depths; d++, plane += rows.DepthStep)
            {
                float* row = plane;
                for (long h = 0; h < rows.Heights; h++, row += rows.HeightStep)
                {
                    Prefetch.Line((byte*)row + ahead);
                    Vector<float> low = Vector.Load(row), high = Vector.Load(row + lanes);
                    sum += Data(Neighbours.Even(low, high), noData, hasNoData, areNaN, ref present);
                    sum += Data(Neighbours.Odd(low, high), noData, hasNoData, areNaN, ref present);
                }
            }

            sum = Neighbours.Uncross(sum);
            Vector<float> counts = Vector.ConvertToSingle(Neighbours.Uncross(present));
            if (sums != null) Neighbours.Zip(Vector.AsVectorUInt32(sum), Vector.AsVectorUInt32(counts), sums + at);
            if (means != null) Mean(sum, counts).Store(means + at);
        }

        return true;
    }

    // Memory decides here.
    public bool Two(in PyramidBlocks<float> blocks, long outputs, ulong* sums, in PairDivision by) => false;

    public bool Sums(in PyramidRows<ulong> rows, long outputs, ulong* sums) => Tallies.Add<float>(rows, outputs, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public bool Means(ulong* sums, long outputs, in PairDivision by, float* means)
    {
        int lanes = Vector<float>.Count;
        if (outputs < lanes) return false;
        for (long o = 0; o < outputs; o += lanes)
        {
            long at = Math.Min(o, outputs - lanes);
            Vector<float> low = Vector.Load((float*)(sums + at)), high = Vector.Load((float*)(sums + at) + lanes);
            Neighbours.Uncross(Mean(Neighbours.Even(low, high), Neighbours.Odd(low, high))).Store(means + at);
        }

        return true;
    }

    // Adding +0 keeps a zero from being negative.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector<float> Mean(Vector<float> sums, Vector<float> counts) =>
        Vector.ConditionalSelect(Vector.LessThan(counts, new(least)), new(missing.Instead), sums / counts + Vector<float>.Zero);

    /// <summary>The taps that are data, and zeros elsewhere; <paramref name="present"/> counts them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Data(Vector<float> taps, Vector<float> noData, bool hasNoData, bool areNaN, ref Vector<int> present)
    {
        Vector<int> data = areNaN ? Vector.Equals(taps, taps) : Vector<int>.AllBitsSet;
        if (hasNoData) data = Vector.AndNot(data, Vector.Equals(taps, noData));
        // All bits of a lane are minus one.
        present -= data;
        return taps & Vector.AsVectorSingle(data);
    }
}
