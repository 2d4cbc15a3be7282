using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>A pick that needs to know only how often each of 256 values is there.</summary>
internal unsafe interface IHistogramPick
{
    /// <summary>The value, numbered in ascending order.</summary>
    /// <param name="bins">How often each value is there.</param>
    /// <param name="sixteens">How often any of sixteen neighbouring values is.</param>
    /// <param name="count">The sum of all; at least 1.</param>
    static abstract int Pick(int* bins, int* sixteens, long count);
}

/// <summary>The lower middle one of all.</summary>
internal readonly unsafe struct MedianBin : IHistogramPick
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int Pick(int* bins, int* sixteens, long count)
    {
        long rank = (count - 1) / 2;
        int some = 0;
        while (sixteens[some] <= rank) rank -= sixteens[some++];
        int bin = some * 16;
        while (bins[bin] <= rank) rank -= bins[bin++];
        return bin;
    }
}

/// <summary>The most frequent one, the smallest of several.</summary>
internal readonly unsafe struct ModeBin : IHistogramPick
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int Pick(int* bins, int* sixteens, long count)
    {
        int mode = 0;
        for (int bin = 1; bin < 256; bin++)
            if (bins[bin] > bins[mode]) mode = bin;
        return mode;
    }
}

/// <summary>
/// Bytes in windows of many taps: a histogram slides along the row, loses the columns behind it and takes in those ahead (Huang, Yang and Tang, "A fast two-dimensional median filtering
/// algorithm", 1979). Any strides; windows may be clipped.
/// </summary>
/// <typeparam name="T">byte or sbyte.</typeparam>
/// <typeparam name="TPick">What is picked.</typeparam>
internal sealed unsafe class HistogramKernel<T, TPick> : PoolKernel
    where T : unmanaged
    where TPick : struct, IHistogramPick
{
    /// <summary>With fewer taps a histogram costs more than a sort.</summary>
    private const long ManyTaps = 40;

    public override string Name => "sliding histogram";

    public override bool Accepts(in PoolJob job) => job.Plan.Width.Dilation == 1 && job.Plan.MaxCount is >= ManyTaps and <= int.MaxValue;

    /// <summary>One unit is one row of the output.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    /// <summary>Two nanoseconds per tap of a column, and twenty per output.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * (20 + 2.0 * job.Plan.Depth.MaxCount * job.Plan.Height.MaxCount);

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        int* bins = stackalloc int[256 + 16];
        for (long row = first; row < end; row++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (rest, h) = Math.DivRem(row, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var (n, c) = Math.DivRem(rest, plan.Channels);
            Row(job, new(n, c, d, h, 0), bins);
        }
    }

    /// <summary>The bin of a value: signed numbers are counted from the smallest.</summary>
    private static byte Flip => typeof(T) == typeof(sbyte) ? (byte)0x80 : (byte)0;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Row(in PoolJob job, OutputPlace place, int* bins)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout;
        byte* plane = (byte*)job.Input + place.N * from.Batch + place.C * from.Channel, output = (byte*)job.Output + place.In(job.OutputLayout);
        Window depth = plan.Depth[place.D], height = plan.Height[place.H];
        long rows = depth.Count * height.Count, begun = 0, ended = 0;
        new Span<int>(bins, 256 + 16).Clear();
        for (long w = 0; w < plan.Width.OutputLength; w++)
        {
            Window width = plan.Width[w];
            long start = width.Start, stop = start + width.Count;
            byte value = 0;
            long number = 0;
            if (width.Count > 0 && rows > 0)
            {
                if (start >= ended)
                {
                    new Span<int>(bins, 256 + 16).Clear();
                    (begun, ended) = (start, start);
                }

                for (; begun < start; begun++) Count(plane + begun * from.Width, from, depth, height, bins, -1);
                for (; ended < stop; ended++) Count(plane + ended * from.Width, from, depth, height, bins, 1);
                value = (byte)(TPick.Pick(bins, bins + 256, rows * width.Count) ^ Flip);
                if (job.Offsets.Start is not null) number = Find(plan, plane, from, depth, height, width, value);
            }

            output[w * job.OutputLayout.Width] = value;
            if (job.Offsets.Start is null) continue;
            OffsetMemory offsets = job.Offsets;
            offsets[(place with { W = w }).In(offsets.Layout)] = number;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Count(byte* column, in TensorLayout from, in Window depth, in Window height, int* bins, int one)
    {
        for (long i = 0; i < depth.Count; i++)
        {
            byte* tap = column + (depth.Start + i * depth.Step) * from.Depth + height.Start * from.Height;
            long next = height.Step * from.Height;
            for (long j = 0; j < height.Count; j++, tap += next)
            {
                int bin = *tap ^ Flip;
                bins[bin] += one;
                bins[256 + (bin >> 4)] += one;
            }
        }
    }

    /// <summary>The number of the first tap of a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static long Find(PoolPlan plan, byte* plane, in TensorLayout from, in Window depth, in Window height, in Window width, byte value)
    {
        for (long i = 0; i < depth.Count; i++)
        {
            for (long j = 0; j < height.Count; j++)
            {
                byte* row = plane + (depth.Start + i * depth.Step) * from.Depth + (height.Start + j * height.Step) * from.Height + width.Start * from.Width;
                for (long k = 0; k < width.Count; k++)
                    if (row[k * from.Width] == value) return ((depth.Before + i) * plan.Height.Kernel + height.Before + j) * plan.Width.Kernel + width.Before + k;
            }
        }

        throw new InvalidOperationException("the value is one of the window's.");
    }
}
