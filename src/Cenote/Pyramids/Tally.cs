using System.Numerics;

namespace Cenote;

/// <summary>A sum of taps, and of how many it is, in the halves of 64 bits: the lower one is the sum.</summary>
internal static class Tally
{
    public const int Half = 32;

    public static ulong Of(uint sum, uint count) => sum | (ulong)count << Half;
}

/// <summary>The mean of the integers that are data. Neither half may run over: of bytes 2²⁴ taps, of 16 bits 2¹⁶.</summary>
/// <param name="mean">Divides.</param>
/// <param name="missing">Which taps are no data.</param>
/// <param name="least">The fewest taps of an output.</param>
internal readonly struct IntegerTally<T>(IntegerMean<T, long> mean, MissingTaps<T> missing, long least) : IPoolReducer<T, ulong>
    where T : unmanaged, IBinaryInteger<T>
{
    public ulong Identity => 0;

    public ulong Lift(T tap) => missing.Contains(tap) ? 0 : Tally.Of(uint.CreateTruncating(tap), 1);

    public ulong Combine(ulong earlier, ulong later) => earlier + later;

    /// <inheritdoc/>
    /// <param name="divisor">The taps of the window, padded ones included: those are zeros, and data unless zero is none.</param>
    public T Finish(ulong state, long count, long divisor)
    {
        long taps = (long)(state >> Tally.Half) + (divisor > count && !missing.Contains(default) ? divisor - count : 0);
        return taps < least ? missing.Instead : mean.Finish((uint)state, taps, taps);
    }
}

/// <summary>The mean of the floats that are data; both halves are floats.</summary>
/// <inheritdoc cref="IntegerTally{T}"/>
internal readonly struct FloatTally(MissingTaps<float> missing, long least) : IPoolReducer<float, ulong>
{
    public ulong Identity => 0;

    public ulong Lift(float tap) => missing.Contains(tap) ? 0 : Of(tap, 1);

    public ulong Combine(ulong earlier, ulong later) => Of(Sum(earlier) + Sum(later), Count(earlier) + Count(later));

    /// <inheritdoc/>
    /// <param name="divisor">The taps of the window, padded ones included: those are zeros, and data unless zero is none.</param>
    public float Finish(ulong state, long count, long divisor)
    {
        float taps = Count(state) + (divisor > count && !missing.Contains(default) ? divisor - count : 0);
        return taps < least ? missing.Instead : MeanZero.Positive(Sum(state) / taps);
    }

    private static ulong Of(float sum, float count) => Tally.Of(BitConverter.SingleToUInt32Bits(sum), BitConverter.SingleToUInt32Bits(count));

    private static float Sum(ulong state) => BitConverter.UInt32BitsToSingle((uint)state);

    private static float Count(ulong state) => BitConverter.UInt32BitsToSingle((uint)(state >> Tally.Half));
}
