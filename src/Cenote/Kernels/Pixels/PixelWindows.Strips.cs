using System.Runtime.CompilerServices;

namespace Cenote;

/// <content>Windows that share rows, on the widest registers: strips of some registers are walked down the rows (<see cref="PixelStrips"/>).</content>
internal readonly unsafe partial struct PixelWindows<T, TTap, TState, TAcc>
{
    /// <summary>Rows that are walked down together, in bytes: the second-level cache holds them from strip to strip.</summary>
    private const long StripBytes = 256 << 10;

    // Inlined, what cannot be is known to the compiler, as of lines.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasStrips<TReducer>(PoolPlan plan)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> => MayHaveStrips<TReducer>() && StripsFit(plan);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MayHaveStrips<TReducer>()
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        sizeof(TTap) == Prefetch.CacheLine && sizeof(TAcc) == sizeof(TTap) && (default(TReducer) is ITapSum || (TReducer.IsIdempotent && default(TReducer) is ITapState));

    private static bool StripsFit(PoolPlan plan) =>
        plan is { Slides: true, Depth.Kernel: 1, Height: { Dilation: 1, OutputLength: > 1 } height } && height.Kernel > height.Stride && plan.Channels >= TTap.Count && IsNear(plan);

    /// <summary>How many output rows are made together.</summary>
    private static long StripBand(PoolPlan plan, in TensorLayout from)
    {
        AxisPlan height = plan.Height;
        if (height.Kernel > PixelStrips.MostOpen * height.Stride) return PixelStrips.MostOpen;
        return Math.Clamp((StripBytes / sizeof(T) / (plan.Width.InputLength * from.Width) - height.Kernel) / height.Stride + 1, PixelStrips.MostOpen, height.OutputLength + PixelStrips.MostOpen);
    }

    private void PoolStrips<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end, long images, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long channels = _plan.Channels, next = _plan.Width.Stride * _from.Width, band = StripBand(_plan, _from);
        bool rowFirst = reducer.FoldsInAnyOrder(_plan) && _plan.FoldsRows, isDense = next == channels && _to.Width == channels;
        for (long h = first, last; h < end; h = last)
        {
            last = Math.Min(end, h + band);
            PixelSteps steps = PixelSteps.Write(_plan, depth, h, last, _from, _to, _steps);
            for (long pixel = 0, alike; pixel < _pixels.Count; pixel += alike)
            {
                PixelTable.Entry entry = _pixels[pixel];
                alike = entry.Alike;
                var taps = new PixelTaps(0, 0, 0, 0, entry.Count, _pixels.Step, entry.Divisor, rowFirst);
                T* from = input + depth.Start * _from.Depth + entry.Start, to = output + pixel * _to.Width;
                long length = isDense ? alike * channels : channels;
                PixelOutputs outputs = new(images, _from.Batch, _to.Batch, isDense ? 1 : alike, next, _to.Width, length, 0);
                // Groups of as many registers as there is room for, as even as can be.
                long registers = (length + TTap.Count - 1) / TTap.Count, groups = (registers + PixelStrips.Most - 1) / PixelStrips.Most;
                for (long begun = 0; groups > 0; groups--)
                {
                    long some = (registers - begun + groups - 1) / groups, at = begun * TTap.Count;
                    begun += some;
                    PixelStrips.Pool<T, TTap, TState, TAcc, TReducer>(reducer, from + at, to + at, outputs with { Length = Math.Min(some * TTap.Count, length - at) }, taps, rowFirst, steps, _ones, ref watch);
                }
            }
        }
    }
}
