using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>
/// A p-norm on registers, for p of 1 and 2: the mean of an operator that adds, with each tap's power in the tap's place, and the root before the
/// last rounding. In PyTorch's formula the sum is divided and multiplied first; the true norm divides by nothing.
/// </summary>
/// <typeparam name="T">A tap as it lies in memory.</typeparam>
/// <typeparam name="TTap">A register of taps.</typeparam>
/// <typeparam name="TState">A sum.</typeparam>
/// <typeparam name="TAcc">A register of sums.</typeparam>
/// <typeparam name="TMean">Makes numbers of taps, adds them, and rounds the result.</typeparam>
/// <typeparam name="TPower">The exponent.</typeparam>
internal readonly unsafe struct NormLanes<T, TTap, TState, TAcc, TMean, TPower>(LpNorm norm) : ILaneReducer<T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TMean : struct, ILaneReducer<T, TTap, TState, TAcc>
    where TPower : struct, ILanePower
{
    private static readonly byte* Ones = WriteOnes();

    public bool Accepts(PoolPlan plan) => default(TMean).Accepts(plan);

    public TTap Padding => default;

    public int ExtentSize => default(TMean).ExtentSize;

    public bool FoldsInAnyOrder(PoolPlan plan) => default(TMean).FoldsInAnyOrder(plan);

    public bool IsLong => default(TMean).IsLong || Unsafe.SizeOf<TAcc>() > Unsafe.SizeOf<TTap>();

    public bool IsExact => false;

    public bool IsIdempotent => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TAcc Lift(TTap taps)
    {
        TAcc numbers = default(TMean).Lift(taps);
        return TAcc.Map(numbers, numbers, new Power<TPower>(norm.IsTrue));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TAcc Combine(TAcc earlier, TAcc later) => default(TMean).Combine(earlier, later);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(TAcc state, byte* extents, long factor)
    {
        if (!norm.IsTrue) state = TAcc.Map(state, TAcc.Load((TState*)extents), new Whole(factor, norm.Taps));
        return default(TMean).Finish(TAcc.Map(state, state, default(Root<TPower>)), Ones, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteExtent(byte* extents, long lane, long extent) => default(TMean).WriteExtent(extents, lane, extent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;

    /// <summary>Divisors of 1, for a mean that is to be rounded only; kept as long as the process.</summary>
    private static byte* WriteOnes()
    {
        var ones = (byte*)NativeMemory.Alloc((nuint)(TTap.Count * default(TMean).ExtentSize));
        for (int lane = 0; lane < TTap.Count; lane++) default(TMean).WriteExtent(ones, lane, 1);
        return ones;
    }

    /// <summary>What a tap gives to the sum.</summary>
    private readonly struct Power<TExponent>(bool ofMagnitude) : ILaneMap
        where TExponent : struct, ILanePower
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Of<TLanes, TNumber>(TLanes left, TLanes right)
            where TLanes : unmanaged, ILanes<TLanes, TNumber>
            where TNumber : unmanaged => TExponent.Raise<TLanes, TNumber>(left, ofMagnitude);
    }

    /// <summary>The sum of a window without a clipped tap, as PyTorch estimates it.</summary>
    private readonly struct Whole(long factor, double taps) : ILaneMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Of<TLanes, TNumber>(TLanes left, TLanes right)
            where TLanes : unmanaged, ILanes<TLanes, TNumber>
            where TNumber : unmanaged => left / (right * RealNumber<TNumber>.Fill<TLanes>(factor)) * RealNumber<TNumber>.Fill<TLanes>(taps);
    }

    private readonly struct Root<TExponent> : ILaneMap
        where TExponent : struct, ILanePower
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Of<TLanes, TNumber>(TLanes left, TLanes right)
            where TLanes : unmanaged, ILanes<TLanes, TNumber>
            where TNumber : unmanaged => TExponent.Root<TLanes, TNumber>(left);
    }
}

/// <summary>An exponent, on registers.</summary>
internal interface ILanePower
{
    static abstract TLanes Raise<TLanes, T>(TLanes numbers, bool ofMagnitude)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged;

    static abstract TLanes Root<TLanes, T>(TLanes sums)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged;
}

internal readonly struct FirstPower : ILanePower
{
    // One instruction either way: of the magnitude the sign's bit is taken out, else no bit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Raise<TLanes, T>(TLanes numbers, bool ofMagnitude)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged => numbers & RealNumber<T>.FillBits<TLanes>(ofMagnitude ? long.MaxValue : -1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Root<TLanes, T>(TLanes sums)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged => sums;
}

internal readonly struct SecondPower : ILanePower
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Raise<TLanes, T>(TLanes numbers, bool ofMagnitude)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged => numbers * numbers;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Root<TLanes, T>(TLanes sums)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged => TLanes.Sqrt(sums);
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

    /// <summary>One by one.</summary>
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

/// <summary>Constants of float or double in registers.</summary>
internal static class RealNumber<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Fill<TLanes>(double value)
        where TLanes : unmanaged, ILanes<TLanes, T> =>
        TLanes.Fill(typeof(T) == typeof(float) ? (T)(object)(float)value : (T)(object)value);

    public static T Pow(T number, double exponent) =>
        typeof(T) == typeof(float) ? (T)(object)MathF.Pow((float)(object)number, (float)exponent) : (T)(object)Math.Pow((double)(object)number, exponent);

    /// <summary>The upper bits, of as many as a number has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes FillBits<TLanes>(long bits)
        where TLanes : unmanaged, ILanes<TLanes, T> =>
        TLanes.Fill(typeof(T) == typeof(float) ? (T)(object)BitConverter.Int32BitsToSingle((int)(bits >> 32)) : (T)(object)BitConverter.Int64BitsToDouble(bits));
}
