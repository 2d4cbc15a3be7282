using System.Numerics;

namespace Cenote;

/// <summary>A pooling layer whose outputs are power means of their windows.</summary>
public abstract class NormPool : SmoothPool
{
    private protected NormPool(int spatialRank, double normType, WindowOptions? window)
        : base(spatialRank, window)
    {
        if (normType == 0 || double.IsNaN(normType)) throw new ArgumentOutOfRangeException(nameof(normType), $"normType is {normType}; it must be a number other than 0.");
        NormType = normType;
    }

    /// <summary>The exponent p.</summary>
    public double NormType { get; }

    internal override string OptionsText => $"{base.OptionsText} p-norm {NormType.ToString(System.Globalization.CultureInfo.InvariantCulture)}".TrimStart();

    internal override PoolOperator Operator => field ??= new LpOperator(Norm, wholePlane: SlidingWindow is null);

    private protected abstract LpNorm Norm { get; }

    private protected override SmoothGradient GradientOf(ElementType type, in SmoothMemory memory) => (type, SlidingWindow is null) switch
    {
        (ElementType.Single, false) => Of<float, float, SingleMean>(memory),
        (ElementType.Single, true) => Of<float, double, DoubleMean>(memory),
        (ElementType.Double, _) => Of<double, double, DoubleMean>(memory),
        (ElementType.Half, false) => Of<Half, float, SingleMean>(memory),
        (ElementType.Half, true) => Of<Half, double, DoubleMean>(memory),
        (_, false) => Of<BFloat16, float, SingleMean>(memory),
        (_, true) => Of<BFloat16, double, DoubleMean>(memory),
    };

    private SmoothGradient Of<T, TReal, TConvert>(in SmoothMemory memory)
        where T : unmanaged
        where TReal : unmanaged, IFloatingPointIeee754<TReal>
        where TConvert : struct, IPoolReducer<T, TReal> => Norm.IsMax
        ? new SmoothGradient<T, TReal, TConvert, LpWindow<TReal>, MagnitudeFormula<TReal>>(default, memory)
        : new NormGradient<T, TReal, TConvert>(Norm, memory);
}
