namespace Cenote;

/// <summary>How the taps of a window combine into one output: a fold, finished once.</summary>
/// <typeparam name="T">The element type of input and output.</typeparam>
/// <typeparam name="TState">What is carried from tap to tap; may be wider than the element.</typeparam>
internal interface IPoolReducer<T, TState>
    where T : unmanaged
    where TState : unmanaged
{
    /// <summary>The state of a window without a tap; combining with it changes nothing.</summary>
    TState Identity { get; }

    /// <summary>The state of a single tap; called once per tap, so that folding states again is safe.</summary>
    TState Lift(T tap);

    /// <summary>The state of two neighbouring runs of taps. Associative; <paramref name="earlier"/> comes first in row-major order.</summary>
    TState Combine(TState earlier, TState later);

    /// <summary>The output.</summary>
    /// <param name="state">All taps, combined.</param>
    /// <param name="count">How many taps were inside the input.</param>
    /// <param name="divisor">What an average divides by.</param>
    T Finish(TState state, long count, long divisor);
}

/// <summary>Marks reducers whose states are sums, rounded as they are made: where taps may be grouped, all kernels group them alike.</summary>
internal interface ISumReducer;
