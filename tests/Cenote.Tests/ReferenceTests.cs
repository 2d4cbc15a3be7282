namespace Cenote.Tests;

/// <summary>The values that docs/semantics.md fixes, through the layers, on the reference kernel.</summary>
public class ReferenceTests
{
    private const float NaN = float.NaN, Inf = float.PositiveInfinity;

    [Theory]
    [InlineData(new[] { -Inf, -Inf }, -Inf)]
    [InlineData(new[] { 1f, NaN, 2f }, NaN)]
    [InlineData(new[] { NaN, Inf }, NaN)]
    [InlineData(new[] { -1f, -0f, 0f, -2f }, -0f)]
    public void Maximum_in_one_window(float[] taps, float expected)
    {
        Assert.Equal(Bits(expected), Bits(Pool(new MaxPool1d(taps.Length), taps)[0]));
        Assert.Equal(Bits(expected), Bits(Pool(new GlobalMaxPool1d(), taps)[0]));
    }

    [Fact]
    public void Signed_zeros_tie()
    {
        Assert.Equal(Bits(-0f), Bits(Pool(new MaxPool1d(2), [-0f, 0f])[0]));
        Assert.Equal(Bits(0f), Bits(Pool(new MaxPool1d(2), [0f, -0f])[0]));
    }

    [Fact]
    public void The_first_zero_in_row_major_order_gives_its_sign()
    {
        var pool = new MaxPool2d(2);
        float[] output = new float[1];
        pool.Forward(pool.Plan(1, 2, 2), [-5, -0f, +0f, -5], output);
        Assert.Equal(Bits(-0f), Bits(output[0]));
    }

    [Fact]
    public void A_window_without_a_tap()
    {
        // Length 1, kernel 2, dilation 2, padding 1: both taps are padding.
        var max = new MaxPool1d(2, padding: 1, dilation: 2);
        Assert.Equal([-Inf], Pool(max, [5f]));
        Assert.Equal([sbyte.MinValue], Pool(max, [(sbyte)5]));
        Assert.Equal([(byte)0], Pool(max, [(byte)5]));
        Assert.Equal([0f], Pool(new AvgPool1d(2, padding: 1, dilation: 2), [5f]));
        Assert.Equal([0f], Pool(new AvgPool1d(2, padding: 1, dilation: 2, countIncludePad: false), [5f]));
        Assert.Equal([0], Pool(new AvgPool1d(2, padding: 1, dilation: 2, countIncludePad: false), [5]));
        Assert.Equal([0f], Pool(new MaxPool1d(2, padding: 1, dilation: 2) { ZeroPadding = true }, [5f]));
    }

    [Theory]
    // The padded column after row 0 comes before row 1's −0, the one before row 0 before everything.
    [InlineData(new[] { -5f, -5f, -0f, -5f }, 0, 1, 0, 0, 0f)]
    [InlineData(new[] { -0f, -5f, -5f, -5f }, 0, 1, 0, 0, -0f)]
    [InlineData(new[] { -0f, -5f, -5f, -5f }, 1, 0, 0, 0, 0f)]
    [InlineData(new[] { -5f, -5f, -5f, -0f }, 0, 0, 1, 0, -0f)]
    [InlineData(new[] { -5f, -5f, -5f, -5f }, 0, 0, 1, 0, 0f)]
    [InlineData(new[] { -5f, NaN, -5f, -5f }, 1, 1, 1, 1, NaN)]
    public void Zero_padding_is_padding_with_zeros_first(float[] input, int left, int right, int bottom, int top, float expected)
    {
        var pool = new MaxPool2d((2 + top + bottom, 2 + left + right), 9, new Padding((top, left), (bottom, right))) { ZeroPadding = true };
        float[] output = new float[1];
        pool.Forward(pool.Plan(1, 2, 2), input, output);
        Assert.Equal(Bits(expected), Bits(output[0]));
    }

    [Fact]
    public void Zero_padding_leaves_the_overhang_out() =>
        Assert.Equal([0f, -2f, -5f], Pool(new MaxPool1d(2, 2, new Padding(1, 0), ceilMode: true) { ZeroPadding = true }, [-1f, -3f, -2f, -5f]));

    [Fact]
    public void Enormous_zero_padding_does_not_hang()
    {
        var pool = new MaxPool2d(1_000_000_000, 1_000_000_000, 999_999_999) { ZeroPadding = true };
        float[] output = new float[1];
        pool.Forward(pool.Plan(1, 1, 1), [-3f], output);
        Assert.Equal(0, output[0]);
    }

    [Fact]
    public void Infinities_and_NaN_in_an_average()
    {
        Assert.Equal([Inf, NaN, NaN, -Inf], Pool(new AvgPool1d(2), [1, Inf, Inf, -Inf, NaN, 1, -Inf, -Inf]));
        Assert.Equal([double.NegativeInfinity], Pool(new GlobalAvgPool1d(), [1.0, double.NegativeInfinity]));
        Assert.Equal([double.NaN], Pool(new GlobalAvgPool1d(), [double.PositiveInfinity, double.NegativeInfinity]));
        Assert.Equal(Bits(0f), Bits(Pool(new AvgPool1d(2), [-0f, -0f])[0]));
    }

