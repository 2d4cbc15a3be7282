using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>What the columns of a line come to, by their numbers from the first window's first tap on.</summary>
internal interface IColumns<T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    TAcc At<TReducer>(TReducer reducer, long column)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>;

    /// <summary>What some columns come to without others.</summary>
    TAcc Change<TReducer>(TReducer reducer, long entering, long leaving)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>;
}

/// <summary>Sums that were made before.</summary>
internal readonly unsafe struct SummedColumns<T, TTap, TState, TAcc>(TState* sums) : IColumns<T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TAcc At<TReducer>(TReducer reducer, long column)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> => TAcc.Load(sums + column);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TAcc Change<TReducer>(TReducer reducer, long entering, long leaving)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> => TReducer.Subtract(TAcc.Load(sums + entering), TAcc.Load(sums + leaving));
}

/// <summary>The taps of a single row.</summary>
internal readonly unsafe struct TapColumns<T, TTap, TState, TAcc>(T* taps) : IColumns<T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TAcc At<TReducer>(TReducer reducer, long column)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> => TReducer.LiftFrom(taps + column);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TAcc Change<TReducer>(TReducer reducer, long entering, long leaving)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> => TReducer.Change(taps + entering, taps + leaving);
}

/// <summary>The same near the row's ends: zeros outside.</summary>
/// <param name="taps">The tap of the first column.</param>
/// <param name="first">The first column inside the row.</param>
/// <param name="end">The one behind the last.</param>
internal readonly unsafe struct ClippedColumns<T, TTap, TState, TAcc>(T* taps, long first, long end) : IColumns<T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TAcc At<TReducer>(TReducer reducer, long column)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> => reducer.Lift(Clipped(column));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TAcc Change<TReducer>(TReducer reducer, long entering, long leaving)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> => TReducer.Subtract(At(reducer, entering), At(reducer, leaving));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private TTap Clipped(long column)
    {
        if (column >= first) return TTap.LoadPart(taps + column, end - column, default);
        T* some = stackalloc T[TTap.Count];
        TTap.Store(default, some);
        for (long i = first; i < Math.Min(end, column + TTap.Count); i++) some[i - column] = taps[i];
        return TTap.Load(some);
    }
}
