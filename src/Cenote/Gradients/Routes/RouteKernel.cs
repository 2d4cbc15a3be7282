using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Gradients of chosen taps of windows that slide by one, by <see cref="RouteLines{T, TSums}"/>.</summary>
internal sealed unsafe class RouteKernel<T, TSum, TSums, TFormat> : PoolKernel
    where T : unmanaged
    where TSum : unmanaged, INumber<TSum>
    where TSums : unmanaged, ILanes<TSums, TSum>
    where TFormat : struct, IGradientFormat<T, TSum, TSums>
{
    /// <summary>Of fewer taps all are compared as fast; of windows of more rows and columns the scattering of single windows is faster. Measured.</summary>
    private const long FewTaps = 9, ManyRowsAndColumns = 16;

    public override string Name => "routes";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan pooling = job.Plan.Transposed;
        bool areSmall = pooling.Taps >= FewTaps && pooling.Height.Kernel + pooling.Width.Kernel <= ManyRowsAndColumns && pooling.Depth is { Kernel: 1, InputLength: 1, OutputLength: 1 };
        if (job.Offsets is not { Start: not null, Size: 1 } || !areSmall || !RouteLines<TSum, TSums>.Accepts(pooling)) return false;
        RouteBands bands = Bands(job);
        bool areRows = bands.ByChannels ? job.InputLayout.Channel == 1 && job.Offsets.Layout.Channel == 1 : job.InputLayout.Width == 1 && job.Offsets.Layout.Width == 1 && job.OutputLayout.Width == 1;
        // Registers that are worked on together must not meet in a sum.
        return areRows && bands.Fits && pooling.Height.Dilation * bands.Row >= 4 * TSums.Count;
    }

    public override long Units(in PoolJob job) => Bands(job).Units;

    /// <summary>Half a nanosecond for an input.</summary>
    public override double Cost(in PoolJob job) => 0.5 * job.Plan.OutputElements;

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan pooling = job.Plan.Transposed;
        AxisPlan height = pooling.Height;
        RouteBands bands = Bands(job);
        long reach = height.Span - 1, bytes = RouteLines<TSum, TSums>.Bytes(pooling, bands.Row, bands.Pixel, bands.WindowRows);
        byte* memory = Scratch.Of(bytes + ((bands.Rows + 2 * reach) * bands.Row + RouteLines<TSum, TSums>.Step) * sizeof(TSum) + AheadWrites.PageBytes);
        var lines = new RouteLines<TSum, TSums>(pooling, bands.Row, bands.Pixel, bands.WindowRows, memory);
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            RouteBand band = bands[unit];
            // The windows that read the band's rows, and the row of their first taps.
            long window = Math.Max(0, band.Row + height.Before - reach), windows = Math.Max(0, Math.Min(height.OutputLength, band.EndRow + height.Before) - window), origin = window - height.Before, row = band.Row;
            var sums = (TSum*)AheadWrites.Beside(memory + bytes, (T*)job.Input + band.Place(job.InputLayout, window));
            Clear(0, reach);
            Clear(windows + reach, band.EndRow - origin);
            for (long done = 0; done < windows; done += bands.WindowRows)
            {
                long rows = Math.Min(bands.WindowRows, windows - done), next = window + done + rows;
                var ahead = new RouteAhead((T*)job.Input + band.Place(job.InputLayout, next), job.Offsets.Start + band.Place(job.Offsets.Layout, next), (T*)job.Output + band.Place(job.OutputLayout, row), sizeof(T));
                Read(job, bands, band, window + done, rows, lines, out byte* numbers, out TSum* gradients);
                lines.Add(numbers, gradients, sums + done * bands.Row, rows * bands.Row, ahead);
                Write(Math.Min(band.EndRow, origin + done + rows), job);
            }

            Write(band.EndRow, job);

            void Write(long ready, in PoolJob job)
            {
                if (ready <= row) return;
                Runs runs = Runs.Of(bands, band, job.OutputLayout, job.Plan.Width.OutputLength, ready - row);
                T* to = (T*)job.Output + band.Place(job.OutputLayout, row);
                for (long i = 0; i < runs.Rows; i++)
                    for (long k = 0; k < runs.Count; k++) GradientCopy<T, TSum, TSums, TFormat>.Round(sums + (row - origin + i) * bands.Row + k * bands.Pixel, to + i * job.OutputLayout.Height + k * job.OutputLayout.Width, runs.Stride, runs.Length);
                row = ready;
            }

            void Clear(long from, long to)
            {
                if (to > from) new Span<TSum>(sums + from * bands.Row, (int)((to - from) * bands.Row)).Clear();
            }
        }
    }

    private static RouteBands Bands(in PoolJob job) => new(job.Plan, job.OutputLayout.Channel == 1 && job.Plan.Channels > 1);

    /// <summary>Finds some rows of windows where they lie, if they lie as in a line and enough before and behind them, or copies them.</summary>
    private static void Read(in PoolJob job, in RouteBands bands, in RouteBand band, long window, long rows, in RouteLines<TSum, TSums> lines, out byte* numbers, out TSum* gradients)
    {
        TensorLayout from = job.InputLayout, marks = job.Offsets.Layout;
        long columns = job.Plan.Width.InputLength, around = RouteLines<TSum, TSums>.Around(job.Plan.Transposed, bands.Pixel);
        Runs runs = Runs.Of(bands, band, from, columns, rows), markRuns = Runs.Of(bands, band, marks, columns, rows);
        T* given = (T*)job.Input + band.Place(from, window);
        byte* chosen = job.Offsets.Start + band.Place(marks, window);
        if (typeof(T) == typeof(TSum) && runs.IsOne && markRuns.IsOne && rows == bands.WindowRows && Room(job.Plan, from, given - (T*)job.Input, rows * bands.Row) >= around && Room(job.Plan, marks, chosen - job.Offsets.Start, rows * bands.Row) >= around)
        {
            numbers = chosen;
            gradients = (TSum*)given;
            return;
        }

        numbers = lines.Numbers;
        gradients = lines.Gradients;
        for (long i = 0; i < runs.Rows; i++)
            for (long k = 0; k < runs.Count; k++) GradientCopy<T, TSum, TSums, TFormat>.Lift(given + i * from.Height + k * from.Width, runs.Stride, gradients + i * bands.Row + k * bands.Pixel, runs.Length);
        for (long i = 0; i < markRuns.Rows; i++)
            for (long k = 0; k < markRuns.Count; k++) Copy(chosen + i * marks.Height + k * marks.Width, markRuns.Stride, numbers + i * bands.Row + k * bands.Pixel, markRuns.Length);
        // Fewer rows than before leave some behind them.
        if (rows < bands.WindowRows) new Span<byte>(numbers + rows * bands.Row, (int)((bands.WindowRows - rows) * bands.Row)).Fill(byte.MaxValue);
    }

    /// <summary>How many elements of a tensor, whichever they are, lie before and behind some of them at least.</summary>
    private static long Room(PoolPlan plan, in TensorLayout layout, long first, long count)
    {
        long last = (plan.Batch - 1) * layout.Batch + (plan.Channels - 1) * layout.Channel + (plan.Height.InputLength - 1) * layout.Height + (plan.Width.InputLength - 1) * layout.Width;
        return Math.Min(first, last + 1 - first - count);
    }

    private static void Copy(byte* from, long stride, byte* to, long length)
    {
        if (stride == 1) Unsafe.CopyBlockUnaligned(to, from, (uint)length);
        else for (long i = 0; i < length; i++) to[i] = from[i * stride];
    }

    /// <summary>Some rows as parts that lie apart: so many rows of so many parts, and how far apart the elements of each lie.</summary>
    private readonly record struct Runs(long Rows, long Count, long Length, long Stride)
    {
        public bool IsOne => this is { Rows: 1, Count: 1, Stride: 1 };

        public static Runs Of(in RouteBands bands, in RouteBand band, in TensorLayout layout, long columns, long rows)
        {
            bool isDense = bands.ByChannels ? layout.Channel == 1 && layout.Width == bands.Pixel && band.Channels == bands.Pixel : layout.Width == 1;
            long length = columns * bands.Pixel;
            if (isDense && length == bands.Row && layout.Height == bands.Row) return new(1, 1, rows * length, 1);
            if (isDense) return new(rows, 1, length, 1);
            return bands.ByChannels ? new(rows, columns, band.Channels, layout.Channel) : new(rows, 1, columns, layout.Width);
        }
    }
}
