using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary><see cref="SoftLines{T, TTap}"/> of 16-bit floats, whose sums are floats.</summary>
/// <param name="worst">Negative infinity.</param>
internal readonly unsafe struct SmallSoftLines<TFormat, TTap, TInts, TReals>(short worst) : ITapLines<short, TTap>
    where TFormat : struct, ISmallFloat
    where TTap : unmanaged, ILanes<TTap, short>
    where TInts : unmanaged, ILanes<TInts, int>
    where TReals : unmanaged, ILanes<TReals, float>
{
    private static SmallFloatMeanLanes<TFormat, TTap, TInts, TReals> Numbers => default;

    public long MostTaps => SoftLines<float, TReals>.Most;

    public static bool KeepsTaps => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Lift(TTap taps) => taps;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    public bool Alarms(TTap watch) => false;

    public bool FillsMissing => true;

    public void FillMissing(short* column, long pitch, long rows, long columns, long number, long count)
    {
        for (long row = 0; row < rows; row++) new Span<short>(column + row * pitch, (int)count).Fill(worst);
    }

    public TTap Prepare(short** from, long rows, long columns, short* lines, long pitch, long count)
    {
        for (long row = 0; row < rows; row++) TapLines.Copy<short, TTap, SmallSoftLines<TFormat, TTap, TInts, TReals>>(this, from[row], lines + row * pitch, count, default);
        return default;
    }

    // Bounds: lines have room for a register behind their last element; of the room for four of 16 bits, two of floats take all.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Finish(short** taps, long rows, long columns, short* work, short* output, long count)
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
