using System.Numerics;

namespace Cenote;

/// <summary>The root of the mean of squares, in double.</summary>
/// <param name="number">Lifts taps into doubles, and rounds these.</param>
internal readonly struct RootMeanSquare<T, TNumber>(TNumber number) : IPoolReducer<T, double>
    where T : unmanaged
    where TNumber : struct, IPoolReducer<T, double>
{
    public double Identity => 0;

    public double Lift(T tap)
    {
        double value = number.Lift(tap);
        return value * value;
    }

    public double Combine(double earlier, double later) => earlier + later;

    public T Finish(double state, long count, long divisor) => count == 0 ? default : number.Finish(Math.Sqrt(state / divisor), 1, 1);
}

/// <summary>The mean of integers in double: what weights and roots need. Exact up to 2⁵³; rounded as asked, saturated to the element's range.</summary>
internal readonly struct IntegerDoubleMean<T>(IntegerRounding rounding) : IPoolReducer<T, double>
    where T : unmanaged, IBinaryInteger<T>
{
    public double Identity => 0;

    public double Lift(T tap) => double.CreateTruncating(tap);

    public double Combine(double earlier, double later) => earlier + later;

    // NaN, which only weights bring, becomes 0.
    public T Finish(double state, long count, long divisor) =>
        count == 0 ? T.Zero : T.CreateSaturating(rounding == IntegerRounding.NearestEven ? Math.Round(state / divisor) : Math.Truncate(state / divisor));
}
