using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Copies rows of gradients and offsets as the numbers that sums are made of.</summary>
// Bounds: all methods read and write exactly the lengths given; a last register steps back over elements already copied, and what is shorter than one is copied one by one.
internal static unsafe class GradientCopy<T, TSum, TSums, TFormat>
    where T : unmanaged
    where TSum : unmanaged, INumber<TSum>
    where TSums : unmanaged, ILanes<TSums, TSum>
    where TFormat : struct, IGradientFormat<T, TSum, TSums>
{
    /// <summary>Gradients as they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Lift(T* from, long stride, TSum* to, long length)
    {
        if (IsShort(stride, length))
        {
            TSums.StorePart(Part(from, length), to, length);
            return;
        }

        if (stride != 1 || length < TSums.Count)
        {
            for (long i = 0; i < length; i++) to[i] = TFormat.Lift(from[i * stride]);
            return;
        }

        long at = 0, lanes = TSums.Count;
        for (; at + 2 * lanes <= length; at += 2 * lanes)
        {
            Prefetch.Behind(from + at, 2 * lanes * sizeof(T));
            TSums.Store(TFormat.Load(from + at), to + at);
            TSums.Store(TFormat.Load(from + at + lanes), to + at + lanes);
        }

        for (; at < length; at += lanes)
        {
            at = Math.Min(at, length - lanes);
            TSums.Store(TFormat.Load(from + at), to + at);
        }
    }

    /// <summary>Gradients over one divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Divide(T* from, long stride, TSum* to, long length, TSum divisor)
    {
        if (IsShort(stride, length))
        {
            TSums.StorePart(Part(from, length) / TSums.Fill(divisor), to, length);
            return;
        }

        if (stride != 1 || length < TSums.Count)
        {
            for (long i = 0; i < length; i++) to[i] = TFormat.Lift(from[i * stride]) / divisor;
            return;
        }

        TSums divisors = TSums.Fill(divisor);
        for (long i = 0; i < length; i += TSums.Count)
        {
            i = Math.Min(i, length - TSums.Count);
            Prefetch.Behind(from + i, TSums.Count * sizeof(T));
            TSums.Store(TFormat.Load(from + i) / divisors, to + i);
        }
    }

    /// <summary>Gradients over the product of a divisor each and one for all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Divide(T* from, long stride, TSum* to, long length, TSum divisor, TSum* widths)
    {
        if (stride != 1 || length < TSums.Count)
        {
            for (long i = 0; i < length; i++) to[i] = TFormat.Lift(from[i * stride]) / (divisor * widths[i]);
            return;
        }

        TSums divisors = TSums.Fill(divisor);
        for (long i = 0; i < length; i += TSums.Count)
        {
            i = Math.Min(i, length - TSums.Count);
            Prefetch.Behind(from + i, TSums.Count * sizeof(T));
            TSums.Store(TFormat.Load(from + i) / (divisors * TSums.Load(widths + i)), to + i);
        }
    }

    /// <summary>Whether a row is less than a register, and can be loaded as such.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsShort(long stride, long length) => stride == 1 && length < TSums.Count && typeof(T) == typeof(TSum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSums Part(T* from, long length) => TSums.LoadPart((TSum*)from, length, default);

    /// <summary>Offsets of so many bytes, as the bits of a lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Widen(byte* from, int size, long stride, TSum* to, long length)
    {
        if (stride != 1 || length < TSums.Count)
        {
            OffsetMemory offsets = new(from, size, default);
            for (long i = 0; i < length; i++) to[i] = Bits(offsets[i * stride]);
            return;
        }

        Prefetch.Behind(from, length * size);
        switch (size)
        {
            case 1: WidenLanes<byte>(from, to, length); break;
            case 2: WidenLanes<ushort>(from, to, length); break;
            default: WidenLanes<uint>(from, to, length); break;
        }
    }

    /// <summary>A number as the bits of a lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSum Bits(long number) => sizeof(TSum) == 4 ? Unsafe.BitCast<int, TSum>((int)number) : Unsafe.BitCast<long, TSum>(number);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void WidenLanes<TMark>(byte* from, TSum* to, long length)
        where TMark : unmanaged
    {
        long at = 0, lanes = TSums.Count;
        for (; at + 2 * lanes <= length; at += 2 * lanes)
        {
            TSums.Store(TSums.LoadUnsigned(from + at * sizeof(TMark), sizeof(TMark)), to + at);
            TSums.Store(TSums.LoadUnsigned(from + (at + lanes) * sizeof(TMark), sizeof(TMark)), to + at + lanes);
        }

        for (; at < length; at += lanes)
        {
            at = Math.Min(at, length - lanes);
            TSums.Store(TSums.LoadUnsigned(from + at * sizeof(TMark), sizeof(TMark)), to + at);
        }
    }

    /// <summary>Sums, rounded.</summary>
    // Bounds: behind the sums there is room for a register.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Round(TSum* from, T* to, long stride, long length)
    {
        bool isSame = typeof(T) == typeof(TSum);
        if (stride != 1 || (length < 2 * TSums.Count && !isSame))
        {
            for (long i = 0; i < length; i++) to[i * stride] = TFormat.Round(from[i]);
            return;
        }

        if (isSame)
        {
            Copy(from, (TSum*)to, length);
            return;
        }

        for (long i = 0; i < length; i += 2 * TSums.Count)
        {
            i = Math.Min(i, length - 2 * TSums.Count);
            TFormat.Store(TSums.Load(from + i), TSums.Load(from + i + TSums.Count), to + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Copy(TSum* from, TSum* to, long length)
    {
        long i = 0;
        for (; i + TSums.Count <= length; i += TSums.Count)
        {
            // What is written is fetched first as what is read is.
            Prefetch.Behind(to + i, sizeof(TSums));
            TSums.Store(TSums.Load(from + i), to + i);
        }
        if (i == length) return;
        if (length >= TSums.Count) TSums.Store(TSums.Load(from + length - TSums.Count), to + length - TSums.Count);
        else TSums.StorePart(TSums.Load(from), to, length);
    }
}
