using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The gradient of a power mean: sums of powers, and of the root's slope there times the gradient that arrives. The true norm is of sums; PyTorch multiplies means.</summary>
internal sealed class NormGradient<T, TReal, TConvert>(LpNorm norm, SmoothMemory memory)
    : SummedGradient<T, TReal, TConvert, TapPower, SumSlope, TapShare>(new(norm), new(norm), new(norm), ofMeans: !norm.IsTrue, memory)
    where T : unmanaged
    where TReal : unmanaged
    where TConvert : struct, IPoolReducer<T, TReal>;

/// <summary>What a tap gives to the sum.</summary>
internal readonly struct TapPower(LpNorm norm) : IElementMap
{
    public static bool HasTwo => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (TLanes First, TLanes Second) Of<TLanes, T>(TLanes taps, TLanes first, TLanes second)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged
    {
        if (norm.IsTrue) taps &= RealNumber<T>.FillBits<TLanes>(long.MaxValue);
        if (norm.IsClamped) taps = TLanes.Max(taps, RealNumber<T>.Fill<TLanes>(norm.Least));
        return (LanePower.Raise<TLanes, T>(taps, norm.P), default);
    }
}

/// <summary>The gradient times what the root's slope gives to each tap, to be multiplied by its own: 0 where the sum is 0, as in PyTorch.</summary>
internal readonly struct SumSlope(LpNorm norm) : IElementMap
{
    public static bool HasTwo => false;

    private readonly double _exponent = (1 / norm.P) - 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (TLanes First, TLanes Second) Of<TLanes, T>(TLanes gradients, TLanes sums, TLanes second)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged
    {
        TLanes wholes = norm.IsTrue ? sums : sums * RealNumber<T>.Fill<TLanes>(norm.Taps);
        TLanes slopes = LanePower.Raise<TLanes, T>(wholes, _exponent);
        if (!norm.IsTrue) slopes *= RealNumber<T>.Fill<TLanes>(norm.Taps);
        return (TLanes.Select(TLanes.Equal(wholes, default), default, slopes) * gradients, default);
    }
}

/// <summary>A tap's own slope times the sum of those of its windows.</summary>
internal readonly struct TapShare(LpNorm norm) : IElementMap
{
    public static bool HasTwo => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (TLanes First, TLanes Second) Of<TLanes, T>(TLanes taps, TLanes sums, TLanes second)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged
    {
        TLanes slopes = LanePower.Raise<TLanes, T>(norm.IsTrue ? taps & RealNumber<T>.FillBits<TLanes>(long.MaxValue) : taps, norm.P - 1);
        if (norm.IsTrue)
        {
            slopes ^= TLanes.Greater(default, taps) & RealNumber<T>.FillBits<TLanes>(long.MinValue);
            slopes = TLanes.Select(TLanes.Equal(taps, default), default, slopes);
        }

        // A gradient that is zero is +0.
        TLanes shares = slopes * sums + default(TLanes);
        return (norm.IsClamped ? TLanes.Select(TLanes.Greater(RealNumber<T>.Fill<TLanes>(norm.Least), taps), default, shares) : shares, default);
    }
}
