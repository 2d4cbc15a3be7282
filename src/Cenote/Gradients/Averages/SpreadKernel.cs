using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The gradient of a global average: each plane gets one number, its gradient over its elements, everywhere.</summary>
// Bounds: all planes and pixels are those of the plan, for which the caller has checked the tensors.
internal sealed unsafe class SpreadKernel<T, TSum, TSums, TFormat> : PoolKernel
    where T : unmanaged
    where TSum : unmanaged, INumber<TSum>
    where TSums : unmanaged, ILanes<TSums, TSum>
    where TFormat : struct, IGradientFormat<T, TSum, TSums>
{
    /// <summary>The most channels of a row of quotients, in bytes.</summary>
    private const long MostBytes = 1 << 22;

    /// <summary>The most bytes of planes that are filled one over the next: of larger ones a call each does not show. Measured.</summary>
    private const long FewBytes = 1 << 12;

    public override string Name => "spread";

    public override bool Accepts(in PoolJob job) => job.Offsets.Start is null && job.Plan.Transposed.IsGlobal && job.Plan.Channels * sizeof(T) <= MostBytes;

    /// <summary>One unit is one plane, or one row of pixels.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * (ByChannels(job) ? job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength : job.Plan.Channels);

    /// <summary>The rate of the second-level cache.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * sizeof(T) / 50.0;

    public override void Run(in PoolJob job, long first, long end)
    {
        if (ByChannels(job)) Pixels(job, first, end);
        else Planes(job, first, end);
    }

    private static bool ByChannels(in PoolJob job) => job.OutputLayout.Channel == 1;

    private static void Planes(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout, to = job.OutputLayout;
        var (n, c) = Math.DivRem(first, plan.Channels);
        TSum divisor = Divisor(plan);
        long elements = plan.Depth.OutputLength * plan.Height.OutputLength * plan.Width.OutputLength;
        bool areNeighbours = typeof(T) == typeof(TSum) && elements * sizeof(T) <= FewBytes && to.Channel == elements && PlaneList<T>.IsEven(plan.Transposed, to, out long pitch) && pitch == 1;
        for (long plane = first; plane < end; plane++)
        {
            if (areNeighbours)
            {
                long made = Neighbours((TSum*)job.Input + n * from.Batch + c * from.Channel, from.Channel, (TSum*)job.Output + n * to.Batch + c * to.Channel, elements, Math.Min(plan.Channels - c, end - plane), divisor);
                plane += made;
                c += made;
            }

            T quotient = Quotient(((T*)job.Input)[n * from.Batch + c * from.Channel], divisor);
            T* output = (T*)job.Output + n * to.Batch + c * to.Channel;
            foreach (Stretch run in new Stretches(plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength, to))
            {
                T* start = output + run.Offset;
                if (run.Step == 1 && run.Length <= int.MaxValue) new Span<T>(start, (int)run.Length).Fill(quotient);
                else for (long i = 0; i < run.Length; i++) start[i * run.Step] = quotient;
            }

            if (++c == plan.Channels) (c, n) = (0, n + 1);
        }
    }

    /// <summary>Fills planes that lie side by side with whole registers: what lies behind one is the next, filled later. How many have room for that; not the last one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static long Neighbours(TSum* gradients, long next, TSum* to, long elements, long planes, TSum divisor)
    {
        long lanes = TSums.Count, made = Math.Max(0, planes - Math.Max(1, (lanes - 1 + elements - 1) / elements));
        for (TSum* end = to + made * elements; to < end; gradients += next)
        {
            TSums quotient = default(TSums) + TSums.Fill(*gradients) / TSums.Fill(divisor);
            TSum* behind = to + elements;
            for (TSum* place = to; place < behind; place += lanes)
            {
                Prefetch.Behind(place, sizeof(TSums));
                TSums.Store(quotient, place);
            }

            to = behind;
        }

        return made;
    }

    private static void Pixels(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout, to = job.OutputLayout;
        long channels = plan.Channels, bytes = channels * sizeof(T), image = -1;
        T* quotients = (T*)AheadWrites.Beside(Scratch.Of(bytes + AheadWrites.PageBytes), job.Output);
        TSum divisor = Divisor(plan);
        for (long unit = first; unit < end; unit++)
        {
            var (rest, h) = Math.DivRem(unit, plan.Height.OutputLength);
            (long n, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            if (n != image) Quotients((T*)job.Input + n * from.Batch, from.Channel, quotients, channels, divisor);
            image = n;
            T* row = (T*)job.Output + n * to.Batch + d * to.Depth + h * to.Height;
            for (long w = 0; w < plan.Width.OutputLength; w++) AheadWrites.Copy(quotients, row + w * to.Width, bytes);
        }
    }

    private static TSum Divisor(PoolPlan plan)
    {
        PoolPlan pooling = plan.Transposed;
        return TSum.CreateTruncating(pooling.Divisor(pooling.Depth[0].Extent * pooling.Height[0].Extent * pooling.Width[0].Extent));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Quotients(T* gradients, long stride, T* to, long count, TSum divisor)
    {
        TSums divisors = TSums.Fill(divisor);
        long i = 0;
        for (; stride == 1 && i + 2 * TSums.Count <= count; i += 2 * TSums.Count)
            TFormat.Store(default(TSums) + TFormat.Load(gradients + i) / divisors, default(TSums) + TFormat.Load(gradients + i + TSums.Count) / divisors, to + i);
        for (; i < count; i++) to[i] = Quotient(gradients[i * stride], divisor);
    }

    // A sum begins at +0.
    private static T Quotient(T gradient, TSum divisor) => TFormat.Round(TSum.Zero + TFormat.Lift(gradient) / divisor);
}
