using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The kernels on registers for picks.</summary>
internal static unsafe class TapLines
{
    /// <summary>Registers that are worked on together, so that none waits for another.</summary>
    public const int Block = 4;

    /// <summary>Copies a row into a line, lifted.</summary>
    /// <returns>The watch, with what was seen.</returns>
    // Bounds: the last whole register steps back; fewer elements than it has are loaded by themselves, and the line has room for a register.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TTap Copy<T, TTap, TLines>(TLines lines, T* row, T* to, long count, TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TLines : struct, ITapLines<T, TTap>
    {
        TTap seen = watch;
        if (count < TTap.Count)
        {
            TTap few = TTap.LoadPart(row, count, default);
            TTap.Store(lines.Lift(few), to);
            return lines.Watch(seen, few);
        }

        for (long i = 0; i < count; i += TTap.Count)
        {
            i = Math.Min(i, count - TTap.Count);
            TTap taps = TTap.Load(row + i);
            Prefetch.Behind(row + i, sizeof(TTap));
            seen = lines.Watch(seen, taps);
            TTap.Store(lines.Lift(taps), to + i);
        }

        return seen;
    }

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
