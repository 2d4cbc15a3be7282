namespace Cenote;

/// <summary>
/// Random numbers by their place: the one that follows from a seed and a number, whoever asks and in whatever order, so that results depend on no thread.
/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014): element number + 1 of the sequence that begins with the seed.
/// </summary>
internal static class Draws
{
    public static ulong Bits(ulong seed, ulong number)
    {
        ulong z = seed + (number + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Even in [0, 1), in steps of 2 to the minus <paramref name="precision"/>.</summary>
    public static double Uniform(ulong seed, ulong number, int precision) => (Bits(seed, number) >> (64 - precision)) * Math.ScaleB(1, -precision);
}
