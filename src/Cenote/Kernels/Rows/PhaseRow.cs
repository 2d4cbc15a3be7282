using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// The stretch of an input row that a line's windows read, as states, with what stands for positions outside the input, and split by phase, which is a position modulo
/// the stride: the same tap of neighbouring windows then lies side by side, whatever the stride.
/// </summary>
internal readonly unsafe struct PhaseRow<T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>Rows shorter than what is read at once pass through memory by so many at a time: read again at once, they would not have left the store buffer yet.</summary>
    private const long Batch = 8;

    /// <summary>The first position read, from the row's beginning and from the line's first tap, and how many are.</summary>
    private readonly long _first, _before, _length;

    private readonly long _stride, _phaseRoom;

    /// <summary>Where what is read at once belongs, phase by phase: the first time in a row, and the last time, which steps back over the one before.</summary>
    private readonly long* _starts, _ends;

    /// <summary>Room for rows shorter than that, padding behind them.</summary>
    private readonly T* _short;

    private PhaseRow(AxisPlan width, long start, long outputs, byte* scratch)
    {
        _stride = width.LaneStride;
        long from = start * _stride - width.Before, end = Math.Min(width.InputLength, from + (outputs - 1) * _stride + width.Span);
        _first = Math.Max(0, from);
        (_before, _length) = (_first - from, end - _first);
        _phaseRoom = PhaseRoom(width, outputs);
        Room = RoomOf(width, outputs);
        _starts = (long*)scratch;
        _ends = _starts + _stride;
        _short = (T*)(scratch + PlaceBytes(width));
        for (long i = 0; i < 2 * _stride; i++) _starts[i] = Place(i < _stride ? _before + i : _before + Math.Max(0, _length - AtOnce) + i - _stride);
    }

    /// <summary>States from row to row: an odd number of cache lines, or of registers that are wider, so that those of a column do not compete for the same places.</summary>
    public long Room { get; }

    private long AtOnce => _stride * TTap.Count;

    public static PhaseRow<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, AxisPlan width, long start, long outputs, byte* scratch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        var row = new PhaseRow<T, TTap, TState, TAcc>(width, start, outputs, scratch);
        for (long i = 0; i < Batch * row._stride; i++) TTap.Store(reducer.Padding, row._short + i * TTap.Count);
        return row;
    }

    public static long Bytes(AxisPlan width) => PlaceBytes(width) + Scratch.Round(Batch * width.LaneStride * sizeof(TTap));

    public static long RoomOf(AxisPlan width, long outputs)
    {
        // What a register of taps comes to can be wider than a cache line, and rows are cleared register by register.
        long unit = Math.Max(Prefetch.CacheLine, sizeof(TAcc)), bytes = width.LaneStride * PhaseRoom(width, outputs) * sizeof(TState);
        return ((bytes + unit - 1) / unit | 1) * unit / sizeof(TState);
    }

    /// <summary>Where the <paramref name="number"/>-th tap of the first output lies.</summary>
    public long Tap(long number, long dilation) => Place(number * dilation);

    /// <summary>Fills a row with padding: what is copied to it later covers the same places each time.</summary>
    public void Clear<TReducer>(TReducer reducer, TState* row)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        for (long i = 0; i < Room; i += TTap.Count) TAcc.Store(none, row + i);
    }

    /// <summary>Copies so many rows, and asks for input ahead if it is worth it.</summary>
    public TTap Copy<TReducer>(TReducer reducer, T* row, long rows, long rowStep, TState* to, bool ahead, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        row += _first;
        if (_length >= AtOnce) return Split(reducer, row, rows, rowStep, _length, to, ahead, watch);
        for (long done = 0, count; done < rows && _length > 0; done += count)
        {
            count = Math.Min(Batch, rows - done);
            for (long i = 0; i < count; i++) Buffer.MemoryCopy(row + (done + i) * rowStep, _short + i * AtOnce, _length * sizeof(T), _length * sizeof(T));
            watch = Split(reducer, _short, count, AtOnce, AtOnce, to + done * Room, false, watch);
        }

        return watch;
    }

    private static long PlaceBytes(AxisPlan width) => Scratch.Round(2 * width.LaneStride * sizeof(long));

    /// <summary>States of one phase: what windows read of it or what is written to it, and a register for its shift.</summary>
    private static long PhaseRoom(AxisPlan width, long outputs)
    {
        long read = (width.Span - 1) / width.LaneStride + Math.Max(outputs, TTap.Count), written = (width.Before + (outputs - 1) * width.LaneStride + width.Span) / width.LaneStride + TTap.Count + 1;
        return (Math.Max(read, written) + 2 * TTap.Count - 1) / TTap.Count * TTap.Count;
    }

    /// <summary>Where a position lies, counted from the line's first tap. Phases are shifted so that the first stores of a row fill the places of whole registers.</summary>
    private long Place(long position)
    {
        var (index, phase) = Math.DivRem(position, _stride);
        long first = (_before + (phase + _stride - _before % _stride) % _stride) / _stride;
        return phase * _phaseRoom + (TTap.Count - first % TTap.Count) % TTap.Count + index;
    }

    private TTap Split<TReducer>(TReducer reducer, T* row, long rows, long rowStep, long length, TState* to, bool ahead, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> => _stride switch
        {
            1 => Split<One, UnitLoad<T, TTap>, TReducer>(new(), reducer, row, rows, rowStep, length, to, ahead, watch),
            2 => Split<Two, SecondLoad<T, TTap>, TReducer>(new(), reducer, row, rows, rowStep, length, to, ahead, watch),
            3 => Split<Three, ThirdLoad<T, TTap>, TReducer>(new(), reducer, row, rows, rowStep, length, to, ahead, watch),
            4 => Split<Any, FourthLoad<T, TTap>, TReducer>(new(), reducer, row, rows, rowStep, length, to, ahead, watch),
            var stride => Split<Any, GatherLoad<T, TTap>, TReducer>(new(stride), reducer, row, rows, rowStep, length, to, ahead, watch),
        };

    // Bounds: what is read last ends where the row does.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Split<TStride, TLoad, TReducer>(TLoad load, TReducer reducer, T* row, long rows, long rowStep, long length, TState* to, bool ahead, TTap watch)
        where TStride : struct, ISide
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long stride = TStride.Of(_stride), step = stride * TTap.Count, last = length - step, room = Room;
        long* starts = _starts, ends = _ends;
        TTap seen = watch;
        for (; rows > 0; rows--, row += rowStep, to += room)
        {
            TState* part = to;
            long i = 0;
            for (; i <= last; i += step, part += TTap.Count)
            {
                if (ahead) Ask(row + i, step);
                var keep = new Keep<TReducer>(reducer, part, starts, seen);
                load.Walk(ref keep, row + i, stride, 1);
                seen = keep.Seen;
            }

            if (i == length) continue;
            if (ahead) Ask(row + i, step);
            var rest = new Keep<TReducer>(reducer, to, ends, seen);
            load.Walk(ref rest, row + last, stride, 1);
            seen = rest.Seen;
        }

        return seen;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ask(T* from, long count)
    {
        Prefetch.Line((byte*)from + Prefetch.Distance);
        for (long i = Prefetch.CacheLine; i < count * sizeof(T); i += Prefetch.CacheLine) Prefetch.Line((byte*)from + Prefetch.Distance + i);
    }

    /// <summary>Keeps what is read, phase after phase, where it belongs.</summary>
    private struct Keep<TReducer>(TReducer reducer, TState* to, long* places, TTap seen) : ITapSink<TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        public TTap Seen = seen;
        private long* _place = places;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(TTap tap)
        {
            Seen = reducer.Watch(Seen, tap);
            TAcc.Store(reducer.Lift(tap), to + *_place++);
        }
    }
}
