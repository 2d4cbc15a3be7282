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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Lift(T* from, long stride, TSum* to, long length)
    {
        if (stride != 1 || length < TSums.Count)
        {
            for (long i = 0; i < length; i++) to[i] = TFormat.Lift(from[i * stride]);
            return;
        }

        for (long i = 0; i < length; i += TSums.Count)
        {
            i = Math.Min(i, length - TSums.Count);
            Prefetch.Behind(from + i, TSums.Count * sizeof(T));
            TSums.Store(TFormat.Load(from + i), to + i);
        }
    }

    /// <summary>Gradients over one divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Divide(T* from, long stride, TSum* to, long length, TSum divisor)
    {
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    /// <summary>Offsets of so many bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Numbers(byte* from, int size, long stride, TSum* to, long length)
    {
        if (stride != 1 || length < TSums.Count)
        {
            var offsets = new OffsetMemory(from, size, default);
            for (long i = 0; i < length; i++) to[i] = TFormat.Number(offsets[i * stride]);
            return;
        }

        for (long i = 0; i < length; i += TSums.Count)
        {
            i = Math.Min(i, length - TSums.Count);
            Prefetch.Line(from + i * size + Prefetch.Distance);
            TSums.Store(TFormat.LoadNumbers(from + i * size, size), to + i);
        }
    }

    /// <summary>Sums, rounded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round(TSum* from, T* to, long stride, long length)
    {
        if (stride != 1 || length < 2 * TSums.Count)
        {
            for (long i = 0; i < length; i++) to[i * stride] = TFormat.Round(from[i]);
            return;
        }

        for (long i = 0; i < length; i += 2 * TSums.Count)
        {
            i = Math.Min(i, length - 2 * TSums.Count);
            TFormat.Store(TSums.Load(from + i), TSums.Load(from + i + TSums.Count), to + i);
        }
    }
}
