using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The greatest magnitude of floating-point numbers, by their bits: without the sign they are integers in the same order, with NaN above all.</summary>
/// <typeparam name="TBits">A signed integer as wide as a number.</typeparam>
/// <typeparam name="TTap">A register of them.</typeparam>
/// <param name="magnitude">All bits but the sign.</param>
internal readonly unsafe struct MagnitudeMaxLanes<TBits, TTap>(TBits magnitude) : ILaneReducer<TBits, TTap, TBits, TTap>
    where TBits : unmanaged
    where TTap : unmanaged, ILanes<TTap, TBits>
{
    public bool Accepts(PoolPlan plan) => true;

    public TTap Padding => default;

    public bool FoldsInAnyOrder(PoolPlan plan) => true;

    public static bool IsExact => true;

    public static bool IsIdempotent => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Lift(TTap taps) => taps & TTap.Fill(magnitude);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Combine(TTap earlier, TTap later) => TTap.Max(earlier, later);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(TTap state, byte* extents, long factor) => state;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;
}
