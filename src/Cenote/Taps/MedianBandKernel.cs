using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Medians of 3×3 and 5×5 at stride 1, by bands of output rows that share the lines their taps are copied to, two rows at a time on registers (<see cref="MedianNetworks{TElement, T, TTap}"/>). Rows that are clipped along the height, and bands
/// with NaN, are left to the kernel for rows.
/// </summary>
/// <param name="others">Its units are rows.</param>
/// <inheritdoc cref="MedianLines{TElement, T, TTap}"/>
internal sealed unsafe class MedianBandKernel<TElement, T, TTap>(TapLinesKernel<T, TTap, MedianLines<TElement, T, TTap>> others) : PoolKernel
    where TElement : unmanaged
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>Output rows of a band: enough that copying what it shares with its neighbours does not matter.</summary>
    private const long BandRows = 8;

    /// <summary>The lines of a band: of them a first-level cache should hold the few that a pair of rows reads.</summary>
    private const long LineBytes = 64 << 10;

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

    /// <summary>Makes some rows, at least two; false where a tap is not for lines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Band(in PoolJob job, OutputPlace place, long rows)
    {
        AxisPlan width = job.Plan.Width;
        long inner = TapLines.Inner(job), kernel = width.Kernel, count = rows + kernel - 1 + (kernel == 5 ? 10 : 0);
        long some = Math.Max((2 * TTap.Count + inner - 1) / inner, LineBytes / (count * inner * sizeof(T)));
        for (long o = 0; o < width.OutputLength; o += some)
        {
            // The last outputs may be made twice, that there are enough for a register.
            o = Math.Max(0, Math.Min(o, width.OutputLength - some));
            if (!Part(job, place with { W = o }, rows, Math.Min(some, width.OutputLength - o), inner)) return false;
        }

        return true;
    }

    // Bounds: copies are of what the windows read inside the input, with a register of room behind each line.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Part(in PoolJob job, OutputPlace first, long rows, long outputs, long inner)
    {
        AxisPlan width = job.Plan.Width;
        MedianLines<TElement, T, TTap> lines = default;
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
                watch = TapLines.Copy(lines, input + copied * job.InputLayout.Height, line + before * inner, (positions - before - after) * inner, watch);
                for (long i = 0; i < before; i++) Fill(line + i * inner, MedianLines<TElement, T, TTap>.Missing(copied, kernel, kernel, (before - 1 - i) / width.Dilation + 1), inner);
                for (long i = 0; i < after; i++) Fill(line + (positions - after + i) * inner, MedianLines<TElement, T, TTap>.Missing(copied, kernel, kernel, i / width.Dilation + 1), inner);
            }

            if (lines.Alarms(watch)) return false;
            T* from = copies + row * pitch, to = output + row * job.OutputLayout.Height;
            if (kernel == 3)
            {
                MedianNetworks<TElement, T, TTap>.Nine(from, pitch, step, to, to + job.OutputLayout.Height, count);
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

    private static void Fill(T* from, T value, long count)
    {
        for (long i = 0; i < count; i++) from[i] = value;
    }
}
