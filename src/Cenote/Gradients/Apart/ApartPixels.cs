using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>A row of inputs, channels side by side, made of the row of windows that reads it.</summary>
// Bounds: a last register steps back over channels already made.
internal static unsafe class ApartPixels<T, TLanes, TGiven>
    where T : unmanaged
    where TLanes : unmanaged, ILanes<TLanes, T>
    where TGiven : struct
{
    /// <summary>Makes some pixels of a row.</summary>
    /// <param name="job">The job.</param>
    /// <param name="gradients">Those of the row's windows.</param>
    /// <param name="numbers">The taps that they chose.</param>
    /// <param name="number">The first of those that lie in this row.</param>
    /// <param name="divisor">What gradients are divided by.</param>
    /// <param name="to">The row.</param>
    /// <param name="column">The first pixel.</param>
    /// <param name="endColumn">Where they end.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Make(in PoolJob job, T* gradients, byte* numbers, long number, T divisor, T* to, long column, long endColumn)
    {
        AxisPlan width = job.Plan.Transposed.Width;
        int size = job.Offsets.Size;
        long lanes = TLanes.Count, channels = job.Plan.Channels, kernel = width.Kernel, stride = width.Stride, outputs = width.OutputLength;
        long next = job.InputLayout.Width, nextNumber = job.Offsets.Layout.Width * size, nextTo = job.OutputLayout.Width;
        var (window, tap) = Math.DivRem(column + width.Before, stride);
        gradients += window * next;
        numbers += window * nextNumber;
        to += column * nextTo;
        for (; column < endColumn; column++, to += nextTo)
        {
            TLanes same = typeof(TGiven) == typeof(ToAll) ? TLanes.Fill(divisor) : TLanes.Fill(Bits(tap < kernel && window < outputs ? number + tap : -1));
            if (tap < kernel && window < outputs)
            {
                for (long c = 0; c < channels; c += lanes)
                {
                    c = Math.Min(c, channels - lanes);
                    Prefetch.Line((byte*)(to + c) + Prefetch.Distance);
                    TLanes.Store(One(gradients + c, numbers + c * size, size, same), to + c);
                }
            }
            else
            {
                AheadWrites.Clear(to, channels * sizeof(T));
            }

            if (++tap < stride) continue;
            tap = 0;
            window++;
            gradients += next;
            numbers += nextNumber;
        }
    }

    // A sum begins at +0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes One(T* gradients, byte* numbers, int size, TLanes same)
    {
        TLanes zero = default;
        if (typeof(TGiven) == typeof(ToAll)) return TLanes.Load(gradients) / same + zero;
        return TLanes.SelectSame(TLanes.LoadUnsigned(numbers, size), same, TLanes.Load(gradients) + zero, zero);
    }

    private static T Bits(long number) => sizeof(T) == 4 ? Unsafe.BitCast<int, T>((int)number) : Unsafe.BitCast<long, T>(number);
}
