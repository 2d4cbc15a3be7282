using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary><see cref="SoftLines{T, TTap}"/> of 16-bit floats, whose sums are floats.</summary>
internal readonly unsafe struct SmallSoftLines<T, TFormat, TTap, TInts, TReals> : ITapLines<short, TTap>
    where T : unmanaged
    where TFormat : struct, ISmallFloat
    where TTap : unmanaged, ILanes<TTap, short>
    where TInts : unmanaged, ILanes<TInts, int>
    where TReals : unmanaged, ILanes<TReals, float>
{
    private static SmallFloatMeanLanes<TFormat, TTap, TInts, TReals> Numbers => default;

    public static long MostTaps => SoftLines<float, TReals>.Most;

    public static short Missing(long row, long rows, long columns, long number) => (short)(SortKey<T, short>.Infinity | short.MinValue);

    // Bounds: lines have room for a register behind their last element; of the room for four of 16 bits, two of floats take all.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Finish(short** taps, long rows, long columns, short* work, short* output, long count)
    {
        long all = rows * columns;
        float** lifted = stackalloc float*[(int)all];
        for (long i = 0; i < all; i++) lifted[i] = (float*)work + i * TTap.Count;
        for (long o = 0; o < count; o += TTap.Count)
        {
            for (long i = 0; i < all; i++) Pair<TReals, float>.Store(Numbers.Lift(TTap.Load(taps[i] + o)), lifted[i]);
            TTap means = SmallFloatMeanLanes<TFormat, TTap, TInts, TReals>.Round(SoftLines<float, TReals>.Means(lifted, all, 0), SoftLines<float, TReals>.Means(lifted, all, TReals.Count));
            if (o + TTap.Count <= count) TTap.Store(means, output + o);
            else TTap.StorePart(means, output + o, count - o);
        }
    }
}
