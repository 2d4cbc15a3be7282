namespace Cenote.Gpu;

/// <summary>What is done once for each of some numbers.</summary>
internal interface ITurn<TState>
    where TState : unmanaged
{
    TState Take(TState state, int which);
}

/// <summary>A loop whose turns are written out when a kernel is compiled.</summary>
internal interface ITurns
{
    static abstract int Count { get; }

    static abstract TState Each<TState, TTurn>(TState state, TTurn turn, int first)
        where TState : unmanaged
        where TTurn : struct, ITurn<TState>;
}

internal readonly struct OneTurn : ITurns
{
    public static int Count => 1;

    public static TState Each<TState, TTurn>(TState state, TTurn turn, int first)
        where TState : unmanaged
        where TTurn : struct, ITurn<TState> => turn.Take(state, first);
}

/// <summary>Some turns, and others after them.</summary>
internal readonly struct Turns<TFirst, TRest> : ITurns
    where TFirst : unmanaged, ITurns
    where TRest : unmanaged, ITurns
{
    public static int Count => TFirst.Count + TRest.Count;

    public static TState Each<TState, TTurn>(TState state, TTurn turn, int first)
        where TState : unmanaged
        where TTurn : struct, ITurn<TState> => TRest.Each(TFirst.Each(state, turn, first), turn, first + TFirst.Count);
}

/// <summary>How many inputs of a tile lie along an axis: a turn for each window that reads any of them.</summary>
internal interface ITileLength
{
    static abstract TState Each<TSteps, TState, TTurn>(TState state, TTurn turn)
        where TSteps : unmanaged, IWindowSteps
        where TState : unmanaged
        where TTurn : struct, ITurn<TState>;
}

internal readonly struct TileOfOne : ITileLength
{
    public static TState Each<TSteps, TState, TTurn>(TState state, TTurn turn)
        where TSteps : unmanaged, IWindowSteps
        where TState : unmanaged
        where TTurn : struct, ITurn<TState> => TSteps.OfOne(state, turn);
}

internal readonly struct TileOfTwo : ITileLength
{
    public static TState Each<TSteps, TState, TTurn>(TState state, TTurn turn)
        where TSteps : unmanaged, IWindowSteps
        where TState : unmanaged
        where TTurn : struct, ITurn<TState> => TSteps.OfTwo(state, turn);
}

internal readonly struct TileOfFour : ITileLength
{
    public static TState Each<TSteps, TState, TTurn>(TState state, TTurn turn)
        where TSteps : unmanaged, IWindowSteps
        where TState : unmanaged
        where TTurn : struct, ITurn<TState> => TSteps.OfFour(state, turn);
}

internal readonly struct TileOfEight : ITileLength
{
    public static TState Each<TSteps, TState, TTurn>(TState state, TTurn turn)
        where TSteps : unmanaged, IWindowSteps
        where TState : unmanaged
        where TTurn : struct, ITurn<TState> => TSteps.OfEight(state, turn);
}
