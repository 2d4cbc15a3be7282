namespace Cenote;

/// <summary>The windows of one line of outputs, row after row, and the numbers of the taps that they choose.</summary>
internal unsafe interface IIndexedWindows<TSelf, T, TTap>
    where TSelf : struct, IIndexedWindows<TSelf, T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    static abstract string Name { get; }

    static abstract bool Accepts(in PoolJob job);

    /// <summary>How many channels are walked one after the other; 1 where lanes hold them.</summary>
    static abstract long Channels(in PoolJob job);

    /// <summary>Into how many lines a row is cut, so that what windows share stays in the cache.</summary>
    static abstract long Lines(PoolPlan plan);

    /// <summary>Makes ready for one of the lines; every row, channel and depth of the job has such a line.</summary>
    static abstract TSelf Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, IChoiceLanes<T, TTap>;

    /// <summary>Pools the outputs of rows <paramref name="first"/> up to <paramref name="end"/>.</summary>
    /// <param name="reducer">Chooses.</param>
    /// <param name="slice">Where input, outputs and offsets lie.</param>
    /// <param name="first">The first output row.</param>
    /// <param name="end">The row behind the last one.</param>
    /// <param name="watch">Notes the taps.</param>
    void Pool<TReducer>(TReducer reducer, in IndexedSlice<T> slice, long first, long end, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>;
}

/// <summary>The outputs at one depth of a channel, or of all channels.</summary>
/// <param name="input">The channel's first element.</param>
/// <param name="output">The slice's first output.</param>
/// <param name="offsets">The offset of that output.</param>
/// <param name="depth">The window along the depth.</param>
internal readonly unsafe struct IndexedSlice<T>(T* input, T* output, byte* offsets, in Window depth)
    where T : unmanaged
{
    public readonly T* Input = input, Output = output;
    public readonly byte* Offsets = offsets;
    public readonly Window Depth = depth;
}
