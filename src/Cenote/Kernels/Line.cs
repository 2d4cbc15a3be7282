namespace Cenote;

/// <summary>
/// The part of an output row that is worked on as a whole, in states: pixels of a block of lanes each. Row-major memory has one pixel whose block
/// is a stretch of the width; channels-last memory has every output of the row, each with a block of channels.
/// </summary>
/// <param name="Number">Which line of the row.</param>
/// <param name="Start">The first output of the stretch, or the first channel of the block.</param>
/// <param name="Pixels">How many pixels.</param>
/// <param name="Block">How many states of each are wanted.</param>
/// <param name="Pitch">From one pixel to the next: whole registers.</param>
internal readonly record struct Line(long Number, long Start, long Pixels, long Block, long Pitch)
{
    /// <summary>How many states the line holds.</summary>
    public long Length => Pixels * Pitch;

    /// <summary>Cuts a length into lines, each a multiple of <paramref name="lanes"/> but the last: where one of them starts, and how long it is.</summary>
    public static (long Start, long Block) Cut(long length, long lines, long lanes, long number)
    {
        long block = ((length + lines - 1) / lines + lanes - 1) / lanes * lanes, start = Math.Min(length, number * block);
        return (start, Math.Min(block, length - start));
    }
}
