using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The mode on registers: for each tap, how many of those behind it are its equals. The first tap of a value counts them all.</summary>
internal readonly unsafe struct ModeLines<T, TTap> : ITapLines<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>The comparisons grow with the square.</summary>
    public static long MostTaps => 32;

    // Whatever is filled in would be counted.
    public static bool FillsMissing => false;

    // Bounds: lines have room for a register behind their last element.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Finish(T** taps, long rows, long columns, T* work, T* output, long count)
    {
        long all = rows * columns;
        if (all == 4 && count >= TTap.Count)
        {
            Four(taps[0], taps[1], taps[2], taps[3], output, count);
            return;
        }

        for (long o = 0; o < count; o += TTap.Count)
        {
            if (o + TTap.Count > count) o = Math.Max(0, count - TTap.Count);
            TTap mode = TTap.Load(taps[0] + o), most = default;
            for (long i = 0; i < all - 1; i++)
            {
                TTap tap = TTap.Load(taps[i] + o), equals = default;
                // All bits of a lane are −1.
                for (long j = i + 1; j < all; j++) equals -= TTap.Equal(tap, TTap.Load(taps[j] + o));
                TTap better = TTap.Greater(equals, most) | (TTap.Equal(equals, most) & TTap.Greater(mode, tap));
                mode = TTap.Select(better, tap, mode);
                most = TTap.Select(better, equals, most);
            }

            // The last tap has none behind it, and wins where nothing repeats and it is the smallest.
            TTap last = TTap.Load(taps[all - 1] + o);
            mode = TTap.Select(TTap.Equal(most, default) & TTap.Greater(mode, last), last, mode);
            if (count >= TTap.Count) TTap.Store(mode, output + o);
            else TTap.StorePart(mode, output, count);
        }
    }

    /// <summary>Four taps: the smallest of those that have an equal, or of all where none has. Three equal ones leave no other pair.</summary>
    // Bounds: the last register steps back.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Four(T* first, T* second, T* third, T* fourth, T* output, long count)
    {
        for (long i = 0; i < count; i += TTap.Count)
        {
            long o = Math.Min(i, count - TTap.Count);
            TTap a = TTap.Load(first + o), b = TTap.Load(second + o), c = TTap.Load(third + o), d = TTap.Load(fourth + o);
            TTap repeatsA = TTap.Equal(a, b) | TTap.Equal(a, c) | TTap.Equal(a, d), repeatsB = TTap.Equal(b, c) | TTap.Equal(b, d), repeatsC = TTap.Equal(c, d);
            TTap one = TTap.Select(repeatsA, a, TTap.Select(repeatsB, b, c)), other = TTap.Select(repeatsB, b, TTap.Select(repeatsC, c, one));
            TTap pairs = TTap.Min(one, other), least = TTap.Min(TTap.Min(a, b), TTap.Min(c, d));
            TTap.Store(TTap.Select(repeatsA | repeatsB | repeatsC, pairs, least), output + o);
        }
    }
}