    [Fact]
    public void Integers_round_as_asked()
    {
        int[] taps = [-5, 0, 5, 0, 7, 0, -7, 0, 3, 1, int.MaxValue, int.MaxValue, int.MinValue, int.MinValue];
        Assert.Equal([-2, 2, 3, -3, 2, int.MaxValue, int.MinValue], Pool(new AvgPool1d(2), taps));
        Assert.Equal([-2, 2, 4, -4, 2, int.MaxValue, int.MinValue], Pool(new AvgPool1d(2) { IntegerRounding = IntegerRounding.NearestEven }, taps));
        Assert.Equal([2, -2, -4, 4, -2], Pool(new AvgPool1d(2, divisorOverride: -2) { IntegerRounding = IntegerRounding.NearestEven }, taps[..10]));
        Assert.Equal([3, 2], Pool(new AvgPool1d(3) { IntegerRounding = IntegerRounding.NearestEven }, [3, 3, 2, 2, 2, 3]));
    }

    [Fact]
    public void Integer_averages_saturate_and_do_not_wrap()
    {
        Assert.Equal([byte.MaxValue], Pool(new AvgPool1d(2, divisorOverride: 1), new byte[] { 200, 100 }));
        Assert.Equal([(byte)0], Pool(new AvgPool1d(2, divisorOverride: -1), new byte[] { 200, 100 }));
        Assert.Equal([long.MaxValue], Pool(new AvgPool1d(3), [long.MaxValue, long.MaxValue, long.MaxValue]));
        Assert.Equal([long.MinValue], Pool(new GlobalAvgPool1d(), [long.MinValue, long.MinValue, long.MinValue]));
        Assert.Equal([long.MaxValue], Pool(new AvgPool1d(1, divisorOverride: -1), [long.MinValue]));
        Assert.Equal([ulong.MaxValue], Pool(new AvgPool1d(2), [ulong.MaxValue, ulong.MaxValue]));
        Assert.Equal([0L], Pool(new AvgPool1d(1, divisorOverride: long.MinValue) { IntegerRounding = IntegerRounding.NearestEven }, [5L]));
    }

    [Fact]
    public void Sixteen_bit_averages_add_in_float()
    {
        Assert.Equal([(Half)1], Pool(new AvgPool1d(4096), Enumerable.Repeat((Half)1, 4096).ToArray()));
        Assert.Equal([(BFloat16)1f], Pool(new AvgPool1d(4096), Enumerable.Repeat((BFloat16)1f, 4096).ToArray()));
        Assert.Equal([(Half)60000], Pool(new AvgPool1d(2), [(Half)60000, (Half)60000]));
    }

    [Fact]
    public void Global_averages_do_not_stick()
    {
        const int count = 4097 * 4097;
        Assert.Equal([1f], Pool(new GlobalAvgPool1d(), Enumerable.Repeat(1f, count).ToArray()));
        Assert.Equal([(Half)1], Pool(new GlobalAvgPool1d(), Enumerable.Repeat((Half)1, count).ToArray()));
        double[] hard = [1e16, 1, -1e16, 1];
        Assert.Equal([0.5], Pool(new GlobalAvgPool1d(), hard));
        Assert.Equal([0.1], Pool(new GlobalAvgPool1d(), Enumerable.Repeat(0.1, 1_000_000).ToArray()));
    }

    [Fact]
    public void BFloat16_rounds_once()
    {
        Assert.Equal(0x3F80, ((BFloat16)1.00390625f).Bits); // a tie goes to the even neighbour
        Assert.Equal(0x3F81, ((BFloat16)(1.00390625 + 1e-12)).Bits); // a double just above it does not
        Assert.Equal(0x3F80, ((BFloat16)(1.00390625 - 1e-12)).Bits);
        Assert.Equal(0xBF81, ((BFloat16)(-1.00390625 - 1e-12)).Bits);
        Assert.Equal(BFloat16.PositiveInfinity.Bits, ((BFloat16)1e300).Bits);
        Assert.True(BFloat16.IsNaN((BFloat16)double.NaN));
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            BFloat16 value = BFloat16.FromBits((ushort)bits);
            if (!BFloat16.IsNaN(value)) Assert.Equal(bits, ((BFloat16)(double)value).Bits);
        }
    }

    private static T[] Pool<T>(PoolLayer pool, T[] input)
        where T : unmanaged
    {
        PoolPlan plan = pool.Plan(1, input.Length);
        var output = new T[plan.OutputShape[1]];
        pool.Forward(plan, input, output);
        return output;
    }

    private static uint Bits(float value) => float.IsNaN(value) ? 0x7FC00000 : BitConverter.SingleToUInt32Bits(value);
}
