namespace Cenote;

/// <summary>The p-norm of a window, of one layer: the exponent is the layer's.</summary>
internal sealed class LpOperator(LpNorm norm) : PoolOperator
{
    public LpNorm Norm => norm;

    private protected override KernelCatalog Create(ElementType type) => type switch
    {
        ElementType.Single => KernelCatalog.Of<float, float, LpReducer<float, float, SingleMean>>(new(norm)),
        ElementType.Double => KernelCatalog.Of<double, double, LpReducer<double, double, DoubleMean>>(new(norm)),
        ElementType.Half => KernelCatalog.Of<Half, float, LpReducer<Half, float, SingleMean>>(new(norm)),
        ElementType.BFloat16 => KernelCatalog.Of<BFloat16, float, LpReducer<BFloat16, float, SingleMean>>(new(norm)),
        _ => throw new NotSupportedException($"elements of {type} have no p-norm; they must be float, double, Half or BFloat16."),
    };
}
