namespace Cenote;

/// <summary>
/// States of neighbouring taps and, in their places, what runs of 4, 16, 64, … of them come to, each made as soon as the last of its taps has been taken. Only what windows to come will read is
/// kept, and none is made twice, however long the windows are.
/// </summary>
internal unsafe struct RunTape<TState, TAcc>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>The shortest tape beside a window: what is kept is moved to its front whenever it is full.</summary>
    private const long ShortestBytes = 1 << 14;

    /// <summary>A longer window is not worth it.</summary>
    private const long MostBytes = 1 << 25;

    private const int MostLevels = 16;

    private readonly long _taps, _step, _capacity;
    private readonly bool _isIdempotent;
    private readonly TState* _states, _sums;

    /// <summary>The longest runs: 4 to the power of <see cref="_levels"/>.</summary>
    private readonly long _run;
    private readonly int _levels;

    /// <summary>Up to which position runs of each length are made, and sums of those that a window has less than four of.</summary>
    private readonly long* _ends, _summed;

    /// <summary>The position that the tape begins with, and the first that is still needed.</summary>
    private long _origin, _kept;

    /// <param name="axis">The windows.</param>
    /// <param name="isIdempotent">Whether a tap may be combined twice.</param>
    /// <param name="memory">Room for <see cref="Bytes"/>.</param>
    public RunTape(AxisPlan axis, bool isIdempotent, byte* memory)
    {
        (_taps, _step, _isIdempotent, _capacity) = (axis.Kernel, axis.Dilation, isIdempotent, Capacity(axis));
        (_levels, _run) = Levels(_taps);
        _ends = (long*)memory;
        _summed = _ends + MostLevels;
        new Span<long>(memory, 2 * MostLevels).Clear();
        _states = (TState*)(_summed + MostLevels);
        _sums = HasSums(_taps, isIdempotent) ? _states + _capacity : null;
    }

    /// <summary>How many taps have been taken.</summary>
    public readonly long Taken => _ends[0];

    /// <summary>How many windows have all their runs.</summary>
    public readonly long Made => Whole(_ends[_levels] - (_taps - _run) * _step);

    public static bool Fits(AxisPlan axis) => axis.Span < MostBytes / sizeof(TState);

    public static long Bytes(AxisPlan axis, bool isIdempotent) => 2 * MostLevels * sizeof(long) + (HasSums(axis.Kernel, isIdempotent) ? 2 : 1) * Capacity(axis) * sizeof(TState);

    /// <summary>How many taps so many windows take.</summary>
    public readonly long Need(long windows) => Whole(windows + (_taps - 1) * _step + (_levels + 2) * TAcc.Count);

    /// <summary>Room for so many taps more.</summary>
    public TState* Append(long count)
    {
        if (Taken + count > _origin + _capacity)
        {
            long bytes = (Taken - _kept) * sizeof(TState);
            Buffer.MemoryCopy(At(_states, _kept), _states, bytes, bytes);
            if (_sums != null) Buffer.MemoryCopy(At(_sums, _kept), _sums, bytes, bytes);
            _origin = _kept;
        }

        TState* room = At(_states, Taken);
        _ends[0] += count;
        return room;
    }

    /// <summary>Says that no window before this one will be asked for.</summary>
    public void Drop(long windows) => _kept = windows;

    /// <summary>Makes all runs that the taps taken allow.</summary>
    // In the order in which Runs.Fold makes them, so that sums have the same bits.
    public readonly void Combine<T, TTap, TReducer>(TReducer reducer)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long from = 0, rest = _taps, run = 1;
        for (int level = 0; level < _levels; level++, run *= Runs.Growth, rest /= Runs.Growth)
        {
            long digit = rest % Runs.Growth, start, end;
            if (_sums != null && digit > 0)
            {
                (start, end) = (_summed[level], Whole(_ends[level] - (from + (digit - 1) * run) * _step));
                if (end > start)
                {
                    Runs.Pass<T, TTap, TState, TAcc, TReducer>(reducer, At(_states, start + from * _step), At(_sums, start), end - start, digit, run * _step, run * _step, adding: from > 0);
                    _summed[level] = end;
                }

                from += digit * run;
            }

            (start, end) = (_ends[level + 1], Whole(_ends[level] - (Runs.Growth - 1) * run * _step));
            if (end <= start) continue;
            Runs.Grow<T, TTap, TState, TAcc, TReducer>(reducer, At(_states, start), end - start, run * _step);
            _ends[level + 1] = end;
        }
    }

    /// <summary>The longest runs of the windows from one of them on.</summary>
    public readonly RunEnds<TState> Ends(long window)
    {
        long parts = _isIdempotent ? (_taps + _run - 1) / _run : _taps / _run, from = _isIdempotent ? 0 : _taps - parts * _run;
        return new(At(_states, window + from * _step), _sums == null ? null : At(_sums, window), parts, _run * _step, (_taps - from - _run) * _step);
    }

    private static bool HasSums(long taps, bool isIdempotent) => !isIdempotent && taps % Levels(taps).Run != 0;

    private static (int Levels, long Run) Levels(long taps)
    {
        var (levels, run) = (0, 1L);
        for (; run * Runs.Growth <= taps; run *= Runs.Growth) levels++;
        return (levels, run);
    }

    private static long Capacity(AxisPlan axis)
    {
        long window = axis.Span + (MostLevels + 2) * TAcc.Count;
        return window + Math.Max(window, ShortestBytes / sizeof(TState));
    }

    private readonly TState* At(TState* start, long position) => start + (position - _origin);

    private static long Whole(long positions) => positions & -TAcc.Count;
}

/// <summary>Where the longest runs of windows lie: the first run of the first window, how many of them each has, how far apart, and from the first to the last; and what shorter ones come to.</summary>
internal readonly unsafe struct RunEnds<TState>(TState* states, TState* sums, long parts, long distance, long last)
    where TState : unmanaged
{
    public readonly TState* States = states, Sums = sums;
    public readonly long Parts = parts, Distance = distance, Last = last;
}
