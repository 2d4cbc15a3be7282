using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>How gradients lie in memory, and the sums of them in registers.</summary>
internal unsafe interface IGradientFormat<T, TSum, TSums>
    where T : unmanaged
    where TSum : unmanaged
    where TSums : unmanaged, ILanes<TSums, TSum>
{
    static abstract TSum Lift(T gradient);

    /// <summary>A register of them.</summary>
    static abstract TSums Load(T* from);

    static abstract T Round(TSum sum);

    /// <summary>Two registers of sums, rounded.</summary>
    static abstract void Store(TSums lower, TSums upper, T* to);
}

/// <summary>float and double: sums are what they lie in memory as.</summary>
internal readonly unsafe struct SameFormat<T, TSums> : IGradientFormat<T, T, TSums>
    where T : unmanaged
    where TSums : unmanaged, ILanes<TSums, T>
{
    public static T Lift(T gradient) => gradient;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSums Load(T* from) => TSums.Load(from);

    public static T Round(T sum) => sum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TSums lower, TSums upper, T* to)
    {
        TSums.Store(lower, to);
        TSums.Store(upper, to + TSums.Count);
    }
}

/// <summary>Half and BFloat16: added as floats, and rounded once.</summary>
internal readonly unsafe struct SmallFormat<T, TReducer, TBits, TShorts, TInts, TSums> : IGradientFormat<T, float, TSums>
    where T : unmanaged
    where TReducer : struct, IPoolReducer<T, float>
    where TBits : struct, ISmallFloat
    where TShorts : unmanaged, ILanes<TShorts, short>
    where TInts : unmanaged, ILanes<TInts, int>
    where TSums : unmanaged, ILanes<TSums, float>
{
    public static float Lift(T gradient) => default(TReducer).Lift(gradient);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSums Load(T* from) => TBits.ToSingle<TInts, TSums>(TInts.LoadUnsigned((byte*)from, sizeof(T)));

    public static T Round(float sum) => default(TReducer).Finish(sum, 1, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TSums lower, TSums upper, T* to)
    {
        TShorts sums = TShorts.Narrow(TBits.FromSingle<TInts, TSums>(lower), TBits.FromSingle<TInts, TSums>(upper));
        // A sum that is zero is +0, even where a negative one was too small for 16 bits.
        TShorts.Store(sums & (TShorts.Equal(sums, TShorts.Fill(short.MinValue)) ^ TShorts.Fill(-1)), (short*)to);
    }
}
