using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Folds along the width where the channels of a pixel lie side by side: lanes across the channels.</summary>
internal readonly unsafe struct PixelFold<T, TTap, TState, TAcc> : IRowFold<PixelFold<T, TTap, TState, TAcc>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    /// <summary>The lines of a window, in bytes: what the first-level cache holds beside the input.</summary>
    private const long CacheBytes = 1 << 15;

    /// <summary>The fewest channels of a pixel that are read together, in bytes: neighbouring cache lines come in pairs.</summary>
    private const long ShortestBlock = 256;

    private readonly Line _line;
    private readonly PixelTable _pixels;
    private readonly byte* _ones;

    private PixelFold(in Line line, PixelTable pixels, byte* ones)
    {
        (_line, _pixels) = (line, pixels);
        _ones = ones;
    }

    public static string Name => "folded pixels";

    public static bool Accepts(in PoolJob job) => job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && Registers.Suit<TTap, T>(job.Plan.Channels) && PixelTable.Fits(job.Plan);

    public static long Channels(PoolPlan plan) => 1;

    public static long Lines(PoolPlan plan)
    {
        long block = ShortestBlock / sizeof(TState), pixels = plan.Width.OutputLength * Math.Min(plan.Height.Kernel, 64);
        while (2 * block * pixels * sizeof(TState) <= CacheBytes && block < plan.Channels) block *= 2;
        return (plan.Channels + block - 1) / block;
    }

    public static Line LineAt(PoolPlan plan, long number)
    {
        var (start, block) = Line.Cut(plan.Channels, Lines(plan), TTap.Count, number);
        return new(number, start, plan.Width.OutputLength, block, (block + TTap.Count - 1) / TTap.Count * TTap.Count);
    }

    public static long ScratchBytes<TReducer>(TReducer reducer, PoolPlan plan, in Line line)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        PixelTable.Bytes(plan) + Scratch.Round(TTap.Count * reducer.ExtentSize);

    public static PixelFold<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, in PoolJob job, in Line line, byte* scratch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        byte* ones = scratch + PixelTable.Bytes(job.Plan);
        for (int lane = 0; lane < TTap.Count && reducer.ExtentSize > 0; lane++) reducer.WriteExtent(ones, lane, 1);
        return new(line, PixelTable.Write(job, scratch), ones);
    }

    public long Factor(long pixel) => _pixels[pixel].Divisor;

    public byte* Extents(long state) => _ones;

    // Bounds: windows are clipped to the input, and registers to the channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fold<TReducer>(TReducer reducer, T* row, TState* states, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long block = _line.Block, step = _pixels.Step, channels = Math.Min(block, TTap.Count);
        bool whole = block >= TTap.Count;
        TTap padding = reducer.Padding, watched = watch;
        row += _line.Start;
        for (long pixel = 0; pixel < _line.Pixels; pixel++, states += _line.Pitch)
        {
            PixelTable.Entry window = _pixels[pixel];
            if (window.Count == 0)
            {
                for (long c = 0; c < _line.Pitch; c += TTap.Count) TAcc.Store(reducer.Lift(padding), states + c);
                continue;
            }

            for (long c = 0; c < block; c += TTap.Count)
            {
                // The last register steps back over channels already folded, where there is room.
                if (c + TTap.Count > block) c = Math.Max(0, block - TTap.Count);
                T* tap = row + window.Start + c;
                TTap seen = whole ? TTap.Load(tap) : TTap.LoadPart(tap, 0, channels, padding);
                TAcc state = reducer.Lift(seen);
                for (long k = 1; k < window.Count; k++)
                {
                    tap += step;
                    TTap next = whole ? TTap.Load(tap) : TTap.LoadPart(tap, 0, channels, padding);
                    seen = reducer.Watch(seen, next);
                    state = reducer.Combine(state, reducer.Lift(next));
                }

                watched = reducer.Watch(watched, seen);
                TAcc.Store(state, states + c);
            }
        }

        watch = watched;
    }
}
