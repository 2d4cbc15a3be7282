namespace Cenote;

/// <summary>The sign of a mean that is zero: always +0, even where a small negative sum or a negative divisor would leave −0 (as PyTorch's row-major kernels do).</summary>
internal static class MeanZero
{
    // By comparison: compilers for devices leave out the addition of 0.
    public static float Positive(float mean) => mean == 0f ? 0f : mean;

    public static double Positive(double mean) => mean == 0d ? 0d : mean;

    public static Half Positive(Half mean) => mean == Half.Zero ? Half.Zero : mean;

    public static BFloat16 Positive(BFloat16 mean) => mean == default ? default : mean;
}

/// <summary>The mean in single precision: taps added in the order given, one division, one rounding.</summary>
internal readonly struct SingleMean : IPoolReducer<float, float>, IPoolReducer<Half, float>, IPoolReducer<BFloat16, float>, ISumReducer
{
    public float Identity => 0;

    public float Lift(float tap) => tap;

    public float Lift(Half tap) => (float)tap;

    public float Lift(BFloat16 tap) => (float)tap;

    public float Combine(float earlier, float later) => earlier + later;

    public float Finish(float state, long count, long divisor) => count == 0 ? 0 : MeanZero.Positive(state / divisor);

    Half IPoolReducer<Half, float>.Finish(float state, long count, long divisor) => MeanZero.Positive((Half)Finish(state, count, divisor));

    BFloat16 IPoolReducer<BFloat16, float>.Finish(float state, long count, long divisor) => MeanZero.Positive((BFloat16)Finish(state, count, divisor));
}

/// <summary>The mean in double precision; for narrower elements the sum of a whole plane, which single precision would lose.</summary>
internal readonly struct DoubleMean : IPoolReducer<double, double>, IPoolReducer<float, double>, IPoolReducer<Half, double>, IPoolReducer<BFloat16, double>, ISumReducer
{
    public double Identity => 0;

    public double Lift(double tap) => tap;

    public double Lift(float tap) => tap;

    public double Lift(Half tap) => (double)tap;

    public double Lift(BFloat16 tap) => (double)tap;

    public double Combine(double earlier, double later) => earlier + later;

    public double Finish(double state, long count, long divisor) => count == 0 ? 0 : MeanZero.Positive(state / divisor);

    float IPoolReducer<float, double>.Finish(double state, long count, long divisor) => MeanZero.Positive((float)Finish(state, count, divisor));

    Half IPoolReducer<Half, double>.Finish(double state, long count, long divisor) => MeanZero.Positive((Half)Finish(state, count, divisor));

    BFloat16 IPoolReducer<BFloat16, double>.Finish(double state, long count, long divisor) => MeanZero.Positive((BFloat16)Finish(state, count, divisor));
}

/// <summary>A sum of doubles and the part of it that one double cannot hold.</summary>
/// <param name="High">The sum, rounded.</param>
/// <param name="Low">What rounding lost, itself rounded.</param>
internal readonly record struct DoubleDouble(double High, double Low)
{
    /// <summary>The sum as a double. Once it is infinite or NaN the lost part is NaN and means nothing.</summary>
    public double Rounded => double.IsFinite(High) ? High + Low : High;
}

/// <summary>The mean of doubles over a whole plane, with compensated sums: the error does not grow with the number of taps.</summary>
internal readonly struct CompensatedMean : IPoolReducer<double, DoubleDouble>
{
    public DoubleDouble Identity => default;

    public DoubleDouble Lift(double tap) => new(tap, 0);

    public DoubleDouble Combine(DoubleDouble earlier, DoubleDouble later)
    {
        // Knuth's TwoSum: high + error is exactly earlier.High + later.High.
        double high = earlier.High + later.High, part = high - earlier.High;
        double error = (earlier.High - (high - part)) + (later.High - part);
        return new(high, error + earlier.Low + later.Low);
    }

    public double Finish(DoubleDouble state, long count, long divisor) => count == 0 ? 0 : MeanZero.Positive(state.Rounded / divisor);
}
