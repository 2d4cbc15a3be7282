using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>
/// The gradient of soft pooling, some planes at a time: e^x and x·e^x of each tap, their sums over each window, of these what the window gives to every tap, and the sum of that for each input. Sums are those of averages, spread as their
/// gradients are; all numbers are doubles, in which exponentials need not be relative to the greatest tap. Planes that hold larger numbers are made window by window.
/// </summary>
internal sealed unsafe class SoftGradient<T, TReal, TConvert, TWide>(SmoothMemory memory) : SmoothGradient
    where T : unmanaged
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
    where TConvert : struct, IPoolReducer<T, TReal>
    where TWide : struct, IPoolReducer<T, double>
{
    /// <summary>Taps of no greater magnitude lose no digit of <typeparamref name="T"/> where they cancel, or four bits of a double; and their exponentials, times any gradient of <typeparamref name="T"/>, are doubles.</summary>
    private static double MostTap => typeof(T) == typeof(double) ? 16 : 300;

    private static double MostGradient => typeof(T) == typeof(double) ? 1e290 : float.MaxValue;

    public override void Run(PoolPlan plan, int maxDegree, IProgress<double>? progress, CancellationToken cancellation)
    {
        bool[] areLarge = new bool[plan.Batch * plan.Channels];
        Mark(plan, plan.Transposed, memory.Input, memory.Inputs, MostTap);
        Mark(plan, plan, memory.Gradient, memory.Gradients, MostGradient);
        bool byChannels = memory.Inputs.Channel == 1;
        var parts = new PlaneParts(plan, 2 * sizeof(double) * (PlaneParts.Inputs(plan) + PlaneParts.Outputs(plan)), byChannels);
        KernelCatalog averages = MeanOperator.Of(IntegerRounding.TowardZero, plan.IsGlobal)[ElementType.Double], gradients = MeanGradient.Instance[ElementType.Double];
        var numbers = (double*)NativeMemory.AlignedAlloc((nuint)parts.Bytes, Scratch.Alignment);
        try
        {
            foreach (PlaneParts.Part part in parts)
            {
                PoolPlan sums = part.Plan.Over(1), backward = sums.Transposed, twice = part.Plan.Part(2 * sums.Batch, sums.Channels).Over(1);
                double* windows = numbers + 2 * sums.InputElements;
                TensorLayout inputs = sums.Dense(byChannels, ofOutput: false), outputs = sums.Dense(byChannels, ofOutput: true);
                SmoothMemory of = memory.At<T>(part.N, part.C);
                Each(backward, new((T*)of.Input, of.Inputs), numbers, inputs, default(SoftWeights), default);
                Reduce(averages, PoolJob.Of(twice, numbers, inputs, windows, outputs, cancellation));
                Each(sums, new((T*)of.Gradient, of.Gradients), windows, outputs, default(SoftSlopes), default);
                Reduce(gradients, PoolJob.Of(twice.Transposed, windows, outputs, numbers, inputs, cancellation));
                Each(backward, new((T*)of.Input, of.Inputs), numbers, inputs, default(SoftShares), new((T*)of.Result, of.Results));
                for (long n = part.N; n < part.N + sums.Batch; n++)
                    for (long c = part.C; c < part.C + sums.Channels; c++)
                        if (areLarge[n * plan.Channels + c]) new SmoothGradient<T, TReal, TConvert, SoftWindow<TReal>, SoftFormula<TReal>>(default, memory.At<T>(n, c)).Run(plan.Part(1, 1), maxDegree, null, cancellation);
                progress?.Report(part.Done);
            }

            if (plan.OutputElements == 0) progress?.Report(1);
        }
        finally
        {
            NativeMemory.AlignedFree(numbers);
        }

        void Reduce(KernelCatalog kernels, in PoolJob job) => PlaneParallel.Run(kernels.Find(job), job, maxDegree, null);

        void Each<TMap>(PoolPlan over, in StridedElements<T> elements, double* dense, in TensorLayout order, TMap map, in StridedElements<T> results)
            where TMap : struct, IElementMap => ElementPass.Run<T, double, TWide, TMap>(over, elements, dense, order, map, results, maxDegree, cancellation);

        // Notes the planes of a plan's outputs that hold a number of greater magnitude, or NaN.
        void Mark(PoolPlan of, PoolPlan over, void* elements, in TensorLayout layout, double most)
        {
            if (of.OutputElements == 0) return;
            var greatest = new GlobalLpPool3d(double.PositiveInfinity);
            PoolPlan planes = greatest.Plan((nint)over.Batch, (nint)over.Channels, (nint)over.Depth.OutputLength, (nint)over.Height.OutputLength, (nint)over.Width.OutputLength);
            T[] magnitudes = new T[areLarge.Length];
            fixed (T* to = magnitudes)
            {
                Reduce(greatest.Operator[ElementTypes.Of<T>()], PoolJob.Of(planes, elements, layout, to, planes.Dense(byChannels: false, ofOutput: true), cancellation));
            }

            for (int i = 0; i < magnitudes.Length; i++) areLarge[i] |= !(default(TWide).Lift(magnitudes[i]) <= most);
        }
    }
}

/// <summary>A tap's weight, and its product with the tap.</summary>
internal readonly struct SoftWeights : IElementMap
{
    public static bool HasTwo => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (TLanes First, TLanes Second) Of<TLanes, T>(TLanes taps, TLanes first, TLanes second)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged
    {
        TLanes weights = LaneExponential.Of<TLanes, T>(taps);
        return (weights, weights * taps);
    }
}

/// <summary>Of a window's gradient g, the sum W of its weights and its mean y: g/W and g/W·(1 − y). A window without a tap gives nothing.</summary>
internal readonly struct SoftSlopes : IElementMap
{
    public static bool HasTwo => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (TLanes First, TLanes Second) Of<TLanes, T>(TLanes gradients, TLanes weights, TLanes products)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged
    {
        TLanes hasTaps = TLanes.Greater(weights, default), slopes = gradients / weights;
        return (slopes & hasTaps, slopes * (RealNumber<T>.Fill<TLanes>(1) - products / weights) & hasTaps);
    }
}

/// <summary>A tap's weight times what its windows give: the sum of g/W·(1 + tap − y).</summary>
internal readonly struct SoftShares : IElementMap
{
    public static bool HasTwo => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (TLanes First, TLanes Second) Of<TLanes, T>(TLanes taps, TLanes slopes, TLanes rests)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged => (LaneExponential.Of<TLanes, T>(taps) * (taps * slopes + rests) + default(TLanes), default);
}
