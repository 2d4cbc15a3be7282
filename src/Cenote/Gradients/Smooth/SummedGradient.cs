using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>
/// The gradient of a function of sums over windows, some planes at a time: a tap's numbers, one or two, their sums over each window, of these what the window gives to every tap, and the sum of that for each input.
/// Sums are those of averages, spread as their gradients are; what lies between is done element by element.
/// </summary>
/// <param name="numbers">The numbers of a tap.</param>
/// <param name="slopes">Of the gradient that arrives at a window, and of its sums, what it gives to every tap.</param>
/// <param name="shares">Of a tap, and of what its windows give, its gradient.</param>
/// <param name="ofMeans">Whether the sums are divided.</param>
/// <param name="memory">The tensors.</param>
internal abstract unsafe class SummedGradient<T, TReal, TConvert, TNumbers, TSlopes, TShares>(TNumbers numbers, TSlopes slopes, TShares shares, bool ofMeans, SmoothMemory memory) : SmoothGradient
    where T : unmanaged
    where TReal : unmanaged
    where TConvert : struct, IPoolReducer<T, TReal>
    where TNumbers : struct, IElementMap
    where TSlopes : struct, IElementMap
    where TShares : struct, IElementMap
{
    private protected SmoothMemory Memory => memory;

    public override void Run(PoolPlan plan, int maxDegree, IProgress<double>? progress, CancellationToken cancellation)
    {
        int each = TNumbers.HasTwo ? 2 : 1;
        bool byChannels = memory.Inputs.Channel == 1;
        var parts = new PlaneParts(plan, each * sizeof(TReal) * (PlaneParts.Inputs(plan) + PlaneParts.Outputs(plan)), byChannels);
        ElementType type = ElementTypes.Of<TReal>();
        KernelCatalog averages = MeanOperator.Of(IntegerRounding.TowardZero, plan.IsGlobal)[type], gradients = MeanGradient.Instance[type];
        var taps = (TReal*)NativeMemory.AlignedAlloc((nuint)parts.Bytes, Scratch.Alignment);
        try
        {
            foreach (PlaneParts.Part part in parts)
            {
                PoolPlan pooling = ofMeans ? part.Plan : part.Plan.Over(1), backward = pooling.Transposed, all = pooling.Part(each * pooling.Batch, pooling.Channels);
                TReal* windows = taps + each * pooling.InputElements;
                TensorLayout inputs = pooling.Dense(byChannels, ofOutput: false), outputs = pooling.Dense(byChannels, ofOutput: true);
                SmoothMemory of = memory.At<T>(part.N, part.C);
                Each(backward, new((T*)of.Input, of.Inputs), taps, inputs, numbers, default);
                Reduce(averages, PoolJob.Of(all, taps, inputs, windows, outputs, cancellation));
                Each(pooling, new((T*)of.Gradient, of.Gradients), windows, outputs, slopes, default);
                Reduce(gradients, PoolJob.Of(all.Transposed, windows, outputs, taps, inputs, cancellation));
                Each(backward, new((T*)of.Input, of.Inputs), taps, inputs, shares, new((T*)of.Result, of.Results));
                Amend(plan, part, maxDegree, cancellation);
                progress?.Report(part.Done);
            }

            if (plan.OutputElements == 0) progress?.Report(1);
        }
        finally
        {
            NativeMemory.AlignedFree(taps);
        }

        void Reduce(KernelCatalog kernels, in PoolJob job) => PlaneParallel.Run(kernels.Find(job), job, maxDegree, null);

        // Over the outputs of a plan.
        void Each<TMap>(PoolPlan over, in StridedElements<T> elements, TReal* dense, in TensorLayout order, TMap map, in StridedElements<T> results)
            where TMap : struct, IElementMap => ElementPass.Run<T, TReal, TConvert, TMap>(over, elements, dense, order, map, results, maxDegree, cancellation);
    }

    /// <summary>Makes anew what came out wrong.</summary>
    private protected virtual void Amend(PoolPlan plan, in PlaneParts.Part part, int maxDegree, CancellationToken cancellation)
    {
    }
}
