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
        (ElementType.Single, false) => new SmoothGradient<float, float, SingleMean, LpWindow<float>, LpFormula<float>>(new(Norm), memory),
        (ElementType.Single, true) => new SmoothGradient<float, double, DoubleMean, LpWindow<double>, LpFormula<double>>(new(Norm), memory),
        (ElementType.Double, _) => new SmoothGradient<double, double, DoubleMean, LpWindow<double>, LpFormula<double>>(new(Norm), memory),
        (ElementType.Half, false) => new SmoothGradient<Half, float, SingleMean, LpWindow<float>, LpFormula<float>>(new(Norm), memory),
        (ElementType.Half, true) => new SmoothGradient<Half, double, DoubleMean, LpWindow<double>, LpFormula<double>>(new(Norm), memory),
        (_, false) => new SmoothGradient<BFloat16, float, SingleMean, LpWindow<float>, LpFormula<float>>(new(Norm), memory),
        (_, true) => new SmoothGradient<BFloat16, double, DoubleMean, LpWindow<double>, LpFormula<double>>(new(Norm), memory),
    };
}
