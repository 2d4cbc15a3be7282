using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>How the elements of one contiguous plane are folded into one register.</summary>
internal unsafe interface IPlaneRun<T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <param name="reducer">Combines.</param>
    /// <param name="plane">The first element.</param>
    /// <param name="length">How many elements.</param>
    /// <param name="last">A register's worth: all bits of the lanes that the last, incomplete register has.</param>
    OneWindow<T, TTap, TState, TAcc, TReducer> Fold<TReducer>(TReducer reducer, T* plane, long length, T* last)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>;
}

/// <summary>What plane runs share.</summary>
internal static unsafe class PlaneRun
{
    /// <summary>Writes all bits of so many lanes at the end of a register.</summary>
    public static void WriteLast<TTap>(byte* mask, long bytes)
        where TTap : unmanaged
    {
        for (int i = 0; i < sizeof(TTap); i++) mask[i] = i < sizeof(TTap) - bytes ? (byte)0 : byte.MaxValue;
    }

    /// <summary>Takes registers from <paramref name="i"/> on; the last one is the plane's end, of which only the lanes of <paramref name="last"/> are new.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rest<T, TTap, TState, TAcc, TReducer>(TReducer reducer, ref OneWindow<T, TTap, TState, TAcc, TReducer> window, T* plane, long i, long length, T* last)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long whole = length - TTap.Count;
        for (; i <= whole; i += TTap.Count)
        {
            Prefetch.Line((byte*)(plane + i) + Prefetch.Distance);
            window.Take(TTap.Load(plane + i));
        }

        if (i == length) return;
        Prefetch.Line((byte*)(plane + i) + Prefetch.Distance);
        TTap end = TTap.Load(plane + whole);
        window.Seen = reducer.Watch(window.Seen, end);
        window.State = reducer.Combine(window.State, reducer.Lift(TTap.Select(TTap.Load(last), end, reducer.Padding)));
    }
}

/// <summary>Less than a register.</summary>
internal readonly unsafe struct PartRun<T, TTap, TState, TAcc> : IPlaneRun<T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public OneWindow<T, TTap, TState, TAcc, TReducer> Fold<TReducer>(TReducer reducer, T* plane, long length, T* last)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TTap taps = TTap.LoadPart(plane, length, reducer.Padding);
        return new(reducer, reducer.Lift(taps)) { Seen = reducer.Watch(default, taps) };
    }
}

/// <summary>A few registers, one after the other: planes are many then, and need not wait for each other.</summary>
internal readonly unsafe struct ShortRun<T, TTap, TState, TAcc> : IPlaneRun<T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public OneWindow<T, TTap, TState, TAcc, TReducer> Fold<TReducer>(TReducer reducer, T* plane, long length, T* last)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TTap taps = TTap.Load(plane);
        var window = new OneWindow<T, TTap, TState, TAcc, TReducer>(reducer, reducer.Lift(taps)) { Seen = reducer.Watch(default, taps) };
        long i = TTap.Count;
        for (; i + 2 * TTap.Count <= length; i += 2 * TTap.Count)
        {
            Prefetch.Line((byte*)(plane + i) + Prefetch.Distance);
            if (sizeof(TTap) == Prefetch.CacheLine) Prefetch.Line((byte*)(plane + i) + Prefetch.Distance + Prefetch.CacheLine);
            window.Take(TTap.Load(plane + i));
            window.Take(TTap.Load(plane + i + TTap.Count));
        }

        PlaneRun.Rest(reducer, ref window, plane, i, length, last);
        return window;
    }
}

/// <summary>Many registers, with four states side by side, so that one addition need not wait for the one before.</summary>
internal readonly unsafe struct LongRun<T, TTap, TState, TAcc> : IPlaneRun<T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public OneWindow<T, TTap, TState, TAcc, TReducer> Fold<TReducer>(TReducer reducer, T* plane, long length, T* last)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        OneWindow<T, TTap, TState, TAcc, TReducer> first = new(reducer, none), second = new(reducer, none), third = new(reducer, none), fourth = new(reducer, none);
        long i = 0;
        for (; i + 4 * TTap.Count <= length; i += 4 * TTap.Count)
        {
            Prefetch.Behind(plane + i, 4 * sizeof(TTap));
            first.Take(TTap.Load(plane + i));
            second.Take(TTap.Load(plane + i + TTap.Count));
            third.Take(TTap.Load(plane + i + 2 * TTap.Count));
            fourth.Take(TTap.Load(plane + i + 3 * TTap.Count));
        }

        first.State = reducer.Combine(reducer.Combine(first.State, second.State), reducer.Combine(third.State, fourth.State));
        first.Seen = reducer.Watch(reducer.Watch(reducer.Watch(first.Seen, second.Seen), third.Seen), fourth.Seen);
        PlaneRun.Rest(reducer, ref first, plane, i, length, last);
        return first;
    }
}
