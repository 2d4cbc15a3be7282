using System.Numerics;

namespace Cenote;

/// <summary>What makes use of a layer's reducer, whatever its types.</summary>
internal interface IBlockReducerUser<TResult>
{
    /// <param name="reducer">Folds a block.</param>
    /// <param name="number">Lifts taps into doubles, and rounds these as the layer rounds.</param>
    /// <param name="missing">Which taps are no data.</param>
    TResult Use<T, TState, TReducer, TNumber>(TReducer reducer, TNumber number, MissingTaps<T> missing)
        where T : unmanaged, IComparisonOperators<T, T, bool>
        where TState : unmanaged
        where TReducer : struct, IPoolReducer<T, TState>
        where TNumber : struct, IPoolReducer<T, double>;
}

/// <summary>The dispatch from (element type, reduction) to a reducer.</summary>
internal static class BlockReducer
{
    /// <exception cref="ArgumentException">The layer's options suit no elements of this type.</exception>
    public static TResult Use<TResult, TUser>(BlockReduce layer, ElementType type, TUser user)
        where TUser : IBlockReducerUser<TResult>
    {
        var dispatch = new Dispatch<TResult, TUser>(layer, user);
        return type switch
        {
            ElementType.Single => dispatch.Of<float, float, SingleMean, DoubleMean>(default, default, Missing(layer, float.NaN, x => (float)x), float.PositiveInfinity, float.NegativeInfinity),
            ElementType.Double => dispatch.Of<double, double, DoubleMean, DoubleMean>(default, default, Missing(layer, double.NaN, x => x), double.PositiveInfinity, double.NegativeInfinity),
            ElementType.Half => dispatch.Of<Half, float, SingleMean, DoubleMean>(default, default, Missing(layer, Half.NaN, x => (Half)x), Half.PositiveInfinity, Half.NegativeInfinity),
            ElementType.BFloat16 => dispatch.Of<BFloat16, float, SingleMean, DoubleMean>(default, default, Missing(layer, BFloat16.NaN, x => (BFloat16)x), BFloat16.PositiveInfinity, BFloat16.NegativeInfinity),
            ElementType.SByte => dispatch.OfInteger<sbyte, long>(Missing<sbyte>(layer)),
            ElementType.Byte => dispatch.OfInteger<byte, long>(Missing<byte>(layer)),
            ElementType.Int16 => dispatch.OfInteger<short, long>(Missing<short>(layer)),
            ElementType.UInt16 => dispatch.OfInteger<ushort, long>(Missing<ushort>(layer)),
            ElementType.Int32 => dispatch.OfInteger<int, Int128>(Missing<int>(layer)),
            ElementType.UInt32 => dispatch.OfInteger<uint, Int128>(Missing<uint>(layer)),
            ElementType.Int64 => dispatch.OfInteger<long, Int128>(Missing<long>(layer)),
            _ => dispatch.OfInteger<ulong, Int128>(Missing<ulong>(layer)),
        };
    }

    /// <summary>What is no data among floating-point numbers; the number that is none is rounded to the type, as in any file of that type.</summary>
    public static MissingTaps<T> Missing<T>(BlockReduce layer, T nan, Func<double, T> round)
        where T : unmanaged, IComparisonOperators<T, T, bool>
    {
        if (layer.NoData is not { } value || double.IsNaN(value)) return new(layer.IgnoresNaN, null, nan);
        T noData = round(value);
        return double.IsInfinity(value) || (noData < round(double.PositiveInfinity) && noData > round(double.NegativeInfinity)) ? new(layer.IgnoresNaN, noData, noData)
            : throw new ArgumentException($"NoData is {value.ToString(System.Globalization.CultureInfo.InvariantCulture)}, which is beyond the range of {ElementTypes.Name(ElementTypes.Of<T>())}; no element can be that number.", nameof(BlockReduce.NoData));
    }

    /// <summary>What is no data among integers.</summary>
    public static MissingTaps<T> Missing<T>(BlockReduce layer)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        if (layer.NoData is not { } value || double.IsNaN(value))
        {
            return layer.MinCount == 1 ? new(false, null, T.Zero)
                : throw new ArgumentException($"MinCount is {layer.MinCount}, and {ElementTypes.Name(ElementTypes.Of<T>())} has no NaN for outputs with fewer elements; say which number stands for them with NoData.", nameof(BlockReduce.MinCount));
        }

        // 2¹²⁶ is beyond every type, and converts.
        Int128 whole = double.IsInteger(value) && Math.Abs(value) <= Math.ScaleB(1, 126) ? (Int128)value : Int128.MaxValue;
        T noData = T.CreateSaturating(whole);
        return Int128.CreateTruncating(noData) == whole ? new(false, noData, noData)
            : throw new ArgumentException($"NoData is {value.ToString(System.Globalization.CultureInfo.InvariantCulture)}, and no {ElementTypes.Name(ElementTypes.Of<T>())} is that number; it must be a whole one from {T.MinValue} to {T.MaxValue}.", nameof(BlockReduce.NoData));
    }

    private readonly struct Dispatch<TResult, TUser>(BlockReduce layer, TUser user)
        where TUser : IBlockReducerUser<TResult>
    {
        public TResult OfInteger<T, TSum>(MissingTaps<T> missing)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where TSum : unmanaged, IBinaryInteger<TSum> =>
            Of<T, TSum, IntegerMean<T, TSum>, IntegerDoubleMean<T>>(new(layer.IntegerRounding), new(layer.IntegerRounding), missing, T.MaxValue, T.MinValue);

        public TResult Of<T, TSum, TMean, TNumber>(TMean mean, TNumber number, MissingTaps<T> missing, T highest, T lowest)
            where T : unmanaged, IComparisonOperators<T, T, bool>
            where TSum : unmanaged
            where TMean : struct, IPoolReducer<T, TSum>
            where TNumber : struct, IPoolReducer<T, double> => layer.Method switch
            {
                Reduction.Mean or Reduction.Sum => Of<T, TSum, TMean, TNumber>(mean, number, missing),
                Reduction.Max => Of<T, T, ExtremeReducer<T, Greatest>, TNumber>(new(lowest), number, missing),
                Reduction.Min => Of<T, T, ExtremeReducer<T, Least>, TNumber>(new(highest), number, missing),
                _ => Of<T, double, RootMeanSquare<T, TNumber>, TNumber>(new(number), number, missing),
            };

        private TResult Of<T, TState, TReducer, TNumber>(TReducer reducer, TNumber number, MissingTaps<T> missing)
            where T : unmanaged, IComparisonOperators<T, T, bool>
            where TState : unmanaged
            where TReducer : struct, IPoolReducer<T, TState>
            where TNumber : struct, IPoolReducer<T, double> =>
            !layer.CountsData ? user.Use<T, TState, TReducer, TNumber>(reducer, number, missing)
            : user.Use<T, Counted<TState>, CountedReducer<T, TState, TReducer>, TNumber>(new(reducer, missing, layer.MinCount, layer.Method == Reduction.Sum), number, missing);
    }
}
