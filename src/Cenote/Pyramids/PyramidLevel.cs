namespace Cenote;

/// <summary>One level of a pyramid: its windows over the input, and where it goes.</summary>
internal readonly unsafe struct PyramidLevel(PoolPlan plan, void* output, in TensorLayout layout)
{
    public readonly PoolPlan Plan = plan;
    public readonly void* Output = output;
    public readonly TensorLayout Layout = layout.Along(plan.Batch, plan.Channels, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength);
}
