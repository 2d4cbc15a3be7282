using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The first tap of the most frequent value; of equally frequent ones the smallest.</summary>
internal readonly unsafe struct ModePick<T> : ITapPick<T>
    where T : unmanaged, IBinaryInteger<T>
{
    /// <summary>A window without a tap has no label: 0.</summary>
    public T None => T.Zero;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public long Pick(T* taps, long count, T* work, long window)
    {
        Buffer.MemoryCopy(taps, work, count * sizeof(T), count * sizeof(T));
        Selection.Sort(work, count);
        T mode = work[0];
        long most = 0;
        for (long i = 0, end; i < count; i = end)
        {
            for (end = i + 1; end < count && work[end] == work[i];) end++;
            if (end - i > most) (mode, most) = (work[i], end - i);
        }

        long first = 0;
        while (taps[first] != mode) first++;
        return first;
    }
}
