using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>What takes the taps of a row.</summary>
internal interface ITapSink<T, TTap, TState, TAcc, TReducer>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
{
    void Take(TReducer reducer, TTap tap);
}

/// <summary>Walks the taps of one input row, left to right.</summary>
internal static unsafe class TapRow
{
    /// <summary>Hands on <paramref name="taps"/> registers, each <paramref name="step"/> behind the one before.</summary>
    // Bounds: StridedLoad.Need counts these loads.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Walk<T, TTap, TState, TAcc, TReducer, TLoad, TSink>(TLoad load, TReducer reducer, ref TSink sink, T* row, long taps, long step)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TLoad : struct, IStridedLoad<T, TTap>
        where TSink : struct, ITapSink<T, TTap, TState, TAcc, TReducer>
    {
        if (TLoad.Phases == 1 || step != 1)
        {
            // The common windows without a loop, which would cost as much as they do.
            sink.Take(reducer, load.Load(row));
            if (taps > 1) sink.Take(reducer, load.Load(row + step));
            if (taps > 2) sink.Take(reducer, load.Load(row + 2 * step));
            for (long k = 3; k < taps; k++) sink.Take(reducer, load.Load(row + k * step));
            return;
        }

        for (long k = 0; k < taps; k += TLoad.Phases)
        {
            Phases<TTap> phases = load.LoadPhases(row + k);
            sink.Take(reducer, phases.First);
            if (k + 1 < taps) sink.Take(reducer, phases.Second);
            if (TLoad.Phases > 2 && k + 2 < taps) sink.Take(reducer, phases.Third);
            if (TLoad.Phases > 3 && k + 3 < taps) sink.Take(reducer, phases.Fourth);
        }
    }
}

/// <summary>One window, and what was seen of its taps.</summary>
internal struct OneWindow<T, TTap, TState, TAcc, TReducer>(TAcc state) : ITapSink<T, TTap, TState, TAcc, TReducer>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
{
    public TAcc State = state;
    public TTap Seen;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(TReducer reducer, TTap tap)
    {
        Seen = reducer.Watch(Seen, tap);
        State = reducer.Combine(State, reducer.Lift(tap));
    }
}

/// <summary>Two windows that share their taps.</summary>
internal struct TwoWindows<T, TTap, TState, TAcc, TReducer>(TAcc state, TAcc next) : ITapSink<T, TTap, TState, TAcc, TReducer>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
{
    public TAcc State = state, Next = next;
    public TTap Seen;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(TReducer reducer, TTap tap)
    {
        Seen = reducer.Watch(Seen, tap);
        TAcc lifted = reducer.Lift(tap);
        State = reducer.Combine(State, lifted);
        Next = reducer.Combine(Next, lifted);
    }
}
