using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The kernels on registers for picks.</summary>
internal static class TapLines
{
    public static PoolKernel[] Median<T, TKey>(GatheredKernel exact)
        where T : unmanaged
        where TKey : unmanaged, IBinaryInteger<TKey>, IMinMaxValue<TKey> =>
        [.. Median<T, TKey, Lanes512<TKey>>(exact), .. Median<T, TKey, Lanes256<TKey>>(exact), .. Median<T, TKey, Lanes128<TKey>>(exact)];

    public static PoolKernel[] Mode<T>(GatheredKernel exact)
        where T : unmanaged, IBinaryInteger<T> => [.. Mode<T, Lanes512<T>>(exact), .. Mode<T, Lanes256<T>>(exact), .. Mode<T, Lanes128<T>>(exact)];

    private static PoolKernel[] Median<T, TKey, TTap>(GatheredKernel exact)
        where T : unmanaged
        where TKey : unmanaged, IBinaryInteger<TKey>, IMinMaxValue<TKey>
        where TTap : unmanaged, ILanes<TTap, TKey> =>
        Registers.Exist(Unsafe.SizeOf<TTap>())
            ? [new TapLinesKernel<TKey, TTap, MedianLines<TKey, TTap>>(new(SortKey<T, TKey>.IsFloating, SortKey<T, TKey>.IsFloating ? SortKey<T, TKey>.Infinity : default, TKey.MinValue, TKey.MaxValue), exact)]
            : [];

    private static PoolKernel[] Mode<T, TTap>(GatheredKernel exact)
        where T : unmanaged, IBinaryInteger<T>
        where TTap : unmanaged, ILanes<TTap, T> => Registers.Exist(Unsafe.SizeOf<TTap>()) ? [new TapLinesKernel<T, TTap, ModeLines<T, TTap>>(new(T.Zero), exact)] : [];
}
