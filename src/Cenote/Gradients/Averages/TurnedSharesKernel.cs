using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Gradients of averages of small planes, a register of them at a time: what windows give is copied so that the planes lie side by side, and some rows of pixels are made of it (<see cref="PixelShares{T, TLanes}"/>)
/// and turned to where they belong before the next ones are. Slices that the same windows read are turned again.
/// </summary>
// Bounds: those of BlockKernel's copies.
internal sealed unsafe class TurnedSharesKernel<T, TLanes> : PoolKernel
    where T : unmanaged, INumber<T>
    where TLanes : unmanaged, ILanes<TLanes, T>
{
    /// <summary>What windows give: a part of a second-level cache. And pixels that are made before they are turned, a part of a first-level one.</summary>
    private const long MostBytes = 1 << 19, PartBytes = 1 << 14;

    /// <summary>Rows of stride 1 that are longer than this are worth lanes of their own.</summary>
    private static readonly long ShortRow = 2 * TLanes.Count;

    public override string Name { get; } = $"turned shares, {8 * Unsafe.SizeOf<TLanes>()} bits";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        return PixelShares<T, TLanes>.Accepts(job) && job.OutputLayout.Channel != 1 && plan.Batch * plan.Channels >= TLanes.Count / 2
            && (!plan.Slides || plan.Width.OutputLength <= ShortRow) && (plan.InputElements / (plan.Batch * plan.Channels) + plan.Width.OutputLength) * sizeof(TLanes) <= MostBytes;
    }

    /// <summary>One unit is a register of planes.</summary>
    public override long Units(in PoolJob job) => (job.Plan.Batch * job.Plan.Channels + TLanes.Count - 1) / TLanes.Count;

    /// <summary>Half a nanosecond per input, and a twentieth per window that reads it.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * (0.5 + 0.05 * job.Plan.MaxCount);

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        long lanes = TLanes.Count, planes = plan.Batch * plan.Channels, depths = plan.Depth.OutputLength, rows = plan.Height.OutputLength, row = plan.Width.OutputLength * lanes;
        long mostRows = Math.Clamp(PartBytes / (row * sizeof(T)), 1, rows), mostDepths = Math.Clamp(mostRows < rows ? 1 : PartBytes / (rows * row * sizeof(T)), 1, depths);
        long shareBytes = Scratch.Round(PixelShares<T, TLanes>.Bytes(plan, lanes)), squareBytes = BlockKernel<T, TLanes>.SpareBytes;
        // Behind the pixels there is room to read a square.
        byte* scratch = Scratch.Of(shareBytes + squareBytes + (mostDepths * mostRows * row + TLanes.Count * lanes) * sizeof(T));
        var shares = new PixelShares<T, TLanes>(plan, lanes, scratch);
        T* square = (T*)(scratch + shareBytes), pixels = (T*)(scratch + shareBytes + squareBytes);
        TensorLayout dense = new(0, 1, plan.Height.InputLength * plan.Width.InputLength * lanes, plan.Width.InputLength * lanes, lanes);
        for (long plane = first * lanes; plane < Math.Min(planes, end * lanes); plane += lanes)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            BlockKernel<T, TLanes>.CopyIn(job, shares.Shares, lanes, square, plane, planes);
            shares.Divide(shares.Shares, dense);
            for (long d = 0; d < depths; d += mostDepths)
            {
                for (long h = 0; h < rows; h += mostRows)
                {
                    long partDepths = Math.Min(mostDepths, depths - d), partRows = Math.Min(mostRows, rows - h);
                    // What is a single slice may be turned again.
                    bool isMade = d > 0 && mostDepths == 1 && mostRows == rows && shares.AreSame(d, d - 1);
                    for (long i = 0; i < partDepths && !isMade; i++) shares.AddSlice(d + i, i > 0, h, partRows, pixels + i * rows * row);
                    BlockKernel<T, TLanes>.CopyOut(job, pixels, lanes, d * job.OutputLayout.Depth + h * job.OutputLayout.Height, partDepths, partRows, square, plane, planes);
                }
            }
        }
    }
}
