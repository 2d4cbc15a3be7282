using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The lower middle one of the taps in ascending order, −0 before +0: the first tap of that value. Of a window with NaN the last NaN.</summary>
/// <param name="none">What a window without a tap gives.</param>
internal readonly unsafe struct MedianPick<T, TKey>(T none) : ITapPick<T>
    where T : unmanaged
    where TKey : unmanaged, IBinaryInteger<TKey>, IMinMaxValue<TKey>
{
    public T None => none;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public long Pick(T* taps, long count, T* work, long window)
    {
        TKey* keys = (TKey*)work;
        long nan = -1;
        for (long i = 0; i < count; i++)
        {
            if (SortKey<T, TKey>.IsNaN(taps[i])) nan = i;
            keys[i] = SortKey<T, TKey>.Of(taps[i]);
        }

        if (nan >= 0) return nan;
        TKey median = Selection.Of(keys, count, (count - 1) / 2);
        long first = 0;
        while (SortKey<T, TKey>.Of(taps[first]) != median) first++;
        return first;
    }
}
