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

    /// <summary>How many images of a batch are best walked together: what leads to windows of a kind is then spent once for all of them.</summary>
    static virtual long Images(PoolPlan plan) => 1;

    /// <summary>Pools whole images.</summary>
    /// <param name="windows">The walk.</param>
    /// <param name="reducer">Combines.</param>
    /// <param name="input">The first element of the first image.</param>
    /// <param name="output">Its first output.</param>
    /// <param name="images">How many, up to <see cref="Images"/> and more than one.</param>
    /// <param name="watch">Notes the taps.</param>
    static virtual void Pool<TReducer>(in TSelf windows, TReducer reducer, T* input, T* output, long images, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> => throw new NotSupportedException();

    /// <summary>Pools whole slices, in the order that suits the walk.</summary>
    /// <param name="windows">The walk.</param>
    /// <param name="reducer">Combines.</param>
    /// <param name="input">The first element of the channel, or of all channels.</param>
    /// <param name="output">The first output of the first slice.</param>
    /// <param name="nextSlice">From slice to slice of the output.</param>
    /// <param name="slices">Which slices of the plan these are.</param>
    /// <param name="watch">Notes the taps.</param>
    static virtual void Pool<TReducer>(in TSelf windows, TReducer reducer, T* input, T* output, long nextSlice, in Slices slices, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (long d = slices.First; d < slices.End; d++, output += nextSlice) windows.Pool(reducer, input, output, slices.Plan.Depth[d], 0, slices.Plan.Height.OutputLength, ref watch);
    }

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

/// <summary>Some slices of a plan's outputs.</summary>
internal readonly record struct Slices(PoolPlan Plan, long First, long End);
