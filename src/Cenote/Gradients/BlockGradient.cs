namespace Cenote;

/// <summary>The gradient of a block's mean or sum: to each element of data its share, to all others, those behind the last block among them, nothing.</summary>
/// <param name="layer">The reduction.</param>
/// <param name="number">Lifts elements, and rounds gradients.</param>
/// <param name="missing">Which elements are no data.</param>
/// <param name="weights">The elements' weights.</param>
/// <param name="memory">The gradient that arrives, the input and the result.</param>
internal sealed unsafe class BlockGradient<T, TNumber>(BlockReduce layer, TNumber number, MissingTaps<T> missing, BlockWeights weights, LpMemory memory) : PoolKernel
    where T : unmanaged, System.Numerics.IEqualityOperators<T, T, bool>
    where TNumber : struct, IPoolReducer<T, double>
{
    public override string Name => "block gradient";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is one row of blocks.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    public override double Cost(in PoolJob job) => 4.0 * job.Plan.InputElements;

    // Bounds: the blocks of a plan cover its input once, where the last ones are taken to reach its end.
    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        var blocks = new BlockSums<T, TNumber>(plan, number, missing, weights, (T*)memory.Input, memory.Inputs);
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            OutputPlace row = BlockRow.Of(plan, unit);
            for (long w = 0; w < plan.Width.OutputLength; w++)
            {
                OutputPlace output = row with { W = w };
                BlockSum block = blocks.Of(output);
                double share = block.Count < layer.MinCount ? 0 : number.Lift(((T*)memory.Gradient)[output.In(memory.Gradients)]) / (layer.Method == Reduction.Sum ? 1 : block.Weight);
                Spread(plan, blocks, output, share);
            }
        }
    }

    private void Spread(PoolPlan plan, BlockSums<T, TNumber> blocks, in OutputPlace output, double share)
    {
        Window depth = plan.Depth[output.D], height = plan.Height[output.H], width = plan.Width[output.W];
        for (long d = depth.Start; d < End(plan.Depth, output.D); d++)
        {
            for (long h = height.Start; h < End(plan.Height, output.H); h++)
            {
                for (long w = width.Start; w < End(plan.Width, output.W); w++)
                {
                    var element = new OutputPlace(output.N, output.C, d, h, w);
                    bool isInside = d < depth.Start + depth.Count && h < height.Start + height.Count && w < width.Start + width.Count;
                    double weight = isInside ? blocks.WeightOf(element) : 0;
                    ((T*)memory.Result)[element.In(memory.Results)] = weight == 0 ? default : number.Finish(share * weight, 1, 1);
                }
            }
        }
    }

    private static long End(AxisPlan axis, long output) => output == axis.OutputLength - 1 ? axis.InputLength : axis[output].Start + axis[output].Count;
}
