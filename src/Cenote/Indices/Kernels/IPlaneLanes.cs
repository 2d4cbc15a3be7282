namespace Cenote;

/// <summary>How planes lie in memory of which each has a lane.</summary>
internal unsafe interface IPlaneLanes<TSelf, T, TTap, TNumber, TNumbers>
    where TSelf : struct, IPlaneLanes<TSelf, T, TTap, TNumber, TNumbers>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    static abstract string Name { get; }

    static abstract bool Accepts(in PoolJob job);

    /// <summary>How many registers of planes are worked on together.</summary>
    static abstract long Registers(PoolPlan plan);

    /// <summary>Bytes of memory that <see cref="Taps"/> and <see cref="Write"/> need for so many taps.</summary>
    static abstract long Bytes(long taps);

    static abstract TSelf Create(in PoolJob job, byte* scratch);

    /// <summary>From one register of taps to the next.</summary>
    long Step { get; }

    /// <summary>Registers of neighbouring taps of a row; those before are needed no more.</summary>
    T* Taps(T* row, long from, long end);

    /// <summary>Writes neighbouring windows.</summary>
    void Write<TReducer>(TReducer reducer, Choice<TTap, TNumbers>* windows, long count, T* to, byte* marks, TNumbers start, TNumbers next)
        where TReducer : struct, IChoiceLanes<T, TTap>;
}
