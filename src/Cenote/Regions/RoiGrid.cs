using System.Numerics;

namespace Cenote;

/// <summary>The samples of RoiAlign along one axis: those of each bin lie evenly in it, and each reads the two positions around it, weighted by nearness.</summary>
internal static class RoiGrid
{
    /// <summary>Adaptive grids of more samples than this lie mostly outside, and are not walked where they do.</summary>
    private const double LongGrid = 1 << 12;

    /// <summary>Fills the taps of every bin.</summary>
    /// <param name="taps">Filled.</param>
    /// <param name="length">The positions of the axis.</param>
    /// <param name="start">Where the region begins.</param>
    /// <param name="size">How long it is.</param>
    /// <param name="bins">How many outputs share it.</param>
    /// <param name="samplingRatio">Samples per bin; 0 for one per position, rounded up.</param>
    /// <param name="withZeros">Whether weights of 0 are taps: they are in a maximum.</param>
    /// <returns>The samples per bin; 0 where the region has no extent.</returns>
    public static double Fill<TReal>(WeightedTaps<TReal> taps, long length, double start, double size, int bins, int samplingRatio, bool withZeros)
        where TReal : unmanaged, INumber<TReal>
    {
        taps.Clear();
        double bin = size / bins, grid = samplingRatio > 0 ? samplingRatio : Math.Max(0, Math.Ceiling(bin));
        for (int b = 0; b < bins; b++)
        {
            double from = start + b * bin, step = bin / grid;
            // Samples of a long grid are at most one position apart: those from -1 to the length are few.
            double first = grid > LongGrid ? Math.Clamp(Math.Floor((-1 - from) / step - 0.5) - 1, 0, grid) : 0, end = grid > LongGrid ? Math.Clamp(Math.Ceiling((length - from) / step) + 1, 0, grid) : grid;
            if (withZeros && (first > 0 || end < grid)) taps.Add(0, TReal.Zero);
            for (double i = first; i < end; i++) Add(taps, length, from + (i + 0.5) * step, withZeros);
            taps.Close();
        }

        return grid;
    }

    private static void Add<TReal>(WeightedTaps<TReal> taps, long length, double at, bool withZeros)
        where TReal : unmanaged, INumber<TReal>
    {
        if (at < -1 || at > length)
        {
            if (withZeros) taps.Add(0, TReal.Zero);
            return;
        }

        at = Math.Max(at, 0);
        long low = Math.Min((long)at, length - 1), high = Math.Min(low + 1, length - 1);
        double part = low == length - 1 ? 0 : at - low;
        if (withZeros)
        {
            taps.Add(low, TReal.CreateTruncating(1 - part));
            taps.Add(high, TReal.CreateTruncating(part));
            return;
        }

        // Neighbouring samples mostly share a position.
        taps.Gather(low, TReal.CreateTruncating(1 - part));
        if (part > 0) taps.Gather(high, TReal.CreateTruncating(part));
    }
}
