namespace Cenote;

/// <summary>
/// Looks for outputs that are zero. Which of two zeros of either sign a window keeps depends on the order of its taps; where its extreme is another number, no tap that ties with another matters.
/// Only asked where a −0 was met, which is rare.
/// </summary>
internal static unsafe class Zeros
{
    /// <summary>Whether one of the rows of outputs holds a zero.</summary>
    /// <param name="plan">Their windows.</param>
    /// <param name="layout">How they lie.</param>
    /// <param name="output">The first output of their slice, and of their channel.</param>
    /// <param name="first">The first row.</param>
    /// <param name="end">The row behind the last one.</param>
    /// <param name="channels">How many channels they have.</param>
    public static bool AreIn<T>(PoolPlan plan, in TensorLayout layout, T* output, long first, long end, long channels = 1)
        where T : unmanaged
    {
        long length = plan.Width.OutputLength;
        for (T* row = output + first * layout.Height; first < end; first++, row += layout.Height)
        {
            if (channels == 1 && layout.Width == 1)
            {
                if (Any(row, length)) return true;
            }
            else if (layout.Channel == 1)
            {
                for (long w = 0; w < length; w++)
                    if (Any(row + w * layout.Width, channels)) return true;
            }
            else
            {
                for (long i = 0; i < length * channels; i++)
                    if (Any(row + i / channels * layout.Width + i % channels * layout.Channel, 1)) return true;
            }
        }

        return false;
    }

    // Floats that equal 0 are zeros of either sign; 16-bit ones lie here as their bits.
    private static bool Any<T>(T* numbers, long count)
        where T : unmanaged
    {
        for (int some; count > 0; count -= some, numbers += some)
        {
            some = (int)Math.Min(count, int.MaxValue);
            bool any = typeof(T) == typeof(float) ? new ReadOnlySpan<float>(numbers, some).Contains(0)
                : typeof(T) == typeof(double) ? new ReadOnlySpan<double>(numbers, some).Contains(0)
                : new ReadOnlySpan<short>(numbers, some).IndexOfAny((short)0, short.MinValue) >= 0;
            if (any) return true;
        }

        return false;
    }
}
