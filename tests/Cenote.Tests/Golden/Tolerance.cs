namespace Cenote.Tests.Golden;

/// <summary>How close is the same: every bit, save for float averages over more taps than are added in a fixed order.</summary>
internal static class Tolerance
{
    private const int TapsInOrder = 32;

    public static void Check<T>(string name, PoolCase @case, bool channelsLast, T[] input, T[] expected, T[] actual)
        where T : unmanaged
    {
        double allowed = @case.IsMax || @case.Taps <= TapsInOrder || !Elements.IsFloating<T>() ? 0 : SumError<T>(@case, input);
        for (int i = 0; i < expected.Length; i++)
        {
            if (Elements.Same(expected[i], actual[i])) continue;
            // libtorch's channels-last averages alone let −0 through; nowhere is a mean of Cenote −0.
            if (channelsLast && !@case.IsMax && Elements.ToDouble(expected[i]) == 0 && Elements.Bits(actual[i]) == 0) continue;
            if (!(allowed > 0)) Assert.Fail($"{name}\noutput {i}: expected {expected[i]}, got {actual[i]}");
            double difference = Math.Abs(Elements.ToDouble(expected[i]) - Elements.ToDouble(actual[i]));
            // Small types round the sum once more.
            double rounding = Epsilon<T>() * Math.Abs(Elements.ToDouble(expected[i]));
            if (!(difference <= allowed + rounding)) Assert.Fail($"{name}\noutput {i}: expected {expected[i]}, got {actual[i]}");
        }
    }

    // k·ε of the largest element, where the divisor is k; a small divisor leaves more of the sum's error.
    private static double SumError<T>(PoolCase @case, T[] input)
        where T : unmanaged
    {
        double largest = input.Select(value => Math.Abs(Elements.ToDouble(value))).DefaultIfEmpty().Max();
        double shrink = Math.Min(@case.Taps, Math.Abs(@case.Divisor ?? @case.Taps));
        double accumulator = default(T) is double ? Epsilon<double>() : Epsilon<float>();
        return @case.Taps * accumulator * largest * @case.Taps / shrink;
    }

    private static double Epsilon<T>()
        where T : unmanaged => default(T) switch
        {
            double => Math.Pow(2, -52),
            float => Math.Pow(2, -23),
            Half => Math.Pow(2, -10),
            _ => Math.Pow(2, -7),
        };
}
