using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

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
