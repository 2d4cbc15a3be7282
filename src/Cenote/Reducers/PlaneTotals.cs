using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Sums of floating-point numbers.</summary>
internal readonly unsafe struct FloatTotals<T, TElement, TTotal, TReducer> : IPlaneTotals<T, TTotal, TTotal>
    where T : unmanaged
    where TElement : unmanaged
    where TTotal : unmanaged
    where TReducer : struct, IPoolReducer<TElement, TTotal>
{
    public TTotal Identity => default;

    public long MostTaps => long.MaxValue;

    public TTotal Lift(TTotal state) => state;

    public TTotal Combine(TTotal earlier, TTotal later) => default(TReducer).Combine(earlier, later);

    public T Finish(TTotal total, long taps, long divisor) => Unsafe.BitCast<TElement, T>(default(TReducer).Finish(total, taps, divisor));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool DependOnOrder<TTap>(TTap results)
        where TTap : unmanaged, ILanes<TTap, T> => false;

    public T Settle(T result, T* taps, long count, long step) => result;
}

/// <summary>Exact sums of integers.</summary>
internal readonly unsafe struct IntegerTotals<T, TSum, TTotal>(IntegerRounding rounding) : IPlaneTotals<T, TSum, TTotal>
    where T : unmanaged, IBinaryInteger<T>
    where TSum : unmanaged, IBinaryInteger<TSum>
    where TTotal : unmanaged, IBinaryInteger<TTotal>
{
    public TTotal Identity => default;

    // As many as the bits that a sum has more.
    public long MostTaps => 1L << Math.Min(8 * (sizeof(TSum) - sizeof(T)), 62);

    public TTotal Lift(TSum state) => TTotal.CreateTruncating(state);

    public TTotal Combine(TTotal earlier, TTotal later) => earlier + later;

    public T Finish(TTotal total, long taps, long divisor) => new IntegerMean<T, TTotal>(rounding).Finish(total, taps, divisor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool DependOnOrder<TTap>(TTap results)
        where TTap : unmanaged, ILanes<TTap, T> => false;

    public T Settle(T result, T* taps, long count, long step) => result;
}

/// <summary>The greatest or least tap; of equal ones the first, of NaNs the last.</summary>
/// <param name="worst">What comes of no taps.</param>
internal readonly unsafe struct ExtremeTotals<T, TElement, TOrder>(TElement worst) : IPlaneTotals<T, T, TElement>
    where T : unmanaged
    where TElement : unmanaged, IComparisonOperators<TElement, TElement, bool>
    where TOrder : struct, IOrder
{
    public TElement Identity => worst;

    public long MostTaps => long.MaxValue;

    /// <summary>Whether taps that differ can be equal, or unlike themselves.</summary>
    private static bool HasTies
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(TElement) == typeof(float) || typeof(TElement) == typeof(double) || typeof(TElement) == typeof(Half) || typeof(TElement) == typeof(BFloat16);
    }

    public TElement Lift(T state) => Unsafe.BitCast<T, TElement>(state);

    public TElement Combine(TElement earlier, TElement later) => new ExtremeReducer<TElement, TOrder>(worst).Combine(earlier, later);

    public T Finish(TElement total, long taps, long divisor) => Unsafe.BitCast<TElement, T>(total);

    // Zeros, for the sign, and NaNs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool DependOnOrder<TTap>(TTap results)
        where TTap : unmanaged, ILanes<TTap, T>
    {
        if (!HasTies) return false;
        if (typeof(T) != typeof(short)) return TTap.AnyNaN(results) || !TTap.IsZero(TTap.Equal(results, default));
        TTap magnitudes = results & TTap.Fill((T)(object)short.MaxValue), infinity = TTap.Fill((T)(object)(short)(typeof(TElement) == typeof(Half) ? 0x7C00 : 0x7F80));
        return !TTap.IsZero(TTap.Equal(magnitudes, default) | TTap.Greater(magnitudes, infinity));
    }

#pragma warning disable CS1718 // a comparison with itself is the test for NaN
    public T Settle(T result, T* taps, long count, long step)
    {
        if (!HasTies) return result;
        TElement value = Unsafe.BitCast<T, TElement>(result);
        return value == default(TElement) ? FirstZero(taps, count, step) : value != value ? LastNaN(taps, count, step) : result;
    }

    private static T FirstZero(T* taps, long count, long step)
    {
        long i = 0;
        while (i < count - 1 && *(TElement*)(taps + i * step) != default(TElement)) i++;
        return taps[i * step];
    }

    private static T LastNaN(T* taps, long count, long step)
    {
        long i = count - 1;
        while (i > 0 && *(TElement*)(taps + i * step) == *(TElement*)(taps + i * step)) i--;
        return taps[i * step];
    }
#pragma warning restore CS1718
}
