using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

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
