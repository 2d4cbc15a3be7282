using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Windows of many neighbours by ever longer runs: the work grows with the logarithm of the window.</summary>
internal static unsafe class Runs
{
    /// <summary>From so many rows in a window on, runs of rows that windows share are combined once.</summary>
    public const long ManyRows = 17;

    /// <summary>Folds windows of neighbouring states, in rows.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="chain">The windows.</param>
    /// <param name="states">The states, as many as the windows read and a register more.</param>
    /// <param name="runs">Room for as many; may be the same where <see cref="RunChain.HasSingles"/> says so.</param>
    /// <param name="output">The folded windows; may be the same as <paramref name="runs"/>.</param>
    /// <param name="count">How many windows in a row.</param>
    public static void Fold<T, TTap, TState, TAcc, TReducer>(TReducer reducer, in RunChain chain, RunRows<TState> states, RunRows<TState> runs, RunRows<TState> output, long count, long rows)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        Pass<T, TTap, TState, TAcc, TReducer>(reducer, Shorten<T, TTap, TState, TAcc, TReducer>(reducer, chain, states, runs, count, rows), states, output, count, rows, chain[0]);
    }

    /// <summary>Makes what such windows are made of, and returns where it lies.</summary>
    /// <inheritdoc cref="Fold"/>
    public static RunRows<TState> Shorten<T, TTap, TState, TAcc, TReducer>(TReducer reducer, in RunChain chain, RunRows<TState> states, RunRows<TState> runs, long count, long rows)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        RunRows<TState> shorter = states;
        for (int level = chain.Levels - 1; level > 0; level--, shorter = runs)
            Pass<T, TTap, TState, TAcc, TReducer>(reducer, shorter, states, runs, count + chain[level].Ahead, rows, chain[level]);
        return shorter;
    }

    /// <summary>Makes runs of shorter ones, and of a tap.</summary>
    public static void Pass<T, TTap, TState, TAcc, TReducer>(TReducer reducer, RunRows<TState> runs, RunRows<TState> taps, RunRows<TState> output, long count, long rows, in RunParts parts)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        switch (parts.Count, parts.HasSingle)
        {
            case (2, false): Pass<T, TTap, TState, TAcc, TReducer, Two, None>(reducer, runs, taps, output, count, rows, parts); break;
            case (2, true): Pass<T, TTap, TState, TAcc, TReducer, Two, One>(reducer, runs, taps, output, count, rows, parts); break;
            case (3, false): Pass<T, TTap, TState, TAcc, TReducer, Three, None>(reducer, runs, taps, output, count, rows, parts); break;
            case (3, true): Pass<T, TTap, TState, TAcc, TReducer, Three, One>(reducer, runs, taps, output, count, rows, parts); break;
            case (_, false): Pass<T, TTap, TState, TAcc, TReducer, Four, None>(reducer, runs, taps, output, count, rows, parts); break;
            case (_, true): Pass<T, TTap, TState, TAcc, TReducer, Four, One>(reducer, runs, taps, output, count, rows, parts); break;
        }
    }

    // Ascending: what is written was read before, so that output and input may be the same. By twos: a loop of one register takes up to twice as long.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Pass<T, TTap, TState, TAcc, TReducer, TParts, TSingles>(TReducer reducer, RunRows<TState> runs, RunRows<TState> taps, RunRows<TState> output, long count, long rows, in RunParts parts)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TParts : struct, ISide
        where TSingles : struct, ISide
    {
        long lanes = TAcc.Count, distance = parts.Distance, last = parts.Last;
        TState* run = runs.First, single = taps.First + parts.Single, to = output.First;
        for (; rows > 0; rows--, run += runs.Step, single += taps.Step, to += output.Step)
        {
            var source = new RunSource<TState>(run, single, distance, last);
            long i = 0;
            for (; i + lanes < count; i += 2 * lanes)
            {
                TAcc state = source.Combine<T, TTap, TAcc, TReducer, TParts, TSingles>(reducer, i), next = source.Combine<T, TTap, TAcc, TReducer, TParts, TSingles>(reducer, i + lanes);
                TAcc.Store(state, to + i);
                TAcc.Store(next, to + i + lanes);
            }

            if (i < count) TAcc.Store(source.Combine<T, TTap, TAcc, TReducer, TParts, TSingles>(reducer, i), to + i);
        }
    }
}

/// <summary>Rows of states: the first one, and from each to the next.</summary>
internal readonly unsafe struct RunRows<TState>(TState* first, long step)
    where TState : unmanaged
{
    public readonly TState* First = first;
    public readonly long Step = step;
}

/// <summary>Runs that are combined to longer ones, and the taps that go with them.</summary>
/// <param name="runs">The first run of the first one.</param>
/// <param name="singles">Its single tap.</param>
/// <param name="distance">From each run to the next.</param>
/// <param name="last">From the first to the last, which may overlap the one before it.</param>
internal readonly unsafe struct RunSource<TState>(TState* runs, TState* singles, long distance, long last)
    where TState : unmanaged
{
    /// <summary>One register of longer runs, of two to four shorter ones and at most one tap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TAcc Combine<T, TTap, TAcc, TReducer, TParts, TSingles>(TReducer reducer, long i)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TParts : struct, ISide
        where TSingles : struct, ISide
    {
        TState* run = runs + i;
        TAcc state = TAcc.Load(run), end = TAcc.Load(run + last);
        if (TParts.Of(0) > 2) state = reducer.Combine(state, TAcc.Load(run + distance));
        if (TParts.Of(0) > 3) end = reducer.Combine(TAcc.Load(run + 2 * distance), end);
        state = reducer.Combine(state, end);
        return TSingles.Of(0) > 0 ? reducer.Combine(state, TAcc.Load(singles + i)) : state;
    }
}
