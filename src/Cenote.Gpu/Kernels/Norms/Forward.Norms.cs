using System.Numerics;

namespace Cenote.Gpu;

/// <content>Norms: the exponents 1, 2 and ∞ have kernels of their own, which need neither logarithms nor branches, and move 16 bytes at a time.</content>
internal static partial class Forward
{
    private static void Norm(PoolCall call, ElementType type, LpOperator norm)
    {
        switch (type)
        {
            case ElementType.Single when norm.WholePlane: QuadNorm<double, Reals, DoubleMean>(call, norm.Norm); break;
            case ElementType.Single: QuadNorm<float, Reals, SingleMean>(call, norm.Norm); break;
            case ElementType.Double when norm.WholePlane && !norm.Norm.IsMax: CompensatedNorm(call, norm.Norm); break;
            case ElementType.Double: TwinNorm(call, norm.Norm); break;
            case ElementType.Half when norm.WholePlane: WordNorm<double, Reals, WideWordMean<HalfWord>>(call, norm.Norm); break;
            case ElementType.Half: WordNorm<float, Reals, WordMean<HalfWord>>(call, norm.Norm); break;
            case ElementType.BFloat16 when norm.WholePlane: WordNorm<double, Reals, WideWordMean<BFloat16Word>>(call, norm.Norm); break;
            case ElementType.BFloat16: WordNorm<float, Reals, WordMean<BFloat16Word>>(call, norm.Norm); break;
            default: throw new NotSupportedException($"elements of {ElementTypes.Name(type)} have no p-norm; they must be {ElementTypes.FloatingPoint}.");
        }
    }

    /// <summary>The exponent, where it has kernels of its own; else 0.</summary>
    private static int Known(LpNorm norm) => norm.IsClamped ? 0 : norm.P switch { 1 => 1, 2 => 2, _ => 0 };

    private static void QuadNorm<TReal, TReals, TConvert>(PoolCall call, LpNorm norm)
        where TReal : unmanaged, INumber<TReal>
        where TReals : unmanaged, IReals<TReal>
        where TConvert : unmanaged, IPoolReducer<float, TReal>
    {
        if (norm.IsMax) Quads<float, TReal, MagnitudeReducer<float, TReal, TReals, TConvert>>(call, default);
        else if (Known(norm) == 1) Quads<float, TReal, NormReducer<float, TReal, TReals, TConvert, FirstPower<TReal>, FirstPower<TReal>>>(call, new(new(norm, default, default)));
        else if (Known(norm) == 2) Quads<float, TReal, NormReducer<float, TReal, TReals, TConvert, Square<TReal>, SquareRoot<TReal, TReals>>>(call, new(new(norm, default, default)));
        else Fold<float, TReal, NormReducer<float, TReal, TReals, TConvert, AnyPower<TReal, TReals>, AnyPower<TReal, TReals>>>(call, new(new(norm, new(norm.P), new(1 / norm.P))));
    }

    private static void TwinNorm(PoolCall call, LpNorm norm)
    {
        if (norm.IsMax) Twins<double, double, MagnitudeReducer<double, double, Reals, DoubleMean>>(call, default);
        else if (Known(norm) == 1) Twins<double, double, NormReducer<double, double, Reals, DoubleMean, FirstPower<double>, FirstPower<double>>>(call, new(new(norm, default, default)));
        else if (Known(norm) == 2) Twins<double, double, NormReducer<double, double, Reals, DoubleMean, Square<double>, SquareRoot<double, Reals>>>(call, new(new(norm, default, default)));
        else Fold<double, double, NormReducer<double, double, Reals, DoubleMean, AnyPower<double, Reals>, AnyPower<double, Reals>>>(call, new(new(norm, new(norm.P), new(1 / norm.P))));
    }

    private static void WordNorm<TReal, TReals, TConvert>(PoolCall call, LpNorm norm)
        where TReal : unmanaged, INumber<TReal>
        where TReals : unmanaged, IReals<TReal>
        where TConvert : unmanaged, IPoolReducer<ushort, TReal>
    {
        if (norm.IsMax) Words<TReal, MagnitudeReducer<ushort, TReal, TReals, TConvert>>(call, default);
        else if (Known(norm) == 1) Words<TReal, NormReducer<ushort, TReal, TReals, TConvert, FirstPower<TReal>, FirstPower<TReal>>>(call, new(new(norm, default, default)));
        else if (Known(norm) == 2) Words<TReal, NormReducer<ushort, TReal, TReals, TConvert, Square<TReal>, SquareRoot<TReal, TReals>>>(call, new(new(norm, default, default)));
        else Fold<ushort, TReal, NormReducer<ushort, TReal, TReals, TConvert, AnyPower<TReal, TReals>, AnyPower<TReal, TReals>>>(call, new(new(norm, new(norm.P), new(1 / norm.P))));
    }

    private static void CompensatedNorm(PoolCall call, LpNorm norm)
    {
        if (Known(norm) == 1) Twins<double, DoubleDouble, CompensatedNormReducer<FirstPower<double>, FirstPower<double>>>(call, new(new(norm, default, default)));
        else if (Known(norm) == 2) Twins<double, DoubleDouble, CompensatedNormReducer<Square<double>, SquareRoot<double, Reals>>>(call, new(new(norm, default, default)));
        else Fold<double, DoubleDouble, CompensatedNormReducer<AnyPower<double, Reals>, AnyPower<double, Reals>>>(call, new(new(norm, new(norm.P), new(1 / norm.P))));
    }
}
