namespace Cenote;

/// <summary>A chain of equal poolings, each over what the one before made, all outputs side by side as channels: some planes at a time, so that what a link made is in the cache for the next.</summary>
/// <param name="pooling">The operator of a link.</param>
/// <param name="type">The element type.</param>
/// <param name="links">How many there are.</param>
/// <param name="step">How far the outputs of one lie from those of the next.</param>
internal sealed unsafe class ChainKernel<T>(PoolOperator pooling, ElementType type, int links, long step) : PoolKernel
    where T : unmanaged
{
    /// <summary>What a block's planes and those of one link take.</summary>
    private const long CacheBytes = 1 << 18;

    /// <summary>Channels that lie side by side are not cut into fewer than these.</summary>
    private const long LeastChannels = 64;

    public override string Name => "chain";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is some channels of an image.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * Blocks(job);

    /// <summary>A nanosecond per output of a link.</summary>
    public override double Cost(in PoolJob job) => 1.0 * links * job.Plan.OutputElements;

    public override void Run(in PoolJob job, long first, long end)
    {
        long block = Block(job);
        for (long unit = first; unit < end; unit++)
        {
            var (n, number) = Math.DivRem(unit, Blocks(job));
            long channel = number * block, channels = Math.Min(block, job.Plan.Channels - channel);
            T* from = (T*)job.Input + n * job.InputLayout.Batch + channel * job.InputLayout.Channel, to = (T*)job.Output + n * job.OutputLayout.Batch + channel * job.OutputLayout.Channel;
            PoolPlan plan = job.Plan.Part(1, channels);
            StridedSum.Copy(to, job.OutputLayout, from, job.InputLayout, plan, channels);
            for (int link = 0; link < links; link++)
            {
                job.Cancellation.ThrowIfCancellationRequested();
                T* next = to + step;
                PoolJob one = PoolJob.Of(plan, link == 0 ? from : to, link == 0 ? job.InputLayout : job.OutputLayout, next, job.OutputLayout, job.Cancellation);
                PoolKernel kernel = pooling[type].Find(one);
                kernel.Run(one, 0, kernel.Units(one));
                to = next;
            }
        }
    }

    private static long Blocks(in PoolJob job) => (job.Plan.Channels + Block(job) - 1) / Block(job);

    private static long Block(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        long fit = Math.Max(1, CacheBytes / (2 * sizeof(T) * Math.Max(1, plan.Depth.InputLength * plan.Height.InputLength * plan.Width.InputLength)));
        return Math.Min(plan.Channels, job.InputLayout.Channel == 1 ? Math.Max(LeastChannels, fit) : fit);
    }
}
