using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The mean on registers of float or double: taps added in the order given, one true division.</summary>
internal readonly unsafe struct MeanLanes<T, TTap> : ILaneReducer<T, TTap, T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    public bool Accepts(PoolPlan plan) => true;

    public TTap Padding => default;

    public int ExtentSize => sizeof(T);

    public bool FoldsInAnyOrder(PoolPlan plan) => plan.FoldsInAnyOrder;

    public bool IsLong => false;

    public bool IsExact => false;

    public bool IsIdempotent => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Lift(TTap taps) => taps;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Combine(TTap earlier, TTap later) => earlier + later;

    // Adding +0 keeps a zero from being negative.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(TTap state, byte* extents, long factor) => state / (TTap.Load((T*)extents) * Number(factor)) + default(TTap);

    // A window without a tap has the sum 0, which any divisor leaves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteExtent(byte* extents, long lane, long extent)
    {
        if (typeof(T) == typeof(float)) ((float*)extents)[lane] = Math.Max(1, extent);
        else ((double*)extents)[lane] = Math.Max(1, extent);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTap Number(long value)
    {
        if (typeof(T) == typeof(float)) return TTap.Fill((T)(object)(float)value);
        return TTap.Fill((T)(object)(double)value);
    }
}
