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
    /// <summary>Whether another row has as many lines, and the same divisor.</summary>
    public bool IsLike(in RowStep other) => Count == other.Count && Extent == other.Extent;

    /// <summary>The first line that the windows of a row may read.</summary>
    public static long From(AxisPlan height, long row) => Math.Max(0, height.Start(row));

    /// <summary>Behind the last line that they may read.</summary>
    public static long To(AxisPlan height, long row) => Math.Min(height.InputLength, height.Start(row) + height.Span);
}
