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
    private readonly PixelStep* _steps;
    private readonly int _stepCount;
    private readonly byte* _ones;

    /// <summary>How far ahead input is asked for, in bytes, and how many new rows an output row has; none where the caches hold it all.</summary>
    private readonly long _ahead, _fresh;

    private PixelWindows(in PoolJob job, PixelStep* steps, int stepCount, byte* ones)
    {
        (_plan, _from, _to, _stepCount) = (job.Plan, job.InputLayout, job.OutputLayout, stepCount);
        _steps = steps;
        _ones = ones;
        _ahead = Prefetch.Multiple(_from.Width * sizeof(T));
        _fresh = Prefetch.Pays(_plan.InputElements * sizeof(T)) ? _plan.Height.Stride : 0;
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
        long stepBytes = Scratch.Round(job.Plan.Width.OutputLength * sizeof(PixelStep));
        byte* scratch = Scratch.Of(stepBytes + TTap.Count * reducer.ExtentSize), ones = scratch + stepBytes;
        for (int lane = 0; lane < TTap.Count && reducer.ExtentSize > 0; lane++) reducer.WriteExtent(ones, lane, 1);
        return new(job, (PixelStep*)scratch, PixelStep.Write((PixelStep*)scratch, job, inTwos: !reducer.IsLongLift), ones);
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
        for (long h = first; h < end; h++)
        {
            Window height = _plan.Height[h];
            var rows = new Rows(depth.Count, height.Count, depth.Step * _from.Depth, height.Step * _from.Height, _plan.OuterDivisor(depth.Extent * height.Extent));
            T* corner = input + depth.Start * _from.Depth + height.Start * _from.Height, to = output + h * _to.Height;
            ReadOnlySpan<PixelStep> steps = new(_steps, _stepCount);
            while (steps.Length > 0)
            {
                int alike = 1;
                while (alike < steps.Length && steps[alike].Two == steps[0].Two) alike++;
                watch = steps[0].Two ? TwoPixels(load, reducer, corner, rows, steps[..alike], to, watch) : OnePixel(load, reducer, corner, rows, steps[..alike], to, watch);
                steps = steps[alike..];
            }
        }
    }

    /// <summary>Makes outputs one by one.</summary>
    // Bounds: windows are clipped to the input, and registers to the channels. (One method with the next would be too large to inline what it calls.)
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private TTap OnePixel<TLoad, TReducer>(TLoad load, TReducer reducer, T* corner, in Rows rows, ReadOnlySpan<PixelStep> steps, T* output, TTap watch)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long channels = _plan.Channels, tapStep = _plan.Width.Dilation * _from.Width;
        TAcc none = reducer.Lift(reducer.Padding);
        foreach (ref readonly PixelStep step in steps)
        {
            long divisor = rows.Divisor * step.Divisor;
            if (_fresh > 0) AskAhead(corner + step.Start, rows, 1);
            T* to = output + step.Pixel * _to.Width;
            for (long c = 0; c < channels; c += TTap.Count)
            {
                // The last register steps back over channels already written, where there is room.
                if (c + TTap.Count > channels) c = Math.Max(0, channels - TTap.Count);
                var window = new OneWindow<T, TTap, TState, TAcc, TReducer>(reducer, none);
                T* slice = corner + step.Start + c;
                for (long i = 0; i < rows.Depths && step.Apart > 0; i++, slice += rows.Slice)
                {
                    for (long j = 0; j < rows.Count; j++) load.Walk(ref window, slice + j * rows.Step, step.Apart, tapStep);
                }

                watch = reducer.Watch(watch, window.Seen);
                Store(reducer.Finish(window.State, _ones, divisor), to + c, channels);
            }
        }

        return watch;
    }

    /// <summary>Makes outputs two by two, with the taps that they share loaded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private TTap TwoPixels<TLoad, TReducer>(TLoad load, TReducer reducer, T* corner, in Rows rows, ReadOnlySpan<PixelStep> steps, T* output, TTap watch)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long channels = _plan.Channels, tapStep = _from.Width;
        TAcc none = reducer.Lift(reducer.Padding);
        foreach (ref readonly PixelStep step in steps)
        {
            long divisor = rows.Divisor * step.Divisor, nextDivisor = rows.Divisor * step.NextDivisor;
            if (_fresh > 0) AskAhead(corner + step.Start, rows, 2);
            T* to = output + step.Pixel * _to.Width;
            for (long c = 0; c < channels; c += TTap.Count)
            {
                if (c + TTap.Count > channels) c = Math.Max(0, channels - TTap.Count);
                OneWindow<T, TTap, TState, TAcc, TReducer> one = new(reducer, none), other = new(reducer, none);
                T* slice = corner + step.Start + c;
                for (long i = 0; i < rows.Depths; i++, slice += rows.Slice)
                {
                    for (long j = 0; j < rows.Count; j++)
                    {
                        T* row = slice + j * rows.Step;
                        if (step.Apart > 0) load.Walk(ref one, row, step.Apart, tapStep);
                        row += step.Apart * tapStep;
                        var both = new TwoWindows<T, TTap, TState, TAcc, TReducer>(reducer, one.State, other.State);
                        load.Walk(ref both, row, step.Shared, tapStep);
                        (one.State, other.State) = (both.State, both.Next);
                        watch = reducer.Watch(watch, both.Seen);
                        load.Walk(ref other, row + step.Shared * tapStep, step.Last, tapStep);
                    }
                }

                watch = reducer.Watch(reducer.Watch(watch, one.Seen), other.Seen);
                Store(reducer.Finish(one.State, _ones, divisor), to + c, channels);
                Store(reducer.Finish(other.State, _ones, nextDivisor), to + _to.Width + c, channels);
            }
        }

        return watch;
    }

    /// <summary>Prefetches, of the rows that no output above has read, what the windows some pixels further on will: whole pixels, which measured better than a register at a time.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AskAhead(T* start, in Rows rows, long outputs)
    {
        long pixels = outputs * _plan.Width.Stride, bytes = _plan.Channels * sizeof(T);
        for (long i = 0; i < rows.Depths; i++)
        {
            for (long j = rows.Count - Math.Min(rows.Count, _fresh); j < rows.Count; j++)
                for (long k = 0; k < pixels; k++) Prefetch.Behind(start + i * rows.Slice + j * rows.Step + k * _from.Width, bytes, _ahead);
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
    /// <param name="Divisor">What an average divides by on behalf of these axes.</param>
    private readonly record struct Rows(long Depths, long Count, long Slice, long Step, long Divisor);
}
