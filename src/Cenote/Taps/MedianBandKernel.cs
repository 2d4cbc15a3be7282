using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <summary>
/// Medians of 3×3 and 5×5 at stride 1, by bands of output rows that share the lines their taps are copied to, two or four rows at a time on registers (<see cref="MedianNetworks{TElement, T, TTap}"/>). Rows that are clipped along the height, and bands
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
    private const long BandRows = 16;

    /// <inheritdoc cref="MedianNetworks{TElement, T, TTap}.NineRows"/>
    private const long NineRows = MedianNetworks<TElement, T, TTap>.NineRows;

    /// <summary>A line of a band: of them a first-level cache should hold the few that some rows read.</summary>
    private const long LineBytes = 3 << 10;

    /// <summary>Elements at a border that are made one column after the other; of more it pays to copy a register of each row: by count.</summary>
    private const long FewColumns = 8;

    /// <summary>Registers of a row, if it has borders, for which reading it where it lies pays for the copies of these: measured.</summary>
    private const long LongRow = 16;

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
        bool sides = Math.Max(from, all - end) * inner <= FewColumns, whole = Compares && width.Kernel == 3 && job.Offsets.Start is null && end - from >= few && (end - from == all || all * inner >= LongRow * TTap.Count);
        if (!whole || !Whole(job, place with { W = from }, rows, end - from, inner)) return Parts(job, place, rows, 0, all, inner);
        if (sides)
        {
            Sides(job, place, rows, 0, from, inner);
            Sides(job, place, rows, end, all, inner);
            return true;
        }

        // Some are made twice, that there are enough for a register.
        return (from == 0 || Parts(job, place, rows, 0, Math.Max(from, few), inner))
            && (end == all || Parts(job, place, rows, Math.Min(end, all - few), all, inner));
    }

    /// <summary>Makes outputs at a border, lanes along the height: what their windows read of a column lies in a line. Inside the rows all is in order.</summary>
    // Bounds: behind the taps of a line is room for a register, of any content.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Sides(in PoolJob job, OutputPlace place, long rows, long from, long end, long inner)
    {
        AxisPlan width = job.Plan.Width;
        long count = Math.Max(rows, TTap.Count), pitch = count + 2, down = job.InputLayout.Height, next = job.OutputLayout.Height;
        T* lines = (T*)Scratch.Of(4 * pitch * sizeof(T)), numbers = lines + 3 * pitch;
        for (long column = from * inner; column < end * inner; column++)
        {
            var (o, c) = Math.DivRem(column, inner);
            TElement* input = Rows(job, place) + c;
            for (long tap = 0; tap < 3; tap++)
            {
                T* line = lines + tap * pitch;
                long at = width.Start(o) + tap * width.Dilation, outside = at < 0 ? -at : at - width.InputLength + 1;
                for (long row = 0; row < rows + 2; row++)
                    line[row] = outside <= 0 ? SortKey<TElement, T>.Of(input[row * down + at * inner]) : row >= 3 ? line[row - 3] : MedianLines<TElement, T, TTap>.Missing(row, 3, 3, (outside - 1) / width.Dilation + 1);
            }

            MedianNetworks<TElement, T, TTap>.Nine<T, TTap>(lines, pitch, 1, numbers, 0, 1, count);
            T* output = (T*)job.Output + (place with { W = o }).In(job.OutputLayout) + c;
            for (long row = 0; row < rows; row++) output[row * next] = numbers[row];
        }
    }

    /// <summary>The first row of the input that these windows read.</summary>
    private static TElement* Rows(in PoolJob job, OutputPlace first) =>
        (TElement*)job.Input + first.N * job.InputLayout.Batch + first.C * job.InputLayout.Channel + job.Plan.Depth[first.D].Start * job.InputLayout.Depth + (first.H - job.Plan.Height.Before) * job.InputLayout.Height;

    /// <summary>Makes some outputs of these rows, at least a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static bool Parts(in PoolJob job, OutputPlace place, long rows, long from, long end, long inner)
    {
        long all = end - from, most = Math.Max((2 * TTap.Count + inner - 1) / inner, LineBytes / (inner * sizeof(T))), parts = (all + most - 1) / most, some = (all + parts - 1) / parts;
        for (long o = from; o < end; o += some)
        {
            // The last outputs may be made twice, that there are enough for a register.
            o = Math.Max(from, Math.Min(o, end - some));
            OutputPlace first = place with { W = o };
            long outputs = Math.Min(some, end - o);
            if (!Part(job, first, rows, outputs, inner)) return false;
        }

        return true;
    }

    /// <summary>3×3 of the input where it lies; false where an element is not in the order of its type.</summary>
    // Bounds: rows are read as far as the windows reach.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static bool Whole(in PoolJob job, OutputPlace first, long rows, long outputs, long inner)
    {
        AxisPlan width = job.Plan.Width;
        long count = outputs * inner, step = width.Dilation * inner, end = count + 2 * step, pitch = job.InputLayout.Height, next = job.OutputLayout.Height;
        TElement* from = Rows(job, first) + width.Start(first.W) * inner, to = (TElement*)job.Output + first.In(job.OutputLayout);
        bool ordered = MedianNetworks<TElement, T, TTap>.InOrder<TElement, TLanes>(from, 0, end);
        for (long row = 0; row < rows && ordered; row += NineRows)
        {
            row = Math.Max(0, Math.Min(row, rows - NineRows));
            long some = Math.Min(NineRows, rows);
            TElement* top = from + row * pitch;
            ordered = MedianNetworks<TElement, T, TTap>.Nine<TElement, TLanes>(top, pitch, step, to + row * next, next, some, count);
            for (long tap = 1; tap <= some && ordered; tap++) ordered = MedianNetworks<TElement, T, TTap>.InOrder<TElement, TLanes>(top + tap * pitch, count, end);
        }

        return ordered && MedianNetworks<TElement, T, TTap>.InOrder<TElement, TLanes>(from + (rows + 1) * pitch, 0, end);
    }

    // Bounds: copies are of what the windows read inside the input, with a register of room behind each line.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static bool Part(in PoolJob job, OutputPlace first, long rows, long outputs, long inner)
    {
        AxisPlan width = job.Plan.Width;
        long kernel = width.Kernel, taps = rows + kernel - 1, count = outputs * inner, step = width.Dilation * inner;
        long start = width.Start(first.W), positions = outputs - 1 + width.Span, before = Math.Max(0, -start), after = Math.Max(0, start + positions - width.InputLength);
        long pitch = (positions * inner + 3 * TTap.Count - 1) / TTap.Count * TTap.Count;
        T* lead = (T*)Scratch.Of(((taps + (kernel == 5 ? 10 : 0)) * pitch + TTap.Count + count + TTap.Count) * sizeof(T));
        // What the input has begins where a register does.
        T* copies = lead + (TTap.Count - before * inner % TTap.Count) % TTap.Count, sorted = lead + taps * pitch + TTap.Count, numbers = sorted + (kernel == 5 ? 10 * pitch : 0);
        T* input = (T*)Rows(job, first) + (start + before) * inner, output = (T*)job.Output + first.In(job.OutputLayout);
        TTap watch = default;
        long most = kernel == 3 ? NineRows : 2, some = Math.Min(most, rows);
        for (long row = 0, copied = 0; row < rows; row += most)
        {
            row = Math.Max(0, Math.Min(row, rows - most));
            for (; copied < row + some + kernel - 1; copied++)
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
                MedianNetworks<TElement, T, TTap>.Nine<T, TTap>(from, pitch, step, to, job.OutputLayout.Height, some, count);
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
