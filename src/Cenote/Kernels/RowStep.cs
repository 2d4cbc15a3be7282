namespace Cenote;

/// <summary>One row of outputs, or two whose windows share input rows, and which of a band's lines make them.</summary>
/// <param name="Row">The first output row.</param>
/// <param name="Line">Its first line.</param>
/// <param name="Apart">How many lines are the first row's alone.</param>
/// <param name="End">Where its lines end.</param>
/// <param name="Count">Where the second row's end.</param>
/// <param name="Extent">What an average divides by on behalf of the height.</param>
/// <param name="NextExtent">The same for the second row.</param>
/// <param name="Two">Whether there is a second row.</param>
internal readonly record struct RowStep(long Row, long Line, long Apart, long End, long Count, long Extent, long NextExtent, bool Two)
{
    /// <summary>The first line that the windows of a row may read.</summary>
    public static long From(AxisPlan height, long row) => Math.Max(0, row * height.Stride - height.Before);

    /// <summary>Behind the last line that they may read.</summary>
    public static long To(AxisPlan height, long row) => Math.Min(height.InputLength, row * height.Stride - height.Before + height.Span);

    /// <summary>Works out the steps of a band of output rows.</summary>
    /// <param name="steps">Room for as many steps as rows.</param>
    /// <param name="height">The windows.</param>
    /// <param name="first">The first output row.</param>
    /// <param name="last">The last one.</param>
    /// <param name="from">Which input row is the band's first line.</param>
    /// <param name="inTwos">Whether rows that share lines are made together.</param>
    public static unsafe ReadOnlySpan<RowStep> Write(RowStep* steps, AxisPlan height, long first, long last, long from, bool inTwos)
    {
        bool shares = inTwos && height.Dilation == 1 && height.Stride < height.Kernel;
        int count = 0;
        for (long h = first; h <= last; h++)
        {
            Window rows = height[h], next = h < last ? height[h + 1] : default;
            long apart = next.Start - rows.Start, end = apart + next.Count;
            if (shares && h < last && apart < rows.Count && end > rows.Count)
                steps[count++] = new(h++, rows.Start - from, apart, rows.Count, end, rows.Extent, next.Extent, true);
            else
                steps[count++] = new(h, rows.Start - from, rows.Count, rows.Count, rows.Count, rows.Extent, 0, false);
        }

        return new(steps, count);
    }
}
