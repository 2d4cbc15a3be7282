namespace Cenote;

/// <content>
/// Averages of more than 32 taps, whose windows share rows: sums of rows are made once, side by side as lines, which are then added up as pixels of a picture of their own. The bits are those of <see cref="PixelTaps.ByRows"/>.
/// </content>
internal readonly unsafe partial struct PixelWindows<T, TTap, TState, TAcc>
{
    /// <summary>What the lines of output rows made together may take: a part of the second-level cache.</summary>
    private const long LineBytes = 128 << 10;

    /// <summary>Lines of one window that take more memory than this are not worth it.</summary>
    private const long MostLineBytes = 256 << 10;

    /// <summary>Input that caches hold beside the lines.</summary>
    private const long MostInputBytes = 4 << 20;

    /// <summary>Whether windows are made so: where at least three share a row, and caches hold the input. Measured: with fewer, or from memory, it takes longer.</summary>
    private static bool HasLines<TReducer>(TReducer reducer, PoolPlan plan)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        default(TReducer) is ITapSum && reducer.FoldsInAnyOrder(plan) && plan is { Slides: true, FoldsRows: true, Depth.Kernel: 1, Height.Dilation: 1 } && plan.Height.Kernel >= 3 * plan.Height.Stride
        && plan.InputElements * sizeof(T) <= MostInputBytes && plan.Channels >= TTap.Count && Capacity(plan) * LineLength(plan) <= MostLineBytes / sizeof(T);

    private static long LineLength(PoolPlan plan) => plan.Width.OutputLength * plan.Channels;

    /// <summary>How many lines are kept.</summary>
    private static long Capacity(PoolPlan plan) => Math.Min(plan.Height.InputLength, Math.Max(plan.Height.Kernel, LineBytes / sizeof(T) / LineLength(plan)));

    private void PoolLines<TReducer>(TReducer reducer, T* input, T* output, in Window depth, long first, long end)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan height = _plan.Height;
        long length = LineLength(_plan), capacity = Capacity(_plan), kept = 0, made = 0;
        long band = capacity == height.InputLength ? height.OutputLength : (capacity - height.Kernel) / height.Stride + 1;
        for (long row = 0; row < height.MaxCount; row++) _rows[row] = row * length;
        for (long h = first, last; h < end; h = last)
        {
            last = Math.Min(end, h + band);
            long from = height[h].Start, to = height[last - 1].Start + height[last - 1].Count;
            if (made > from) Buffer.MemoryCopy(_lines + (from - kept) * length, _lines, (made - from) * length * sizeof(T), (made - from) * length * sizeof(T));
            else made = from;
            kept = from;
            if (to > made) Fold(reducer, input + made * _from.Height, to - made, _lines + (made - kept) * length);
            made = Math.Max(made, to);
            for (long row = h, alike; row < last; row += alike)
            {
                Window window = height[row];
                alike = window.Count == height.Kernel ? Math.Min(last, height.WholeEnd) - row : 1;
                Add(reducer, _lines + (window.Start - kept) * length, output + row * _to.Height, alike, window.Count, _plan.OuterDivisor(depth.Extent * window.Extent));
            }
        }
    }

    /// <summary>Adds up the taps of rows along the width.</summary>
    private void Fold<TReducer>(TReducer reducer, T* row, long rows, T* line)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long channels = _plan.Channels, next = _plan.Width.Stride * _from.Width, length = LineLength(_plan);
        for (long pixel = 0, alike; pixel < _pixels.Count; pixel += alike)
        {
            PixelTable.Entry entry = _pixels[pixel];
            alike = entry.Alike;
            var taps = new PixelTaps((nint)_rows, entry.Count > 0 ? 1 : 0, (nint)_asks, 0, entry.Count, _pixels.Step, 1, ByRows: false);
            PixelOutputs sums = next == channels ? new(rows, _from.Height, length, 1, 0, 0, alike * channels, 0) : new(rows, _from.Height, length, alike, next, channels, channels, 0);
            PixelSums.Fold<T, TTap, TState, TAcc, TReducer>(reducer, row + entry.Start, line + pixel * channels, sums, taps, _ones);
        }
    }

    /// <summary>Adds up lines: of all pixels together that have the same divisor.</summary>
    private void Add<TReducer>(TReducer reducer, T* line, T* row, long rows, long lines, long factor)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long channels = _plan.Channels, nextRow = _plan.Height.Stride * LineLength(_plan);
        for (long pixel = 0, alike; pixel < _pixels.Count; pixel += alike)
        {
            long divisor = _pixels[pixel].Divisor;
            alike = _pixels[pixel].Alike;
            while (pixel + alike < _pixels.Count && _pixels[pixel + alike].Divisor == divisor) alike += _pixels[pixel + alike].Alike;
            var taps = new PixelTaps((nint)_rows, lines, (nint)_asks, 0, 1, 0, factor * divisor, ByRows: false);
            PixelOutputs outputs = _to.Width == channels ? new(rows, nextRow, _to.Height, 1, 0, 0, alike * channels, 0) : new(rows, nextRow, _to.Height, alike, channels, _to.Width, channels, 0);
            PixelSums.Pool<T, TTap, TState, TAcc, UnitLoad<T, TTap>, TReducer>(default, reducer, line + pixel * channels, row + pixel * _to.Width, outputs, taps, _ones);
        }
    }
}
