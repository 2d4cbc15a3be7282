using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The exponential function on registers: with the same bits at any width, and within a unit or two of the last place.</summary>
internal static class LaneExponential
{
    /// <summary>From here on down <see cref="OfNegative"/> is 0: the exponential would soon be subnormal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Nothing<T>()
        where T : unmanaged => typeof(T) == typeof(float) ? -87 : -708;

    /// <summary>The exponentials of numbers none of which is above 0; of those up to <see cref="Nothing{T}"/>, and of NaN, 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes OfNegative<TLanes, T>(TLanes numbers)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged => Of<TLanes, T>(numbers) & TLanes.Greater(numbers, RealNumber<T>.Fill<TLanes>(Nothing<T>()));

    /// <summary>The exponentials of numbers between <see cref="Nothing{T}"/> and its opposite.</summary>
    // x = k·ln 2 + r, where |r| is at most half of ln 2: 2^k times a Taylor series, up to where the next term is less than a tenth of the last place. The first part of ln 2 has so few digits that its multiples are exact.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Of<TLanes, T>(TLanes numbers)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged
    {
        bool isSingle = typeof(T) == typeof(float);
        TLanes powers = TLanes.RoundToEven(numbers * RealNumber<T>.Fill<TLanes>(1.4426950408889634));
        TLanes rest = numbers - powers * RealNumber<T>.Fill<TLanes>(isSingle ? 0.693359375 : 0.693147180369123816490) - powers * RealNumber<T>.Fill<TLanes>(isSingle ? -2.12194440054690583e-4 : 1.90821492927058770002e-10);
        TLanes series = RealNumber<T>.Fill<TLanes>(1.0 / 5040);
        if (!isSingle)
        {
            series = RealNumber<T>.Fill<TLanes>(1.0 / 6227020800) * rest + RealNumber<T>.Fill<TLanes>(1.0 / 479001600);
            series = series * rest + RealNumber<T>.Fill<TLanes>(1.0 / 39916800);
            series = series * rest + RealNumber<T>.Fill<TLanes>(1.0 / 3628800);
            series = series * rest + RealNumber<T>.Fill<TLanes>(1.0 / 362880);
            series = series * rest + RealNumber<T>.Fill<TLanes>(1.0 / 40320);
            series = series * rest + RealNumber<T>.Fill<TLanes>(1.0 / 5040);
        }

        series = series * rest + RealNumber<T>.Fill<TLanes>(1.0 / 720);
        series = series * rest + RealNumber<T>.Fill<TLanes>(1.0 / 120);
        series = series * rest + RealNumber<T>.Fill<TLanes>(1.0 / 24);
        series = series * rest + RealNumber<T>.Fill<TLanes>(1.0 / 6);
        series = series * rest + RealNumber<T>.Fill<TLanes>(0.5);
        series = series * rest + RealNumber<T>.Fill<TLanes>(1);
        return TLanes.Scale(series * rest + RealNumber<T>.Fill<TLanes>(1), powers);
    }
}
