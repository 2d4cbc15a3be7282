using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>What pairs of tallies share: eight halves in a register come from four whole ones.</summary>
internal static unsafe class Tallies
{
    /// <summary>Pairs of neighbouring integers that are data, added over all rows, and how many they are.</summary>
    /// <typeparam name="T">The integer, of 8 or 16 bits.</typeparam>
    /// <typeparam name="TWide">An integer of twice the width: a pair.</typeparam>
    /// <param name="rows">The rows.</param>
    /// <param name="first">The first pair.</param>
    /// <param name="missing">What is no data.</param>
    // Bounds: a register of each row is read.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector<TWide> Sum, Vector<TWide> Count) Pairs<T, TWide>(in PyramidRows<T> rows, long first, in MissingTaps<T> missing)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where TWide : unmanaged, IBinaryInteger<TWide>
    {
        var low = new Vector<TWide>(TWide.CreateTruncating(T.MaxValue));
        var noData = new Vector<T>(missing.NoData.GetValueOrDefault());
        Vector<TWide> sum = default, count = default;
        for (long d = 0; d < rows.Depths; d++)
        {
            for (long h = 0; h < rows.Heights; h++)
            {
                T* row = rows.First + d * rows.DepthStep + h * rows.HeightStep + 2 * first;
                Prefetch.Behind(row, sizeof(Vector<T>));
                Vector<T> taps = Vector.Load(row), none = missing.NoData.HasValue ? Vector.Equals(taps, noData) : default;
                Vector<TWide> data = Vector.As<T, TWide>(Vector.AndNot(taps, none)), ones = Vector.As<T, TWide>(Vector.AndNot(Vector<T>.One, none));
                sum += (data & low) + (data >>> 8 * sizeof(T));
                count += (ones & low) + (ones >>> 8 * sizeof(T));
            }
        }

        return (sum, count);
    }

    // Bounds: 2 · outputs tallies of each row are read.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long Add<TLane>(in PyramidRows<ulong> rows, long outputs, ulong* sums)
        where TLane : unmanaged
    {
        int lanes = Vector<uint>.Count, states = Vector<ulong>.Count;
        long o = 0;
        for (; o + lanes <= outputs; o += lanes)
        {
            Vector<TLane> sum = default, count = default;
            for (long d = 0; d < rows.Depths; d++)
            {
                for (long h = 0; h < rows.Heights; h++)
                {
                    ulong* row = rows.First + d * rows.DepthStep + h * rows.HeightStep + 2 * o;
                    Vector<ulong> first = Vector.Load(row), second = Vector.Load(row + states), third = Vector.Load(row + 2 * states), fourth = Vector.Load(row + 3 * states);
                    Vector<ulong> low = Sums(first, second), high = Sums(third, fourth), lowCounts = Counts(first, second), highCounts = Counts(third, fourth);
                    // Even places hold a pair's earlier element, odd ones the later.
                    sum = sum + Vector.As<ulong, TLane>(Sums(low, high)) + Vector.As<ulong, TLane>(Counts(low, high));
                    count = count + Vector.As<ulong, TLane>(Sums(lowCounts, highCounts)) + Vector.As<ulong, TLane>(Counts(lowCounts, highCounts));
                }
            }

            Store(Vector.As<TLane, uint>(sum), Vector.As<TLane, uint>(count), sums + o);
        }

        return o;
    }

    /// <summary>The lower halves, side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<ulong> Sums(Vector<ulong> lower, Vector<ulong> upper) => Vector.AsVectorUInt64(Vector.Narrow(lower, upper));

    /// <summary>The upper halves, side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<ulong> Counts(Vector<ulong> lower, Vector<ulong> upper) => Sums(lower >>> Tally.Half, upper >>> Tally.Half);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector<uint> sums, Vector<uint> counts, ulong* to)
    {
        Vector.Widen(sums, out Vector<ulong> lower, out Vector<ulong> upper);
        Vector.Widen(counts, out Vector<ulong> lowerCounts, out Vector<ulong> upperCounts);
        (lower | lowerCounts << Tally.Half).Store(to);
        (upper | upperCounts << Tally.Half).Store(to + Vector<ulong>.Count);
    }

