using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>One window, and what was seen of its taps.</summary>
internal struct OneWindow<T, TTap, TState, TAcc, TReducer>(TReducer reducer, TAcc state) : ITapSink<TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
{
    public TAcc State = state;
    public TTap Seen;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(TTap tap)
    {
        Seen = reducer.Watch(Seen, tap);
        State = reducer.Combine(State, reducer.Lift(tap));
    }

    /// <summary>Takes a tap where it lies: sums have it as an operand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Take<TLoad>(TLoad load, T* tap)
        where TLoad : struct, ITapLoad<T, TTap>
    {
        if (typeof(TLoad) == typeof(UnitLoad<T, TTap>) && default(TReducer) is ITapSum) State = Unsafe.BitCast<TTap, TAcc>(TTap.AddFrom(Unsafe.BitCast<TAcc, TTap>(State), tap));
        else if (typeof(TLoad) == typeof(UnitLoad<T, TTap>) && default(TReducer) is ILiftFrom) State = reducer.Combine(State, TReducer.LiftFrom(tap));
        else Take(load.Load(tap));
    }

    /// <summary>Takes a tap where it lies that has been watched, or need not be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void TakeSeen<TLoad>(TLoad load, T* tap)
        where TLoad : struct, ITapLoad<T, TTap>
    {
        if (default(TReducer) is ITapSum) Take(load, tap);
        else State = reducer.Combine(State, reducer.Lift(load.Load(tap)));
    }

    /// <summary>The outputs.</summary>
    /// <param name="extents">The divisors along the lanes' axis.</param>
    /// <param name="factor">The rest of the divisor.</param>
    /// <param name="divisor">Both, worked out before the loop.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly unsafe TTap Finish(byte* extents, long factor, TTap divisor) =>
        default(TReducer) is IOneDivisor && sizeof(TAcc) == sizeof(TTap) ? reducer.Quotient(Unsafe.BitCast<TAcc, TTap>(State), divisor) : reducer.Finish(State, extents, factor);
}

/// <summary>Two windows that share their taps.</summary>
internal struct TwoWindows<T, TTap, TState, TAcc, TReducer>(TReducer reducer, TAcc state, TAcc next) : ITapSink<TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
{
    public TAcc State = state, Next = next;
    public TTap Seen;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(TTap tap)
    {
        Seen = reducer.Watch(Seen, tap);
        TAcc lifted = reducer.Lift(tap);
        State = reducer.Combine(State, lifted);
        Next = reducer.Combine(Next, lifted);
    }
}
