namespace Cenote;

/// <summary>What makes lines of states that are to be combined: of input rows, or of whole slices.</summary>
internal unsafe interface IFold<T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>Folds neighbouring rows, or slices.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="row">The first one's first element, of the line's first channel.</param>
    /// <param name="rows">How many.</param>
    /// <param name="rowStep">The distance between two, in elements.</param>
    /// <param name="states">The first folded line.</param>
    /// <param name="lineStep">The distance between lines, in states.</param>
    /// <param name="watch">Notes the taps.</param>
    void Fold<TReducer>(TReducer reducer, T* row, long rows, long rowStep, TState* states, long lineStep, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>;

    /// <summary>The part of the divisor that all states of a pixel share; of slices the row of the pixel counts, too.</summary>
    long Factor(long row, long pixel);

    /// <summary>The part of the divisor that each state of a register has of its own.</summary>
    byte* Extents(long state);
}

/// <summary>How an input row is folded along the width into a line of states: what differs between memory layouts.</summary>
internal unsafe interface IRowFold<TSelf, T, TTap, TState, TAcc> : IFold<T, TTap, TState, TAcc>
    where TSelf : struct, IRowFold<TSelf, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    static abstract string Name { get; }

    static abstract bool Accepts(in PoolJob job);

    /// <summary>Whether folding takes less time than combining tap by tap.</summary>
    static abstract bool Pays(PoolPlan plan);

    /// <inheritdoc cref="ILineWindows{TSelf, T, TTap, TState, TAcc}.Channels"/>
    static abstract long Channels(PoolPlan plan);

    /// <inheritdoc cref="ILineWindows{TSelf, T, TTap, TState, TAcc}.Lines"/>
    static abstract long Lines(PoolPlan plan);

    static abstract Line LineAt(PoolPlan plan, long number);

    /// <summary>Bytes of scratch that <see cref="Create"/> takes.</summary>
    static abstract long ScratchBytes<TReducer>(TReducer reducer, PoolPlan plan, in Line line)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>;

    static abstract TSelf Create<TReducer>(TReducer reducer, in PoolJob job, in Line line, byte* scratch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>;
}
