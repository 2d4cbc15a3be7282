using System.Numerics;
using System.Numerics.Tensors;

namespace Cenote;

/// <summary>Means of floats over many taps of uneven windows, in any memory order with the same bits: the rows of a window are added up first, side by side, and then the positions along the width.</summary>
internal sealed unsafe class UnevenSums<T, TSum, TReducer>(TReducer reducer) : PoolKernel
    where T : unmanaged
    where TSum : unmanaged, INumber<TSum>
    where TReducer : struct, IPoolReducer<T, TSum>
{
    /// <summary>A row of sums that the cache holds has so many at most, of one channel.</summary>
    private const long LongestRow = 1 << 16, LineElements = 1 << 14;

    public override string Name => "uneven sums";

    public override bool Accepts(in PoolJob job) => !job.Plan.Slides && job.Plan.MaxCount > PoolPlan.MostTapsInOrder && job.Plan.Width.InputLength <= LongestRow;

    /// <summary>One unit is one row of the output, of some channels where these lie side by side.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * Blocks(job) * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    /// <summary>A fifth of a nanosecond per tap.</summary>
    public override double Cost(in PoolJob job) => 0.2 * job.Plan.InputElements + job.Plan.OutputElements * job.Plan.Width.MaxCount;

    // Bounds: the plan's windows are clipped to the input.
    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        long blocks = Blocks(job), block = Block(job), pixels = plan.Width.InputLength, sumBytes = Scratch.Round(pixels * block * sizeof(TSum));
        byte* scratch = Scratch.Of(sumBytes + block * sizeof(TSum));
        var sums = (TSum*)scratch;
        for (long unit = first; unit < end; unit++)
        {
            var (rest, h) = Math.DivRem(unit, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var (n, b) = Math.DivRem(rest, blocks);
            long channels = Math.Min(block, plan.Channels - b * block);
            var place = new OutputPlace(n, b * block, d, h, 0);
            new Span<TSum>(sums, (int)(pixels * channels)).Clear();
            AddRows(job, place, channels, sums);
            Finish(job, place, channels, sums, new((TSum*)(scratch + sumBytes), (int)channels));
        }
    }

    private static long Block(in PoolJob job) => job.InputLayout.Channel == 1 ? Math.Min(job.Plan.Channels, Math.Max(16, LineElements / job.Plan.Width.InputLength)) : 1;

    private static long Blocks(in PoolJob job) => (job.Plan.Channels + Block(job) - 1) / Block(job);

    private void AddRows(in PoolJob job, in OutputPlace place, long channels, TSum* sums)
    {
        PoolPlan plan = job.Plan;
        Window depth = plan.Depth[place.D], height = plan.Height[place.H];
        long pixels = plan.Width.InputLength, step = job.InputLayout.Width;
        for (long i = 0; i < depth.Count; i++)
        {
            for (long j = 0; j < height.Count; j++)
            {
                job.Cancellation.ThrowIfCancellationRequested();
                T* row = (T*)job.Input + (place with { D = depth.Start + i * depth.Step, H = height.Start + j * height.Step }).In(job.InputLayout);
                if (step == channels) Add(row, sums, pixels * channels);
                else if (channels == 1) for (long x = 0; x < pixels; x++) sums[x] += reducer.Lift(row[x * step]);
                else for (long x = 0; x < pixels; x++) Add(row + x * step, sums + x * channels, channels);
            }
        }
    }

    private void Add(T* from, TSum* sums, long length)
    {
        var to = new Span<TSum>(sums, (int)length);
        if (typeof(T) == typeof(TSum)) TensorPrimitives.Add(to, new ReadOnlySpan<TSum>(from, (int)length), to);
        else for (int i = 0; i < to.Length; i++) to[i] += reducer.Lift(from[i]);
    }

    private void Finish(in PoolJob job, in OutputPlace place, long channels, TSum* sums, Span<TSum> room)
    {
        PoolPlan plan = job.Plan;
        Window depth = plan.Depth[place.D], height = plan.Height[place.H];
        long extent = depth.Extent * height.Extent, taps = depth.Count * height.Count;
        for (long w = 0; w < plan.Width.OutputLength; w++)
        {
            Window width = plan.Width[w];
            long divisor = plan.Divisor(extent * width.Extent);
            T* output = (T*)job.Output + (place with { W = w }).In(job.OutputLayout);
            room.Clear();
            for (long k = 0; k < width.Count; k++)
            {
                TSum* at = sums + (width.Start + k * width.Step) * channels;
                if (channels == 1) room[0] += *at;
                else TensorPrimitives.Add(room, new ReadOnlySpan<TSum>(at, (int)channels), room);
            }

            for (int c = 0; c < room.Length; c++) output[c * job.OutputLayout.Channel] = reducer.Finish(room[c], taps * width.Count, divisor);
        }
    }
}
