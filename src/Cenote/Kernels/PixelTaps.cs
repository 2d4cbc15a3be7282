namespace Cenote;

/// <summary>The taps of a window.</summary>
/// <param name="FirstStart">Where its rows begin, from its first tap on, in elements.</param>
/// <param name="Rows">How many rows they lie in, depths counted.</param>
/// <param name="FirstAsk">Where, from the first tap on, memory is asked for: ahead of each row that no output above has read.</param>
/// <param name="Asks">How many such rows; none where the caches hold it all.</param>
/// <param name="Columns">How many taps each row has.</param>
/// <param name="Next">The distance between them, in elements.</param>
/// <param name="Divisor">What an average divides by.</param>
/// <param name="ByRows">Whether sums are made row by row, as <see cref="FoldedWindows{T, TTap, TState, TAcc, TFold}"/> makes them.</param>
internal readonly unsafe record struct PixelTaps(nint FirstStart, long Rows, nint FirstAsk, long Asks, long Columns, long Next, long Divisor, bool ByRows)
{
    public long* Starts => (long*)FirstStart;

    public long* AskStarts => (long*)FirstAsk;
}

/// <summary>Outputs with the same taps, each from its own place on: a block of rows and pixels.</summary>
/// <param name="Rows">How many rows.</param>
/// <param name="FromRow">The distance between the rows' first taps.</param>
/// <param name="ToRow">The distance between the rows in the output.</param>
/// <param name="Pixels">How many pixels each row has.</param>
/// <param name="From">The distance between the pixels' first taps.</param>
/// <param name="To">The distance between the pixels in the output.</param>
/// <param name="Length">How many outputs each pixel has side by side.</param>
/// <param name="Fresh">How many elements of a row one register of outputs brings.</param>
internal readonly record struct PixelOutputs(long Rows, long FromRow, long ToRow, long Pixels, long From, long To, long Length, long Fresh)
{
    /// <summary>The same, rows for pixels.</summary>
    public PixelOutputs Turned => this with { Rows = Pixels, FromRow = From, ToRow = To, Pixels = Rows, From = FromRow, To = ToRow };
}
