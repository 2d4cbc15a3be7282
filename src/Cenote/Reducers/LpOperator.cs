using System.Numerics;

namespace Cenote;

/// <summary>The p-norm of a window, of one layer: the exponent is the layer's.</summary>
/// <param name="norm">The formula.</param>
/// <param name="wholePlane">Whether float sums would be long enough to go wrong: they are of doubles then.</param>
internal sealed class LpOperator(LpNorm norm, bool wholePlane) : PoolOperator
{
    private protected override KernelCatalog Create(ElementType type) => (type, wholePlane) switch
    {
        (ElementType.Single, false) => Of<float, float, SingleMean>(),
        (ElementType.Single, true) => Of<float, double, DoubleMean>(),
        (ElementType.Double, _) => Of<double, double, DoubleMean>(),
        (ElementType.Half, false) => Of<Half, float, SingleMean>(),
        (ElementType.Half, true) => Of<Half, double, DoubleMean>(),
        (ElementType.BFloat16, false) => Of<BFloat16, float, SingleMean>(),
        (ElementType.BFloat16, true) => Of<BFloat16, double, DoubleMean>(),
        _ => throw new NotSupportedException($"elements of {type} have no p-norm; they must be float, double, Half or BFloat16."),
    };

    private KernelCatalog Of<T, TReal, TConvert>()
        where T : unmanaged
        where TReal : unmanaged, IFloatingPointIeee754<TReal>
        where TConvert : struct, IPoolReducer<T, TReal> => KernelCatalog.Of<T, TReal, LpReducer<T, TReal, TConvert>>(new(norm));
}
