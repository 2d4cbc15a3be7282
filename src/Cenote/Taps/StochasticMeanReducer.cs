namespace Cenote;

/// <summary>The sum of positive activations, that of their squares over the greatest so far, and the greatest tap.</summary>
internal readonly record struct StochasticSums(double Sum, double Squares, double Greatest);

/// <summary>The mean of a window's taps, each weighed by its probability: Σa² / Σa over the positive activations. Where there is none, where one is infinite or NaN, the tap that a draw gives.</summary>
internal readonly struct StochasticMeanReducer<T, TWeight> : IPoolReducer<T, StochasticSums>
    where T : unmanaged
    where TWeight : struct, IWeight<T>
{
    public StochasticSums Identity => new(0, 0, double.NegativeInfinity);

    // Squares are kept over the greatest tap: those of doubles would overflow.
    public StochasticSums Lift(T tap)
    {
        double a = TWeight.Of(tap);
        return a > 0 ? new(a, a, a) : new(0, 0, a);
    }

    public StochasticSums Combine(StochasticSums earlier, StochasticSums later)
    {
        double greatest = later.Greatest > earlier.Greatest || double.IsNaN(later.Greatest) ? later.Greatest : earlier.Greatest;
        return greatest > 0 ? new(earlier.Sum + later.Sum, Scaled(earlier, greatest) + Scaled(later, greatest), greatest) : new(0, 0, greatest);
    }

    public T Finish(StochasticSums state, long count, long divisor) => TWeight.Round(
        state.Sum > 0 && !double.IsInfinity(state.Sum) && !double.IsNaN(state.Greatest) ? state.Greatest * (state.Squares / state.Sum) : state.Greatest);

    private static double Scaled(StochasticSums sums, double greatest) => sums.Squares > 0 ? sums.Squares * (sums.Greatest / greatest) : 0;
}
