using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Channels that lie side by side: lanes across the channels, so that every lane has the same window. The taps come one after the other in
/// row-major order, as in <see cref="RowWindows{T, TTap, TState, TAcc}"/>.
/// </summary>
internal readonly unsafe struct PixelWindows<T, TTap, TState, TAcc> : ILineWindows<PixelWindows<T, TTap, TState, TAcc>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly PixelTable _pixels;
    private readonly byte* _ones;
    private readonly long _ahead;

    private PixelWindows(in PoolJob job, PixelTable pixels, byte* ones)
    {
        (_plan, _from, _to, _pixels) = (job.Plan, job.InputLayout, job.OutputLayout, pixels);
        _ones = ones;
        _ahead = Prefetch.Multiple(_from.Width * sizeof(T));
    }

    public static string Name => "pixels";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && Registers.Suit<TTap, T>(job.Plan.Channels) && PixelTable.Fits(job.Plan);

    public static long Channels(PoolPlan plan) => 1;

    public static long Lines(PoolPlan plan) => 1;

    public static PixelWindows<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long tableBytes = PixelTable.Bytes(job.Plan);
        byte* scratch = Scratch.Of(tableBytes + TTap.Count * reducer.ExtentSize), ones = scratch + tableBytes;
        for (int lane = 0; lane < TTap.Count && reducer.ExtentSize > 0; lane++) reducer.WriteExtent(ones, lane, 1);
        return new(job, PixelTable.Write(job, scratch), ones);
    }

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (_plan.Channels >= TTap.Count && reducer.IsLongLift) Pool(new LoopLoad<T, TTap>(), reducer, input, output, depth, first, end, ref watch);
        else if (_plan.Channels >= TTap.Count) Pool(new UnitLoad<T, TTap>(), reducer, input, output, depth, first, end, ref watch);
        else Pool(new ShortLoad<T, TTap>(_plan.Channels, reducer.Padding), reducer, input, output, depth, first, end, ref watch);
    }

    private void Pool<TLoad, TReducer>(TLoad load, TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        bool overlap = !reducer.IsLongLift && _plan.Width.Dilation == 1 && _plan.Width.Stride < _plan.Width.Kernel;
        for (long h = first; h < end; h++)
        {
            Window height = _plan.Height[h];
            var rows = new Rows(depth.Count, height.Count, depth.Step * _from.Depth, height.Step * _from.Height);
            T* corner = input + depth.Start * _from.Depth + height.Start * _from.Height, to = output + h * _to.Height;
            long factor = _plan.OuterDivisor(depth.Extent * height.Extent);
            for (long pixel = 0; pixel < _pixels.Count; pixel++, to += _to.Width)
            {
                PixelTable.Entry window = _pixels[pixel];
                T* start = corner + window.Start;
                if (overlap && pixel + 1 < _pixels.Count)
                {
                    PixelTable.Entry next = _pixels[pixel + 1];
                    long apart = next.First - window.First;
                    if (apart < window.Count && apart + next.Count > window.Count)
                    {
                        AskAhead(start, rows, 2);
                        watch = TwoPixels(load, reducer, start, rows, window, next, apart, to, factor, watch);
                        pixel++;
                        to += _to.Width;
                        continue;
                    }
                }

                AskAhead(start, rows, 1);
                watch = Pixel(load, reducer, start, rows, window, to, factor, watch);
            }
        }
    }

    // Bounds: windows are clipped to the input, and registers to the channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private TTap Pixel<TLoad, TReducer>(TLoad load, TReducer reducer, T* start, in Rows rows, in PixelTable.Entry window, T* output, long factor, TTap watch)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long channels = _plan.Channels, step = _pixels.Step, taps = window.Count, divisor = factor * window.Divisor;
        TAcc none = reducer.Lift(reducer.Padding);
        for (long c = 0; c < channels; c += TTap.Count)
        {
            // The last register steps back over channels already written, where there is room.
            if (c + TTap.Count > channels) c = Math.Max(0, channels - TTap.Count);
            var one = new OneWindow<T, TTap, TState, TAcc, TReducer>(reducer, none);
            T* slice = start + c;
            for (long i = 0; i < rows.Depths && taps > 0; i++, slice += rows.Slice)
                for (long j = 0; j < rows.Count; j++) load.Walk(ref one, slice + j * rows.Step, taps, step);
            watch = reducer.Watch(watch, one.Seen);
            Store(reducer.Finish(one.State, _ones, divisor), output + c, channels);
        }

        return watch;
    }

    /// <summary>Neighbours that share taps: those from <paramref name="apart"/> on are both's, those behind the first window only the second's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private TTap TwoPixels<TLoad, TReducer>(TLoad load, TReducer reducer, T* start, in Rows rows, in PixelTable.Entry window, in PixelTable.Entry next, long apart, T* output, long factor, TTap watch)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long channels = _plan.Channels, step = _pixels.Step, divisor = factor * window.Divisor, nextDivisor = factor * next.Divisor;
        long shared = window.Count - apart, last = apart + next.Count - window.Count;
        TAcc none = reducer.Lift(reducer.Padding);
        for (long c = 0; c < channels; c += TTap.Count)
        {
            if (c + TTap.Count > channels) c = Math.Max(0, channels - TTap.Count);
            OneWindow<T, TTap, TState, TAcc, TReducer> one = new(reducer, none), other = new(reducer, none);
            T* slice = start + c;
            for (long i = 0; i < rows.Depths; i++, slice += rows.Slice)
            {
                for (long j = 0; j < rows.Count; j++)
                {
                    T* row = slice + j * rows.Step;
                    if (apart > 0) load.Walk(ref one, row, apart, step);
                    row += apart * step;
                    var both = new TwoWindows<T, TTap, TState, TAcc, TReducer>(reducer, one.State, other.State);
                    load.Walk(ref both, row, shared, step);
                    (one.State, other.State) = (both.State, both.Next);
                    watch = reducer.Watch(watch, both.Seen);
                    row += shared * step;
                    if (last > 0) load.Walk(ref other, row, last, step);
                }
            }

            watch = reducer.Watch(reducer.Watch(watch, one.Seen), other.Seen);
            Store(reducer.Finish(one.State, _ones, divisor), output + c, channels);
            Store(reducer.Finish(other.State, _ones, nextDivisor), output + _to.Width + c, channels);
        }

        return watch;
    }

    /// <summary>Prefetches, of the rows that no output above has read, what the windows some pixels further on will.</summary>
    private void AskAhead(T* start, in Rows rows, long outputs)
    {
        long fresh = Math.Min(rows.Count, _plan.Height.Stride), pixels = outputs * _plan.Width.Stride, bytes = _plan.Channels * sizeof(T);
        for (long i = 0; i < rows.Depths; i++)
        {
            for (long j = rows.Count - fresh; j < rows.Count; j++)
            {
                T* row = start + i * rows.Slice + j * rows.Step;
                for (long k = 0; k < pixels; k++) Prefetch.Behind(row + k * _from.Width, bytes, _ahead);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TTap result, T* output, long channels)
    {
        if (channels >= TTap.Count) TTap.Store(result, output);
        else TTap.StorePart(result, output, channels);
    }

    /// <summary>The input rows of a window.</summary>
    /// <param name="Depths">How many depths.</param>
    /// <param name="Count">How many rows of each.</param>
    /// <param name="Slice">The distance between depths, in elements.</param>
    /// <param name="Step">The distance between rows.</param>
    private readonly record struct Rows(long Depths, long Count, long Slice, long Step);
}
