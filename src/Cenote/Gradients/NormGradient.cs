using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>
/// The gradient of a power mean, some planes at a time: the taps' powers, what windows make of these, the root's slope there times the gradient that arrives, and the sum of those for each input,
/// which is the gradient of an average. What lies between is done element by element.
/// </summary>
internal sealed unsafe class NormGradient<T, TReal, TConvert>(LpNorm norm, SmoothMemory memory) : SmoothGradient
    where T : unmanaged
    where TReal : unmanaged
    where TConvert : struct, IPoolReducer<T, TReal>
{
    public override void Run(PoolPlan plan, int maxDegree, IProgress<double>? progress, CancellationToken cancellation)
    {
        bool byChannels = memory.Inputs.Channel == 1;
        var parts = new PlaneParts(plan, sizeof(TReal) * (PlaneParts.Inputs(plan) + PlaneParts.Outputs(plan)), byChannels);
        ElementType type = ElementTypes.Of<TReal>();
        KernelCatalog averages = MeanOperator.Of(IntegerRounding.TowardZero, plan.IsGlobal)[type], gradients = MeanGradient.Instance[type];
        var numbers = (TReal*)NativeMemory.AlignedAlloc((nuint)parts.Bytes, Scratch.Alignment);
        try
        {
            foreach (PlaneParts.Part part in parts)
            {
                // The true norm is of sums; PyTorch multiplies means.
                PoolPlan pooling = norm.IsTrue ? part.Plan.Over(1) : part.Plan, backward = pooling.Transposed;
                TReal* slopes = numbers + pooling.InputElements;
                TensorLayout inputs = pooling.Dense(byChannels, ofOutput: false), outputs = pooling.Dense(byChannels, ofOutput: true);
                var taps = new StridedElements<T>((T*)memory.Input + part.In(memory.Inputs), memory.Inputs);
                Each(backward, taps, numbers, inputs, new TapPower(norm), default);
                Reduce(averages, PoolJob.Of(pooling, numbers, inputs, slopes, outputs, cancellation));
                Each(pooling, new((T*)memory.Gradient + part.In(memory.Gradients), memory.Gradients), slopes, outputs, new SumSlope(norm), default);
                Reduce(gradients, PoolJob.Of(backward, slopes, outputs, numbers, inputs, cancellation));
                Each(backward, taps, numbers, inputs, new TapShare(norm), new((T*)memory.Result + part.In(memory.Results), memory.Results));
                progress?.Report(part.Done);
            }

            if (plan.OutputElements == 0) progress?.Report(1);
        }
        finally
        {
            NativeMemory.AlignedFree(numbers);
        }

        void Reduce(KernelCatalog kernels, in PoolJob job) => PlaneParallel.Run(kernels.Find(job), job, maxDegree, null);

        // Over the outputs of a plan.
        void Each<TMap>(PoolPlan over, in StridedElements<T> elements, TReal* dense, in TensorLayout order, TMap map, in StridedElements<T> results)
            where TMap : struct, IElementMap => ElementPass.Run<T, TReal, TConvert, TMap>(over, elements, dense, order, map, results, maxDegree, cancellation);
    }
}

/// <summary>What a tap gives to the sum.</summary>
internal readonly struct TapPower(LpNorm norm) : IElementMap
{
    public static bool HasTwo => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (TLanes First, TLanes Second) Of<TLanes, T>(TLanes taps, TLanes first, TLanes second)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged
    {
        if (norm.IsTrue) taps &= RealNumber<T>.FillBits<TLanes>(long.MaxValue);
        if (norm.IsClamped) taps = TLanes.Max(taps, RealNumber<T>.Fill<TLanes>(norm.Least));
        return (LanePower.Raise<TLanes, T>(taps, norm.P), default);
    }
}

/// <summary>The gradient times what the root's slope gives to each tap, to be multiplied by its own: 0 where the sum is 0, as in PyTorch.</summary>
internal readonly struct SumSlope(LpNorm norm) : IElementMap
{
    public static bool HasTwo => false;

    private readonly double _exponent = (1 / norm.P) - 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (TLanes First, TLanes Second) Of<TLanes, T>(TLanes gradients, TLanes sums, TLanes second)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged
    {
        TLanes wholes = norm.IsTrue ? sums : sums * RealNumber<T>.Fill<TLanes>(norm.Taps);
        TLanes slopes = LanePower.Raise<TLanes, T>(wholes, _exponent);
        if (!norm.IsTrue) slopes *= RealNumber<T>.Fill<TLanes>(norm.Taps);
        return (TLanes.Select(TLanes.Equal(wholes, default), default, slopes) * gradients, default);
    }
}

/// <summary>A tap's own slope times the sum of those of its windows.</summary>
internal readonly struct TapShare(LpNorm norm) : IElementMap
{
    public static bool HasTwo => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (TLanes First, TLanes Second) Of<TLanes, T>(TLanes taps, TLanes sums, TLanes second)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged
    {
        TLanes slopes = LanePower.Raise<TLanes, T>(norm.IsTrue ? taps & RealNumber<T>.FillBits<TLanes>(long.MaxValue) : taps, norm.P - 1);
        if (norm.IsTrue)
        {
            slopes ^= TLanes.Greater(default, taps) & RealNumber<T>.FillBits<TLanes>(long.MinValue);
            slopes = TLanes.Select(TLanes.Equal(taps, default), default, slopes);
        }

        // A gradient that is zero is +0.
        TLanes shares = slopes * sums + default(TLanes);
        return (norm.IsClamped ? TLanes.Select(TLanes.Greater(RealNumber<T>.Fill<TLanes>(norm.Least), taps), default, shares) : shares, default);
    }
}
