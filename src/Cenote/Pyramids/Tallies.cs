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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
                    var (even, odd) = Neighbours.Unzip(Vector.Load(row), Vector.Load(row + lanes));
                    sum += Vector.As<ulong, TLane>(even);
                    sum += Vector.As<ulong, TLane>(odd);
                }
            }

            Neighbours.Uncross(Vector.As<TLane, ulong>(sum)).Store(sums + at);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector<uint> sums, Vector<uint> counts, ulong* to)
    {
        var (low, high) = Neighbours.Zip(sums, counts);
        low.Store(to);
        high.Store(to + Vector<ulong>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector<uint> Sums, Vector<uint> Counts) Load(ulong* from)
    {
        var (sums, counts) = Neighbours.Unzip(Vector.Load((uint*)from), Vector.Load((uint*)(from + Vector<ulong>.Count)));
        return (Neighbours.Uncross(sums), Neighbours.Uncross(counts));
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Taps(in PyramidRows<byte> rows, long outputs, ulong* sums, byte* means, in PairDivision by)
    {
        int lanes = Vector<ushort>.Count;
        if (rows.Count > MostRows || outputs < 2 * lanes) return false;
        bool hasNoData = missing.NoData.HasValue;
        var noData = new Vector<byte>(missing.NoData.GetValueOrDefault());
        var all = new Vector<ushort>((ushort)(2 * rows.Count));
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
                    Prefetch.Behind(row, 4 * lanes);
                    lower += Neighbours.Add(Tallies.Data(row, noData, hasNoData, ref lowerMissing));
                    upper += Neighbours.Add(Tallies.Data(row + 2 * lanes, noData, hasNoData, ref upperMissing));
                }
            }

            Vector<ushort> first = Put(lower, all - Neighbours.Add(lowerMissing), sums == null ? null : sums + at, by.Rounding);
            Vector<ushort> second = Put(upper, all - Neighbours.Add(upperMissing), sums == null ? null : sums + at + lanes, by.Rounding);
            if (means != null) Vector.Narrow(first, second).Store(means + at);
        }

        return true;
    }

    public bool Sums(in PyramidRows<ulong> rows, long outputs, ulong* sums) => Tallies.Add<uint>(rows, outputs, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Means(ulong* sums, long outputs, in PairDivision by, byte* means)
    {
        int lanes = Vector<uint>.Count;
        if (outputs < 4 * lanes) return false;
        for (long o = 0; o < outputs; o += 4 * lanes)
        {
            long at = Math.Min(o, outputs - 4 * lanes);
            ulong* from = sums + at;
            Vector<uint> one = Mean(from, by.Rounding), two = Mean(from + lanes, by.Rounding), three = Mean(from + 2 * lanes, by.Rounding), four = Mean(from + 3 * lanes, by.Rounding);
            Vector.Narrow(Vector.Narrow(one, two), Vector.Narrow(three, four)).Store(means + at);
        }

        return true;
    }

    /// <summary>Hands tallies on, and divides them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector<ushort> Put(Vector<ushort> pairs, Vector<ushort> taps, ulong* sums, IntegerRounding rounding)
    {
        Vector.Widen(pairs, out Vector<uint> lower, out Vector<uint> upper);
        Vector.Widen(taps, out Vector<uint> lowerCounts, out Vector<uint> upperCounts);
        if (sums != null)
        {
            Tallies.Store(lower, lowerCounts, sums);
            Tallies.Store(upper, upperCounts, sums + Vector<uint>.Count);
        }

        Vector<int> fewest = new((int)least), instead = new(missing.Instead);
        return Vector.Narrow(Tallies.Means(lower, lowerCounts, fewest, instead, rounding), Tallies.Means(upper, upperCounts, fewest, instead, rounding));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector<uint> Mean(ulong* tallies, IntegerRounding rounding)
    {
        var (sums, counts) = Tallies.Load(tallies);
        return Tallies.Means(sums, counts, new((int)least), new(missing.Instead), rounding);
    }
}

/// <summary>Unsigned numbers of 16 bits of which one value is no data.</summary>
internal readonly unsafe struct ShortTallies(MissingTaps<ushort> missing, long least) : IPairs<ushort, ulong>
{
    /// <inheritdoc cref="ByteTallies.MostTaps"/>
    private const long MostTaps = 1 << 7;

    public bool Divides(in PairDivision by) => by.Count == by.Divisor && by.Count <= MostTaps;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Taps(in PyramidRows<ushort> rows, long outputs, ulong* sums, ushort* means, in PairDivision by)
    {
        int lanes = Vector<uint>.Count;
        if (rows.Count > ushort.MaxValue || outputs < 2 * lanes) return false;
        bool hasNoData = missing.NoData.HasValue;
        var noData = new Vector<ushort>(missing.NoData.GetValueOrDefault());
        var all = new Vector<uint>((uint)(2 * rows.Count));
        Vector<int> fewest = new((int)least), instead = new(missing.Instead);
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
                    Prefetch.Behind(row, 2 * sizeof(Vector<ushort>));
                    lower += Neighbours.Add(Tallies.Data(row, noData, hasNoData, ref lowerMissing));
                    upper += Neighbours.Add(Tallies.Data(row + 2 * lanes, noData, hasNoData, ref upperMissing));
                }
            }

            Vector<uint> lowerCounts = all - Neighbours.Add(lowerMissing), upperCounts = all - Neighbours.Add(upperMissing);
            if (sums != null)
            {
                Tallies.Store(lower, lowerCounts, sums + at);
                Tallies.Store(upper, upperCounts, sums + at + lanes);
            }

            if (means != null) Vector.Narrow(Tallies.Means(lower, lowerCounts, fewest, instead, by.Rounding), Tallies.Means(upper, upperCounts, fewest, instead, by.Rounding)).Store(means + at);
        }

        return true;
    }

    public bool Sums(in PyramidRows<ulong> rows, long outputs, ulong* sums) => Tallies.Add<uint>(rows, outputs, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Means(ulong* sums, long outputs, in PairDivision by, ushort* means)
    {
        int lanes = Vector<uint>.Count;
        if (outputs < 2 * lanes) return false;
        for (long o = 0; o < outputs; o += 2 * lanes)
        {
            long at = Math.Min(o, outputs - 2 * lanes);
            Vector.Narrow(Mean(sums + at, by.Rounding), Mean(sums + at + lanes, by.Rounding)).Store(means + at);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector<uint> Mean(ulong* tallies, IntegerRounding rounding)
    {
        var (sums, counts) = Tallies.Load(tallies);
        return Tallies.Means(sums, counts, new((int)least), new(missing.Instead), rounding);
    }
}

/// <summary>Floats of which NaN, or one value, is no data; added in row-major order.</summary>
internal readonly unsafe struct FloatTallies(MissingTaps<float> missing, long least) : IPairs<float, ulong>
{
    /// <summary>Counts of pairs that a lane of integers tells apart from any other.</summary>
    private const long MostRows = 1 << 20;

    public bool Divides(in PairDivision by) => by.Count == by.Divisor;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Taps(in PyramidRows<float> rows, long outputs, ulong* sums, float* means, in PairDivision by)
    {
        int lanes = Vector<float>.Count;
        if (rows.Count > MostRows || outputs < lanes) return false;
        bool hasNoData = missing.NoData.HasValue, areNaN = missing.AreNaN;
        var noData = new Vector<float>(missing.NoData.GetValueOrDefault());
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
                    Prefetch.Behind(row, 2 * sizeof(Vector<float>));
                    var (even, odd) = Neighbours.Unzip(Vector.Load(row), Vector.Load(row + lanes));
                    sum += Data(even, noData, hasNoData, areNaN, ref present);
                    sum += Data(odd, noData, hasNoData, areNaN, ref present);
                }
            }

            sum = Neighbours.Uncross(sum);
            Vector<float> counts = Vector.ConvertToSingle(Neighbours.Uncross(present));
            if (sums != null) Tallies.Store(Vector.AsVectorUInt32(sum), Vector.AsVectorUInt32(counts), sums + at);
            if (means != null) Mean(sum, counts).Store(means + at);
        }

        return true;
    }

    public bool Sums(in PyramidRows<ulong> rows, long outputs, ulong* sums) => Tallies.Add<float>(rows, outputs, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Means(ulong* sums, long outputs, in PairDivision by, float* means)
    {
        int lanes = Vector<float>.Count;
        if (outputs < lanes) return false;
        for (long o = 0; o < outputs; o += lanes)
        {
            long at = Math.Min(o, outputs - lanes);
            var (sum, count) = Tallies.Load(sums + at);
            Mean(Vector.AsVectorSingle(sum), Vector.AsVectorSingle(count)).Store(means + at);
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
