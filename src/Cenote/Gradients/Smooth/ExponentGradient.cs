namespace Cenote;

/// <summary>The gradient of a generalised mean with respect to its exponent, one number: rows of outputs each add up their own, and these are added in order.</summary>
internal sealed unsafe class ExponentGradient<T, TConvert>(LpNorm norm, T* gradients, TensorLayout layout) : PoolKernel
    where T : unmanaged
    where TConvert : struct, IPoolReducer<T, double>
{
    public override string Name => "exponent gradient";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is one row of the output.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    /// <summary>A power and a logarithm cost some thirty nanoseconds.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * 30.0 * job.Plan.MaxCount;

    public override long PartialBytes(in PoolJob job) => Units(job) * sizeof(DoubleDouble);

    // Bounds: the plan's windows are clipped to the input.
    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        for (long row = first; row < end; row++)
        {
            var (rest, h) = Math.DivRem(row, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var (n, c) = Math.DivRem(rest, plan.Channels);
            DoubleDouble sum = default;
            for (long w = 0; w < plan.Width.OutputLength; w++)
            {
                var place = new OutputPlace(n, c, d, h, w);
                double gradient = default(TConvert).Lift(gradients[place.In(layout)]);
                sum = default(CompensatedMean).Combine(sum, new(gradient * Slope(job, place), 0));
            }

            ((DoubleDouble*)job.Partials)[row] = sum;
        }
    }

    public override void Complete(in PoolJob job)
    {
        DoubleDouble sum = default;
        for (long row = 0; row < Units(job); row++) sum = default(CompensatedMean).Combine(sum, ((DoubleDouble*)job.Partials)[row]);
        // Once the sum is infinite or NaN the lost part means nothing.
        *(DoubleDouble*)job.Output = double.IsFinite(sum.High) ? sum : new(sum.High, 0);
    }

    /// <summary>dy/dp.</summary>
    private double Slope(in PoolJob job, in OutputPlace place)
    {
        Window depth = job.Plan.Depth[place.D], height = job.Plan.Height[place.H], width = job.Plan.Width[place.W];
        double powers = 0, logarithms = 0;
        for (long i = 0; i < depth.Count; i++)
        {
            for (long j = 0; j < height.Count; j++)
            {
                job.Cancellation.ThrowIfCancellationRequested();
                T* row = (T*)job.Input + (place with { D = depth.Start + i * depth.Step, H = height.Start + j * height.Step, W = 0 }).In(job.InputLayout);
                for (long k = 0; k < width.Count; k++)
                {
                    double tap = norm.Clamp(default(TConvert).Lift(row[(width.Start + k * width.Step) * job.InputLayout.Width])), power = norm.Power(tap);
                    powers += power;
                    logarithms += power * Math.Log(tap);
                }
            }
        }

        long count = depth.Count * height.Count * width.Count;
        if (count == 0) return 0;
        return LpNorm.Raise(powers / count, 1 / norm.P) * (logarithms / (norm.P * powers) - Math.Log(powers / count) / (norm.P * norm.P));
    }
}
