using System.Numerics;

namespace Cenote;

/// <summary>Which of a window's taps becomes its output.</summary>
internal interface ITapChoice<T>
    where T : unmanaged
{
    /// <summary>The output of a window without a tap.</summary>
    T None { get; }

    /// <summary>Whether a tap takes the place of the one chosen before.</summary>
    bool Prefers(T later, T chosen);
}

/// <summary>The first of the greatest, or least, taps, or the last NaN.</summary>
/// <param name="worst">For a maximum −∞, or the smallest value of an integer type.</param>
internal readonly struct ExtremeChoice<T, TOrder>(T worst) : ITapChoice<T>
    where T : unmanaged, IComparisonOperators<T, T, bool>
    where TOrder : struct, IOrder
{
    public T None => worst;

    // No short cut, as in ExtremeReducer.
#pragma warning disable CS1718 // a comparison with itself is the test for NaN
    public bool Prefers(T later, T chosen) => TOrder.IsBetter(later, chosen) | later != later;
#pragma warning restore CS1718
}
