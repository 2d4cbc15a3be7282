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

    /// <summary>The same for uneven windows, which share no row but the one between them: the second-level cache will do, and rows are read on end.</summary>
    private const long UnevenCacheBytes = 1 << 17;

    /// <summary>The fewest channels of a pixel that are read together, in bytes: neighbouring cache lines come in pairs.</summary>
    private const long ShortestBlock = 256;

    /// <summary>So few pixels of a window are folded on registers: the states would be moved more often than memory waits.</summary>
    private const long FewPixels = 4;

    private readonly Line _line;
    private readonly PixelTable _pixels;

    /// <summary>Input pixels from one output to the next, the distance between two, and how far ahead they are asked for.</summary>
    private readonly long _stride, _pixel, _ahead;
    private readonly byte* _ones;

    /// <summary>Whether windows are uneven ones, which share at most a pixel, and states no wider than taps: they are read on end.</summary>
    private readonly bool _onEnd;

    private PixelFold(in PoolJob job, in Line line, PixelTable pixels, byte* ones)
    {
        (_line, _pixels) = (line, pixels);
        (_stride, _pixel) = (job.Plan.Width.Stride, job.InputLayout.Width);
        _ahead = Prefetch.Multiple(_pixel * sizeof(T));
        _ones = ones;
        _onEnd = !job.Plan.Slides && sizeof(TAcc) == sizeof(TTap);
    }

    public static string Name => "folded pixels";

    public static bool Accepts(in PoolJob job) =>
        job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && Registers.Hold<TTap, T>(job.Plan.Channels) && PixelTable.Fits(job.Plan);

    /// <summary>Whether the registers loaded for an output are fewer than its taps. Storing and loading what was folded costs about as much as thirty more.</summary>
    public static bool Pays(PoolPlan plan) => !plan.Slides || plan.Width.Kernel * plan.Height.Stride + plan.Height.Kernel + 30 < plan.Height.Kernel * plan.Width.Kernel;

    public static long Channels(PoolPlan plan) => 1;

    public static long Lines(PoolPlan plan)
    {
        long block = ShortestBlock / sizeof(TState), pixels = plan.Width.OutputLength * Math.Min(plan.Height.Kernel, 64);
        while (2 * block * pixels * sizeof(TState) <= (plan.Slides ? CacheBytes : UnevenCacheBytes) && block < plan.Channels) block *= 2;
        return (plan.Channels + block - 1) / block;
    }

    public static Line LineAt(PoolPlan plan, long number)
    {
        var (start, block) = Line.Cut(plan.Channels, Lines(plan), TTap.Count, number);
        return new(number, start, plan.Width.OutputLength, block, (block + TTap.Count - 1) / TTap.Count * TTap.Count);
    }

    public static long ScratchBytes<TReducer>(TReducer reducer, PoolPlan plan, in Line line)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        PixelTable.Bytes(plan) + Scratch.Round(TTap.Count * TReducer.ExtentSize);

    public static PixelFold<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, in PoolJob job, in Line line, byte* scratch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        byte* ones = scratch + PixelTable.Bytes(job.Plan);
        for (int lane = 0; lane < TTap.Count && TReducer.ExtentSize > 0; lane++) reducer.WriteExtent(ones, lane, 1);
        return new(job, line, PixelTable.Write(job, scratch), ones);
    }

    public long Factor(long row, long pixel) => _pixels[pixel].Divisor;

    public byte* Extents(long state) => _ones;

    public void Fold<TReducer>(TReducer reducer, T* row, long rows, long rowStep, TState* states, long lineStep, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (row += _line.Start; rows > 0; rows--, row += rowStep, states += lineStep)
        {
            if (_line.Block >= TTap.Count) watch = Fold(new UnitLoad<T, TTap>(), reducer, row, states, watch);
            else watch = Fold(new ShortLoad<T, TTap>(_line.Block, reducer.Padding), reducer, row, states, watch);
        }
    }

    // Bounds: windows are clipped to the input, and registers to the channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Fold<TLoad, TReducer>(TLoad load, TReducer reducer, T* row, TState* states, TTap watch)
        where TLoad : struct, ITapLoad<T, TTap>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long block = _line.Block, step = _pixels.Step, count = TTap.Count;
        TAcc none = reducer.Lift(reducer.Padding);
        TTap seen = default;
        for (long pixel = 0; pixel < _line.Pixels; pixel++, states += _line.Pitch)
        {
            PixelTable.Entry entry = _pixels[pixel];
            long c = 0;
            if (_onEnd && entry.Count > FewPixels)
            {
                c = block / (2 * count) * (2 * count);
                seen = OnEnd(reducer, row + entry.Start, entry.Count, c, states, seen);
            }
            else
            {
                for (long i = 0; i < _stride; i++) Prefetch.Behind(row + entry.Start + i * _pixel, block * sizeof(T), _ahead);
            }

            for (; c + 4 * count <= block; c += 4 * count)
            {
                OneWindow<T, TTap, TState, TAcc, TReducer> first = new(reducer, none), second = new(reducer, none), third = new(reducer, none), fourth = new(reducer, none);
                T* tap = row + entry.Start + c;
                for (long k = 0; k < entry.Count; k++, tap += step)
                {
                    first.Take(load.Load(tap));
                    second.Take(load.Load(tap + count));
                    third.Take(load.Load(tap + 2 * count));
                    fourth.Take(load.Load(tap + 3 * count));
                }

                seen = reducer.Watch(reducer.Watch(reducer.Watch(reducer.Watch(seen, first.Seen), second.Seen), third.Seen), fourth.Seen);
                TAcc.Store(first.State, states + c);
                TAcc.Store(second.State, states + c + count);
                TAcc.Store(third.State, states + c + 2 * count);
                TAcc.Store(fourth.State, states + c + 3 * count);
            }

            for (; c < block; c += count)
            {
                // The last register steps back over channels already folded, where there is room.
                if (c + count > block) c = Math.Max(0, block - count);
                var window = new OneWindow<T, TTap, TState, TAcc, TReducer>(reducer, none);
                if (entry.Count > 0) load.Walk(ref window, row + entry.Start + c, entry.Count, step);
                seen = reducer.Watch(seen, window.Seen);
                TAcc.Store(window.State, states + c);
            }
        }

        return reducer.Watch(watch, seen);
    }

    /// <summary>Folds the pixels of one window one after the other into states in the first-level cache, so that memory is read on end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap OnEnd<TReducer>(TReducer reducer, T* pixel, long pixels, long length, TState* states, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long count = TTap.Count, step = _pixels.Step;
        TAcc none = reducer.Lift(reducer.Padding);
        TTap seen = watch;
        for (long k = 0; k < pixels; k++, pixel += step)
        {
            for (long c = 0; c < length; c += 2 * count)
            {
                Prefetch.Line((byte*)(pixel + c) + Prefetch.Distance);
                if (sizeof(TTap) == Prefetch.CacheLine) Prefetch.Line((byte*)(pixel + c) + Prefetch.Distance + Prefetch.CacheLine);
                TTap tap = TTap.Load(pixel + c), next = TTap.Load(pixel + c + count);
                seen = reducer.Watch(reducer.Watch(seen, tap), next);
                TAcc.Store(reducer.Combine(k == 0 ? none : TAcc.Load(states + c), reducer.Lift(tap)), states + c);
                TAcc.Store(reducer.Combine(k == 0 ? none : TAcc.Load(states + c + count), reducer.Lift(next)), states + c + count);
            }
        }

        return seen;
    }
}
