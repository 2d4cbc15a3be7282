using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The mean of integers: an exact sum, one division rounded as asked, saturated to the element's range.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="TSum">Wide enough for the sum of any number of taps that fit in memory.</typeparam>
internal readonly struct IntegerMean<T, TSum>(IntegerRounding rounding) : IPoolReducer<T, TSum>
    where T : unmanaged, IBinaryInteger<T>
    where TSum : unmanaged, IBinaryInteger<TSum>
{
    public TSum Identity => TSum.Zero;

    public TSum Lift(T tap) => TSum.CreateTruncating(tap);

    public TSum Combine(TSum earlier, TSum later) => earlier + later;

    public T Finish(TSum state, long count, long divisor)
    {
        if (count == 0) return T.Zero;
        if (Unsafe.SizeOf<TSum>() <= sizeof(long) && typeof(TSum) != typeof(ulong) && divisor > 0) return Finish(long.CreateTruncating(state), divisor);
        // Dividing the smallest long by −1 would leave the range; Int128 has room for every sum and every divisor.
        var (quotient, remainder) = Int128.DivRem(Int128.CreateTruncating(state), divisor);
        if (rounding == IntegerRounding.NearestEven)
        {
            Int128 twice = 2 * Int128.Abs(remainder), size = Int128.Abs(divisor);
            if (twice > size || (twice == size && !Int128.IsEvenInteger(quotient)))
                quotient += remainder < 0 == divisor < 0 ? 1 : -1;
        }

        return T.CreateSaturating(quotient);
    }

    /// <summary>The same in 64 bits, by a positive divisor.</summary>
    private T Finish(long sum, long divisor)
    {
        var (quotient, remainder) = Math.DivRem(sum, divisor);
        if (rounding == IntegerRounding.NearestEven)
        {
            // Twice a remainder may wrap as a signed number, never as an unsigned one.
            ulong twice = 2 * (ulong)Math.Abs(remainder), size = (ulong)divisor;
            if (twice > size || (twice == size && !long.IsEvenInteger(quotient))) quotient += Math.Sign(remainder);
        }

        return T.CreateSaturating(quotient);
    }
}
