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

    private PixelWindows(in PoolJob job, PixelTable pixels, byte* ones)
    {
        (_plan, _from, _to, _pixels) = (job.Plan, job.InputLayout, job.OutputLayout, pixels);
        _ones = ones;
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

    // Bounds: windows are clipped to the input, and registers to the channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long channels = _plan.Channels, step = _pixels.Step, line = _plan.Height.Dilation * _from.Height, slice = depth.Step * _from.Depth;
        bool whole = channels >= TTap.Count;
        TTap padding = reducer.Padding, watched = watch;
        for (long h = first; h < end; h++)
        {
            Window height = _plan.Height[h];
            T* corner = input + depth.Start * _from.Depth + height.Start * _from.Height, to = output + h * _to.Height;
            long factor = _plan.OuterDivisor(depth.Extent * height.Extent), rows = depth.Count * height.Count, nextSlice = slice - height.Count * line;
            for (long pixel = 0; pixel < _pixels.Count; pixel++, to += _to.Width)
            {
                PixelTable.Entry window = _pixels[pixel];
                for (long c = 0; c < channels; c += TTap.Count)
                {
                    // The last register steps back over channels already written, where there is room.
                    if (c + TTap.Count > channels) c = Math.Max(0, channels - TTap.Count);
                    TAcc state = reducer.Lift(padding);
                    TTap seen = default;
                    T* row = corner + window.Start + c;
                    for (long i = 0, j = 0; i < rows; i++)
                    {
                        T* tap = row;
                        for (long k = 0; k < window.Count; k++, tap += step)
                        {
                            TTap taps = whole ? TTap.Load(tap) : TTap.LoadPart(tap, 0, channels, padding);
                            seen = reducer.Watch(seen, taps);
                            state = reducer.Combine(state, reducer.Lift(taps));
                        }

                        row += line;
                        if (++j < height.Count) continue;
                        row += nextSlice;
                        j = 0;
                    }

                    watched = reducer.Watch(watched, seen);
                    TTap result = reducer.Finish(state, _ones, factor * window.Divisor);
                    if (whole) TTap.Store(result, to + c);
                    else TTap.StorePart(result, to, channels);
                }
            }
        }

        watch = watched;
    }
}
