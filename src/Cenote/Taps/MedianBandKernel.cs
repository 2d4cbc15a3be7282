using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <summary>
/// Medians of 3×3 and 5×5 at stride 1, by bands of output rows that share the lines their taps are copied to, two rows at a time on registers (<see cref="MedianNetworks{TElement, T, TTap}"/>). Rows that are clipped along the height, and bands
/// with NaN, are left to the kernel for rows. Windows of 3×3 inside the rows read the input where it lies.
/// </summary>
/// <typeparam name="TElement">The element type.</typeparam>
/// <typeparam name="T">A tap that is lifted, as in <see cref="MedianLines{TElement, T, TTap}"/>.</typeparam>
/// <typeparam name="TTap">A register of taps.</typeparam>
/// <typeparam name="TLanes">A register of elements as they lie in the input.</typeparam>
/// <param name="others">Its units are rows.</param>
internal sealed unsafe class MedianBandKernel<TElement, T, TTap, TLanes>(TapLinesKernel<T, TTap, MedianLines<TElement, T, TTap>> others) : PoolKernel
    where TElement : unmanaged
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    where TTap : unmanaged, ILanes<TTap, T>
    where TLanes : unmanaged, ILanes<TLanes, TElement>
{
    /// <summary>Output rows of a band: enough that copying what it shares with its neighbours does not matter.</summary>
    private const long BandRows = 8;

    /// <summary>The lines of a band: of them a first-level cache should hold the few that a pair of rows reads.</summary>
    private const long LineBytes = 64 << 10;

    /// <summary>Registers of a row, if it has borders, for which reading it where it lies pays for the copies of these: measured.</summary>
    private const long LongRow = 32;

    public override string Name { get; } = $"median bands, {8 * Unsafe.SizeOf<TTap>()} bits";

    public override bool Accepts(in PoolJob job)
    {
        AxisPlan height = job.Plan.Height, width = job.Plan.Width;
        return others.Accepts(job) && job.Plan.Depth.Kernel == 1 && height is { Kernel: 3 or 5, Stride: 1, Dilation: 1 } && width.Kernel == height.Kernel && width.LaneStride == 1
            && height.WholeEnd - Math.Max(0, height.WholeFrom) >= 2 && width.InputLength >= width.Span && width.OutputLength * TapLines.Inner(job) >= TTap.Count;
    }

    /// <summary>One unit is a band of a channel or of all of them.</summary>
    public override long Units(in PoolJob job) => others.Units(job) / job.Plan.Height.OutputLength * Bands(job);

    public override double Cost(in PoolJob job) => others.Cost(job) / 4;

    public override void Run(in PoolJob job, long first, long end)
    {
        AxisPlan height = job.Plan.Height;
        long bands = Bands(job), channels = TapLines.Channels(job);
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (image, band) = Math.DivRem(unit, bands);
            var (rest, d) = Math.DivRem(image, job.Plan.Depth.OutputLength);
            var (n, c) = Math.DivRem(rest, channels);
            long row = band * BandRows, last = Math.Min(row + BandRows, height.OutputLength), before = image * height.OutputLength;
            long from = Math.Clamp(height.WholeFrom, row, last), whole = Math.Clamp(height.WholeEnd, from, last);
            bool alone = whole - from < 2 || job.Plan.Depth[d].Count == 0 || !Band(job, new(n, c, d, from, 0), whole - from);
            others.Run(job, before + row, before + (alone ? last : from));
            if (!alone) others.Run(job, before + whole, before + last);
        }
    }

    private static long Bands(in PoolJob job) => (job.Plan.Height.OutputLength + BandRows - 1) / BandRows;

    /// <summary>Whether elements are compared as they are: 16 bits of a float have no order of their own, and elsewhere than on x86 minima of floats take more than copies that are lifted.</summary>
    // A constant.
    private static bool Compares => typeof(TElement) == typeof(T) || (sizeof(T) >= sizeof(float) && Sse.IsSupported);

    /// <summary>Makes some rows, at least two; false where a tap is not for lines.</summary>
    private static bool Band(in PoolJob job, OutputPlace place, long rows)
    {
        AxisPlan width = job.Plan.Width;
        long inner = TapLines.Inner(job), few = (TTap.Count + inner - 1) / inner, all = width.OutputLength;
        long from = Math.Clamp(width.WholeFrom, 0, all), end = Math.Clamp(width.WholeEnd, from, all);
        bool whole = Compares && width.Kernel == 3 && job.Offsets.Start is null && end - from >= few && (end - from == all || all * inner >= LongRow * TTap.Count);
        if (!whole || !Parts(job, place, rows, from, end, inner, whole: true)) return Parts(job, place, rows, 0, all, inner, whole: false);
        // At the borders some are made twice, that there are enough for a register.
        return (from == 0 || Parts(job, place, rows, 0, Math.Max(from, few), inner, whole: false))
            && (end == all || Parts(job, place, rows, Math.Min(end, all - few), all, inner, whole: false));
    }

    /// <summary>Makes some outputs of these rows, at least a register.</summary>
    /// <param name="whole">Whether their windows lie inside the rows and are to read the input itself.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Parts(in PoolJob job, OutputPlace place, long rows, long from, long end, long inner, bool whole)
    {
        long kernel = job.Plan.Width.Kernel, count = rows + kernel - 1 + (kernel == 5 ? 10 : 0);
        long some = Math.Max((2 * TTap.Count + inner - 1) / inner, LineBytes / (count * inner * sizeof(T)));
        for (long o = from; o < end; o += some)
        {
            // The last outputs may be made twice, that there are enough for a register.
            o = Math.Max(from, Math.Min(o, end - some));
            OutputPlace first = place with { W = o };
            long outputs = Math.Min(some, end - o);
            if (!(whole ? Whole(job, first, rows, outputs, inner) : Part(job, first, rows, outputs, inner))) return false;
        }

        return true;
    }

    /// <summary>3×3 of the input where it lies; false where an element is not in the order of its type.</summary>
    // Bounds: rows are read as far as the windows reach.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Whole(in PoolJob job, OutputPlace first, long rows, long outputs, long inner)
    {
        AxisPlan width = job.Plan.Width;
        long count = outputs * inner, step = width.Dilation * inner, end = count + 2 * step, pitch = job.InputLayout.Height, next = job.OutputLayout.Height;
        TElement* from = (TElement*)job.Input + first.N * job.InputLayout.Batch + first.C * job.InputLayout.Channel + job.Plan.Depth[first.D].Start * job.InputLayout.Depth + (first.H - job.Plan.Height.Before) * pitch + width.Start(first.W) * inner;
        TElement* to = (TElement*)job.Output + first.In(job.OutputLayout);
        bool ordered = MedianNetworks<TElement, T, TTap>.InOrder<TElement, TLanes>(from, 0, end);
        for (long row = 0; row < rows && ordered; row += 2)
        {
            row = Math.Min(row, rows - 2);
            TElement* top = from + row * pitch, upper = to + row * next;
            ordered = MedianNetworks<TElement, T, TTap>.Nine<TElement, TLanes>(top, pitch, step, upper, upper + next, count)
                && MedianNetworks<TElement, T, TTap>.InOrder<TElement, TLanes>(top + pitch, count, end) && MedianNetworks<TElement, T, TTap>.InOrder<TElement, TLanes>(top + 2 * pitch, count, end);
        }

        return ordered && MedianNetworks<TElement, T, TTap>.InOrder<TElement, TLanes>(from + (rows + 1) * pitch, 0, end);
    }

    // Bounds: copies are of what the windows read inside the input, with a register of room behind each line.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Part(in PoolJob job, OutputPlace first, long rows, long outputs, long inner)
    {
        AxisPlan width = job.Plan.Width;
        long kernel = width.Kernel, taps = rows + kernel - 1, count = outputs * inner, step = width.Dilation * inner;
        long start = width.Start(first.W), positions = outputs - 1 + width.Span, before = Math.Max(0, -start), after = Math.Max(0, start + positions - width.InputLength);
        long pitch = (positions * inner + 3 * TTap.Count - 1) / TTap.Count * TTap.Count, top = first.H - job.Plan.Height.Before;
        T* lead = (T*)Scratch.Of(((taps + (kernel == 5 ? 10 : 0)) * pitch + TTap.Count + count + TTap.Count) * sizeof(T));
        // What the input has begins where a register does.
        T* copies = lead + (TTap.Count - before * inner % TTap.Count) % TTap.Count, sorted = lead + taps * pitch + TTap.Count, numbers = sorted + (kernel == 5 ? 10 * pitch : 0);
        T* input = (T*)job.Input + first.N * job.InputLayout.Batch + first.C * job.InputLayout.Channel + job.Plan.Depth[first.D].Start * job.InputLayout.Depth + top * job.InputLayout.Height + (start + before) * inner;
        T* output = (T*)job.Output + first.In(job.OutputLayout);
        TTap watch = default;
        for (long row = 0, copied = 0; row < rows; row += 2)
        {
            row = Math.Min(row, rows - 2);
            for (; copied <= row + kernel; copied++)
            {
                T* line = copies + copied * pitch;
                watch = MedianLines<TElement, T, TTap>.Copy(input + copied * job.InputLayout.Height, line + before * inner, (positions - before - after) * inner, watch);
                for (long i = 0; i < before; i++) TapLines.Fill(line + i * inner, MedianLines<TElement, T, TTap>.Missing(copied, kernel, kernel, (before - 1 - i) / width.Dilation + 1), inner);
                for (long i = 0; i < after; i++) TapLines.Fill(line + (positions - after + i) * inner, MedianLines<TElement, T, TTap>.Missing(copied, kernel, kernel, i / width.Dilation + 1), inner);
            }

            if (MedianLines<TElement, T, TTap>.Alarms(watch)) return false;
            T* from = copies + row * pitch, to = output + row * job.OutputLayout.Height;
            if (kernel == 3)
            {
                MedianNetworks<TElement, T, TTap>.Nine<T, TTap>(from, pitch, step, to, to + job.OutputLayout.Height, count);
                continue;
            }

            MedianNetworks<TElement, T, TTap>.SortFives(from, pitch, sorted, positions * inner);
            MedianNetworks<TElement, T, TTap>.TwentyFive(sorted, pitch, step, to, count);
            MedianNetworks<TElement, T, TTap>.TwentyFive(sorted + 5 * pitch, pitch, step, to + job.OutputLayout.Height, count);
        }

        for (long row = 0; row < rows && job.Offsets.Start is not null; row++)
            TapSearch<T, TTap>.Write(job, first with { H = first.H + row }, job.Plan.Depth[first.D], job.Plan.Height[first.H + row], outputs, inner, output + row * job.OutputLayout.Height, numbers);
        return true;
    }
}
