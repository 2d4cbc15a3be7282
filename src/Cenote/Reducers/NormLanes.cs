using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>
/// A power mean on registers: the mean of an operator that adds, with each tap's power in the tap's place, and the root before the
/// last rounding. In PyTorch's formula the sum is divided and multiplied first; the true norm divides by nothing.
/// </summary>
/// <typeparam name="T">A tap as it lies in memory.</typeparam>
/// <typeparam name="TTap">A register of taps.</typeparam>
/// <typeparam name="TState">A sum.</typeparam>
/// <typeparam name="TAcc">A register of sums.</typeparam>
/// <typeparam name="TMean">Makes numbers of taps, adds them, and rounds the result.</typeparam>
/// <typeparam name="TPower">The exponent.</typeparam>
internal readonly unsafe struct NormLanes<T, TTap, TState, TAcc, TMean, TPower>(LpNorm norm) : ILaneReducer<T, TTap, TState, TAcc>, IOneDivisor
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TMean : struct, ILaneReducer<T, TTap, TState, TAcc>
    where TPower : struct, ILanePower<TPower>
{
    private static readonly byte* Ones = WriteOnes();

    private readonly TPower _power = TPower.Of(norm, isSingle: typeof(TState) == typeof(float));

    // The mean of no taps is not 0 where taps are clamped.
    public bool Accepts(PoolPlan plan) => default(TMean).Accepts(plan) && !(norm.IsClamped && plan.MayMiss);

    public TTap Padding => default;

    public static int ExtentSize => TMean.ExtentSize;

    public bool FoldsInAnyOrder(PoolPlan plan) => default(TMean).FoldsInAnyOrder(plan);

    public static bool IsLong => TMean.IsLong || TPower.IsLong;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TAcc Lift(TTap taps)
    {
        TAcc numbers = default(TMean).Lift(taps);
        return TAcc.Map(numbers, numbers, new Term(_power));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TAcc Combine(TAcc earlier, TAcc later) => default(TMean).Combine(earlier, later);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(TAcc state, byte* extents, long factor) => Root(state, norm.IsTrue ? default : Times(extents, factor));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap Divisor(byte* extents, long factor) => Unsafe.SizeOf<TAcc>() == Unsafe.SizeOf<TTap>() ? Unsafe.BitCast<TAcc, TTap>(Times(extents, factor)) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Quotient(TTap sums, TTap divisor) => Root(Unsafe.BitCast<TTap, TAcc>(sums), Unsafe.BitCast<TTap, TAcc>(divisor));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteExtent(byte* extents, long lane, long extent) => default(TMean).WriteExtent(extents, lane, extent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TAcc Times(byte* extents, long factor)
    {
        TAcc numbers = TAcc.Load((TState*)extents);
        return TAcc.Map(numbers, numbers, new Product(factor));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TTap Root(TAcc state, TAcc divisor)
    {
        if (!norm.IsTrue) state = TAcc.Map(state, divisor, new Whole(_power, norm.Taps));
        TAcc root = TAcc.Map(state, state, new RootOf(_power));
        // What needs no rounding is not divided by 1: divisions and roots wait for each other. Adding +0 keeps a zero from being negative.
        return Unsafe.SizeOf<TAcc>() == Unsafe.SizeOf<TTap>() ? Unsafe.BitCast<TAcc, TTap>(root) + default(TTap) : default(TMean).Finish(root, Ones, 1);
    }

    /// <summary>Divisors of 1, for a mean that is to be rounded only; kept as long as the process.</summary>
    private static byte* WriteOnes()
    {
        var ones = (byte*)NativeMemory.Alloc((nuint)(TTap.Count * TMean.ExtentSize));
        for (int lane = 0; lane < TTap.Count; lane++) default(TMean).WriteExtent(ones, lane, 1);
        return ones;
    }

    /// <summary>What a tap gives to the sum.</summary>
    private readonly struct Term(TPower power) : ILaneMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Of<TLanes, TNumber>(TLanes left, TLanes right)
            where TLanes : unmanaged, ILanes<TLanes, TNumber>
            where TNumber : unmanaged => power.Term<TLanes, TNumber>(left);
    }

    /// <summary>The number of a window's taps.</summary>
    private readonly struct Product(long factor) : ILaneMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Of<TLanes, TNumber>(TLanes left, TLanes right)
            where TLanes : unmanaged, ILanes<TLanes, TNumber>
            where TNumber : unmanaged => left * RealNumber<TNumber>.Fill<TLanes>(factor);
    }

    /// <summary>The sum of a window without a clipped tap, as PyTorch estimates it.</summary>
    private readonly struct Whole(TPower power, double taps) : ILaneMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Of<TLanes, TNumber>(TLanes left, TLanes right)
            where TLanes : unmanaged, ILanes<TLanes, TNumber>
            where TNumber : unmanaged => power.Whole<TLanes, TNumber>(left / right * RealNumber<TNumber>.Fill<TLanes>(taps));
    }

    private readonly struct RootOf(TPower power) : ILaneMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Of<TLanes, TNumber>(TLanes left, TLanes right)
            where TLanes : unmanaged, ILanes<TLanes, TNumber>
            where TNumber : unmanaged => power.Root<TLanes, TNumber>(left);
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
