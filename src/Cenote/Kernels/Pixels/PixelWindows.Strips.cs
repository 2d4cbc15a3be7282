using System.Runtime.CompilerServices;

namespace Cenote;

/// <content>Windows that share rows, on the widest registers: strips of some registers are walked down the rows (<see cref="PixelStrips"/>).</content>
internal readonly unsafe partial struct PixelWindows<T, TTap, TState, TAcc>
{
    /// <summary>Rows that are walked down together, in bytes: about as much as the first-level cache holds. Measured: 32 to 64 kB are as good, 128 and 256 worse where input comes from the third-level cache.</summary>
    private const long StripBytes = 48 << 10;

    /// <summary>Where input and output are more, half of the second-level cache, the next pixel's columns are asked for. Measured: below it costs a fifth.</summary>
    private const long StripAskBytes = 512 << 10;

    // Inlined, what cannot be is known to the compiler, as of lines.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasStrips<TReducer>(TReducer reducer, PoolPlan plan)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> => MayHaveStrips<TReducer>() && StripsFit(reducer, plan) && !RowsPay(plan);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MayHaveStrips<TReducer>()
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        sizeof(TTap) == Prefetch.CacheLine && sizeof(TAcc) == sizeof(TTap) && (default(TReducer) is ITapSum || (TReducer.IsIdempotent && default(TReducer) is ITapState));

    /// <summary>Windows of few taps are written out, and rows that every window combines are lines, made once: both are as fast or faster. Measured.</summary>
    private static bool StripsFit<TReducer>(TReducer reducer, PoolPlan plan)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        plan is { Slides: true, Depth.Kernel: 1, Height: { Dilation: 1 } height } && height.Kernel * plan.Width.Kernel >= SixWindows.FewestTaps && plan.Channels >= TTap.Count && IsNear(plan)
        && (IsRowFirst(reducer, plan) ? height.Stride > 1 : height.Kernel > height.Stride && height.OutputLength > 1);

    private static bool IsRowFirst<TReducer>(TReducer reducer, PoolPlan plan)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> => default(TReducer) is not ITapSum || (reducer.FoldsInAnyOrder(plan) && plan.FoldsRows);

    private static long StripStepBytes(PoolPlan plan) => PixelSteps.Bytes(Math.Min(plan.Height.OutputLength, StripBand(plan)));

    /// <summary>How many output rows are made together.</summary>
    private static long StripBand(PoolPlan plan)
    {
        AxisPlan height = plan.Height;
        return height.Kernel > PixelStrips.MostOpen * height.Stride
            ? PixelStrips.MostOpen
            : Math.Max(PixelStrips.MostOpen, (StripBytes / sizeof(T) / (plan.Width.InputLength * plan.Channels) - height.Kernel) / height.Stride + 1);
    }

    private void PoolStrips<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, long images, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long channels = _plan.Channels, next = _plan.Width.Stride * _from.Width, band = StripBand(_plan);
        bool rowFirst = IsRowFirst(reducer, _plan), isDense = next == channels && _to.Width == channels, asks = _plan.InputElements + _plan.OutputElements > StripAskBytes / sizeof(T);
        for (long h = first, last; h < end; h = last)
        {
            last = Math.Min(end, h + band);
            PixelSteps steps = PixelSteps.Memory.Of(_steps, _plan, depth, h, last, _from, _to);
            for (long pixel = 0, alike; pixel < _pixels.Count; pixel += alike)
            {
                PixelTable.Entry entry = _pixels[pixel];
                alike = entry.Alike;
                // Neighbours whose taps lie side by side, as they do themselves, are one pixel with more channels.
                long length = isDense ? alike * channels : channels;
                var taps = new PixelTaps(0, 0, 0, 0, entry.Count, _pixels.Step, entry.Divisor, rowFirst);
                PixelOutputs outputs = new(images, _from.Batch, _to.Batch, isDense ? 1 : alike, next, _to.Width, length, 0);
                T* from = input + depth.Start * _from.Depth + entry.Start, to = output + pixel * _to.Width;
                // Groups of as many registers as there is room for, as even as can be.
                long registers = (length + TTap.Count - 1) / TTap.Count, groups = (registers + PixelStrips.Most - 1) / PixelStrips.Most;
                for (long at = 0; groups > 0; groups--)
                {
                    long group = Math.Min(length - at, (registers + groups - 1) / groups * TTap.Count), fresh = !asks || isDense || at > 0 ? 0 : next;
                    PixelStrips.Pool<T, TTap, TState, TAcc, TReducer>(reducer, from + at, to + at, outputs with { Length = group, Fresh = fresh }, taps, steps, _ones, ref watch);
                    registers -= group / TTap.Count;
                    at += group;
                }
            }
        }
    }
}
