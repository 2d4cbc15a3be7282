using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Windows of one tap over channels that lie side by side: no tap meets another, and what is left is a copy, of whole rows where the stride is 1.</summary>
internal readonly unsafe struct SingleTaps<T, TTap, TState, TAcc> : ILineWindows<SingleTaps<T, TTap, TState, TAcc>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly byte* _ones;

    private SingleTaps(in PoolJob job, byte* ones)
    {
        (_plan, _from, _to) = (job.Plan, job.InputLayout, job.OutputLayout);
        _ones = ones;
    }

    public static string Name => "single taps";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && Registers.Suit<TTap, T>(job.Plan.Channels) && job.Plan.HasSingleTaps;

    public static long Channels(PoolPlan plan) => 1;

    public static long Lines(PoolPlan plan) => 1;

    public static SingleTaps<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        byte* ones = Scratch.Of(TTap.Count * TReducer.ExtentSize);
        for (int lane = 0; lane < TTap.Count && TReducer.ExtentSize > 0; lane++) reducer.WriteExtent(ones, lane, 1);
        return new(job, ones);
    }

    public void Pool<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long pixels = _plan.Width.OutputLength, channels = _plan.Channels, next = _plan.Width.Stride * _from.Width, nextRow = _plan.Height.Stride * _from.Height;
        long divisor = _plan.OuterDivisor(1) * _plan.LaneDivisor(1);
        bool isDense = next == channels && _to.Width == channels;
        input += depth.Start * _from.Depth + first * nextRow;
        output += first * _to.Height;
        // Rows without a gap, or pixels without one, are one piece.
        if (isDense && nextRow == pixels * channels && _to.Height == nextRow) Copy(reducer, input, output, (end - first) * nextRow, _ones, divisor);
        else
        {
            for (long h = first; h < end; h++, input += nextRow, output += _to.Height)
            {
                if (isDense) Copy(reducer, input, output, pixels * channels, _ones, divisor);
                else Pixels(reducer, input, output, new(pixels, channels, next, _to.Width), divisor);
            }
        }
    }

    /// <summary>Makes outputs of as many neighbours.</summary>
    // Bounds: the last register steps back over elements already written; fewer than a register are loaded and stored in part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Copy<TReducer>(TReducer reducer, T* from, T* to, long length, byte* ones, long divisor)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (length < TTap.Count)
        {
            TTap.StorePart(reducer.Finish(reducer.Lift(TTap.LoadPart(from, length, reducer.Padding)), ones, divisor), to, length);
            return;
        }

        for (long i = 0; i < length; i += TTap.Count)
        {
            i = Math.Min(i, length - TTap.Count);
            TTap.Store(reducer.Finish(reducer.Lift(TTap.Load(from + i)), ones, divisor), to + i);
        }
    }

    // Bounds: a register that is longer than a pixel is stored whole where the row goes on behind it, for the next pixel overwrites the rest.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Pixels<TReducer>(TReducer reducer, T* from, T* to, in Row row, long divisor)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        byte* ones = _ones;
        long channels = row.Channels, next = row.Next, toNext = row.ToNext, pixel = 0;
        if (channels >= TTap.Count)
        {
            for (; pixel < row.Pixels; pixel++, from += next, to += toNext)
            {
                for (long c = 0; c < channels; c += TTap.Count)
                {
                    c = Math.Min(c, channels - TTap.Count);
                    TTap.Store(reducer.Finish(reducer.Lift(TTap.Load(from + c)), ones, divisor), to + c);
                }
            }

            return;
        }

        long spilling = toNext == channels && next >= channels ? row.Pixels - (TTap.Count + channels - 1) / channels : 0;
        for (; pixel < spilling; pixel++, from += next, to += toNext) TTap.Store(reducer.Finish(reducer.Lift(TTap.Load(from)), ones, divisor), to);
        for (; pixel < row.Pixels; pixel++, from += next, to += toNext)
            TTap.StorePart(reducer.Finish(reducer.Lift(TTap.LoadPart(from, channels, reducer.Padding)), ones, divisor), to, channels);
    }

    /// <summary>A row of outputs.</summary>
    private readonly record struct Row(long Pixels, long Channels, long Next, long ToNext);
}
