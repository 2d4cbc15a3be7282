using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The exponent of a power mean, on registers: <see cref="LpNorm"/>'s formula, of which each has its part.</summary>
internal interface ILanePower<TSelf>
    where TSelf : struct, ILanePower<TSelf>
{
    /// <param name="norm">The formula.</param>
    /// <param name="isSingle">Whether sums are floats, and not doubles.</param>
    static abstract TSelf Of(in LpNorm norm, bool isSingle);

    /// <summary>Whether a method has room for a tap's power only once.</summary>
    static abstract bool IsLong { get; }

    /// <summary>What taps give to the sum.</summary>
    TLanes Term<TLanes, T>(TLanes taps)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged;

    /// <summary>The mean of powers of whose terms <see cref="Term"/> made the sum.</summary>
    TLanes Whole<TLanes, T>(TLanes mean)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged;

    TLanes Root<TLanes, T>(TLanes sums)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged;
}

/// <summary>The exponent 1, nothing clamped.</summary>
internal readonly struct FirstPower(bool ofMagnitude) : ILanePower<FirstPower>
{
    public static FirstPower Of(in LpNorm norm, bool isSingle) => new(norm.IsTrue);

    public static bool IsLong => false;

    // One instruction either way: of the magnitude the sign's bit is taken out, else no bit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Term<TLanes, T>(TLanes taps)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged => taps & RealNumber<T>.FillBits<TLanes>(ofMagnitude ? long.MaxValue : -1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Whole<TLanes, T>(TLanes mean)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged => mean;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Root<TLanes, T>(TLanes sums)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged => sums;
}

/// <summary>The exponent 2, nothing clamped.</summary>
internal readonly struct SecondPower : ILanePower<SecondPower>
{
    public static SecondPower Of(in LpNorm norm, bool isSingle) => default;

    public static bool IsLong => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Term<TLanes, T>(TLanes taps)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged => taps * taps;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Whole<TLanes, T>(TLanes mean)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged => mean;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Root<TLanes, T>(TLanes sums)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged => TLanes.Sqrt(sums);
}

/// <summary>Any exponent above 0 of taps that may be clamped.</summary>
internal readonly struct AnyPower(LpNorm norm, double nothing) : ILanePower<AnyPower>
{
    public static AnyPower Of(in LpNorm norm, bool isSingle) => new(norm, isSingle ? norm.Nothing<float>() : norm.Nothing<double>());

    public static bool IsLong => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Term<TLanes, T>(TLanes taps)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged
    {
        if (norm.IsTrue) taps &= RealNumber<T>.FillBits<TLanes>(long.MaxValue);
        // NaN stays: it is the earlier one.
        taps = TLanes.Max(taps, RealNumber<T>.Fill<TLanes>(norm.Least));
        return LanePower.Raise<TLanes, T>(taps, norm.P) - RealNumber<T>.Fill<TLanes>(nothing);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Whole<TLanes, T>(TLanes mean)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged => mean + RealNumber<T>.Fill<TLanes>(nothing);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Root<TLanes, T>(TLanes sums)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged => LanePower.Raise<TLanes, T>(sums, 1 / norm.P);
}

/// <summary>Any exponent, on registers.</summary>
internal static unsafe class LanePower
{
    // Those that PyTorch does without a logarithm, too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Raise<TLanes, T>(TLanes numbers, double exponent)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged => exponent switch
        {
            0 => RealNumber<T>.Fill<TLanes>(1),
            1 => numbers,
            2 => numbers * numbers,
            3 => numbers * numbers * numbers,
            0.5 => TLanes.Sqrt(numbers),
            -0.5 => RealNumber<T>.Fill<TLanes>(1) / TLanes.Sqrt(numbers),
            _ => One<TLanes, T>(numbers, exponent),
        };

    /// <summary>One by one: logarithms on registers save a seventh of that, and cost the last digit.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TLanes One<TLanes, T>(TLanes numbers, double exponent)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged
    {
        T* powers = (T*)&numbers;
        for (int i = 0; i < TLanes.Count; i++) powers[i] = RealNumber<T>.Pow(powers[i], exponent);
        return numbers;
    }
}
