namespace Cenote;

/// <summary>The way down the rows of windows above each other: between two steps one opens or is made.</summary>
/// <param name="At">Where they lie.</param>
/// <param name="Count">How many.</param>
/// <param name="NextRow">The distance between rows, in elements.</param>
internal readonly unsafe record struct PixelSteps(nint At, long Count, long NextRow)
{
    public PixelStep* First => (PixelStep*)At;

    /// <summary>What the steps of so many output rows take: each opens once and is made once.</summary>
    public static long Bytes(long outputs) => Scratch.Round(sizeof(Memory) + 2 * outputs * sizeof(PixelStep));

    /// <summary>The steps of the windows of some output rows, of which no more than <see cref="PixelStrips.MostOpen"/> overlap, where there are more of them.</summary>
    private static PixelSteps Write(PoolPlan plan, in Window depth, long first, long end, in TensorLayout from, in TensorLayout to, PixelStep* steps)
    {
        AxisPlan height = plan.Height;
        PixelStep* step = steps;
        Window oldest = height[first];
        long row = oldest.Start, number = first, begun = first, begins = row;
        while (number < end)
        {
            for (; begun < end && begun - number < PixelStrips.MostOpen && begins <= row; begun++) begins = begun + 1 < end ? height[begun + 1].Start : long.MaxValue;
            long ends = oldest.Start + oldest.Count, until = Math.Max(row, begun - number < PixelStrips.MostOpen ? Math.Min(ends, begins) : ends);
            bool isMade = until >= ends;
            *step++ = new(row * from.Height, until - row, begun - number, isMade ? number * to.Height : -1, plan.OuterDivisor(depth.Extent * oldest.Extent));
            row = until;
            if (!isMade || ++number == end) continue;
            oldest = height[number];
            // Between windows that share nothing rows are passed over.
            if (begun == number) row = Math.Max(row, oldest.Start);
        }

        return new((nint)steps, step - steps, from.Height);
    }

    /// <summary>Where steps are kept from image to image, and from call to call.</summary>
    public struct Memory
    {
        private long _first, _end;
        private PixelSteps _steps;

        /// <summary>Of memory of any content.</summary>
        public void Clear() => _first = _end = 0;

        /// <summary>The steps of some output rows, of which there is at least one; of the only depth that windows have.</summary>
        /// <remarks>This must lie in memory of <see cref="Bytes"/>.</remarks>
        public static PixelSteps Of(Memory* memory, PoolPlan plan, in Window depth, long first, long end, in TensorLayout from, in TensorLayout to)
        {
            if (memory->_first != first || memory->_end != end)
            {
                (memory->_first, memory->_end) = (first, end);
                memory->_steps = Write(plan, depth, first, end, from, to, (PixelStep*)(memory + 1));
            }

            return memory->_steps;
        }
    }
}

/// <summary>Some rows that belong to the same windows.</summary>
/// <param name="From">Where the first of them begins, in elements.</param>
/// <param name="Rows">How many.</param>
/// <param name="Open">How many windows they belong to.</param>
/// <param name="To">Where the output row lies that is made then; negative where none is.</param>
/// <param name="Factor">What its averages divide by on behalf of the height and the depth.</param>
internal readonly record struct PixelStep(long From, long Rows, long Open, long To, long Factor);
