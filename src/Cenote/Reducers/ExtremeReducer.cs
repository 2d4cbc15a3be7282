using System.Numerics;

namespace Cenote;

/// <summary>The greatest or least tap. The first of equal taps wins (−0 equals +0), the last NaN wins over everything.</summary>
/// <param name="worst">For a maximum −∞, or the smallest value of an integer type: the output of a window without a tap.</param>
internal readonly struct ExtremeReducer<T, TOrder>(T worst) : IPoolReducer<T, T>
    where T : unmanaged, IComparisonOperators<T, T, bool>
    where TOrder : struct, IOrder
{
    public T Identity => worst;

    public T Lift(T tap) => tap;

    // No short cut: two tests and a selection are no branch, which devices need.
#pragma warning disable CS1718 // a comparison with itself is the test for NaN
    public T Combine(T earlier, T later) => TOrder.IsBetter(later, earlier) | later != later ? later : earlier;
#pragma warning restore CS1718

    public T Finish(T state, long count, long divisor) => state;
}
