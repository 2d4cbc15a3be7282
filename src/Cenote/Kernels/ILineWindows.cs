namespace Cenote;

/// <summary>The windows of one line of outputs, row after row: how taps are walked and combined.</summary>
internal unsafe interface ILineWindows<TSelf, T, TTap, TState, TAcc>
    where TSelf : struct, ILineWindows<TSelf, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    static abstract string Name { get; }

    static abstract bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>;

    /// <summary>How many channels are walked one after the other; 1 where lanes hold them.</summary>
    static abstract long Channels(PoolPlan plan);

    /// <summary>Into how many lines a row is cut, so that what windows share stays in the cache.</summary>
    static abstract long Lines(PoolPlan plan);

    /// <summary>Makes ready for one of the lines; every row, channel and depth of the job has such a line.</summary>
    static abstract TSelf Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>;

    /// <summary>Pools the outputs of rows <paramref name="first"/> up to <paramref name="end"/>.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="input">The first element of the channel, or of all channels.</param>
    /// <param name="output">The first output of the slice.</param>
    /// <param name="depth">The window along the depth.</param>
    /// <param name="first">The first output row.</param>
    /// <param name="end">The row behind the last one.</param>
    /// <param name="watch">Notes the taps.</param>
    void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>;
}
