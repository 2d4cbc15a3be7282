using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Rows of contiguous elements, lanes across the width, taps one after the other in row-major order: rows are lifted and split by phase once, so that every tap of a register of windows
/// is a register in memory, and windows are made six registers at a time, since an addition takes three cycles and two begin in each.
/// </summary>
internal readonly unsafe struct PhaseWindows<T, TTap, TState, TAcc> : ILineWindows<PhaseWindows<T, TTap, TState, TAcc>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>The longest line, in outputs.</summary>
    private const long LongestLine = 4096;

    /// <summary>What the copies of a band may take: a part of the first-level cache; where windows have several depths half of the second-level one, for then input is read in the order of memory.</summary>
    private const long BandBytes = 24 << 10, MostBytes = 1 << 18;

    private const long MostTaps = 4096;

    /// <summary>How many registers of outputs are made together.</summary>
    private const long Together = 6;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly long _start, _band, _registers, _depthRoom;

    /// <summary>Whether to ask for input ahead: not where the caches hold it all.</summary>
    private readonly bool _asks;

    private readonly PhaseRow<T, TTap, TState, TAcc> _row;

    /// <summary>Where the taps of a window lie, from its first one on, in bytes.</summary>
    private readonly long* _taps;

    /// <summary>The registers of outputs of a band.</summary>
    private readonly Place* _places;
    private readonly RowDivisors _divisors;

    private readonly TState* _copies;

    /// <summary>Whether what lies behind a row's outputs is the next row's, made after it; of a row in pieces the next row's first piece was made before.</summary>
    private readonly bool _runsOver;

    private PhaseWindows(in PoolJob job, in Cut cut, PhaseRow<T, TTap, TState, TAcc> row, in LaneExtents extents, byte* scratch)
    {
        (_plan, _from, _to, _row) = (job.Plan, job.InputLayout, job.OutputLayout, row);
        (_start, _band, _registers, _depthRoom) = (cut.Start, cut.Band, cut.Registers, cut.Rows * row.Room);
        _runsOver = cut.Outputs == _plan.Width.OutputLength && _to.Height == cut.Outputs;
        _asks = Prefetch.Pays(_plan.InputElements * sizeof(T));
        _taps = (long*)scratch;
        _divisors = new(scratch + cut.TapBytes);
        _places = (Place*)(scratch + cut.TapBytes + cut.FactorBytes);
        _copies = (TState*)(scratch + cut.TapBytes + cut.FactorBytes + cut.PlaceBytes);
        WriteTaps();
        for (long i = 0; i < cut.Places; i++)
        {
            // Behind the last one it is there again, for as many as are made together.
            var (line, register) = Math.DivRem(Math.Min(i, _band * _registers - 1), _registers);
            long output = Math.Max(0, Math.Min(register * TTap.Count, cut.Outputs - TTap.Count));
            _places[i] = new(line * _to.Height + output, extents.At(_start + output), _divisors.First + line, (int)((line * _plan.Height.Stride * row.Room + output) * sizeof(TState)), (int)Math.Min(TTap.Count, cut.Outputs - output));
        }
    }

    public static string Name => "phases";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        return plan.Slides && !reducer.FoldsInAnyOrder(plan) && job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && LaneExtents.Covers(plan.Width)
            && plan.Depth.MaxCount <= MostTaps && plan.Height.Kernel <= MostTaps && plan.Width.Kernel <= MostTaps && plan.Depth.MaxCount * plan.Height.Kernel * plan.Width.Kernel <= MostTaps
            && plan.Width.Span <= MostBytes && plan.Height.Span <= MostBytes && plan.Width.Stride <= MostBytes && plan.Height.Stride <= MostBytes
            && Registers.Suit<TTap, T>(plan.Width.OutputLength) && Suits(reducer, plan) && new Cut(plan, 0).CopyBytes <= MostBytes;
    }

    /// <summary>Whether this is the fastest walk: where lifting taps takes time, for several depths, and for windows that overlap at strides at which loading neighbours takes many steps.</summary>
    private static bool Suits<TReducer>(TReducer reducer, PoolPlan plan)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        (typeof(TState) != typeof(T) && !(reducer is IPairSum && RowWindows<T, TTap, TState, TAcc>.ArePairs(plan) && plan.Width.OutputLength >= TTap.Count && plan.Width.MostClipped == 0)) || (plan.Depth.MaxCount > 1 && !RowWindows<T, TTap, TState, TAcc>.ArePairs(plan)) || (plan.Width.LaneStride > 2 && plan.Width.Kernel > plan.Width.Stride && plan.Height.Kernel > plan.Height.Stride);

    public static long Channels(PoolPlan plan) => plan.Channels;

    public static long Lines(PoolPlan plan) => (plan.Width.OutputLength + LongestLine - 1) / LongestLine;

    public static PhaseWindows<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        var cut = new Cut(plan, number);
        long extentBytes = LaneExtents.Bytes(plan.Width, TReducer.ExtentSize, TTap.Count), rowBytes = PhaseRow<T, TTap, TState, TAcc>.Bytes(plan.Width);
        byte* scratch = Scratch.Of(extentBytes + rowBytes + cut.Bytes);
        var row = PhaseRow<T, TTap, TState, TAcc>.Create(reducer, plan.Width, cut.Start, cut.Outputs, scratch + extentBytes);
        var windows = new PhaseWindows<T, TTap, TState, TAcc>(job, cut, row, LaneExtents.Write<T, TTap, TState, TAcc, TReducer>(reducer, plan, scratch), scratch + extentBytes + rowBytes);
        for (long i = 0; i < plan.Depth.MaxCount * cut.Rows; i++) row.Clear(reducer, windows._copies + i * row.Room);
        return windows;
    }

    public static void Pool<TReducer>(in PhaseWindows<T, TTap, TState, TAcc> windows, TReducer reducer, T* input, T* output, long nextSlice, in Slices slices, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        // Band by band: slices that the windows of neighbouring ones share are copied once, and are at hand while they are needed.
        for (long h = 0, end; h < windows._plan.Height.OutputLength; h = end)
        {
            end = Math.Min(h + windows._band, windows._plan.Height.OutputLength);
            long copied = 0;
            for (long d = slices.First; d < slices.End; d++) windows.Band(reducer, input, output + (d - slices.First) * nextSlice, windows._plan.Depth[d], h, end, end, ref copied, ref watch);
        }
    }

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (long h = first; h < end; h += _band)
        {
            long copied = 0;
            Band(reducer, input, output, depth, h, Math.Min(end, h + _band), end, ref copied, ref watch);
        }
    }

    /// <summary>Makes a band of a slice.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="input">The first element of the channel.</param>
    /// <param name="output">The first output of the slice.</param>
    /// <param name="depth">The window along the depth.</param>
    /// <param name="first">The first output row.</param>
    /// <param name="last">The row behind the band.</param>
    /// <param name="end">The row behind all that are to be made.</param>
    /// <param name="copied">Up to where slices have been copied for this band.</param>
    /// <param name="watch">Notes the taps.</param>
    private void Band<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long last, long end, ref long copied, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan height = _plan.Height;
        // Slices without a gap between them take turns in the places of the copies.
        bool keep = depth.Step == 1;
        long slots = _plan.Depth.MaxCount, taps = height.Kernel * _plan.Width.Kernel;
        for (long d = 0; d < depth.Count; d++)
        {
            long slice = depth.Start + d * depth.Step;
            if (keep && slice < copied) continue;
            watch = Copy(reducer, input + slice * _from.Depth, first, last, _copies + (keep ? slice % slots : d) * _depthRoom, watch);
        }

        copied = Math.Max(copied, depth.Start + depth.Count);
        _divisors.Write(_plan, depth.Extent, first, last);
        output += _start;
        // Rows of outputs may be written over from the left as long as none behind them is another's.
        T* limit = _runsOver ? output + end * _to.Height : output;
        // What is copied next lies behind what was copied last: the next band, or the next slices.
        long rows = (last - first) * height.Stride, count = (last - first) * _registers;
        T* next = slots > 1 ? input + copied * _from.Depth + height.Start(first) * _from.Height : input + (copied - 1) * _from.Depth + (height.Start(last - 1) + height.Span) * _from.Height;
        if (slots > 1 && last - first == height.OutputLength) rows *= _plan.Depth.Stride;
        long share = _asks ? Scratch.Round(rows * _from.Height * sizeof(T) / count) : 0;
        Sum(reducer, output + first * _to.Height, count, new(_taps + (keep ? depth.Start % slots * taps : 0), depth.Count * taps), limit, (byte*)next, share);
    }

    private void WriteTaps()
    {
        AxisPlan height = _plan.Height, width = _plan.Width;
        long* tap = _taps;
        long slots = _plan.Depth.MaxCount;
        for (long d = 0; d < 2 * slots - 1; d++)
            for (long j = 0; j < height.Kernel; j++)
                for (long k = 0; k < width.Kernel; k++) *tap++ = (d % slots * _depthRoom + j * height.Dilation * _row.Room + _row.Tap(k, width.Dilation)) * sizeof(TState);
    }

    /// <summary>Copies what some output rows read of one depth; rows outside the input are padding.</summary>
    private TTap Copy<TReducer>(TReducer reducer, T* input, long first, long end, TState* copies, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan height = _plan.Height;
        long top = height.Start(first), bottom = height.Start(end - 1) + height.Span, from = Math.Clamp(0, top, bottom), to = Math.Clamp(height.InputLength, from, bottom);
        for (long row = top; row < from; row++) _row.Clear(reducer, copies + (row - top) * _row.Room);
        if (to > from) watch = _row.Copy(reducer, input + from * _from.Height, to - from, _from.Height, copies + (from - top) * _row.Room, _asks, watch);
        for (long row = to; row < bottom; row++) _row.Clear(reducer, copies + (row - top) * _row.Room);
        return watch;
    }

    /// <summary>Makes so many registers of outputs.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="output">The band's outputs.</param>
    /// <param name="count">How many registers.</param>
    /// <param name="taps">Where their taps lie.</param>
    /// <param name="limit">Up to where a register may go on over outputs behind its own, which are made later.</param>
    /// <param name="next">What will be read next.</param>
    /// <param name="share">How many bytes of it are asked for with each register.</param>
    // Bounds: copies hold what is loaded; the last outputs are stored in part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Sum<TReducer>(TReducer reducer, T* output, long count, in Taps taps, T* limit, byte* next, long share)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        TAcc* sums = stackalloc TAcc[(int)Together];
        byte* copies = (byte*)_copies;
        long* begin = taps.Begin, end = begin + taps.Count;
        for (Place* place = _places; count > 0; count -= Together)
        {
            byte* a = copies + place[0].From, b = copies + place[1].From, c = copies + place[2].From, d = copies + place[3].From, e = copies + place[4].From, f = copies + place[5].From;
            TAcc first = none, second = none, third = none, fourth = none, fifth = none, sixth = none;
            for (long* at = begin; at != end; at++)
            {
                long tap = *at;
                first = Add(reducer, first, a + tap);
                second = Add(reducer, second, b + tap);
                third = Add(reducer, third, c + tap);
                fourth = Add(reducer, fourth, d + tap);
                fifth = Add(reducer, fifth, e + tap);
                sixth = Add(reducer, sixth, f + tap);
            }

            (sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]) = (first, second, third, fourth, fifth, sixth);
            long made = Math.Min(count, Together);
            for (long i = 0; i < made; i++, place++)
            {
                for (byte* asked = next + share; next < asked; next += Prefetch.CacheLine) Prefetch.Line(next);
                T* to = output + place->To;
                TTap results = reducer.Finish(sums[i], place->Extents, *place->Factor);
                if (place->Count == TTap.Count || to + TTap.Count <= limit) TTap.Store(results, to);
                else TTap.StorePart(results, to, place->Count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TAcc Add<TReducer>(TReducer reducer, TAcc sum, byte* term)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (typeof(TState) == typeof(T) && default(TReducer) is ITapSum) return Unsafe.BitCast<TTap, TAcc>(TTap.AddFrom(Unsafe.BitCast<TAcc, TTap>(sum), (T*)term));
        return default(TReducer) is IStateSum ? TReducer.AddFrom(sum, (TState*)term) : reducer.Combine(sum, TAcc.Load((TState*)term));
    }

    /// <summary>How a row is cut into lines, the rows of a line into bands, and what memory each takes.</summary>
    private readonly struct Cut
    {
        public readonly long Start, Outputs, Registers, Band, Rows, CopyBytes, TapBytes, FactorBytes, PlaceBytes;

        public Cut(PoolPlan plan, long number)
        {
            AxisPlan height = plan.Height;
            (Start, Outputs) = Line.Cut(plan.Width.OutputLength, Lines(plan), TTap.Count, number);
            Registers = (Outputs + TTap.Count - 1) / TTap.Count;
            long rowBytes = plan.Depth.MaxCount * PhaseRow<T, TTap, TState, TAcc>.RoomOf(plan.Width, Outputs) * sizeof(TState);
            // Bands share rows with those before; but for large windows they are at least three times as many as these.
            long fits = ((plan.Depth.MaxCount > 1 ? MostBytes : BandBytes) / rowBytes - height.Span) / height.Stride + 1, wanted = 3 * (height.Span - height.Stride) / height.Stride;
            Band = Math.Min(Math.Max(Math.Max(fits, wanted), 1), height.OutputLength);
            Rows = (Band - 1) * height.Stride + height.Span;
            CopyBytes = Scratch.Round(Rows * rowBytes);
            TapBytes = Scratch.Round(2 * plan.Depth.MaxCount * height.Kernel * plan.Width.Kernel * sizeof(long));
            FactorBytes = RowDivisors.Bytes(Band);
            PlaceBytes = Scratch.Round(Places * sizeof(Place));
        }

        /// <summary>Registers of outputs in a band, and as many more as are made together.</summary>
        public long Places => Band * Registers + Together - 1;

        public long Bytes => CopyBytes + TapBytes + FactorBytes + PlaceBytes;
    }

    /// <summary>The taps of a window: where they lie, from its first one on, in bytes.</summary>
    private readonly struct Taps(long* begin, long count)
    {
        public readonly long* Begin = begin;
        public readonly long Count = count;
    }

    /// <summary>A register of outputs.</summary>
    /// <param name="to">Where it belongs in the band's outputs.</param>
    /// <param name="extents">What its lanes divide by.</param>
    /// <param name="factor">What all of them do.</param>
    /// <param name="from">Where its windows begin in the copies, in bytes.</param>
    /// <param name="count">How many of its lanes are outputs.</param>
    private readonly struct Place(long to, byte* extents, long* factor, int from, int count)
    {
        public readonly long To = to;
        public readonly byte* Extents = extents;
        public readonly long* Factor = factor;
        public readonly int From = from, Count = count;
    }
}
