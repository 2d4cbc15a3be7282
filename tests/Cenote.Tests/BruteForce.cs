namespace Cenote.Tests;

/// <summary>Geometry by enumeration: no formula of the library is used.</summary>
internal static class BruteForce
{
    /// <summary>How many windows fit, counted one start after the other.</summary>
    public static long OutputSize(long length, long kernel, long stride, long before, long after, long dilation, bool ceil)
    {
        long count = 0;
        for (long start = -before; ; start += stride, count++)
        {
            long last = start + (kernel - 1) * dilation;
            bool fits = last < length + after;
            // In ceil mode one more window may overhang, if it starts inside the input or in the padding before it,
            // and if the window before it left taps of the padded input behind it.
            bool overhangs = ceil && start < length && last - stride < length + after - 1;
            if (!fits && !overhangs) return count;
        }
    }

    /// <summary>The tap positions of one window that are no overhang.</summary>
    public static List<long> Taps(long position, long length, long kernel, long stride, long before, long after, long dilation)
    {
        var taps = new List<long>();
        for (long tap = 0; tap < kernel; tap++)
        {
            long at = position * stride - before + tap * dilation;
            if (at < length + after) taps.Add(at);
        }

        return taps;
    }
}
