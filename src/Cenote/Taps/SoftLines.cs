using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The mean weighted by exponentials on registers, of all taps of a window at once: their greatest, then the exponential of each, relative to it.</summary>
/// <inheritdoc cref="SoftSum{TReal}"/>
internal readonly unsafe struct SoftLines<T, TTap> : ITapLines<T, TTap>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>As many as there is room for on the stack.</summary>
    public const long Most = 1024;

    public static long MostTaps => Most;

    public static T Missing(long row, long rows, long columns, long number) => T.NegativeInfinity;

    // Bounds: lines have room for a register behind their last element.
    public static void Finish(T** taps, long rows, long columns, T* work, T* output, long count)
    {
        for (long o = 0; o < count; o += TTap.Count)
        {
            TTap means = Means(taps, rows * columns, o);
            if (o + TTap.Count <= count) TTap.Store(means, output + o);
            else TTap.StorePart(means, output + o, count - o);
        }
    }

    /// <summary>The means of a register of windows.</summary>
    /// <param name="taps">For each tap its line.</param>
    /// <param name="count">How many taps.</param>
    /// <param name="at">The first of the windows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static TTap Means(T** taps, long count, long at)
    {
        TTap greatest = TTap.Load(taps[0] + at), areNumbers = TTap.Equal(greatest, greatest), weights = default, sum = default;
        for (long i = 1; i < count; i++)
        {
            TTap tap = TTap.Load(taps[i] + at);
            greatest = TTap.Max(greatest, tap);
            areNumbers &= TTap.Equal(tap, tap);
        }

        TTap nothing = RealNumber<T>.Fill<TTap>(LaneExponential.Nothing<T>());
        for (long i = 0; i < count; i++)
        {
            // Of two infinities it is NaN: the bound, too.
            TTap difference = TTap.Max(nothing, TTap.Load(taps[i] + at) - greatest), weight = LaneExponential.OfNegative<TTap, T>(difference);
            weights += weight;
            sum += weight * difference;
        }

        // The greatest tap weighs 1, but for an infinite one. Adding +0 keeps a zero from being negative.
        TTap means = greatest + sum / TTap.Max(RealNumber<T>.Fill<TTap>(1), weights) + default(TTap);
        return TTap.Select(areNumbers, means, TTap.Fill(T.NaN));
    }
}
