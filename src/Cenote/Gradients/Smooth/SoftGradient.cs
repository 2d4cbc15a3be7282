using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// The gradient of soft pooling: sums of e^x and x·e^x, as doubles, in which exponentials need not be relative to the greatest tap. Planes that hold larger numbers are made window by window.
/// </summary>
internal sealed unsafe class SoftGradient<T, TReal, TConvert, TWide>(SmoothMemory memory) : SummedGradient<T, double, TWide, SoftWeights, SoftSlopes, SoftShares>(default, default, default, ofMeans: false, memory)
    where T : unmanaged
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
    where TConvert : struct, IPoolReducer<T, TReal>
    where TWide : struct, IPoolReducer<T, double>
{
    // Of each plane.
    private bool[] _areLarge = [];

    /// <summary>Taps of no greater magnitude lose no digit of <typeparamref name="T"/> where they cancel, or four bits of a double; and their exponentials, times any gradient of <typeparamref name="T"/>, are doubles.</summary>
    private static double MostTap => typeof(T) == typeof(double) ? 16 : 300;

    private static double MostGradient => typeof(T) == typeof(double) ? 1e290 : float.MaxValue;

    public override void Run(PoolPlan plan, int maxDegree, IProgress<double>? progress, CancellationToken cancellation)
    {
        _areLarge = new bool[plan.Batch * plan.Channels];
        if (plan.OutputElements > 0)
        {
            Mark(plan.Transposed, Memory.Input, Memory.Inputs, MostTap, maxDegree, cancellation);
            Mark(plan, Memory.Gradient, Memory.Gradients, MostGradient, maxDegree, cancellation);
        }

        base.Run(plan, maxDegree, progress, cancellation);
    }

    private protected override void Amend(PoolPlan plan, in PlaneParts.Part part, int maxDegree, CancellationToken cancellation)
    {
        for (long n = part.N; n < part.N + part.Plan.Batch; n++)
            for (long c = part.C; c < part.C + part.Plan.Channels; c++)
                if (_areLarge[n * plan.Channels + c]) new SmoothGradient<T, TReal, TConvert, SoftWindow<TReal>, SoftFormula<TReal>>(default, Memory.At<T>(n, c)).Run(plan.Part(1, 1), maxDegree, null, cancellation);
    }

    /// <summary>Notes the planes of a plan's outputs that hold a number of greater magnitude, or NaN.</summary>
    private void Mark(PoolPlan over, void* elements, in TensorLayout layout, double most, int maxDegree, CancellationToken cancellation)
    {
        var greatest = new GlobalLpPool3d(double.PositiveInfinity);
        PoolPlan planes = greatest.Plan((nint)over.Batch, (nint)over.Channels, (nint)over.Depth.OutputLength, (nint)over.Height.OutputLength, (nint)over.Width.OutputLength);
        T[] magnitudes = new T[_areLarge.Length];
        fixed (T* to = magnitudes)
        {
            PoolJob job = PoolJob.Of(planes, elements, layout, to, planes.Dense(byChannels: false, ofOutput: true), cancellation);
            PlaneParallel.Run(greatest.Operator[ElementTypes.Of<T>()].Find(job), job, maxDegree, null);
        }

        for (int i = 0; i < magnitudes.Length; i++) _areLarge[i] |= !(default(TWide).Lift(magnitudes[i]) <= most);
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
