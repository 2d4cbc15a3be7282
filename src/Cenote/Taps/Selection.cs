using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Finds the key of a rank.</summary>
internal static unsafe class Selection
{
    private const long FewKeys = 24;

    /// <summary>The key that has <paramref name="rank"/> others before it; the keys change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static TKey Of<TKey>(TKey* keys, long count, long rank)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        long first = 0, last = count - 1;
        // Bad luck with pivots ends in a sort, that no input takes quadratic time.
        for (int rounds = 4 * BitOperations.Log2((ulong)count) + 8; last - first >= FewKeys; rounds--)
        {
            if (rounds == 0 && last - first < int.MaxValue)
            {
                new Span<TKey>(keys + first, (int)(last - first + 1)).Sort();
                return keys[rank];
            }

            TKey low = keys[first], middle = keys[first + (last - first) / 2], high = keys[last];
            TKey pivot = TKey.Max(TKey.Min(low, middle), TKey.Min(TKey.Max(low, middle), high));
            long i = first, j = last;
            while (i <= j)
            {
                while (keys[i] < pivot) i++;
                while (keys[j] > pivot) j--;
                if (i <= j)
                {
                    (keys[i], keys[j]) = (keys[j], keys[i]);
                    i++;
                    j--;
                }
            }

            if (rank <= j) last = j;
            else if (rank >= i) first = i;
            else return pivot;
        }

        Insert(keys + first, last - first + 1);
        return keys[rank];
    }

    /// <summary>Sorts a few keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Insert<TKey>(TKey* keys, long count)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        for (long i = 1; i < count; i++)
        {
            TKey key = keys[i];
            long j = i;
            for (; j > 0 && keys[j - 1] > key; j--) keys[j] = keys[j - 1];
            keys[j] = key;
        }
    }

    /// <summary>Sorts keys.</summary>
    public static void Sort<TKey>(TKey* keys, long count)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        if (count <= FewKeys) Insert(keys, count);
        else new Span<TKey>(keys, checked((int)count)).Sort();
    }
}
