using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Gradients of averages whose windows slide by one: the windows that read an input slide as well, so that what they give is summed up by the kernels for averages, in a time that
/// does not grow with the window. For more windows per input than keep their order.
/// </summary>
/// <param name="type">The element type.</param>
internal sealed unsafe class SlidingKernel<T, TSum, TSums, TFormat>(ElementType type) : PoolKernel
    where T : unmanaged
    where TSum : unmanaged, INumber<TSum>
    where TSums : unmanaged, ILanes<TSums, TSum>
    where TFormat : struct, IGradientFormat<T, TSum, TSums>
{
    /// <summary>Quotients that take more memory than this are not worth it.</summary>
    private const long MostBytes = 1 << 28;

    // An array, unlike scratch, stays while the inner kernel uses scratch of its own.
    [ThreadStatic]
    private static byte[]? _memory;

    public override string Name => "sliding gradients";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        if (job.Offsets.Start is not null || plan.MaxCount <= PoolPlan.MostWindowsInOrder || !plan.Slides) return false;
        // Half has no room for quotients between the division and the sum: there the sum is divided, which in float cannot overflow, where all have one divisor.
        if (!Divides && Divisor(plan) is null) return false;
        if (!GradientDivisors<TSum>.Accepts(plan.Transposed) || Bytes(job) > MostBytes) return false;
        IReadOnlyList<PoolKernel> kernels = Averages.Kernels;
        return Averages.Find(Inner(job, null, 0)) != kernels[^1];
    }

    /// <summary>One unit is what is divided at once, a plane or an image.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * (ByChannels(job) ? 1 : job.Plan.Channels);

    public override double Cost(in PoolJob job)
    {
        PoolJob inner = Inner(job, null, 0);
        return Averages.Find(inner).Cost(inner) * Units(job);
    }

    public override void Run(in PoolJob job, long first, long end)
    {
        long bytes = Bytes(job);
        if (_memory is null || _memory.Length < bytes) _memory = GC.AllocateUninitializedArray<byte>((int)bytes, pinned: true);
        byte* memory = (byte*)Unsafe.AsPointer(ref _memory[0]);
        for (long unit = first; unit < end; unit++)
        {
            PoolJob inner = Inner(job, memory, unit);
            if (Divides) Divide(job, memory, (T*)inner.Input, unit * inner.Plan.Channels);
            else Copy(job, (T*)inner.Input, unit * inner.Plan.Channels);
            PoolKernel kernel = Averages.Find(inner);
            kernel.Run(inner, 0, kernel.Units(inner));
        }
    }

    /// <summary>Whether gradients are divided before they are added, in their own type.</summary>
    private static bool Divides => typeof(T) == typeof(TSum);

    private KernelCatalog Averages => MeanOperator.Of(IntegerRounding.TowardZero, wholePlane: false)[type];

    private static bool ByChannels(in PoolJob job) => job.OutputLayout.Channel == 1;

    /// <summary>What all gradients are divided by; null where that differs.</summary>
    private static long? Divisor(PoolPlan plan)
    {
        PoolPlan pooling = plan.Transposed;
        if (pooling.DivisorOverride is { } divisor) return divisor;
        if (!pooling.Depth.HasOneExtent || !pooling.Height.HasOneExtent || !pooling.Width.HasOneExtent) return null;
        return pooling.Depth[0].Extent * pooling.Height[0].Extent * pooling.Width[0].Extent;
    }

    /// <summary>The quotients of one unit, and before them the windows' extents.</summary>
    private static long Bytes(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        double elements = (double)plan.Depth.InputLength * plan.Height.InputLength * plan.Width.InputLength * (ByChannels(job) ? plan.Channels : 1);
        return elements > MostBytes ? long.MaxValue : GradientDivisors<TSum>.Bytes(plan.Transposed) + (long)elements * sizeof(T);
    }

    /// <summary>The averages to make of a unit's quotients, or of its gradients.</summary>
    private static PoolJob Inner(in PoolJob job, byte* memory, long unit)
    {
        PoolPlan plan = job.Plan.Over(Divides ? 1 : Divisor(job.Plan)!.Value);
        plan = ByChannels(job) ? plan.Image : plan.Block(1);
        var (n, c) = ByChannels(job) ? (unit, 0) : Math.DivRem(unit, job.Plan.Channels);
        long pixel = plan.Channels, row = plan.Width.InputLength * pixel, slice = plan.Height.InputLength * row;
        TensorLayout dense = new(0, pixel == 1 ? 0 : 1, slice, row, pixel);
        T* output = (T*)job.Output + n * job.OutputLayout.Batch + c * job.OutputLayout.Channel;
        return PoolJob.Of(plan, memory + GradientDivisors<TSum>.Bytes(job.Plan.Transposed), dense, output, job.OutputLayout, job.Cancellation);
    }

    /// <summary>Writes the gradients of a unit, densely.</summary>
    private static void Copy(in PoolJob job, T* copies, long plane)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout;
        var (n, c) = Math.DivRem(plane, plan.Channels);
        T* gradients = (T*)job.Input + n * from.Batch + c * from.Channel;
        long channels = ByChannels(job) ? plan.Channels : 1;
        for (long d = 0; d < plan.Depth.InputLength; d++)
            for (long h = 0; h < plan.Height.InputLength; h++)
                for (long w = 0; w < plan.Width.InputLength; w++)
                    for (long i = 0; i < channels; i++) *copies++ = gradients[d * from.Depth + h * from.Height + w * from.Width + i * from.Channel];
    }

    /// <summary>Writes the quotients of a unit, densely.</summary>
    private static void Divide(in PoolJob job, byte* memory, T* quotients, long plane)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout;
        var divisors = new GradientDivisors<TSum>(plan.Transposed, memory);
        var (n, c) = Math.DivRem(plane, plan.Channels);
        T* gradients = (T*)job.Input + n * from.Batch + c * from.Channel;
        long columns = plan.Width.InputLength, channels = ByChannels(job) ? plan.Channels : 1;
        for (long d = 0; d < plan.Depth.InputLength; d++)
        {
            for (long h = 0; h < plan.Height.InputLength; h++, quotients += columns * channels)
            {
                T* row = gradients + d * from.Depth + h * from.Height;
                TSum divisor = divisors.Row(d, h);
                if (channels == 1 && divisors.Widths is not null) GradientCopy<T, TSum, TSums, TFormat>.Divide(row, from.Width, (TSum*)quotients, columns, divisor, divisors.Widths);
                else if (channels == 1) GradientCopy<T, TSum, TSums, TFormat>.Divide(row, from.Width, (TSum*)quotients, columns, divisor);
                for (long w = 0; w < columns && channels > 1; w++)
                    GradientCopy<T, TSum, TSums, TFormat>.Divide(row + w * from.Width, from.Channel, (TSum*)quotients + w * channels, channels, divisors.Widths is null ? divisor : divisor * divisors.Widths[w]);
            }
        }
    }
}
