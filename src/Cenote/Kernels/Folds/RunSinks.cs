using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>A row of a block: its line, the end of the block before that makes a window with the rows up to it, where that window's outputs go, or null, and their divisor.</summary>
internal readonly unsafe struct RunStep<TOutput, TState>(TState* line, TState* ending, TOutput* to, long factor)
    where TOutput : unmanaged
    where TState : unmanaged
{
    public readonly TState* Line = line, Ending = ending;
    public readonly TOutput* To = to;
    public readonly long Factor = factor;
}

/// <summary>Where the outputs of a line go, and what they divide by besides.</summary>
/// <param name="Next">From output row to output row.</param>
/// <param name="NextRow">Where a line is a slice: from row to row of it.</param>
/// <param name="NextPixel">From pixel to pixel.</param>
/// <param name="Pixels">The pixels of a row.</param>
/// <param name="Divisor">What all divide by, whatever their windows count; null where these say so.</param>
/// <param name="Extent">The taps that windows count along an axis further out.</param>
internal readonly record struct RunLayout(long Next, long NextRow, long NextPixel, long Pixels, long? Divisor, long Extent)
{
    /// <summary>The divisor of windows that count so many taps along the axis.</summary>
    public long Factor(long extent) => Divisor ?? Math.Max(1, Extent * extent);
}

/// <summary>What becomes of that to which a window comes.</summary>
internal unsafe interface IRunSink<T, TTap, TState, TAcc, TOutput>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TOutput : unmanaged
{
    /// <summary>Whether it is divided.</summary>
    static abstract bool Divides { get; }

    /// <summary>Stores a register, or its first lanes where there is no room for more.</summary>
    static abstract void Store<TReducer>(TReducer reducer, TAcc state, byte* extents, long factor, TOutput* to, long room)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>;

    /// <summary>Asks for the place of four registers, so many bytes behind.</summary>
    static abstract void Ask(TOutput* to, long ahead);
}

/// <summary>It is the output.</summary>
internal readonly unsafe struct Finished<T, TTap, TState, TAcc> : IRunSink<T, TTap, TState, TAcc, T>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    public static bool Divides => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TReducer>(TReducer reducer, TAcc state, byte* extents, long factor, T* to, long room)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TTap result = reducer.Finish(state, extents, factor);
        if (room >= TTap.Count) TTap.Store(result, to);
        else TTap.StorePart(result, to, room);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ask(T* to, long ahead) => Prefetch.Behind(to, 4 * sizeof(TTap), ahead);
}

/// <summary>It is a part of a larger window.</summary>
// Lines hold whole registers.
internal readonly unsafe struct Kept<T, TTap, TState, TAcc> : IRunSink<T, TTap, TState, TAcc, TState>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    public static bool Divides => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TReducer>(TReducer reducer, TAcc state, byte* extents, long factor, TState* to, long room)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> => TAcc.Store(state, to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ask(TState* to, long ahead)
    {
    }
}
