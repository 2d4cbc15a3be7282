using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Numbers as integers of the same order: of a negative floating-point number the bits below the sign are turned over, so that −0 comes before +0. NaN has no place in it.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="TKey">The same for integers; for floating-point numbers the signed integer as wide.</typeparam>
internal static class SortKey<T, TKey>
    where T : unmanaged
    where TKey : unmanaged, IBinaryInteger<TKey>, IMinMaxValue<TKey>
{
    public static bool IsFloating
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) != typeof(TKey);
    }

    /// <summary>The bits of +∞.</summary>
    public static TKey Infinity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TKey.CreateTruncating(typeof(T) == typeof(float) ? 0x7F80_0000L : typeof(T) == typeof(double) ? 0x7FF0_0000_0000_0000L : typeof(T) == typeof(Half) ? 0x7C00L : 0x7F80L);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TKey Of(T value)
    {
        TKey bits = Unsafe.BitCast<T, TKey>(value);
        return IsFloating && bits < TKey.Zero ? bits ^ TKey.MaxValue : bits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNaN(T value) => IsFloating && (Unsafe.BitCast<T, TKey>(value) & TKey.MaxValue) > Infinity;
}
