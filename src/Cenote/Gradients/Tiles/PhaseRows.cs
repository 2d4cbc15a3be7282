using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The sums of a row's inputs, apart by their phase along the width.</summary>
internal readonly unsafe struct PhaseRows<TSum, TSums>
    where TSum : unmanaged
    where TSums : unmanaged, ILanes<TSums, TSum>
{
    private readonly TSums _lower, _upper;

    public PhaseRows()
    {
        // Lane i of two registers in turn is lane i / 2 of the one or of the other.
        TSum* lower = stackalloc TSum[TSums.Count], upper = stackalloc TSum[TSums.Count];
        TSums.Store(TSums.Every(1, 0), lower);
        TSums.Store(TSums.Every(1, TSums.Count), upper);
        TSum* from = stackalloc TSum[2 * TSums.Count];
        Unsafe.CopyBlock(from, lower, (uint)sizeof(TSums));
        Unsafe.CopyBlock(from + TSums.Count, upper, (uint)sizeof(TSums));
        TSum* mixed = stackalloc TSum[2 * TSums.Count];
        for (int i = 0; i < 2 * TSums.Count; i++) mixed[i] = from[i / 2 + i % 2 * TSums.Count];
        (_lower, _upper) = (TSums.Load(mixed), TSums.Load(mixed + TSums.Count));
    }

    /// <summary>The lanes of two registers in turn, as a pattern: those of the first result, and those of the second.</summary>
    public TSums Lower => _lower;

    /// <inheritdoc cref="Lower"/>
    public TSums Upper => _upper;

    /// <summary>Puts the inputs of all phases in one row.</summary>
    /// <param name="sums">The first input's quotient in the sums of phase 0.</param>
    /// <param name="pitch">From the sums of one phase to those of the next.</param>
    /// <param name="stride">How many phases.</param>
    /// <param name="phase">The first input's.</param>
    /// <param name="to">The row.</param>
    /// <param name="length">How many inputs.</param>
    // Bounds: behind the sums of a phase there is room for a register, and no more than the row's length is written.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Join(TSum* sums, long pitch, long stride, long phase, TSum* to, long length)
    {
        long done = 0;
        for (; phase != 0 && done < length; done++)
        {
            to[done] = sums[phase * pitch];
            if (++phase < stride) continue;
            phase = 0;
            sums++;
        }

        if (stride == 2) Two(sums, pitch, to + done, length - done);
        else if (stride == 4) Four(sums, pitch, to + done, length - done);
        else Any(sums, pitch, stride, to + done, length - done);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Any(TSum* sums, long pitch, long stride, TSum* to, long length)
    {
        for (long r = 0; r < stride; r++)
        {
            TSum* from = sums + r * pitch;
            for (long i = r; i < length; i += stride) to[i] = *from++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Two(TSum* sums, long pitch, TSum* to, long length)
    {
        TSums lower = _lower, upper = _upper;
        for (; length > 0; length -= 2 * TSums.Count, sums += TSums.Count, to += 2 * TSums.Count)
        {
            TSums even = TSums.Load(sums), odd = TSums.Load(sums + pitch);
            Prefetch.Behind(to, 2 * sizeof(TSums));
            Store(TSums.Pick(even, odd, lower), to, length);
            Store(TSums.Pick(even, odd, upper), to + TSums.Count, length - TSums.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Four(TSum* sums, long pitch, TSum* to, long length)
    {
        TSums lower = _lower, upper = _upper;
        for (; length > 0; length -= 4 * TSums.Count, sums += TSums.Count, to += 4 * TSums.Count)
        {
            TSums first = TSums.Load(sums), second = TSums.Load(sums + pitch), third = TSums.Load(sums + 2 * pitch), fourth = TSums.Load(sums + 3 * pitch);
            TSums even = TSums.Pick(first, third, lower), odd = TSums.Pick(second, fourth, lower);
            Store(TSums.Pick(even, odd, lower), to, length);
            Store(TSums.Pick(even, odd, upper), to + TSums.Count, length - TSums.Count);
            (even, odd) = (TSums.Pick(first, third, upper), TSums.Pick(second, fourth, upper));
            Store(TSums.Pick(even, odd, lower), to + 2 * TSums.Count, length - 2 * TSums.Count);
            Store(TSums.Pick(even, odd, upper), to + 3 * TSums.Count, length - 3 * TSums.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TSums sums, TSum* to, long length)
    {
        if (length >= TSums.Count) TSums.Store(sums, to);
        else if (length > 0) TSums.StorePart(sums, to, length);
    }
}
