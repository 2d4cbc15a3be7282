using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The reduction of one layer's blocks: what is data, and how much of it makes an output, is the layer's.</summary>
internal sealed class BlockOperator(BlockReduce layer) : PoolOperator, IBlockReducerUser<KernelCatalog>
{
    private protected override KernelCatalog Create(ElementType type) => BlockReducer.Use<KernelCatalog, BlockOperator>(layer, type, this);

    KernelCatalog IBlockReducerUser<KernelCatalog>.Use<T, TState, TReducer, TNumber>(TReducer reducer, TNumber number, MissingTaps<T> missing) =>
        KernelCatalog.Of<T, TState, TReducer>(reducer, HasLanes(missing) ? Lanes(missing) : []);

    /// <summary>Lanes begin with a tap that is no data, and so need one; and they know no padding but that.</summary>
    private bool HasLanes<T>(MissingTaps<T> missing)
        where T : unmanaged, IEqualityOperators<T, T, bool> =>
        layer.CountsData && layer.Method is Reduction.Mean or Reduction.Sum && layer.Edge != BlockEdge.Pad && missing.Contains(missing.Instead);

    private PoolKernel[][] Lanes<T>(MissingTaps<T> missing)
        where T : unmanaged, IEqualityOperators<T, T, bool>
    {
        if (typeof(T) == typeof(float)) return Floats<T, float>(missing, layer.MinCount, 1);
        if (typeof(T) == typeof(double)) return Floats<T, double>(missing, layer.MinCount, 1);
        // Sums of integers saturate, which these do not.
        if (layer.Method == Reduction.Sum) return [];
        if (typeof(T) == typeof(byte)) return Integers<T, byte, ushort>(missing);
        if (typeof(T) == typeof(sbyte)) return Integers<T, sbyte, short>(missing);
        if (typeof(T) == typeof(ushort)) return Integers<T, ushort, uint>(missing);
        if (typeof(T) == typeof(short)) return Integers<T, short, int>(missing);
        return [];
    }

    private PoolKernel[][] Floats<T, TFloat>(MissingTaps<T> missing, TFloat least, TFloat one)
        where T : unmanaged, IEqualityOperators<T, T, bool>
        where TFloat : unmanaged
    {
        return [On<Lanes512<TFloat>>(), On<Lanes256<TFloat>>(), On<Lanes128<TFloat>>()];

        PoolKernel[] On<TTap>()
            where TTap : unmanaged, ILanes<TTap, TFloat>
        {
            var reducer = new CountedMeanLanes<TFloat, TTap>(Data<T, TFloat, TTap>(missing, one), least, layer.Method == Reduction.Sum);
            return KernelCatalog.OnRegisters<TFloat, TTap, (TFloat, TFloat), CountedLanes<TTap, TFloat, TTap, TFloat>, CountedMeanLanes<TFloat, TTap>, CountedMeanLanes<TFloat, TTap>>(reducer, reducer);
        }
    }

    private PoolKernel[][] Integers<T, TInteger, TSum>(MissingTaps<T> missing)
        where T : unmanaged, IEqualityOperators<T, T, bool>
        where TInteger : unmanaged, INumberBase<TInteger>
        where TSum : unmanaged
    {
        return
        [
            On<Lanes512<TInteger>, Lanes512<TSum>, Lanes512<int>, Lanes512<float>>(),
            On<Lanes256<TInteger>, Lanes256<TSum>, Lanes256<int>, Lanes256<float>>(),
            On<Lanes128<TInteger>, Lanes128<TSum>, Lanes128<int>, Lanes128<float>>(),
        ];

        PoolKernel[] On<TTap, TSums, TInts, TReals>()
            where TTap : unmanaged, ILanes<TTap, TInteger>
            where TSums : unmanaged, ILanes<TSums, TSum>
            where TInts : unmanaged, ILanes<TInts, int>
            where TReals : unmanaged, ILanes<TReals, float>
        {
            var reducer = new CountedIntegerMeanLanes<TInteger, TTap, TSum, TSums, TInts, TReals>(Data<T, TInteger, TTap>(missing, TInteger.One), TInteger.CreateSaturating(layer.MinCount), layer.IntegerRounding);
            return KernelCatalog.OnRegisters<TInteger, TTap, (TSum, TInteger), CountedLanes<Pair<TSums, TSum>, TSum, TTap, TInteger>, CountedIntegerMeanLanes<TInteger, TTap, TSum, TSums, TInts, TReals>, CountedIntegerMeanLanes<TInteger, TTap, TSum, TSums, TInts, TReals>>(reducer, reducer);
        }
    }

    /// <summary>The same by the name that lanes have: <typeparamref name="T"/> is <typeparamref name="TLane"/>.</summary>
    private static DataLanes<TLane, TTap> Data<T, TLane, TTap>(MissingTaps<T> missing, TLane one)
        where T : unmanaged, IEqualityOperators<T, T, bool>
        where TLane : unmanaged
        where TTap : unmanaged, ILanes<TTap, TLane> =>
        new(missing.AreNaN, missing.NoData is { } noData ? Unsafe.BitCast<T, TLane>(noData) : null, Unsafe.BitCast<T, TLane>(missing.Instead), one);
}