    /// <summary>The rounded means of some integers, and <paramref name="instead"/> where there are fewer than <paramref name="least"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> Means(ulong* tallies, Vector<int> least, Vector<int> instead, IntegerRounding rounding)
    {
        Vector<ulong> lower = Vector.Load(tallies), upper = Vector.Load(tallies + Vector<ulong>.Count);
        Vector<int> sums = Vector.As<ulong, int>(Sums(lower, upper)), counts = Vector.As<ulong, int>(Counts(lower, upper));
        Vector<float> quotients = Vector.ConvertToSingle(sums) / Vector.ConvertToSingle(counts);
        if (rounding == IntegerRounding.NearestEven) quotients = Vector.Round(quotients);
        return Vector.AsVectorUInt32(Vector.ConditionalSelect(Vector.LessThan(counts, least), instead, Vector.ConvertToInt32Native(quotients)));
    }
}

/// <summary>Bytes of which one value is no data.</summary>
internal readonly unsafe struct ByteTallies(MissingTaps<byte> missing, long least) : IPairs<byte, ulong>
{
    /// <summary>Rows whose pairs fit 16 bits; taps whose mean a division of floats gives exactly: sums have 23 bits, and a quotient is closer to a whole number, or a half, than a float tells only where it is one.</summary>
    private const long MostRows = 128, MostTaps = 1 << 15;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Taps(in PyramidRows<byte> rows, long outputs, ulong* sums)
    {
        if (rows.Count > MostRows) return 0;
        int lanes = Vector<ushort>.Count;
        long o = 0;
        for (; o + lanes <= outputs; o += lanes)
        {
            var (sum, count) = Tallies.Pairs<byte, ushort>(rows, o, missing);
            Vector.Widen(sum, out Vector<uint> lower, out Vector<uint> upper);
            Vector.Widen(count, out Vector<uint> lowerCounts, out Vector<uint> upperCounts);
            Tallies.Store(lower, lowerCounts, sums + o);
            Tallies.Store(upper, upperCounts, sums + o + Vector<uint>.Count);
        }

        return o;
    }

    public long Sums(in PyramidRows<ulong> rows, long outputs, ulong* sums) => Tallies.Add<uint>(rows, outputs, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Means(ulong* sums, long outputs, long count, long divisor, IntegerRounding rounding, byte* means)
    {
        if (count != divisor || count > MostTaps) return 0;
        int lanes = Vector<uint>.Count;
        Vector<int> fewest = new((int)least), instead = new(missing.Instead);
        long o = 0;
        for (; o + 4 * lanes <= outputs; o += 4 * lanes)
        {
            Vector<uint> one = Tallies.Means(sums + o, fewest, instead, rounding), two = Tallies.Means(sums + o + lanes, fewest, instead, rounding);
            Vector<uint> three = Tallies.Means(sums + o + 2 * lanes, fewest, instead, rounding), four = Tallies.Means(sums + o + 3 * lanes, fewest, instead, rounding);
            Vector.Narrow(Vector.Narrow(one, two), Vector.Narrow(three, four)).Store(means + o);
        }

        return o;
    }
}

/// <summary>Unsigned numbers of 16 bits of which one value is no data.</summary>
internal readonly unsafe struct ShortTallies(MissingTaps<ushort> missing, long least) : IPairs<ushort, ulong>
{
    /// <inheritdoc cref="ByteTallies.MostTaps"/>
    private const long MostTaps = 1 << 7;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Taps(in PyramidRows<ushort> rows, long outputs, ulong* sums)
    {
        int lanes = Vector<uint>.Count;
        long o = 0;
        for (; o + lanes <= outputs; o += lanes)
        {
            var (sum, count) = Tallies.Pairs<ushort, uint>(rows, o, missing);
            Tallies.Store(sum, count, sums + o);
        }

        return o;
    }

    public long Sums(in PyramidRows<ulong> rows, long outputs, ulong* sums) => Tallies.Add<uint>(rows, outputs, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Means(ulong* sums, long outputs, long count, long divisor, IntegerRounding rounding, ushort* means)
    {
        if (count != divisor || count > MostTaps) return 0;
        int lanes = Vector<uint>.Count;
        Vector<int> fewest = new((int)least), instead = new(missing.Instead);
        long o = 0;
        for (; o + 2 * lanes <= outputs; o += 2 * lanes)
            Vector.Narrow(Tallies.Means(sums + o, fewest, instead, rounding), Tallies.Means(sums + o + lanes, fewest, instead, rounding)).Store(means + o);
        return o;
    }
}

/// <summary>Floats of which NaN, or one value, is no data; added in row-major order.</summary>
internal readonly unsafe struct FloatTallies(MissingTaps<float> missing, long least) : IPairs<float, ulong>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Taps(in PyramidRows<float> rows, long outputs, ulong* sums)
    {
        int lanes = Vector<float>.Count;
        var noData = new Vector<float>(missing.NoData.GetValueOrDefault());
        long o = 0;
        for (; o + lanes <= outputs; o += lanes)
        {
            Vector<float> sum = default, count = default;
            for (long d = 0; d < rows.Depths; d++)
            {
                for (long h = 0; h < rows.Heights; h++)
                {
                    float* row = rows.First + d * rows.DepthStep + h * rows.HeightStep + 2 * o;
                    Prefetch.Behind(row, 2 * sizeof(Vector<float>));
                    Vector<ulong> lower = Vector.Load((ulong*)row), upper = Vector.Load((ulong*)(row + lanes));
                    var (data, ones) = Data(Vector.AsVectorSingle(Tallies.Sums(lower, upper)), noData);
                    var (laterData, laterOnes) = Data(Vector.AsVectorSingle(Tallies.Counts(lower, upper)), noData);
                    sum = sum + data + laterData;
                    count = count + ones + laterOnes;
                }
            }

            Tallies.Store(Vector.AsVectorUInt32(sum), Vector.AsVectorUInt32(count), sums + o);
        }

        return o;
    }

    public long Sums(in PyramidRows<ulong> rows, long outputs, ulong* sums) => Tallies.Add<float>(rows, outputs, sums);

    // Adding +0 keeps a zero from being negative.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Means(ulong* sums, long outputs, long count, long divisor, IntegerRounding rounding, float* means)
    {
        if (count != divisor) return 0;
        Vector<float> fewest = new(least), instead = new(missing.Instead);
        long o = 0;
        for (; o + Vector<float>.Count <= outputs; o += Vector<float>.Count)
        {
            Vector<ulong> lower = Vector.Load(sums + o), upper = Vector.Load(sums + o + Vector<ulong>.Count);
            Vector<float> counts = Vector.AsVectorSingle(Tallies.Counts(lower, upper)), quotients = Vector.AsVectorSingle(Tallies.Sums(lower, upper)) / counts + Vector<float>.Zero;
            Vector.ConditionalSelect(Vector.LessThan(counts, fewest), instead, quotients).Store(means + o);
        }

        return o;
    }

    /// <summary>The taps that are data, and zeros elsewhere; and a one for each of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (Vector<float> Data, Vector<float> Ones) Data(Vector<float> taps, Vector<float> noData)
    {
        Vector<float> none = missing.NoData.HasValue ? Vector.AsVectorSingle(Vector.Equals(taps, noData)) : default;
        if (missing.AreNaN) none |= ~Vector.AsVectorSingle(Vector.Equals(taps, taps));
        return (Vector.AndNot(taps, none), Vector.AndNot(Vector<float>.One, none));
    }
}
