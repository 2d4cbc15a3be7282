namespace Cenote;

/// <summary>A reducer on registers: many windows folded side by side. Means the same as the <see cref="IPoolReducer{T, TState}"/> of its operator.</summary>
/// <typeparam name="T">A tap as it lies in memory; Half and BFloat16 as the 16 bits they are.</typeparam>
/// <typeparam name="TTap">A register of taps.</typeparam>
/// <typeparam name="TState">What is carried from tap to tap.</typeparam>
/// <typeparam name="TAcc">As many states as there are taps in a register.</typeparam>
internal unsafe interface ILaneReducer<T, TTap, TState, TAcc> : ITapWatch<TTap>, ICombine<TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>Whether the states of this plan's windows keep within the lanes.</summary>
    bool Accepts(PoolPlan plan);

    TAcc Lift(TTap taps);

    /// <summary>Whether <see cref="Lift"/> or <see cref="Finish"/> is so long that a method has room for it only once: the inliner has a budget.</summary>
    static virtual bool IsLong => false;

    /// <summary>The outputs.</summary>
    /// <param name="state">All taps, combined.</param>
    /// <param name="extents">For each lane what <see cref="WriteExtent"/> wrote: the divisor along the lanes' axis.</param>
    /// <param name="factor">The rest of the divisor.</param>
    TTap Finish(TAcc state, byte* extents, long factor);

    /// <summary>Bytes per lane of an extent; 0 where there is no divisor.</summary>
    static virtual int ExtentSize => 0;

    /// <summary>Of those with extents.</summary>
    void WriteExtent(byte* extents, long lane, long extent) => throw new NotSupportedException();

    /// <summary>Notes of what a window came to what shows there only.</summary>
    static virtual TTap WatchState(TTap watch, TAcc state) => watch;

    /// <summary>Lifts taps where they lie; of those marked <see cref="ILiftFrom"/>.</summary>
    static virtual TAcc LiftFrom(T* taps) => throw new NotSupportedException();

    /// <summary>What <see cref="Finish"/> divides by, for loops whose windows all have the same divisor; of those marked <see cref="IOneDivisor"/>.</summary>
    static virtual TTap Divisor(byte* extents, long factor) => default;

    /// <summary>The outputs, by what <see cref="Divisor"/> returned.</summary>
    TTap Quotient(TTap sums, TTap divisor) => throw new NotSupportedException();

    /// <summary>States of whole planes in the order of the taps, of reducers whose <see cref="Lift"/> has another.</summary>
    static virtual TAcc InOrder(TAcc states) => states;

    /// <summary>States whose lanes are added up, in the order of the reducer that this one stands in for: a plane has the same bits whichever of them takes it.</summary>
    static virtual TAcc ToAddUp(TAcc states) => states;

    /// <summary>Adds pairs of neighbours, two registers of them, to the sums of the windows that they belong to; of those marked <see cref="IPairSum"/>.</summary>
    static virtual TAcc AddPairs(TAcc sums, T* taps, ref TTap watch) => throw new NotSupportedException();

    /// <summary>Combines with states where they lie, which are operands of the additions; of those marked <see cref="IStateSum"/>.</summary>
    static virtual TAcc AddFrom(TAcc sums, TState* terms) => throw new NotSupportedException();

    /// <summary>States of the taps with even numbers, and of those with odd ones; of those marked <see cref="ISumApart"/>.</summary>
    static virtual TAcc LiftApart(TTap taps) => throw new NotSupportedException();

    /// <summary>The outputs, of such states and what these divide by; of those marked <see cref="ISumApart"/>.</summary>
    static virtual TTap FinishApart(TAcc sums, TAcc divisors) => throw new NotSupportedException();

    /// <summary>What is left of sums without others; of those marked <see cref="IRunningSum"/>.</summary>
    static virtual TAcc Subtract(TAcc sums, TAcc terms) => throw new NotSupportedException();

    /// <summary>What is left of taps, where they lie, without others; of those marked <see cref="IRunningSum"/>.</summary>
    static virtual TAcc Change(T* entering, T* leaving) => throw new NotSupportedException();

    /// <summary>For every lane the sum of all up to it, and of what all lanes of <paramref name="before"/> hold, which then hold the last one's; of those marked <see cref="IRunningSum"/>.</summary>
    static virtual TAcc RunningSums(TAcc terms, ref TAcc before) => throw new NotSupportedException();

    /// <summary>Whether the result is the same, or as good, however the taps are grouped.</summary>
    bool FoldsInAnyOrder(PoolPlan plan);

    /// <summary>Whether the grouping changes no bit.</summary>
    static virtual bool IsExact => false;

    /// <summary>Whether a tap may be combined twice without changing the result.</summary>
    static virtual bool IsIdempotent => false;
}

/// <summary>Marks reducers that lift taps where they lie in fewer steps than once they are loaded, and watch none.</summary>
// A marker and no property, that the compiler sees one of the branches only.
internal interface ILiftFrom;

/// <summary>Marks reducers whose states are sums to which two neighbours are added as they lie in memory, in fewer steps than once they are apart.</summary>
internal interface IPairSum;

/// <summary>Marks reducers whose states are sums that take others from memory.</summary>
internal interface IStateSum;

/// <summary>Marks reducers whose states are sums twice as wide as taps, made of neighbours apart in fewer steps than in their own order.</summary>
internal interface ISumApart;

/// <summary>Marks reducers whose states are taps as they lie in memory.</summary>
internal interface ITapState;

/// <summary>Marks reducers whose states are sums of the taps as they are, none of which is watched: what an addition takes from memory needs no load.</summary>
internal interface ITapSum : ITapState, IOneDivisor;

/// <summary>Marks reducers that divide, and can be told by what: where their states are as wide as taps.</summary>
internal interface IOneDivisor;

/// <summary>Marks reducers whose states are exact sums, of which terms can be taken away.</summary>
internal interface IRunningSum : ILiftFrom;
