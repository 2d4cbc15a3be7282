using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Gathers the taps of a row of windows in lines, lanes across the width, or across the elements of dense channels-last rows. Windows that see what the lines cannot handle are left to the kernel
/// for single windows; so are those that are clipped along the width, where the lines cannot fill what is missing.
/// </summary>
/// <typeparam name="T">A tap as it lies in memory; floating-point numbers as integers of the same width.</typeparam>
/// <typeparam name="TTap">A register of taps.</typeparam>
/// <typeparam name="TLines">Makes outputs of the lines.</typeparam>
/// <param name="exact">Makes those that the lines cannot handle; where there is none, no job that has any is accepted.</param>
internal sealed unsafe class TapLinesKernel<T, TTap, TLines>(GatheredKernel? exact = null) : PoolKernel
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
        if (!plan.Slides || plan.ReadsPadding || !(TapLines.IsPixels(job) || (job.InputLayout.Width == 1 && job.OutputLayout.Width == 1))) return false;
        if (exact is null && (plan.MayMiss || !Fills(plan.Width))) return false;
        double taps = (double)plan.Depth.MaxCount * plan.Height.MaxCount * plan.Width.Kernel, span = plan.Width.Span + (double)plan.Width.LaneStride * 4 * TTap.Count;
        return taps <= TLines.MostTaps && plan.Depth.MaxCount * plan.Height.MaxCount * (span + 4 * TTap.Count * plan.Width.Kernel) * TapLines.Inner(job) * sizeof(T) <= MostBytes
            && plan.Width.WholeEnd > plan.Width.WholeFrom && Registers.Suit<TTap, T>(plan.Width.OutputLength * TapLines.Inner(job));
    }

    /// <summary>One unit is one row of the output, of a channel or of all of them.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * TapLines.Channels(job) * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    /// <summary>A fiftieth of a nanosecond per byte of a tap.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * (0.02 * sizeof(T) * job.Plan.MaxCount);

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        long channels = TapLines.Channels(job);
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (rest, h) = Math.DivRem(unit, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var (n, c) = Math.DivRem(rest, channels);
            Row(job, new(n, c, d, h, 0));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Row(in PoolJob job, OutputPlace place)
    {
        AxisPlan width = job.Plan.Width;
        Window depth = job.Plan.Depth[place.D], height = job.Plan.Height[place.H];
        long rows = depth.Count * height.Count, inner = TapLines.Inner(job);
        bool fills = Fills(width);
        long from = rows == 0 ? width.OutputLength : fills ? 0 : Math.Clamp(width.WholeFrom, 0, width.OutputLength), end = fills ? width.OutputLength : Math.Clamp(width.WholeEnd, from, width.OutputLength);
        long perOutput = rows * (width.LaneStride + (width.LaneStride == 1 ? 0 : width.Kernel)) * inner * sizeof(T), least = (2 * TTap.Count + inner - 1) / inner;
        long some = Math.Max(least, LineBytes / Math.Max(1, perOutput));
        Exactly(job, place, 0, from, inner);
        for (long o = from; o < end; o += some)
        {
            long last = Math.Min(end, o + some);
            if (!Lines(job, place with { W = o }, depth, height, last - o, inner)) Exactly(job, place, o, last, inner);
        }

        Exactly(job, place, end, width.OutputLength, inner);
    }

    /// <summary>Whether windows clipped along the width are made of lines too.</summary>
    // In an input as long as a window none is clipped at both ends, and each has a tap.
    private static bool Fills(AxisPlan width) => TLines.FillsMissing && width.InputLength >= width.Span;

    private void Exactly(in PoolJob job, in OutputPlace place, long from, long end, long inner)
    {
        if (from >= end) return;
        for (long c = 0; c < inner; c++) exact!.Outputs(job, place with { C = place.C + c, W = from }, end);
    }

    /// <summary>Makes some outputs of a row; false where a tap is not for lines.</summary>
    // Bounds: copies are of what the windows read inside the input, with a block of registers of room behind each line.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private bool Lines(in PoolJob job, OutputPlace first, in Window depth, in Window height, long outputs, long inner)
    {
        AxisPlan width = job.Plan.Width;
        long rows = depth.Count * height.Count, columns = width.Kernel, stride = width.LaneStride, count = outputs * inner;
        long start = width.Start(first.W), positions = (outputs - 1) * stride + width.Span, before = Math.Max(0, -start), after = Math.Max(0, start + positions - width.InputLength);
        long pitch = Room(positions * inner + TTap.Count), linePitch = Room(count);
        bool spread = stride != 1 && outputs > 1;
        T* lead = (T*)Scratch.Of((rows * pitch + rows * columns * (spread ? linePitch : 0) + Math.Max(linePitch, rows * columns * TapLines.Block * TTap.Count)) * sizeof(T));
        T* gathered = lead + rows * pitch, work = gathered + rows * columns * (spread ? linePitch : 0);
        // What the input has begins where a register does.
        T* copies = lead + (TTap.Count - before * inner % TTap.Count) % TTap.Count;
        T* corner = (T*)job.Input + first.N * job.InputLayout.Batch + first.C * job.InputLayout.Channel + (start + before) * inner;
        T** taps = stackalloc T*[(int)(rows * columns + rows)], inputs = taps + rows * columns;
        for (long i = 0; i < depth.Count; i++)
            for (long j = 0; j < height.Count; j++) inputs[i * height.Count + j] = corner + (depth.Start + i * depth.Step) * job.InputLayout.Depth + (height.Start + j * height.Step) * job.InputLayout.Height;
        // Registers of taps that are spread from where they lie end with a tap, if two neighbours are.
        bool inPlace = spread && TLines.KeepsTaps && before + after == 0 && (inner > 1 || stride != 2 || (columns > 1 && width.Dilation == 1));
        if (!inPlace && !TLines.Prepare(inputs, rows, columns, copies + before * inner, pitch, (positions - before - after) * inner)) return false;
        for (long row = 0; row < rows; row++)
        {
            T* copy = copies + row * pitch;
            for (long i = 0; i < before; i++) TapLines.Fill(copy + i * inner, TLines.Missing(row, rows, columns, (before - 1 - i) / width.Dilation + 1), inner);
            for (long i = 0; i < after; i++) TapLines.Fill(copy + (positions - after + i) * inner, TLines.Missing(row, rows, columns, i / width.Dilation + 1), inner);
            T* from = inPlace ? inputs[row] : copy, line = gathered + row * columns * linePitch;
            for (long k = 0; k < columns; k++) taps[row * columns + k] = spread ? line + k * linePitch : from + k * width.Dilation * inner;
            if (spread) Spread(from, width, inner, outputs, line, linePitch);
        }

        T* output = (T*)job.Output + first.In(job.OutputLayout);
        TLines.Finish(taps, rows, columns, work, output, count);
        if (job.Offsets.Size > 0) TapSearch<T, TTap>.Write(job, first, depth, height, outputs, inner, output, work);
        return true;
    }

    /// <summary>Whole registers, and a block of them behind.</summary>
    private static long Room(long count) => (count + TTap.Count - 1) / TTap.Count * TTap.Count + TapLines.Block * TTap.Count;

    /// <summary>The taps of a row, each in a line of its own.</summary>
    private static void Spread(T* from, AxisPlan width, long inner, long outputs, T* to, long pitch)
    {
        long columns = width.Kernel;
        bool areNeighbours = inner == 1 && columns > 1 && width is { LaneStride: 2, Dilation: 1 } && outputs >= TTap.Count;
        for (long k = 0; k < columns; k += areNeighbours ? 2 : 1)
        {
            if (areNeighbours) k = Math.Min(k, columns - 2);
            T* first = from + k * width.Dilation * inner, line = to + k * pitch;
            if (areNeighbours) Spread(first, outputs, line, line + pitch);
            else Spread(first, width.LaneStride, inner, outputs, line);
        }
    }

    /// <summary>Every second position, and those between.</summary>
    // Bounds: the last register steps back, and ends with the last of those between.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Spread(T* from, long outputs, T* to, T* between)
    {
        for (long i = 0; i < outputs; i += TTap.Count)
        {
            i = Math.Min(i, outputs - TTap.Count);
            Prefetch.Behind(from + 2 * i, 2 * sizeof(TTap));
            var (even, odd) = TTap.Unzip(TTap.Load(from + 2 * i), TTap.Load(from + 2 * i + TTap.Count));
            TTap.Store(even, to + i);
            TTap.Store(odd, between + i);
        }
    }

    /// <summary>Every so many positions, side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
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
}
