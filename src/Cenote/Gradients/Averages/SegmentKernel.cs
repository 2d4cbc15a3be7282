using System.Numerics;
using System.Numerics.Tensors;

namespace Cenote;

/// <summary>The gradient of an average over uneven windows: what each window of a row gives is added to its segment of the input's row, window after window, which is the reference's order for every input.</summary>
internal sealed unsafe class SegmentKernel<T, TSum, TReducer>(TReducer reducer) : PoolKernel
    where T : unmanaged
    where TSum : unmanaged, INumber<TSum>
    where TReducer : struct, IPoolReducer<T, TSum>
{
    /// <summary>Longer rows are left to the reference; a row of sums that the cache holds has so many.</summary>
    private const long LongestRow = 1 << 16, LineElements = 1 << 14;

    /// <summary>Shorter segments are not worth a call.</summary>
    private const int ShortSegment = 16;

    public override string Name => "segments";

    public override bool Accepts(in PoolJob job) =>
        job.Offsets.Start is null && !job.Plan.Transposed.Slides && job.Plan.Width.OutputLength <= LongestRow && job.Plan.Width.InputLength <= LongestRow;

    /// <summary>One unit is one row of the input's gradient, of some channels where these lie side by side.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * Blocks(job) * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    public override double Cost(in PoolJob job) => job.Plan.OutputElements * (0.5 + 0.5 * job.Plan.MaxCount);

    // Bounds: the transposed plan's windows are outputs of the pooling, whose windows are clipped to the input.
    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        long blocks = Blocks(job), block = Block(job), pixels = plan.Width.OutputLength, sumBytes = Scratch.Round(pixels * block * sizeof(TSum)), windowBytes = Scratch.Round(plan.Width.InputLength * sizeof(Window));
        byte* scratch = Scratch.Of(sumBytes + windowBytes + block * sizeof(TSum));
        var windows = new Span<Window>(scratch + sumBytes, (int)plan.Width.InputLength);
        for (int w = 0; w < windows.Length; w++) windows[w] = plan.Transposed.Width[w];
        for (long unit = first; unit < end; unit++)
        {
            var (rest, h) = Math.DivRem(unit, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var (n, b) = Math.DivRem(rest, blocks);
            long channels = Math.Min(block, plan.Channels - b * block);
            var place = new OutputPlace(n, b * block, d, h, 0);
            var sums = new Span<TSum>(scratch, (int)(pixels * channels));
            sums.Clear();
            Add(job, place, windows, sums, new(scratch + sumBytes + windowBytes, (int)channels));
            T* result = (T*)job.Output + place.In(job.OutputLayout);
            for (int x = 0; x < pixels; x++)
                for (int c = 0; c < channels; c++) result[x * job.OutputLayout.Width + c * job.OutputLayout.Channel] = reducer.Finish(sums[(int)(x * channels + c)], 1, 1);
        }
    }

    private static long Block(in PoolJob job) => job.OutputLayout.Channel == 1 ? Math.Min(job.Plan.Channels, Math.Max(16, LineElements / job.Plan.Width.OutputLength)) : 1;

    private static long Blocks(in PoolJob job) => (job.Plan.Channels + Block(job) - 1) / Block(job);

    private void Add(in PoolJob job, in OutputPlace place, ReadOnlySpan<Window> windows, Span<TSum> sums, Span<TSum> shares)
    {
        PoolPlan plan = job.Plan, pooling = plan.Transposed;
        Window depth = plan.Depth[place.D], height = plan.Height[place.H];
        for (long i = 0; i < depth.Count; i++)
        {
            for (long j = 0; j < height.Count; j++)
            {
                job.Cancellation.ThrowIfCancellationRequested();
                long d = depth.Start + i * depth.Step, h = height.Start + j * height.Step, extent = pooling.Depth[d].Extent * pooling.Height[h].Extent;
                T* row = (T*)job.Input + (place with { D = d, H = h }).In(job.InputLayout);
                for (int w = 0; w < windows.Length; w++)
                {
                    TSum divisor = TSum.CreateTruncating(pooling.Divisor(extent * windows[w].Extent));
                    for (int c = 0; c < shares.Length; c++) shares[c] = reducer.Lift(row[w * job.InputLayout.Width + c * job.InputLayout.Channel]) / divisor;
                    Add(windows[w], shares, sums);
                }
            }
        }
    }

    private static void Add(in Window window, ReadOnlySpan<TSum> shares, Span<TSum> sums)
    {
        int channels = shares.Length, start = (int)window.Start * channels, step = (int)window.Step * channels;
        if (channels == 1 && step == 1 && window.Count >= ShortSegment)
        {
            Span<TSum> segment = sums.Slice(start, (int)window.Count);
            TensorPrimitives.Add(segment, shares[0], segment);
            return;
        }

        for (int k = 0; k < window.Count; k++)
        {
            Span<TSum> pixel = sums.Slice(start + k * step, channels);
            if (channels == 1) pixel[0] += shares[0];
            else TensorPrimitives.Add(pixel, shares, pixel);
        }
    }
}
