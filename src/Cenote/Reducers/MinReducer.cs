using System.Numerics;

namespace Cenote;

/// <summary>The least tap. The first of equal taps wins (−0 equals +0), the last NaN wins over everything.</summary>
/// <param name="highest">+∞, or the largest value of an integer type: the output of a window without a tap.</param>
internal readonly struct MinReducer<T>(T highest) : IPoolReducer<T, T>
    where T : unmanaged, IComparisonOperators<T, T, bool>
{
    public T Identity => highest;

    public T Lift(T tap) => tap;

#pragma warning disable CS1718 // a comparison with itself is the test for NaN
    public T Combine(T earlier, T later) => later < earlier || later != later ? later : earlier;
#pragma warning restore CS1718

    public T Finish(T state, long count, long divisor) => state;
}
