using System.Runtime.CompilerServices;

namespace Cenote;

/// <content>
/// Volumes whose windows share rows or slices, where caches hold them: axis by axis, all rows along the width, then all lines that these come to down the height, then slices. Each pass has as many kinds of windows as
/// its axis, not as many as three have together, and works on whole lines. Sums of more than 32 taps are sums of rows in their order: lines of all slices are added in one step.
/// </content>
internal readonly unsafe partial struct PixelWindows<T, TTap, TState, TAcc>
{
    /// <summary>What lines and slices may take, a part of the second-level cache; of more channels blocks are made one after the other.</summary>
    private const long AxesBytes = 256 << 10;

    /// <summary>What a kind of windows costs before its first register, in registers loaded. Measured.</summary>
    private const long KindLoads = 40;

    // Inlined, what cannot be is known to the compiler, as of lines.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasAxes<TReducer>(TReducer reducer, PoolPlan plan)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> => MayHaveAxes<TReducer>() && AxesFit(reducer, plan);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MayHaveAxes<TReducer>()
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> => AreWide && sizeof(TAcc) == sizeof(TTap) && (default(TReducer) is ITapSum || (TReducer.IsIdempotent && default(TReducer) is ITapState));

    private static bool AxesFit<TReducer>(TReducer reducer, PoolPlan plan)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        reducer.FoldsInAnyOrder(plan) && plan is { Slides: true, Depth: { Kernel: > 1, Dilation: 1 }, Height.Dilation: 1 } && (default(TReducer) is not ITapSum || plan.FoldsRows)
        && plan.InputElements * sizeof(T) <= MostInputBytes && AxesPay(plan, default(TReducer) is ITapSum) && AxesBlock(plan) > 0;

    /// <summary>Whether fewer registers are loaded and stored so, and fewer kinds of windows made.</summary>
    private static bool AxesPay(PoolPlan plan, bool areSums)
    {
        AxisPlan depth = plan.Depth, height = plan.Height, width = plan.Width;
        long outputs = depth.OutputLength * height.OutputLength, lines = depth.InputLength * height.InputLength * (width.MaxCount + 1);
        long rest = areSums ? outputs * depth.MaxCount * height.MaxCount : depth.InputLength * height.OutputLength * (height.MaxCount + 1) + outputs * depth.MaxCount;
        long kinds = Kinds(width) + (areSums ? depth.OutputLength * Kinds(height) : depth.OutputLength + Kinds(height));
        double registers = Math.Max(1, Images(plan)) * width.OutputLength * ((plan.Channels + TTap.Count - 1) / TTap.Count);
        return registers * (lines + rest) + KindLoads * kinds < registers * outputs * depth.MaxCount * height.MaxCount * width.MaxCount + (double)KindLoads * Kinds(depth) * Kinds(height) * Kinds(width);
    }

    /// <summary>How many kinds of windows an axis has, whole ones and those cut off.</summary>
    private static long Kinds(AxisPlan axis) => axis.OutputLength - Math.Max(0, Math.Min(axis.WholeEnd, axis.OutputLength) - axis.WholeFrom - 1);

    /// <summary>Channels of a block: all that there is room for, in blocks as even as can be; 0 where there is room for no register.</summary>
    private static long AxesBlock(PoolPlan plan)
    {
        long room = AxesBytes / sizeof(T) / (plan.Depth.InputLength * (plan.Height.InputLength + plan.Height.OutputLength) * plan.Width.OutputLength);
        if (plan.Channels <= Math.Max(room, TTap.Count)) return room < TTap.Count ? 0 : plan.Channels;
        long most = room / TTap.Count * TTap.Count;
        if (most == 0) return 0;
        long blocks = (plan.Channels + most - 1) / most;
        return ((plan.Channels + blocks - 1) / blocks + TTap.Count - 1) / TTap.Count * TTap.Count;
    }

    /// <summary>How many images are made together: for each kind of windows is a call.</summary>
    private static long AxesImages(PoolPlan plan) => Math.Max(1, Math.Min(Images(plan), AxesBytes / sizeof(T) / AxesElements(plan)));

    /// <summary>What the lines and slices of a block of one image take.</summary>
    private static long AxesElements(PoolPlan plan) => plan.Depth.InputLength * (plan.Height.InputLength + plan.Height.OutputLength) * LineLength(plan, AxesBlock(plan));

    private void PoolAxes<TReducer>(TReducer reducer, T* input, T* output, long images, in Slices slices, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long block = AxesBlock(_plan), together = AxesImages(_plan);
        for (long image = 0; image < images; image += together)
        {
            for (long channel = 0; ; channel = Math.Min(channel + block, _plan.Channels - block))
            {
                PoolAxes(reducer, input + image * _from.Batch + channel, output + image * _to.Batch + channel, block, Math.Min(together, images - image), slices, first, end, ref watch);
                if (channel + block == _plan.Channels) break;
            }
        }
    }

    /// <summary>Pools some rows of some slices, of images that are made together.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="input">The first channel of the first image.</param>
    /// <param name="output">Its first output in the plan's first row.</param>
    /// <param name="channels">How many channels.</param>
    /// <param name="images">How many images.</param>
    /// <param name="slices">Which slices of outputs.</param>
    /// <param name="first">The first output row.</param>
    /// <param name="end">The row behind the last one.</param>
    /// <param name="watch">Notes the taps.</param>
    private void PoolAxes<TReducer>(TReducer reducer, T* input, T* output, long channels, long images, in Slices slices, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan depth = _plan.Depth, height = _plan.Height;
        long length = LineLength(_plan, channels), slice = depth[slices.First].Start, depths = EndOf(depth, slices.End) - slice, row = height[first].Start, rows = EndOf(height, end) - row;
        FoldRows(reducer, input + slice * _from.Depth + row * _from.Height, channels, length, images, depths, rows, ref watch);
        T* lines = _lines;
        if (default(TReducer) is not ITapSum && height.Kernel > 1)
        {
            lines += images * depths * rows * length;
            for (long h = first, alike; h < end; h += alike)
            {
                Window window = height[h];
                alike = Alike(height, window, h, end);
                for (long j = 0; j < window.Count; j++) _rows[j] = j * length;
                var taps = new PixelTaps((nint)_rows, window.Count, (nint)_asks, 0, 1, 0, 1, ByRows: false);
                PixelOutputs outputs = new(images * depths, rows * length, (end - first) * length, alike, height.Stride * length, length, length, 0);
                PixelGroups.Pool<T, TTap, TState, TAcc, UnitLoad<T, TTap>, TReducer>(default, reducer, _lines + (window.Start - row) * length, lines + (h - first) * length, outputs, taps, _ones);
            }

            rows = end - first;
        }

        for (long d = slices.First; d < slices.End; d++)
        {
            Window along = depth[d];
            T* from = lines + (along.Start - slice) * rows * length, to = output + d * _to.Depth;
            if (default(TReducer) is not ITapSum && height.Kernel > 1)
            {
                for (long i = 0; i < along.Count; i++) _rows[i] = i * rows * length;
                Add(reducer, from, to + first * _to.Height, channels, images, depths * rows * length, rows, length, along.Count, 1);
                continue;
            }

            for (long h = first, alike; h < end; h += alike)
            {
                Window window = height[h];
                alike = Alike(height, window, h, end);
                long* start = _rows;
                for (long i = 0; i < along.Count; i++)
                    for (long j = 0; j < window.Count; j++) *start++ = (i * rows + j) * length;
                Add(reducer, from + (window.Start - row) * length, to + h * _to.Height, channels, images, depths * rows * length, alike, height.Stride * length, start - _rows, _plan.OuterDivisor(along.Extent * window.Extent));
            }
        }
    }

    /// <summary>Where the input of some outputs ends.</summary>
    private static long EndOf(AxisPlan axis, long end) => axis[end - 1].Start + axis[end - 1].Count;

    /// <summary>How many windows, from one on, are whole ones.</summary>
    private static long Alike(AxisPlan axis, in Window window, long first, long end) => axis.Slides && window.Count == axis.Kernel ? Math.Min(end, axis.WholeEnd) - first : 1;

    /// <summary>Combines the taps of all rows along the width: in one go where they lie evenly.</summary>
    private void FoldRows<TReducer>(TReducer reducer, T* input, long channels, long length, long images, long depths, long rows, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        // An axis of one position has no step of its own.
        long next = rows > 1 ? _from.Height : depths > 1 ? _from.Depth : _from.Batch;
        bool areSlices = depths == 1 || _from.Depth == rows * next, areImages = areSlices && (images == 1 || _from.Batch == depths * rows * next);
        long slicesAtOnce = areSlices ? depths : 1, imagesAtOnce = areImages ? images : 1, atOnce = imagesAtOnce * slicesAtOnce * rows;
        // Behind the last row there may be nothing that a narrow pixel could be read with.
        long readable = channels >= TTap.Count ? atOnce : next >= TTap.Count ? atOnce - 1 : 0;
        T* line = _lines;
        _rows[0] = 0;
        for (long image = 0; image < images; image += imagesAtOnce)
            for (long slice = 0; slice < depths; slice += slicesAtOnce, line += atOnce * length) Fold(reducer, input + image * _from.Batch + slice * _from.Depth, channels, atOnce, next, readable, line, length, ref watch);
    }
}
