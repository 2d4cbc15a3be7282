using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// States of neighbouring taps, and what ever longer runs of them come to, each made of shorter ones as soon as the last of its taps has been taken, in the place of its first. Only what windows
/// to come will read is kept, and none is made twice, however long the windows are.
/// </summary>
internal unsafe struct RunTape<TState, TAcc>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>The shortest tape beside a window: what is kept is moved to its front whenever it is full.</summary>
    private const long ShortestBytes = 1 << 14;

    /// <summary>A longer window is not worth it.</summary>
    private const long MostBytes = 1 << 25;

    private readonly RunChain _chain;
    private readonly long _span, _capacity;
    private readonly TState* _states, _runs;

    /// <summary>Up to which position runs of each length are made, and behind the shortest how many taps have been taken.</summary>
    private readonly long* _ends;

    /// <summary>The position that the tape begins with, and the first that is still needed.</summary>
    private long _origin, _kept;

    /// <param name="axis">The windows.</param>
    /// <param name="isIdempotent">Whether a tap may be combined twice.</param>
    /// <param name="memory">Room for <see cref="Bytes"/>.</param>
    public RunTape(AxisPlan axis, bool isIdempotent, byte* memory)
    {
        (_span, _capacity) = (axis.Span, Capacity(axis));
        _chain = new(axis.Kernel, axis.Dilation, isIdempotent, memory);
        _ends = (long*)(memory + RunChain.Bytes);
        new Span<long>(_ends, RunChain.MostLevels).Clear();
        _states = (TState*)(_ends + RunChain.MostLevels);
        _runs = RunChain.HasSingles(axis.Kernel, isIdempotent) ? _states + _capacity : _states;
    }

    /// <summary>How many taps have been taken.</summary>
    public readonly long Taken => _ends[_chain.Levels];

    /// <summary>How many windows have all their runs.</summary>
    public readonly long Made => End(0);

    public static bool Fits(AxisPlan axis) => axis.Span < MostBytes / sizeof(TState);

    public static long Bytes(AxisPlan axis, bool isIdempotent) =>
        RunChain.Bytes + RunChain.MostLevels * sizeof(long) + (RunChain.HasSingles(axis.Kernel, isIdempotent) ? 2 : 1) * Capacity(axis) * sizeof(TState);

    /// <summary>How many taps so many windows take.</summary>
    public readonly long Need(long windows) => Whole(windows + _span - 1 + (_chain.Levels + 2) * TAcc.Count);

    /// <summary>Room for so many taps more.</summary>
    public TState* Append(long count)
    {
        if (Taken + count > _origin + _capacity)
        {
            long bytes = (Taken - _kept) * sizeof(TState);
            Buffer.MemoryCopy(At(_states, _kept), _states, bytes, bytes);
            if (_runs != _states) Buffer.MemoryCopy(At(_runs, _kept), _runs, bytes, bytes);
            _origin = _kept;
        }

        TState* room = At(_states, Taken);
        _ends[_chain.Levels] += count;
        return room;
    }

    /// <summary>Says that no window before this one will be asked for.</summary>
    public void Drop(long windows) => _kept = windows;

    /// <summary>Makes all runs that the taps taken allow, but for whole windows.</summary>
    // As Runs.Fold makes them, so that sums have the same bits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Combine<T, TTap, TReducer>(TReducer reducer)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (int level = _chain.Levels - 1; level > 0; level--)
        {
            long start = _ends[level], end = End(level);
            if (end <= start) continue;
            Cenote.Runs.Pass<T, TTap, TState, TAcc, TReducer>(reducer, new(Shorter(level, start), 0), new(At(_states, start), 0), new(At(_runs, start), 0), end - start, 1, _chain[level]);
            _ends[level] = end;
        }
    }

    /// <summary>What whole windows are made of.</summary>
    public readonly RunParts Parts => _chain[0];

    /// <summary>The runs of the windows from one of them on.</summary>
    public readonly RunSource<TState> Runs(long window) => new(Shorter(0, window), At(_states, window + Parts.Single), Parts.Distance, Parts.Last);

    private static long Capacity(AxisPlan axis)
    {
        long window = axis.Span + (RunChain.MostLevels + 2) * TAcc.Count;
        return window + Math.Max(window, ShortestBytes / sizeof(TState));
    }

    private static long Whole(long positions) => positions & -TAcc.Count;

    private readonly TState* At(TState* start, long position) => start + (position - _origin);

    /// <summary>What runs are made of.</summary>
    private readonly TState* Shorter(int level, long position) => At(level == _chain.Levels - 1 ? _states : _runs, position);

    /// <summary>Up to which position runs can be made of what there is.</summary>
    private readonly long End(int level)
    {
        RunParts parts = _chain[level];
        long end = _ends[level + 1] - parts.Last;
        return Whole(parts.HasSingle ? Math.Min(end, Taken - parts.Single) : end);
    }
}
