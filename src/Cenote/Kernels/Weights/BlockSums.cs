namespace Cenote;

/// <summary>What a block's elements of data come to: Σ w·x, Σ w, and how many have a weight.</summary>
internal readonly record struct BlockSum(double Sum, double Weight, long Count);

/// <summary>Walks the elements of one block, in row-major order.</summary>
internal sealed unsafe class BlockSums<T, TNumber>(PoolPlan plan, TNumber number, MissingTaps<T> missing, BlockWeights weights, T* input, TensorLayout layout)
    where T : unmanaged, System.Numerics.IEqualityOperators<T, T, bool>
    where TNumber : struct, IPoolReducer<T, double>
{
    /// <summary>The weight of one element; 0 where it is no data.</summary>
    public double WeightOf(in OutputPlace element) => missing.Contains(input[element.In(layout)]) ? 0 : weights.At(element);

    // Bounds: the plan's windows are clipped to the input's lengths, for which the caller has checked all tensors.
    public BlockSum Of(in OutputPlace output)
    {
        Window depth = plan.Depth[output.D], height = plan.Height[output.H], width = plan.Width[output.W];
        double sum = 0, total = 0;
        long count = 0;
        for (long d = depth.Start; d < depth.Start + depth.Count; d++)
        {
            for (long h = height.Start; h < height.Start + height.Count; h++)
            {
                for (long w = width.Start; w < width.Start + width.Count; w++)
                {
                    var element = new OutputPlace(output.N, output.C, d, h, w);
                    double weight = WeightOf(element);
                    if (weight == 0) continue;
                    sum += weight * number.Lift(input[element.In(layout)]);
                    total += weight;
                    count++;
                }
            }
        }

        // Zeros of the padding are data like any other, but have no weights.
        long padded = weights.Exist || missing.Contains(default) ? 0 : depth.Extent * height.Extent * width.Extent - depth.Count * height.Count * width.Count;
        return new(sum, total + padded, count + padded);
    }
}

/// <summary>Blocks of weighted elements.</summary>
internal sealed unsafe class WeightedKernel<T, TNumber>(BlockReduce layer, TNumber number, MissingTaps<T> missing, BlockWeights weights) : PoolKernel
    where T : unmanaged, System.Numerics.IEqualityOperators<T, T, bool>
    where TNumber : struct, IPoolReducer<T, double>
{
    public override string Name => "weighted";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is one row of the output.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    public override double Cost(in PoolJob job) => 2.0 * job.Plan.InputElements;

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        var blocks = new BlockSums<T, TNumber>(plan, number, missing, weights, (T*)job.Input, job.InputLayout);
        bool isSum = layer.Method == Reduction.Sum;
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            OutputPlace row = BlockRow.Of(plan, unit);
            for (long w = 0; w < plan.Width.OutputLength; w++)
            {
                OutputPlace output = row with { W = w };
                BlockSum block = blocks.Of(output);
                ((T*)job.Output)[output.In(job.OutputLayout)] = block.Count < layer.MinCount ? missing.Instead : number.Finish(isSum ? block.Sum : block.Sum / block.Weight, 1, 1);
            }
        }
    }
}

/// <summary>The rows of a plan's outputs, by number.</summary>
internal static class BlockRow
{
    public static OutputPlace Of(PoolPlan plan, long row)
    {
        var (rest, h) = Math.DivRem(row, plan.Height.OutputLength);
        (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
        var (n, c) = Math.DivRem(rest, plan.Channels);
        return new(n, c, d, h, 0);
    }
}
