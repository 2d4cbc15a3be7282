using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The mean on registers of float or double: taps added in the order given, one true division.</summary>
internal readonly unsafe struct MeanLanes<T, TTap, TDivision> : ILaneReducer<T, TTap, T, TTap>, ITapSum
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TDivision : struct, IMeanDivision
{
    public bool Accepts(PoolPlan plan) => TDivision.Accepts(plan);

    public TTap Padding => default;

    public static int ExtentSize => sizeof(T);

    public bool FoldsInAnyOrder(PoolPlan plan) => plan.FoldsInAnyOrder;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Lift(TTap taps) => taps;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Combine(TTap earlier, TTap later) => earlier + later;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(TTap state, byte* extents, long factor) => Quotient(state, Divisor(extents, factor));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap Divisor(byte* extents, long factor) => TTap.Load((T*)extents) * Number(factor);

    // Adding +0 keeps a zero from being negative.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Quotient(TTap sums, TTap divisor) => TDivision.Divide<TTap, T>(sums, divisor) + default(TTap);

    // A window without a tap has the sum 0, which any divisor leaves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteExtent(byte* extents, long lane, long extent)
    {
        if (typeof(T) == typeof(float)) ((float*)extents)[lane] = TDivision.By((float)Math.Max(1, extent));
        else ((double*)extents)[lane] = TDivision.By((double)Math.Max(1, extent));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTap Number(long value)
    {
        if (typeof(T) == typeof(float)) return TTap.Fill((T)(object)TDivision.By((float)value));
        return TTap.Fill((T)(object)TDivision.By((double)value));
    }
}

/// <summary>How a sum is divided by the number of its taps.</summary>
internal interface IMeanDivision
{
    static abstract bool Accepts(PoolPlan plan);

    /// <summary>What stands for a divisor.</summary>
    static abstract TNumber By<TNumber>(TNumber divisor)
        where TNumber : IFloatingPointIeee754<TNumber>;

    static abstract TTap Divide<TTap, T>(TTap sums, TTap by)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>;
}

/// <summary>By any divisor.</summary>
internal readonly struct Quotients : IMeanDivision
{
    public static bool Accepts(PoolPlan plan) => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TNumber By<TNumber>(TNumber divisor)
        where TNumber : IFloatingPointIeee754<TNumber> => divisor;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap Divide<TTap, T>(TTap sums, TTap by)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> => sums / by;
}

/// <summary>By powers of two, whose reciprocals are exact: products have the bits of quotients, in a fifth of the time.</summary>
internal readonly struct ExactProducts : IMeanDivision
{
    public static bool Accepts(PoolPlan plan) => plan.DividesByPowersOfTwo;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TNumber By<TNumber>(TNumber divisor)
        where TNumber : IFloatingPointIeee754<TNumber> => TNumber.One / divisor;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap Divide<TTap, T>(TTap sums, TTap by)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> => sums * by;
}
