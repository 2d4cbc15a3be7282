namespace Cenote.Cli;

/// <summary>The windows of one axis, tap by tap, and the positions that they reach over.</summary>
/// <param name="Length">The input's length.</param>
/// <param name="Before">Positions of padding before the input.</param>
/// <param name="After">Positions of padding behind it.</param>
/// <param name="Windows">The taps of every output.</param>
internal sealed record ExplainedAxis(long Length, long Before, long After, Tap[][] Windows)
{
    /// <summary>An axis of one row, for what has no rows.</summary>
    public static readonly ExplainedAxis Single = new(1, 0, 0, [[new Tap(0, TapPlace.Input)]]);

    public static ExplainedAxis Of(PoolPlan plan, int axis)
    {
        var (before, after) = plan.PaddingAt(axis);
        return new(plan.InputShape[1 + axis], before, after, [.. Enumerable.Range(0, (int)plan.OutputShape[1 + axis]).Select(output => plan.TapsAt(axis, output).ToArray())]);
    }

    public long First => -Before;

    public long Last { get; } = Math.Max(Length + After - 1, Windows.Max(taps => taps[^1].Position));

    public long Positions => Last - First + 1;

    /// <summary>Whether every window ends before the next one begins.</summary>
    public bool IsApart => Windows.Zip(Windows.Skip(1)).All(pair => pair.First[^1].Position < pair.Second[0].Position);

    public TapPlace PlaceOf(long position) => position >= 0 && position < Length ? TapPlace.Input : position < Length + After ? TapPlace.Padding : TapPlace.Overhang;

    public bool IsRead(long position) => Windows.Any(taps => taps.Any(tap => tap.Position == position));

    public IEnumerable<long> Unread => Enumerable.Range(0, (int)Length).Select(position => (long)position).Where(position => !IsRead(position));
}
