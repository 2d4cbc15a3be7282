using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Gathers the taps of a row of windows in lines, lanes across the width, or across the elements of dense channels-last rows. Windows that are clipped along the width, and those that see what
/// the lines cannot handle, are left to the kernel for single windows.
/// </summary>
/// <typeparam name="T">A tap as it lies in memory; floating-point numbers as integers of the same width.</typeparam>
/// <typeparam name="TTap">A register of taps.</typeparam>
/// <typeparam name="TLines">Makes outputs of the lines.</typeparam>
internal sealed unsafe class TapLinesKernel<T, TTap, TLines>(TLines lines, GatheredKernel exact) : PoolKernel
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TLines : struct, ITapLines<T, TTap>
{
    /// <summary>Lines worked on together: what a first-level cache holds beside the input.</summary>
    private const long LineBytes = 24 << 10;

    /// <summary>Pixels of so many channels that not even one has room are left to the kernel for single windows.</summary>
    private const long MostBytes = 1 << 26;

    public override string Name { get; } = $"tap lines, {8 * Unsafe.SizeOf<TTap>()} bits";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        if (!plan.Slides || plan.ReadsPadding || !(IsPixels(job) || (job.InputLayout.Width == 1 && job.OutputLayout.Width == 1))) return false;
        double taps = (double)plan.Depth.MaxCount * plan.Height.MaxCount * plan.Width.Kernel, span = plan.Width.Span + (double)plan.Width.LaneStride * 4 * TTap.Count;
        return taps <= lines.MostTaps && plan.Depth.MaxCount * plan.Height.MaxCount * (span + 4 * TTap.Count * plan.Width.Kernel) * Inner(job) * sizeof(T) <= MostBytes
            && plan.Width.WholeEnd > plan.Width.WholeFrom && Registers.Suit<TTap, T>(plan.Width.OutputLength * Inner(job));
    }

    /// <summary>One unit is one row of the output, of a channel or of all of them.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * (IsPixels(job) ? 1 : job.Plan.Channels) * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    /// <summary>A fiftieth of a nanosecond per byte of a tap.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * (0.02 * sizeof(T) * job.Plan.MaxCount);

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        long channels = IsPixels(job) ? 1 : plan.Channels;
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (rest, h) = Math.DivRem(unit, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var (n, c) = Math.DivRem(rest, channels);
            Row(job, new(n, c, d, h, 0));
        }
    }

    private static bool IsPixels(in PoolJob job) =>
        job.Plan.Channels > 1 && job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1
        && (job.Plan.Width.InputLength == 1 || job.InputLayout.Width == job.Plan.Channels) && (job.Plan.Width.OutputLength == 1 || job.OutputLayout.Width == job.Plan.Channels);

    /// <summary>How many elements lie side by side at each position.</summary>
    private static long Inner(in PoolJob job) => IsPixels(job) ? job.Plan.Channels : 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Row(in PoolJob job, OutputPlace place)
    {
        AxisPlan width = job.Plan.Width;
        Window depth = job.Plan.Depth[place.D], height = job.Plan.Height[place.H];
        long rows = depth.Count * height.Count, inner = Inner(job);
        long from = rows == 0 ? width.OutputLength : Math.Clamp(width.WholeFrom, 0, width.OutputLength), end = Math.Clamp(width.WholeEnd, from, width.OutputLength);
        long perOutput = rows * (width.LaneStride + width.Kernel) * inner * sizeof(T), least = (2 * TTap.Count + inner - 1) / inner;
        long some = Math.Max(least, LineBytes / Math.Max(1, perOutput));
        Exactly(job, place, 0, from, inner);
        for (long o = from; o < end; o += some)
        {
            long last = Math.Min(end, o + some);
            if (!Lines(job, place with { W = o }, depth, height, last - o, inner)) Exactly(job, place, o, last, inner);
        }

        Exactly(job, place, end, width.OutputLength, inner);
    }

    private void Exactly(in PoolJob job, in OutputPlace place, long from, long end, long inner)
    {
        if (from >= end) return;
        for (long c = 0; c < inner; c++) exact.Outputs(job, place with { C = place.C + c, W = from }, end);
    }

    /// <summary>Makes some outputs of a row; false where a tap is not for lines.</summary>
    // Bounds: the windows lie inside the input; copies are of what they read, with two registers of room behind each line.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Lines(in PoolJob job, OutputPlace first, in Window depth, in Window height, long outputs, long inner)
    {
        AxisPlan width = job.Plan.Width;
        long rows = depth.Count * height.Count, columns = width.Kernel, stride = width.LaneStride, count = outputs * inner;
        long length = ((outputs - 1) * stride + width.Span) * inner, pitch = Room(length), linePitch = Room(count);
        T* copies = (T*)Scratch.Of((rows * pitch + 2 * rows * columns * linePitch) * sizeof(T)), gathered = copies + rows * pitch, work = gathered + rows * columns * linePitch;
        T* corner = (T*)job.Input + first.N * job.InputLayout.Batch + first.C * job.InputLayout.Channel + width.Start(first.W) * inner;
        TTap watch = default;
        for (long i = 0; i < depth.Count; i++)
        {
            for (long j = 0; j < height.Count; j++)
            {
                T* row = corner + (depth.Start + i * depth.Step) * job.InputLayout.Depth + (height.Start + j * height.Step) * job.InputLayout.Height;
                watch = Copy(row, length, copies + (i * height.Count + j) * pitch, watch);
            }
        }

        if (lines.Alarms(watch)) return false;
        lines.Prepare(copies, pitch, rows, columns, length);
        T** taps = stackalloc T*[(int)(rows * columns)];
        for (long row = 0; row < rows; row++)
        {
            for (long k = 0; k < columns; k++)
            {
                T* from = copies + row * pitch + k * width.Dilation * inner, line = gathered + (row * columns + k) * linePitch;
                taps[row * columns + k] = stride == 1 || outputs == 1 ? from : line;
                if (taps[row * columns + k] == line) Spread(from, stride, inner, outputs, line);
            }
        }

        T* output = (T*)job.Output + first.In(job.OutputLayout);
        lines.Finish(taps, rows, columns, work, linePitch, output, count);
        if (job.Offsets.Start is not null)
            for (long w = 0; w < outputs; w++)
                for (long c = 0; c < inner; c++) Locate(job, first with { C = first.C + c, W = first.W + w }, depth, height, output[w * inner + c]);
        return true;
    }

    /// <summary>Whole registers, and two behind them.</summary>
    private static long Room(long count) => (count + TTap.Count - 1) / TTap.Count * TTap.Count + 2 * TTap.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private TTap Copy(T* from, long length, T* to, TTap watch)
    {
        TTap seen = watch;
        long i = 0;
        for (; i + TTap.Count <= length; i += TTap.Count)
        {
            TTap taps = TTap.Load(from + i);
            Prefetch.Behind(from + i, sizeof(TTap));
            seen = lines.Watch(seen, taps);
            TTap.Store(lines.Lift(taps), to + i);
        }

        if (i == length) return seen;
        TTap rest = TTap.LoadPart(from + i, length - i, default);
        TTap.Store(lines.Lift(rest), to + i);
        return lines.Watch(seen, rest);
    }

    /// <summary>Every so many positions, side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spread(T* from, long stride, long inner, long outputs, T* to)
    {
        if (inner > 1)
        {
            for (long o = 0; o < outputs; o++) Buffer.MemoryCopy(from + o * stride * inner, to + o * inner, inner * sizeof(T), inner * sizeof(T));
            return;
        }

        long i = 0;
        // Two registers that both lie in the copy: an output's tap is the last thing there.
        if (stride == 2)
            for (; i + TTap.Count <= outputs; i += TTap.Count) TTap.Store(TTap.Unzip(TTap.Load(from + 2 * i), TTap.Load(from + 2 * i + TTap.Count)).Even, to + i);
        for (; i < outputs; i++) to[i] = from[i * stride];
    }

    /// <summary>Writes the number of the first tap that is the output, bit for bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Locate(in PoolJob job, in OutputPlace place, in Window depth, in Window height, T value)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout;
        AxisPlan width = plan.Width;
        OffsetMemory offsets = job.Offsets;
        T* corner = (T*)job.Input + place.N * from.Batch + place.C * from.Channel + width.Start(place.W) * from.Width;
        long step = width.Dilation * from.Width;
        for (long i = 0; i < depth.Count; i++)
        {
            for (long j = 0; j < height.Count; j++)
            {
                T* row = corner + (depth.Start + i * depth.Step) * from.Depth + (height.Start + j * height.Step) * from.Height;
                for (long k = 0; k < width.Kernel; k++)
                {
                    if (!EqualityComparer<T>.Default.Equals(row[k * step], value)) continue;
                    offsets[place.In(offsets.Layout)] = ((depth.Before + i) * plan.Height.Kernel + height.Before + j) * width.Kernel + k;
                    return;
                }
            }
        }
    }
}
