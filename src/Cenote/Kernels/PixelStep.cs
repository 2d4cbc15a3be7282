namespace Cenote;

/// <summary>One output of a channels-last row, or two neighbours whose windows share input pixels.</summary>
/// <param name="Pixel">The first output.</param>
/// <param name="Start">Its first tap's offset in the row, in elements.</param>
/// <param name="Apart">How many taps are its alone.</param>
/// <param name="Shared">How many are both's.</param>
/// <param name="Last">How many are the second's alone.</param>
/// <param name="Divisor">What an average divides by on behalf of the width.</param>
/// <param name="NextDivisor">The same for the second output.</param>
/// <param name="Two">Whether there is a second output.</param>
internal readonly record struct PixelStep(long Pixel, long Start, long Apart, long Shared, long Last, long Divisor, long NextDivisor, bool Two)
{
    /// <summary>Works out the steps of a row.</summary>
    /// <param name="steps">Room for as many steps as outputs.</param>
    /// <param name="job">The windows, and where the pixels lie.</param>
    /// <param name="inTwos">Whether outputs that share taps are made together.</param>
    /// <returns>How many steps there are.</returns>
    public static unsafe int Write(PixelStep* steps, in PoolJob job, bool inTwos)
    {
        PoolPlan plan = job.Plan;
        AxisPlan width = plan.Width;
        bool shares = inTwos && width.Dilation == 1 && width.Stride < width.Kernel;
        int count = 0;
        for (long pixel = 0; pixel < width.OutputLength; pixel++)
        {
            Window window = width[pixel], next = pixel + 1 < width.OutputLength ? width[pixel + 1] : default;
            long start = window.Start * job.InputLayout.Width, divisor = plan.LaneDivisor(window.Extent);
            long apart = next.Start - window.Start, last = apart + next.Count - window.Count;
            if (shares && pixel + 1 < width.OutputLength && apart < window.Count && last > 0)
                steps[count++] = new(pixel++, start, apart, window.Count - apart, last, divisor, plan.LaneDivisor(next.Extent), true);
            else
                steps[count++] = new(pixel, start, window.Count, 0, 0, divisor, 0, false);
        }

        return count;
    }
}
