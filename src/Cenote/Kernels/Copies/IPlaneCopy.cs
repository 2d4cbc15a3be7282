namespace Cenote;

/// <summary>Some channels of an image, and of these some rows on end.</summary>
/// <param name="Channels">How many planes.</param>
/// <param name="Depths">Slices of each.</param>
/// <param name="Rows">Rows of each slice.</param>
/// <param name="Width">Elements of a row.</param>
internal readonly record struct PlaneBox(long Channels, long Depths, long Rows, long Width)
{
    /// <summary>From plane to plane, where they lie dense and row-major.</summary>
    public long Pitch => Depths * Rows * Width;

    public long Elements => Channels * Pitch;
}

/// <summary>How planes that lie otherwise become dense, row-major ones, and these such planes again.</summary>
internal unsafe interface IPlaneCopy
{
    /// <summary>The kernel's name.</summary>
    static abstract string Name { get; }

    /// <summary>Whether it is for this job.</summary>
    static abstract bool Suits(in PoolJob job, int size);

    /// <summary>The most bytes of a band's planes.</summary>
    static abstract long MostBytes { get; }

    /// <summary>How many channels are copied together.</summary>
    static abstract long Channels(in PoolJob job);

    /// <summary>Copies planes to dense ones.</summary>
    /// <param name="from">The first element.</param>
    /// <param name="layout">How the others lie.</param>
    /// <param name="box">How many there are.</param>
    /// <param name="to">The dense planes.</param>
    /// <param name="size">Bytes of an element.</param>
    static abstract void Split(byte* from, in TensorLayout layout, in PlaneBox box, byte* to, int size);

    /// <summary>Copies dense planes back.</summary>
    /// <inheritdoc cref="Split"/>
    static abstract void Join(byte* from, in PlaneBox box, byte* to, in TensorLayout layout, int size);
}
