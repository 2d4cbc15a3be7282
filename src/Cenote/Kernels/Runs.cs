using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Windows of many neighbours by ever longer runs: the work grows with the logarithm of the window.</summary>
internal static unsafe class Runs
{
    /// <summary>From so many rows in a window on, runs of rows that windows share are combined once.</summary>
    public const long ManyRows = 17;

    /// <summary>Runs grow by this factor in a pass.</summary>
    public const long Growth = 4;

    /// <summary>Folds windows of <paramref name="taps"/> states that lie <paramref name="step"/> apart.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="states">The states, <c>count + (taps − 1)·step</c> of them and a register more.</param>
    /// <param name="runs">Room for as many; may be the same.</param>
    /// <param name="output">The folded windows.</param>
    /// <param name="count">How many windows.</param>
    /// <param name="taps">States in a window.</param>
    /// <param name="step">The distance between taps.</param>
    public static void Fold<T, TTap, TState, TAcc, TReducer>(TReducer reducer, TState* states, TState* runs, TState* output, long count, long taps, long step)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long run = 1;
        if (reducer.IsIdempotent)
        {
            for (; run * Growth <= taps; run *= Growth, states = runs)
                Pass<T, TTap, TState, TAcc, TReducer>(reducer, states, runs, count + (taps - Growth * run) * step, Growth, run * step, run * step);
            // The last run of a window overlaps the one before it.
            long whole = (taps + run - 1) / run;
            Pass<T, TTap, TState, TAcc, TReducer>(reducer, states, output, count, whole, run * step, (taps - (whole - 1) * run) * step);
            return;
        }

        // The number of taps, digit by digit: so many runs of each length, end to end.
        long from = 0;
        for (long rest = taps; ; rest /= Growth, run *= Growth, states = runs)
        {
            long digit = rest % Growth;
            if (digit > 0)
            {
                Pass<T, TTap, TState, TAcc, TReducer>(reducer, states + from * step, output, count, digit, run * step, run * step, adding: from > 0);
                from += digit * run;
            }

            if (rest < Growth) return;
            Pass<T, TTap, TState, TAcc, TReducer>(reducer, states, runs, count + (taps - Growth * run) * step, Growth, run * step, run * step);
        }
    }

    /// <summary>Makes runs four times as long, in their places, of runs that lie <paramref name="distance"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Grow<T, TTap, TState, TAcc, TReducer>(TReducer reducer, TState* runs, long count, long distance)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (long i = 0; i < count; i += TAcc.Count, runs += TAcc.Count)
        {
            TAcc first = TAcc.Load(runs), second = TAcc.Load(runs + distance), third = TAcc.Load(runs + 2 * distance), fourth = TAcc.Load(runs + 3 * distance);
            TAcc.Store(reducer.Combine(reducer.Combine(first, second), reducer.Combine(third, fourth)), runs);
        }
    }

    /// <summary>Combines <paramref name="parts"/> runs, each <paramref name="distance"/> behind the one before, the last one <paramref name="lastDistance"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pass<T, TTap, TState, TAcc, TReducer>(TReducer reducer, TState* runs, TState* output, long count, long parts, long distance, long lastDistance, bool adding = false)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        // Ascending: what is written was read before, so that output and input may be the same.
        for (long i = 0; i < count; i += TAcc.Count)
        {
            TState* part = runs + i;
            TAcc state = TAcc.Load(part);
            if (parts == Growth)
            {
                TAcc second = TAcc.Load(part + distance), third = TAcc.Load(part + 2 * distance), fourth = TAcc.Load(part + 2 * distance + lastDistance);
                state = reducer.Combine(reducer.Combine(state, second), reducer.Combine(third, fourth));
            }
            else
            {
                for (long k = 1; k < parts - 1; k++) state = reducer.Combine(state, TAcc.Load(part + k * distance));
                if (parts > 1) state = reducer.Combine(state, TAcc.Load(part + (parts - 2) * distance + lastDistance));
            }

            TAcc.Store(adding ? reducer.Combine(TAcc.Load(output + i), state) : state, output + i);
        }
    }
}
