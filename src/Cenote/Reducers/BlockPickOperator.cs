using System.Numerics;

namespace Cenote;

/// <summary>The median or the mode of the elements of a block that are data.</summary>
internal sealed class BlockPickOperator(BlockReduce layer) : PoolOperator
{
    private protected override KernelCatalog Create(ElementType type) => type switch
    {
        ElementType.Single => Floats<float, int>(type, BlockReducer.Missing(layer, float.NaN, x => (float)x)),
        ElementType.Double => Floats<double, long>(type, BlockReducer.Missing(layer, double.NaN, x => x)),
        ElementType.Half => Floats<Half, short>(type, BlockReducer.Missing(layer, Half.NaN, x => (Half)x)),
        ElementType.BFloat16 => Floats<BFloat16, short>(type, BlockReducer.Missing(layer, BFloat16.NaN, x => (BFloat16)x)),
        ElementType.SByte => Integers<sbyte>(),
        ElementType.Byte => Integers<byte>(),
        ElementType.Int16 => Integers<short>(),
        ElementType.UInt16 => Integers<ushort>(),
        ElementType.Int32 => Integers<int>(),
        ElementType.UInt32 => Integers<uint>(),
        ElementType.Int64 => Integers<long>(),
        ElementType.UInt64 => Integers<ulong>(),
        _ => throw Unknown(type),
    };

    private KernelCatalog Floats<T, TKey>(ElementType type, MissingTaps<T> missing)
        where T : unmanaged, IEqualityOperators<T, T, bool>
        where TKey : unmanaged, IBinaryInteger<TKey>, IMinMaxValue<TKey> =>
        layer.Method == Reduction.Mode ? throw ModeOperator.Unsuited(type) : Of<T, MedianPick<T, TKey>>(new(missing.Instead), missing);

    private KernelCatalog Integers<T>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        MissingTaps<T> missing = BlockReducer.Missing<T>(layer);
        return layer.Method == Reduction.Mode ? Of<T, ModePick<T>>(default, missing) : Of<T, MedianPick<T, T>>(new(missing.Instead), missing);
    }

    private KernelCatalog Of<T, TPick>(TPick pick, MissingTaps<T> missing)
        where T : unmanaged, IEqualityOperators<T, T, bool>
        where TPick : struct, ITapPick<T> => KernelCatalog.Of(new GatheredKernel<T, CountedPick<T, TPick>>(new(pick, missing, layer.MinCount)));
}

/// <summary>Another pick among the taps that are data. Taps change places, so that it says which one it is only while they are at hand: there are no indices.</summary>
/// <param name="pick">Picks among the taps that are data.</param>
/// <param name="missing">Which are not.</param>
/// <param name="least">The fewest taps of an output; at least 1.</param>
internal readonly unsafe struct CountedPick<T, TPick>(TPick pick, MissingTaps<T> missing, long least) : ITapPick<T>
    where T : unmanaged, IEqualityOperators<T, T, bool>
    where TPick : struct, ITapPick<T>
{
    public T None => missing.Instead;

    public long Pick(T* taps, long count, T* work, long window)
    {
        long data = 0;
        for (long i = 0; i < count; i++)
            if (!missing.Contains(taps[i])) taps[data++] = taps[i];
        return data < least ? -1 : pick.Pick(taps, data, work, window);
    }
}
