using System.Numerics;

namespace Cenote;

/// <summary>A state, and of how many taps it is.</summary>
internal readonly record struct Counted<TState>(TState State, long Count)
    where TState : unmanaged;

/// <summary>Another reducer over the taps that are data, counted; with fewer of them than asked the output is missing.</summary>
/// <param name="reducer">Combines the taps that are data.</param>
/// <param name="missing">Which are not.</param>
/// <param name="least">The fewest taps of an output; at least 1.</param>
/// <param name="isSum">Whether the sum is the result, and not divided by the count.</param>
internal readonly struct CountedReducer<T, TState, TReducer>(TReducer reducer, MissingTaps<T> missing, long least, bool isSum) : IPoolReducer<T, Counted<TState>>
    where T : unmanaged, IEqualityOperators<T, T, bool>
    where TState : unmanaged
    where TReducer : struct, IPoolReducer<T, TState>
{
    public Counted<TState> Identity => new(reducer.Identity, 0);

    public Counted<TState> Lift(T tap) => missing.Contains(tap) ? Identity : new(reducer.Lift(tap), 1);

    public Counted<TState> Combine(Counted<TState> earlier, Counted<TState> later) =>
        earlier.Count == 0 ? later : later.Count == 0 ? earlier : new(reducer.Combine(earlier.State, later.State), earlier.Count + later.Count);

    /// <inheritdoc/>
    /// <param name="divisor">The taps of the window, padded ones included: those are zeros, and data unless zero is none.</param>
    public T Finish(Counted<TState> state, long count, long divisor)
    {
        if (divisor > count && !missing.Contains(default))
            state = Combine(state, new(reducer.Lift(default), divisor - count));
        return state.Count < least ? missing.Instead : reducer.Finish(state.State, state.Count, isSum ? 1 : state.Count);
    }
}
