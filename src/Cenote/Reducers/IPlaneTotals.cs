namespace Cenote;

/// <summary>What becomes of the states of registers where they meet one by one: a reducer's scalar end.</summary>
/// <typeparam name="T">A tap as it lies in memory.</typeparam>
/// <typeparam name="TState">What a lane holds.</typeparam>
/// <typeparam name="TTotal">Wide enough for a plane of any size.</typeparam>
internal unsafe interface IPlaneTotals<T, TState, TTotal>
    where T : unmanaged
    where TState : unmanaged
    where TTotal : unmanaged
{
    TTotal Identity { get; }

    /// <summary>How many taps may be combined in one state.</summary>
    long MostTaps { get; }

    TTotal Lift(TState state);

    TTotal Combine(TTotal earlier, TTotal later);

    T Finish(TTotal total, long taps, long divisor);

    /// <summary>Whether any of these outputs may depend on the order of its taps.</summary>
    bool DependOnOrder<TTap>(TTap results)
        where TTap : unmanaged, ILanes<TTap, T>;

    /// <summary>The output, where it depends on the taps' order: <paramref name="result"/> came of them in any order.</summary>
    T Settle(T result, T* taps, long count, long step);
}
