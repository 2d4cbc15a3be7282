namespace Cenote;

/// <summary>The way down the rows of windows above each other: between two steps one opens or is made.</summary>
/// <param name="At">Where they lie.</param>
/// <param name="Count">How many.</param>
/// <param name="NextRow">The distance between rows, in elements.</param>
internal readonly unsafe record struct PixelSteps(nint At, long Count, long NextRow)
{
    public PixelStep* First => (PixelStep*)At;

    /// <summary>Each window opens once and ends once.</summary>
    public static long Bytes(long outputs) => Scratch.Round(2 * outputs * sizeof(PixelStep));

    /// <summary>The steps of the windows of some output rows, of which no more than <see cref="PixelStrips.MostOpen"/> overlap, where there are more of them.</summary>
    public static PixelSteps Write(PoolPlan plan, in Window depth, long first, long end, in TensorLayout from, in TensorLayout to, PixelStep* steps)
    {
        AxisPlan height = plan.Height;
        PixelStep* step = steps;
        Window oldest = height[first];
        long row = oldest.Start, oldestNumber = first, begun = first, begins = row;
        while (oldestNumber < end)
        {
            for (; begun < end && begun - oldestNumber < PixelStrips.MostOpen && begins <= row; begun++) begins = begun + 1 < end ? height[begun + 1].Start : long.MaxValue;
            long ends = oldest.Start + oldest.Count, until = Math.Max(row, Math.Min(ends, begun - oldestNumber < PixelStrips.MostOpen ? begins : ends));
            bool isMade = until >= ends;
            *step++ = new(row * from.Height, until - row, begun - oldestNumber, isMade ? oldestNumber * to.Height : -1, plan.OuterDivisor(depth.Extent * oldest.Extent));
            row = until;
            if (!isMade || ++oldestNumber == end) continue;
            oldest = height[oldestNumber];
            if (begun == oldestNumber) row = Math.Max(row, oldest.Start);
        }

        return new((nint)steps, step - steps, from.Height);
    }
}

/// <summary>Some rows that belong to the same windows.</summary>
/// <param name="From">Where the first of them begins, in elements.</param>
/// <param name="Rows">How many.</param>
/// <param name="Open">How many windows they belong to.</param>
/// <param name="To">Where the output row lies that is made then; negative where none is.</param>
/// <param name="Factor">What its averages divide by on behalf of the height and the depth.</param>
internal readonly record struct PixelStep(long From, long Rows, long Open, long To, long Factor);
