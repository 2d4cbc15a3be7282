namespace Cenote;

/// <summary>Each output is the element at its index; 0 where there is none.</summary>
internal sealed unsafe class GatherKernel<T> : PoolKernel
    where T : unmanaged
{
    public override string Name => "gather";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is one row of the output.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    /// <summary>Five nanoseconds per output.</summary>
    public override double Cost(in PoolJob job) => 5.0 * job.Plan.OutputElements;

    // Bounds: the decoder gives positions inside the input only.
    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout, to = job.OutputLayout, marks = job.Offsets.Layout;
        var decoder = new TapDecoder(plan);
        var address = new PlaneAddress(plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength, from);
        for (long row = first; row < end; row++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (rest, h) = Math.DivRem(row, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var (n, c) = Math.DivRem(rest, plan.Channels);
            T* plane = (T*)job.Input + n * from.Batch + c * from.Channel;
            T* output = (T*)job.Output + n * to.Batch + c * to.Channel + d * to.Depth + h * to.Height;
            OffsetMemory offsets = job.Offsets.Plane(n, c);
            for (long w = 0; w < plan.Width.OutputLength; w++)
            {
                long flat = decoder.Flat(d, h, w, offsets[d * marks.Depth + h * marks.Height + w * marks.Width]);
                output[w * to.Width] = flat == TapDecoder.None ? default : plane[address[flat]];
            }
        }
    }
}
