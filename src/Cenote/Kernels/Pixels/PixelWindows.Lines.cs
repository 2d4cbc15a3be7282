using System.Runtime.CompilerServices;

namespace Cenote;

/// <content>
/// Averages of more than 32 taps, and maxima, whose windows share rows: what rows come to is made once, side by side as lines, which are then combined as pixels of a picture of their own. The bits of sums are those of <see cref="PixelTaps.ByRows"/>.
/// </content>
internal readonly unsafe partial struct PixelWindows<T, TTap, TState, TAcc>
{
    /// <summary>What the lines of output rows made together may take, a part of the second-level cache: where those of one window take more, they are not worth it.</summary>
    private const long LineBytes = 256 << 10;

    /// <summary>Input that caches hold beside the lines.</summary>
    private const long MostInputBytes = 4 << 20;

    /// <summary>Bytes of a line that are combined down all rows before those that follow: as many lines as a window has lie in the first-level cache.</summary>
    private const long BlockBytes = 2 << 10;

    /// <summary>Whether windows are made so: where lines pay, and caches hold them and the input. Measured: from memory it takes longer.</summary>
    // Inlined, what cannot be is known to the compiler: then the lines' code is left out of programs that are compiled ahead of time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasLines<TReducer>(TReducer reducer, PoolPlan plan)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> => MayHaveLines<TReducer>() && LinesFit(reducer, plan);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MayHaveLines<TReducer>()
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        default(TReducer) is ITapSum || (TReducer.IsIdempotent && AreWide && sizeof(TAcc) == sizeof(TTap));

    /// <summary>Whether there are registers of whole cache lines: with narrower ones lines of maxima do not pay, nor do those of narrow pixels, parts of which cost less to write.</summary>
    private static bool AreWide
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Registers.Exist((int)Prefetch.CacheLine);
    }

    private static bool LinesFit<TReducer>(TReducer reducer, PoolPlan plan)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        reducer.FoldsInAnyOrder(plan) && plan is { Slides: true, FoldsRows: true, Depth.Kernel: 1, Height.Dilation: 1 } && LinesPay<TReducer>(plan)
        && plan.InputElements * sizeof(T) <= MostInputBytes && (AreWide || plan.Channels >= TTap.Count) && Capacity(plan) * LineLength(plan, plan.Channels) <= LineBytes / sizeof(T);

    /// <summary>Sums: where at least three windows share a row. Maxima: where fewer registers are loaded so; most pixels begin between two cache lines, and lines do not. Measured.</summary>
    private static bool LinesPay<TReducer>(PoolPlan plan)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan height = plan.Height;
        long taps = plan.Width.Kernel;
        if (default(TReducer) is ITapSum) return height.Kernel >= 3 * height.Stride;
        return height is { OutputLength: > 2 } && height.Kernel * taps >= SixWindows.FewestTaps && taps * height.Stride + height.Kernel < height.Kernel * taps;
    }

    /// <summary>From line to line. Of pixels narrower than a register there is room for one behind the last; and whole cache lines, an odd number, so that lines one below the other have places of their own.</summary>
    private static long LineLength(PoolPlan plan, long channels)
    {
        long length = plan.Width.OutputLength * channels, line = Prefetch.CacheLine / sizeof(T);
        return channels >= TTap.Count ? length : ((length + TTap.Count + line - 1) / line | 1) * line;
    }

    /// <summary>How many lines are kept: those of all images that are made together, of narrow pixels. Others have more to do for each call, and take longer so: 1.1 to 1.2 times. Measured.</summary>
    private static long Capacity(PoolPlan plan) => Math.Min((plan.Channels < TTap.Count ? Math.Max(1, Images(plan)) : 1) * plan.Height.InputLength, Math.Max(plan.Height.Kernel, LineBytes / sizeof(T) / LineLength(plan, plan.Channels)));

    /// <summary>Pools whole images: as many together as there is room for, for each of their kinds of windows is a call.</summary>
    private void PoolLines<TReducer>(TReducer reducer, T* input, T* output, long images, in Window depth, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long rows = _plan.Height.InputLength, together = _from.Batch == rows * _from.Height ? Math.Max(1, Capacity(_plan) / rows) : 1;
        for (long image = 0; image < images; image += together)
            PoolLines(reducer, input + image * _from.Batch, output + image * _to.Batch, Math.Min(together, images - image), depth, 0, _plan.Height.OutputLength, ref watch);
    }

    private void PoolLines<TReducer>(TReducer reducer, T* input, T* output, long images, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan height = _plan.Height;
        // Rows of images that are made together are those of one.
        long others = (images - 1) * height.InputLength, all = height.InputLength + others;
        long channels = _plan.Channels, length = LineLength(_plan, channels), capacity = Capacity(_plan), kept = 0, made = 0;
        // Behind the last row there may be nothing that a narrow pixel could be read with.
        long readable = all - (channels >= TTap.Count ? 0 : _from.Height >= TTap.Count ? 1 : all);
        long band = capacity >= height.InputLength ? height.OutputLength : (capacity - height.Kernel) / height.Stride + 1;
        for (long row = 0; row < height.MaxCount; row++) _rows[row] = row * length;
        for (long h = first, last; h < end; h = last)
        {
            last = Math.Min(end, h + band);
            long from = height[h].Start, to = height[last - 1].Start + height[last - 1].Count + others;
            if (made > from) Buffer.MemoryCopy(_lines + (from - kept) * length, _lines, (made - from) * length * sizeof(T), (made - from) * length * sizeof(T));
            else made = from;
            kept = from;
            if (to > made) Fold(reducer, input + made * _from.Height, channels, to - made, _from.Height, Math.Max(0, Math.Min(to, readable) - made), _lines + (made - kept) * length, length, ref watch);
            made = Math.Max(made, to);
            for (long row = h, alike; row < last; row += alike)
            {
                Window window = height[row];
                alike = window.Count == height.Kernel ? Math.Min(last, height.WholeEnd) - row : 1;
                Add(reducer, _lines + (window.Start - kept) * length, output + row * _to.Height, channels, images, height.InputLength * length, alike, height.Stride * length, window.Count, _plan.OuterDivisor(depth.Extent * window.Extent));
            }
        }
    }

    /// <summary>Combines the taps of rows along the width. Pixels narrower than a register are written as a whole one, over which the next is written.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="row">The first row's first channel.</param>
    /// <param name="channels">How many channels.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="nextRow">From row to row.</param>
    /// <param name="readable">How many of them can be read beyond their end.</param>
    /// <param name="line">The first line.</param>
    /// <param name="length">From line to line.</param>
    /// <param name="watch">Notes the taps.</param>
    private void Fold<TReducer>(TReducer reducer, T* row, long channels, long rows, long nextRow, long readable, T* line, long length, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long next = _plan.Width.Stride * _from.Width;
        for (long pixel = 0, alike; pixel < _pixels.Count; pixel += alike)
        {
            PixelTable.Entry entry = _pixels[pixel];
            alike = entry.Alike;
            var taps = new PixelTaps((nint)_rows, entry.Count > 0 ? 1 : 0, (nint)_asks, 0, entry.Count, _pixels.Step, 1, ByRows: false);
            PixelOutputs sums = next == channels ? new(rows, nextRow, length, 1, 0, 0, alike * channels, 0) : new(rows, nextRow, length, alike, next, channels, channels, 0);
            T* from = row + entry.Start, to = line + pixel * channels;
            long whole = sums.Length >= TTap.Count ? rows : readable;
            if (whole > 0) PixelGroups.Fold<T, TTap, TState, TAcc, UnitLoad<T, TTap>, TReducer>(default, reducer, from, to, sums with { Rows = whole }, taps, _ones, ref watch);
            if (AreWide && whole < rows)
                PixelGroups.Fold<T, TTap, TState, TAcc, ShortLoad<T, TTap>, TReducer>(new(sums.Length, reducer.Padding), reducer, from + whole * nextRow, to + whole * length, sums with { Rows = rows - whole }, taps, _ones, ref watch);
        }
    }

    /// <summary>Combines lines: of all pixels together that have the same divisor.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="line">The first line of the first image's first row.</param>
    /// <param name="row">Where that row belongs.</param>
    /// <param name="channels">How many channels.</param>
    /// <param name="images">How many images.</param>
    /// <param name="nextImage">From the first line of one to that of the next.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="nextRow">From the first line of one to that of the next.</param>
    /// <param name="lines">How many lines, each where <see cref="_rows"/> says.</param>
    /// <param name="factor">What averages divide by on behalf of them.</param>
    private void Add<TReducer>(TReducer reducer, T* line, T* row, long channels, long images, long nextImage, long rows, long nextRow, long lines, long factor)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (long pixel = 0, alike; pixel < _pixels.Count; pixel += alike)
        {
            long divisor = _pixels[pixel].Divisor;
            alike = _pixels[pixel].Alike;
            while (pixel + alike < _pixels.Count && (TReducer.IsIdempotent || _pixels[pixel + alike].Divisor == divisor)) alike += _pixels[pixel + alike].Alike;
            var taps = new PixelTaps((nint)_rows, lines, (nint)_asks, 0, 1, 0, factor * divisor, ByRows: false);
            T* from = line + pixel * channels, to = row + pixel * _to.Width;
            long length = alike * channels;
            // A block of the lines down all rows, and then the next; the last may be longer.
            long block = BlockBytes / sizeof(T), blocks = _to.Width == channels ? Math.Max(0, length / block - 1) : 0;
            if (blocks == 0 && _to.Width == channels)
            {
                Add(reducer, from, to, new(images, nextImage, _to.Batch, rows, nextRow, _to.Height, length, 0), taps);
                continue;
            }

            for (long image = 0; image < images; image++, from += nextImage, to += _to.Batch)
            {
                if (blocks == 0)
                {
                    Add(reducer, from, to, new(rows, nextRow, _to.Height, alike, channels, _to.Width, channels, 0), taps);
                    continue;
                }

                Add(reducer, from, to, new(blocks, block, block, rows, nextRow, _to.Height, block, 0), taps);
                Add(reducer, from + blocks * block, to + blocks * block, new(1, 0, 0, rows, nextRow, _to.Height, length - blocks * block, 0), taps);
            }
        }
    }

    private void Add<TReducer>(TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (!AreWide || outputs.Length >= TTap.Count) PixelGroups.Pool<T, TTap, TState, TAcc, UnitLoad<T, TTap>, TReducer>(default, reducer, from, to, outputs, taps, _ones);
        else PixelGroups.Pool<T, TTap, TState, TAcc, ShortLoad<T, TTap>, TReducer>(new(outputs.Length, reducer.Padding, isWhole: true), reducer, from, to, outputs, taps, _ones);
    }
}
