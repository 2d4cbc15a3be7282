using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Marks reducers whose states are the taps in another form: of rows that are copied the copy is lifted, once, and not tap by tap.</summary>
internal interface ILiftedOnce;

/// <summary>A reducer marked so, over taps that <see cref="Keep"/> has lifted.</summary>
internal readonly unsafe struct LiftedTaps<T, TTap, TState, TAcc, TReducer>(TReducer reducer) : ILaneReducer<T, TTap, TState, TAcc>, ITapState
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
{
    public TTap Padding => reducer.Padding;

    public static int ExtentSize => TReducer.ExtentSize;

    public static bool IsLong => TReducer.IsLong;

    public static bool IsExact => TReducer.IsExact;

    public static bool IsIdempotent => TReducer.IsIdempotent;

    public bool Accepts(PoolPlan plan) => reducer.Accepts(plan);

    public bool FoldsInAnyOrder(PoolPlan plan) => reducer.FoldsInAnyOrder(plan);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap Keep(TTap taps) => Unsafe.BitCast<TAcc, TTap>(default(TReducer).Lift(taps));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TAcc Lift(TTap taps) => Unsafe.BitCast<TTap, TAcc>(taps);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TAcc Combine(TAcc earlier, TAcc later) => reducer.Combine(earlier, later);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(TAcc state, byte* extents, long factor) => reducer.Finish(state, extents, factor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteExtent(byte* extents, long lane, long extent) => reducer.WriteExtent(extents, lane, extent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => reducer.Watch(watch, taps);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => reducer.Alarms(watch);
}
