using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>Global pooling of what a mask leaves, or its gradient: some channels of a sample at a time, as dense planes of the real elements, by the kernels of the operator.</summary>
internal sealed unsafe class MaskedKernel<T>(PoolOperator @operator, PlanePositions[] positions, bool isGradient) : PoolKernel
    where T : unmanaged
{
    private const long Block = 64;

    private readonly KernelCatalog _kernels = @operator[ElementTypes.Of<T>()];

    public override string Name => "masked";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is some channels of a sample.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * Blocks(job);

    /// <summary>Half a nanosecond per element: most are copied.</summary>
    public override double Cost(in PoolJob job) => 0.5 * Math.Max(job.Plan.InputElements, job.Plan.OutputElements);

    public override void Run(in PoolJob job, long first, long end)
    {
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (n, block) = Math.DivRem(unit, Blocks(job));
            long channel = block * Block, channels = Math.Min(Block, job.Plan.Channels - channel);
            if (isGradient) Spread(job, n, channel, channels);
            else Pool(job, n, channel, channels);
        }
    }

    private static long Blocks(in PoolJob job) => (job.Plan.Channels + Block - 1) / Block;

    private void Pool(in PoolJob job, long n, long channel, long channels)
    {
        T* input = (T*)job.Input + n * job.InputLayout.Batch + channel * job.InputLayout.Channel, output = (T*)job.Output + n * job.OutputLayout.Batch + channel * job.OutputLayout.Channel;
        using var real = new PlaneCopy<T>(job.Plan, input, job.InputLayout, channels, positions[n]);
        real.Gather();
        PoolPlan plan = job.Plan.Masked(channels, positions[n].Count);
        PoolJob inner = PoolJob.Of(plan, real.Start, real.Layout, output, job.OutputLayout, job.Cancellation);
        if (job.Offsets.Start is null)
        {
            Run(inner);
            return;
        }

        long* numbers = stackalloc long[(int)Block];
        Run(inner with { Offsets = new(numbers, OffsetMemory.SizeFor(plan.Taps), new(0, 1, 0, 0, 0)) });
        Translate(job, n, channel, channels, new(numbers, OffsetMemory.SizeFor(plan.Taps), default));
    }

    /// <summary>Makes numbers in the window over the whole plane of those among the real elements.</summary>
    private void Translate(in PoolJob job, long n, long channel, long channels, OffsetMemory numbers)
    {
        OffsetMemory offsets = job.Offsets;
        long width = job.Plan.Width.InputLength;
        for (long c = 0; c < channels; c++)
        {
            var (row, w) = Math.DivRem(positions[n].Count == 0 ? -1 : positions[n][numbers[c]], width);
            // The window is one tap wider than the plane: the number of that tap is none's.
            offsets[n * offsets.Layout.Batch + (channel + c) * offsets.Layout.Channel] = positions[n].Count == 0 ? width : row * (width + 1) + w;
        }
    }

    private void Spread(in PoolJob job, long n, long channel, long channels)
    {
        PoolPlan pooling = job.Plan.Transposed;
        T* gradient = (T*)job.Input + n * job.InputLayout.Batch + channel * job.InputLayout.Channel, result = (T*)job.Output + n * job.OutputLayout.Batch + channel * job.OutputLayout.Channel;
        using var real = new PlaneCopy<T>(pooling, result, job.OutputLayout, channels, positions[n]);
        if (positions[n].Count > 0) Run(PoolJob.Of(pooling.Masked(channels, positions[n].Count).Transposed, gradient, job.InputLayout, real.Start, real.Layout, job.Cancellation));
        real.Scatter();
    }

    private void Run(in PoolJob job)
    {
        PoolKernel kernel = _kernels.Find(job);
        long bytes = kernel.PartialBytes(job);
        void* partials = bytes == 0 ? null : NativeMemory.Alloc((nuint)bytes);
        PoolJob whole = job with { Partials = partials };
        kernel.Run(whole, 0, kernel.Units(whole));
        if (partials is not null) kernel.Complete(whole);
        NativeMemory.Free(partials);
    }
}
