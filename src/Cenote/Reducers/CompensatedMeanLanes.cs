using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The mean of doubles over a whole plane on registers: <see cref="CompensatedMean"/>, lane by lane.</summary>
internal readonly unsafe struct CompensatedMeanLanes<TTap> : ILaneReducer<double, TTap, DoubleDouble, DoubleDoubleLanes<TTap>>
    where TTap : unmanaged, ILanes<TTap, double>
{
    public bool Accepts(PoolPlan plan) => true;

    public TTap Padding => default;

    public static int ExtentSize => sizeof(double);

    public bool FoldsInAnyOrder(PoolPlan plan) => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DoubleDoubleLanes<TTap> Lift(TTap taps) => new(taps, default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DoubleDoubleLanes<TTap> Combine(DoubleDoubleLanes<TTap> earlier, DoubleDoubleLanes<TTap> later)
    {
        TTap high = earlier.High + later.High, part = high - earlier.High;
        TTap error = (earlier.High - (high - part)) + (later.High - part);
        return new(high, error + earlier.Low + later.Low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(DoubleDoubleLanes<TTap> state, byte* extents, long factor) => state.Rounded / (TTap.Load((double*)extents) * TTap.Fill(factor)) + default(TTap);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteExtent(byte* extents, long lane, long extent) => ((double*)extents)[lane] = Math.Max(1, extent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;
}
