using System.Numerics;
using System.Numerics.Tensors;

namespace Cenote.Tests;

/// <summary>Means where their rounding is hardest: quotients that are whole, or one part less, and 16-bit floats between normal and subnormal numbers.</summary>
public class MeanRoundingTests
{
    public static TheoryData<int, long?> Windows => [.. from taps in Enumerable.Range(1, 40) select (taps, (long?)null), .. from divisor in (long[])[9, 10, 4096, 4097, 2] select (9, (long?)divisor)];

    [Theory]
    [MemberData(nameof(Windows))]
    public void Integers_are_cut_where_a_quotient_is_whole_and_one_part_less(int taps, long? divisor)
    {
        Cut<byte>(taps, divisor);
        Cut<sbyte>(taps, divisor);
        Cut<short>(taps, divisor);
        Cut<ushort>(taps, divisor);
        Cut<int>(taps, divisor);
        Cut<uint>(taps, divisor);
        Cut<long>(taps, divisor);
        Cut<ulong>(taps, divisor);
    }

    [Theory]
    [MemberData(nameof(Windows))]
    public void Halves_are_rounded_once(int taps, long? divisor)
    {
        var random = new Random(taps);
        foreach (int bits in (int[])[0x83FF, 0x87FF, 0x9FFF, 0xFFFF])
        {
            Half[] input = [.. Enumerable.Range(0, 4000).Select(_ => BitConverter.UInt16BitsToHalf((ushort)(random.Next(0x10000) & bits))).Select(each => Half.IsFinite(each) ? each : Half.MaxValue)];
            Half[] output = Pooled(input, taps, divisor);
            // Sums of more taps may be grouped.
            for (int o = 0; o < output.Length && taps <= PoolPlan.MostTapsInOrder; o++)
            {
                float sum = 0;
                for (int k = 0; k < taps; k++) sum += (float)input[o + k];
                var mean = (Half)(sum / (divisor ?? taps));
                Assert.Equal(mean == Half.Zero ? Half.Zero : mean, output[o]);
            }
        }
    }

    [Theory]
    [InlineData(1, 7)]
    [InlineData(1, -7)]
    [InlineData(2, 7)]
    [InlineData(3, 4096)]
    public void No_divisor_makes_a_number_of_an_infinity(int taps, long divisor)
    {
        Half[] special = [Half.NaN, Half.PositiveInfinity, Half.NegativeInfinity, Half.One, Half.MaxValue, -Half.Zero];
        var layer = new AvgPool1d(taps, 1, divisorOverride: divisor);
        foreach (bool isLast in (bool[])[false, true])
        {
            // The number by channel, the same at every place.
            Half[] memory = [.. Enumerable.Range(0, 64 * 16).Select(i => special[(isLast ? i % 64 : i / 16) % special.Length])];
            Tensor<Half> output = layer.Forward(isLast ? Tensor.Create(memory, [1, 64, 16], [0, 1, 64]) : Tensor.Create(memory, [1, 64, 16]));
            for (int c = 0; c < 64; c++)
            {
                float sum = 0;
                for (int k = 0; k < taps; k++) sum += (float)special[c % special.Length];
                var mean = (Half)(sum / divisor);
                Assert.Equal(mean == Half.Zero ? Half.Zero : mean, output[0, c, 0]);
            }
        }
    }

    private static void Cut<T>(int taps, long? divisor)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        T[] values = [T.MinValue, T.MaxValue, T.MaxValue / T.CreateChecked(2), T.MinValue / T.CreateChecked(2), T.CreateChecked(taps), T.One, T.Zero];
        var random = new Random(taps);
        var input = new T[2000];
        for (int i = 0; i < input.Length; i++)
        {
            // Long stretches of one number, here and there one more or less.
            T value = values[i / 150 % values.Length];
            int step = random.Next(taps) == 0 ? random.Next(3) - 1 : 0;
            input[i] = step < 0 && value > T.MinValue ? value - T.One : step > 0 && value < T.MaxValue ? value + T.One : value;
        }

        T[] output = Pooled(input, taps, divisor);
        for (int o = 0; o < output.Length; o++)
        {
            Int128 sum = 0;
            for (int k = 0; k < taps; k++) sum += Int128.CreateChecked(input[o + k]);
            Assert.Equal(T.CreateSaturating(sum / (divisor ?? taps)), output[o]);
        }
    }

    private static T[] Pooled<T>(T[] input, int taps, long? divisor)
        where T : unmanaged
    {
        var layer = new AvgPool1d(taps, 1, divisorOverride: divisor);
        PoolPlan plan = layer.Plan([1, 1, input.Length]);
        var output = new T[plan.OutputElements];
        layer.Forward<T>(plan, input, output);
        return output;
    }
}
