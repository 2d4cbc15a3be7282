namespace Cenote;

/// <summary>The gradient of an average: what a window gives to each of its taps is its gradient over its divisor.</summary>
internal sealed class MeanGradient : PoolOperator
{
    public static readonly MeanGradient Instance = new();

    private protected override KernelCatalog Create(ElementType type) => GradientKernels.Of(type) ?? throw Unknown(type);
}

/// <summary>The gradient of a pooling that chooses one tap: it gets the window's gradient, the others nothing.</summary>
internal sealed class ChosenGradient : PoolOperator
{
    public static readonly ChosenGradient Instance = new();

    private protected override KernelCatalog Create(ElementType type) => GradientKernels.Of(type) ?? throw Unknown(type);
}

/// <summary>The kernels of gradients.</summary>
internal static class GradientKernels
{
    public static KernelCatalog? Of(ElementType type) => type switch
    {
        ElementType.Single => KernelCatalog.Of(new GradientReference<float, float, SingleMean>(default)),
        ElementType.Double => KernelCatalog.Of(new GradientReference<double, double, DoubleMean>(default)),
        ElementType.Half => KernelCatalog.Of(new GradientReference<Half, float, SingleMean>(default)),
        ElementType.BFloat16 => KernelCatalog.Of(new GradientReference<BFloat16, float, SingleMean>(default)),
        _ => null,
    };
}
